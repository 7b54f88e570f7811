package expr

import (
	"slices"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// bind is what cel.bind, optMap, optFlatMap and sortBy do with a value.
func (c *compiler) bind(x celast.ComprehensionExpr, b *block) value {
	if !reads(x.Result(), x.AccuVar()) {
		return c.compile(x.Result(), b)
	}
	n := len(c.scope)
	defer func() { c.scope = c.scope[:n] }()
	forget := c.let(x.AccuVar(), x.AccuInit(), strict(x.Result(), x.AccuVar()), b)
	defer forget()
	return c.compile(x.Result(), b)
}

// block is cel.@block: slots that later slots and the result read.
func (c *compiler) block(args []celast.Expr, b *block) value {
	n := len(c.scope)
	defer func() { c.scope = c.scope[:n] }()
	slots := args[0].AsList().Elements()
	read, must := make([]bool, len(slots)), make([]bool, len(slots))
	note := func(e celast.Expr, before int, certain bool) {
		for i := range before {
			name := celenv.SlotName(i)
			read[i] = read[i] || reads(e, name)
			must[i] = must[i] || certain && strict(e, name)
		}
	}
	note(args[1], len(slots), true)
	for i := len(slots) - 1; i >= 0; i-- {
		if read[i] {
			note(slots[i], i, must[i])
		}
	}
	for i, e := range slots {
		if read[i] {
			defer c.let(celenv.SlotName(i), e, must[i], b)()
		}
	}
	return c.compile(args[1], b)
}

// let binds a name. CEL computes the value when it is first read, if it ever is. This is the same as computing it here if that
// cannot fail or if it is read for certain; otherwise its error waits for whoever reads it. forget is called when that is compiled:
// it takes the value out again if nobody does, which may be seen only then.
func (c *compiler) let(name string, init celast.Expr, certain bool, b *block) (forget func()) {
	if certain || !c.needs(init, b).fails {
		v := c.compile(init, b)
		if v.lit != nil && v.typ.Kind >= types.Int && v.typ.Kind <= types.Double {
			// Go would compute with the number as a constant, exactly.
			v.cheap, v.lit = false, nil
		}
		c.scope = append(c.scope, local{name: name, v: c.keep(b, v)})
		return func() {}
	}
	start := len(b.lines)
	held := c.capture(init, b)
	end := len(b.lines)
	c.scope = append(c.scope, local{name: name, v: held, err: held.code + "Err"})
	return func() {
		if rest := (&block{lines: b.lines[end:]}); !rest.mentions(held.code + "Err") {
			b.lines = slices.Delete(b.lines, start, end)
		}
	}
}

// strict tells whether computing e reads a variable in any case, before anything else could fail unnoticed.
func strict(e celast.Expr, name string) bool {
	any := func(all []celast.Expr) bool {
		for _, x := range all {
			if strict(x, name) {
				return true
			}
		}
		return false
	}
	switch e.Kind() {
	case celast.IdentKind:
		return e.AsIdent() == name
	case celast.CallKind:
		args := children(e)
		switch e.AsCall().FunctionName() {
		case operators.LogicalAnd, operators.LogicalOr, "cel.@block":
			return false
		case operators.Conditional:
			return strict(args[0], name) || strict(args[1], name) && strict(args[2], name)
		case "or", "orValue", operators.OptIndex, operators.Index:
			return strict(args[0], name)
		}
		return any(args)
	case celast.ComprehensionKind:
		x := e.AsComprehension()
		if x.IterVar() == "#unused" {
			return x.AccuVar() != name && strict(x.Result(), name) || strict(x.Result(), x.AccuVar()) && strict(x.AccuInit(), name)
		}
		return strict(x.IterRange(), name)
	}
	return any(children(e))
}

// zero is a type's zero value in Go.
func (c *compiler) zero(t *types.Type) string {
	switch t.Kind {
	case types.Bool:
		return "false"
	case types.Int, types.Uint, types.Double, types.Duration, types.Enum:
		return "0"
	case types.String:
		return `""`
	case types.Bytes, types.List, types.Map:
		return "nil"
	}
	return "*new(" + c.goType(t) + ")"
}

// capture computes a value with its error in variables: name and nameErr.
func (c *compiler) capture(e celast.Expr, b *block) value {
	t := c.typeOf(e)
	name := c.temp()
	in := &block{parent: b, fail: func(_ *block, errExpr string) string { return "return " + c.zero(t) + ", " + errExpr }}
	v := c.compile(e, in)
	in.add("return " + v.code + ", nil")
	in.fails = false
	b.nest(name+", "+name+"Err := func() ("+c.goType(t)+", error) {", in, "}()")
	return value{code: name, prec: primaryPrec, typ: t, cheap: true}
}
