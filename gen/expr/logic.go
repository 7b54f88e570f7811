package expr

import (
	"strings"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"github.com/weirstream/weir/spec/types"
)

// logic is a chain of && (and) or || (!and). One operand that is false (true) decides it, whatever errors the others have; without
// one an error is the result. Operands that cannot fail are put first: they guard the others.
func (c *compiler) logic(e celast.Expr, and bool, b *block) value {
	var operands []celast.Expr
	flatten(e, e.AsCall().FunctionName(), &operands)
	if c.acts(e) {
		return c.asWritten(operands, and, b)
	}
	for _, x := range operands {
		for _, o := range c.present(x, and) {
			c.known[o]++
			defer func() { c.known[o]-- }()
		}
	}
	c.hoist(operands[0], operands[1:], b)
	var plain []value
	var rest, fallible []celast.Expr
	for _, x := range operands {
		n := c.needs(x, b)
		switch {
		case n.value.isBool(!and) && !n.fails:
			return boolean(!and)
		case n.value.isBool(and) && !n.fails:
		case !n.stmts:
			plain = append(plain, c.compile(x, b))
		case n.fails:
			fallible = append(fallible, x)
		default:
			rest = append(rest, x)
		}
	}
	rest = append(rest, fallible...)
	guard := joinLogic(plain, and)
	if len(rest) == 0 {
		return guard
	}
	if len(rest) == 1 && len(plain) == 0 {
		return c.compile(rest[0], b)
	}
	name := c.temp()
	decide := name + " := " + boolean(!and).code
	if len(plain) > 0 {
		in := b.child()
		c.chain(rest, and, name, in)
		if !and {
			guard = not(guard)
		}
		b.add(decide)
		b.nest("if "+guard.code+" {", in, "}")
	} else {
		b.add(decide)
		c.chain(rest, and, name, b)
	}
	return value{code: name, prec: primaryPrec, typ: types.BoolType, cheap: true}
}

// asWritten is a chain in which the user's functions are called, so that the operands have to come in the order written, and none
// behind the one that decides.
func (c *compiler) asWritten(operands []celast.Expr, and bool, b *block) value {
	name := c.temp()
	b.add(name + " := " + boolean(!and).code)
	c.chain(operands, and, name, b)
	return value{code: name, prec: primaryPrec, typ: types.BoolType, cheap: true}
}

// need is what compiling an operand takes.
type need struct {
	stmts, fails bool
	value        value
}

// needs compiles x to see what it takes. The answer is kept: chains in chains would ask again at every level. What is known about
// optionals is the same whenever x is compiled, except that [compiler.present] may know less; then x only seems to need more.
func (c *compiler) needs(x celast.Expr, b *block) need {
	n, ok := c.needed[x.ID()]
	if !ok {
		in := b.child()
		n.value = c.probe(x, in)
		n.stmts, n.fails = len(in.lines) > 0, in.fails
		c.needed[x.ID()] = n
	}
	return n
}

// probe compiles x and forgets what that left behind.
func (c *compiler) probe(x celast.Expr, b *block) value {
	imports, decls, temps := c.imports, c.decls, c.temps
	c.imports = map[string]bool{}
	v := c.compile(x, b)
	c.imports, c.decls, c.temps = imports, decls, temps
	return v
}

func flatten(e celast.Expr, fn string, into *[]celast.Expr) {
	if e.Kind() == celast.CallKind && e.AsCall().FunctionName() == fn {
		for _, a := range e.AsCall().Args() {
			flatten(a, fn, into)
		}
		return
	}
	*into = append(*into, e)
}

func joinLogic(vs []value, and bool) value {
	if len(vs) == 0 {
		return boolean(and)
	}
	if len(vs) == 1 {
		return vs[0]
	}
	op, prec := " && ", andPrec
	if !and {
		op, prec = " || ", orPrec
	}
	var parts []string
	for _, v := range vs {
		parts = append(parts, v.at(prec))
	}
	return value{code: strings.Join(parts, op), prec: prec, typ: types.BoolType}
}

// chain sets name, which holds the deciding value, to the chain's value.
func (c *compiler) chain(operands []celast.Expr, and bool, name string, b *block) {
	first := operands[0]
	if len(operands) == 1 {
		v := c.compile(first, b)
		b.add(name + " = " + v.code)
		return
	}
	// An operand that cannot fail guards the rest. One that can has its error kept while the rest is computed.
	if !c.needs(first, b).fails {
		v := c.compile(first, b)
		if !and {
			v = not(v)
		}
		for _, o := range c.present(first, and) {
			c.known[o]++
			defer func() { c.known[o]-- }()
		}
		in := b.child()
		c.chain(operands[1:], and, name, in)
		b.nest("if "+v.code+" {", in, "}")
		return
	}
	held := c.capture(first, b)
	test := held.code
	if !and {
		test = "!" + test
	}
	in := b.child()
	c.chain(operands[1:], and, name, in)
	undecided := name
	if !and {
		undecided = "!" + name
	}
	in.add("if " + held.code + "Err != nil && " + undecided + " {")
	in.leave(held.code+"Err", 1)
	in.add("}")
	b.nest("if "+held.code+"Err != nil || "+test+" {", in, "}")
}

// present are the optionals that hold a value when x is true (truth) or false.
func (c *compiler) present(x celast.Expr, truth bool) []string {
	if x.Kind() != celast.CallKind {
		return nil
	}
	call := x.AsCall()
	switch call.FunctionName() {
	case operators.LogicalNot:
		return c.present(call.Args()[0], !truth)
	case "hasValue":
		if truth && len(call.Args()) == 0 {
			probe := &block{fail: func(*block, string) string { return "" }}
			if v := c.probe(call.Target(), probe); v.cheap && len(probe.lines) == 0 {
				return []string{v.code}
			}
		}
	}
	return nil
}

// conditional is c ? a : b.
func (c *compiler) conditional(args []celast.Expr, t *types.Type, b *block) value {
	cond := c.compile(args[0], b)
	switch {
	case cond.isBool(true):
		return c.compile(args[1], b)
	case cond.isBool(false):
		return c.compile(args[2], b)
	}
	name := c.temp()
	b.add("var " + name + " " + c.goType(t))
	branch := func(x celast.Expr, truth bool) *block {
		for _, o := range c.present(args[0], truth) {
			c.known[o]++
			defer func() { c.known[o]-- }()
		}
		in := b.child()
		in.add(name + " = " + c.compile(x, in).code)
		return in
	}
	yes, no := branch(args[1], true), branch(args[2], false)
	b.nest("if "+cond.code+" {", yes, "} else {")
	for _, l := range no.lines {
		b.add("\t" + l)
	}
	b.fails = b.fails || no.fails
	b.add("}")
	return value{code: name, prec: primaryPrec, typ: t, cheap: true}
}
