package expr

import (
	"strings"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

// comprehension compiles what a macro expanded to, by its shape:
//
//	all         init true,  cond @not_strictly_false(accu),  step accu && p
//	exists      init false, cond @not_strictly_false(!accu), step accu || p
//	exists_one  init 0,     step p ? accu + 1 : accu,        result accu == 1
//	map         init [],    step accu + [x]  or  p ? accu + [x] : accu
//	filter      the same with the variable itself as x
//	optMap      over nothing: binds accu to init and is its result
func (c *compiler) comprehension(e celast.Expr, b *block) value {
	x := e.AsComprehension()
	if x.IterVar() == "#unused" {
		return c.bind(x, b)
	}
	if x.HasIterVar2() {
		c.failf("macros with two variables are not supported")
	}
	step := x.LoopStep()
	if step.Kind() != celast.CallKind {
		c.failf("this macro is not supported")
	}
	m := &macro{c: c, x: x, t: c.typeOf(e)}
	args := step.AsCall().Args()
	switch step.AsCall().FunctionName() {
	case operators.LogicalAnd:
		m.pred = args[1]
		return m.quantifier(true, b)
	case operators.LogicalOr:
		m.pred = args[1]
		return m.quantifier(false, b)
	case operators.Add:
		m.elem = args[1]
		return m.collect(b)
	case operators.Conditional:
		m.pred = args[0]
		if add := args[1].AsCall(); x.AccuInit().Kind() == celast.ListKind {
			m.elem = add.Args()[1]
			return m.collect(b)
		}
		return m.existsOne(b)
	}
	c.failf("this macro is not supported")
	return value{}
}

// bind is what optMap and optFlatMap do with the value of their optional.
func (c *compiler) bind(x celast.ComprehensionExpr, b *block) value {
	v := c.compile(x.AccuInit(), b)
	if !v.cheap {
		v = c.keep(b, v)
	}
	c.scope = append(c.scope, local{x.AccuVar(), v})
	defer func() { c.scope = c.scope[:len(c.scope)-1] }()
	return c.compile(x.Result(), b)
}

// macro is one loop.
type macro struct {
	c    *compiler
	x    celast.ComprehensionExpr
	t    *types.Type
	pred celast.Expr // nil: everything passes
	elem celast.Expr // map, filter: [x]
}

// enter puts the loop's variable into scope and gives its Go name.
func (m *macro) enter(t *types.Type) (name string, leave func()) {
	c := m.c
	n := len(c.scope)
	name = c.localName(m.x.IterVar())
	c.taken[name] = true
	c.scope = append(c.scope, local{m.x.IterVar(), value{code: name, prec: primaryPrec, typ: t, cheap: true}})
	return name, func() { c.scope = c.scope[:n]; delete(c.taken, name) }
}

// packages are names that the code inside a loop may need, besides what the resolver uses.
var packages = map[string]bool{
	"cel": true, "zone": true, "time": true, "math": true, "strings": true, "bytes": true, "slices": true, "maps": true,
	"strconv": true, "regexp": true, "cmp": true, "err": true,
}

// localName is a Go name for a macro's variable that hides nothing that the code around it needs.
func (c *compiler) localName(name string) string {
	base := naming.Local(name)
	if packages[base] || tempName.MatchString(base) {
		base += "_"
	}
	return naming.Set(copySet(c.taken)).Take(base)
}

func copySet(s map[string]bool) map[string]bool {
	d := make(map[string]bool, len(s))
	for k, v := range s {
		d[k] = v
	}
	return d
}

// reads tells whether a variable occurs in e. (A macro inside may hide it; then the answer is yes without need.)
func reads(e celast.Expr, name string) bool {
	found := false
	celast.PreOrderVisit(e, celast.NewExprVisitor(func(x celast.Expr) {
		found = found || x.Kind() == celast.IdentKind && x.AsIdent() == name
	}))
	return found
}

// source compiles what the macro runs over.
func (m *macro) source(b *block) (src value, elem *types.Type) {
	src = m.c.compile(m.x.IterRange(), b)
	if src.typ.Kind == types.Map {
		return src, src.typ.Key
	}
	return src, src.typ.Elem
}

// header is the loop's first line. Only where the order tells do maps run in the order of their keys.
func (m *macro) header(src value, name string, body *block, ordered bool) string {
	if !body.mentions(name) {
		name = "_"
	}
	isMap := src.typ.Kind == types.Map
	code := src.code
	if isMap && ordered {
		m.c.use(celPath)
		if isMap = false; src.typ.Key.Kind == types.Bool {
			code = "cel.BoolKeys(" + code + ")"
		} else {
			code = "cel.Keys(" + code + ")"
		}
	}
	switch {
	case name == "_":
		return "for range " + code + " {"
	case isMap:
		return "for " + name + " := range " + code + " {"
	}
	return "for _, " + name + " := range " + code + " {"
}

// quantifier is all and exists. As in && and ||, one element that decides wins over the errors of others.
func (m *macro) quantifier(all bool, b *block) value {
	c := m.c
	src, elem := m.source(b)
	name, leave := m.enter(elem)
	defer leave()
	n := c.needs(m.pred, b)
	if !n.stmts && src.typ.Kind == types.List {
		p := c.compile(m.pred, b)
		if all {
			p = not(p)
		}
		c.use("slices")
		v := call(m.t, "slices.ContainsFunc(%s, func(%s %s) bool { return %s })", src.code, name, c.goType(elem), p.code)
		if all {
			return not(v)
		}
		return v
	}

	found := c.temp()
	b.add(found + " := " + boolean(all).code)
	in := b.child()
	in.loops++
	label := "elements" + strings.TrimPrefix(found, "v")
	if n.fails {
		b.add("var " + found + "Err error")
		loops := in.loops
		in.fail = func(from *block, errExpr string) string {
			jump := "continue"
			if from.loops != loops {
				jump += " " + label
			}
			return found + "Err = " + errExpr + "\n" + jump
		}
	}
	p := c.compile(m.pred, in)
	if all {
		p = not(p)
	}
	in.add("if " + p.code + " {")
	if n.fails {
		in.add("\t" + found + ", " + found + "Err = " + boolean(!all).code + ", nil")
	} else {
		in.add("\t" + found + " = " + boolean(!all).code)
	}
	in.add("\tbreak", "}")
	in.fails = false
	if in.jumpsTo(label) {
		b.add(label + ":")
	}
	b.nest(m.header(src, name, in, false), in, "}")
	if n.fails {
		b.add("if " + found + "Err != nil {")
		b.leave(found+"Err", 1)
		b.add("}")
	}
	return value{code: found, prec: primaryPrec, typ: m.t, cheap: true}
}

// existsOne counts; an error of any element is one.
func (m *macro) existsOne(b *block) value {
	src, elem := m.source(b)
	name, leave := m.enter(elem)
	defer leave()
	n := m.c.temp()
	b.add(n + " := 0")
	in := b.child()
	in.loops++
	p := m.c.compile(m.pred, in)
	in.add("if "+p.code+" {", "\t"+n+"++", "}")
	b.nest(m.header(src, name, in, false), in, "}")
	return value{code: n + " == 1", prec: comparePrec, typ: m.t}
}

// collect is map and filter.
func (m *macro) collect(b *block) value {
	c := m.c
	src, elem := m.source(b)
	name, leave := m.enter(elem)
	defer leave()
	list := c.temp()
	if m.pred == nil {
		src = c.keep(b, src)
		b.add(list + " := make(" + c.goType(m.t) + ", 0, len(" + src.code + "))")
	} else {
		b.add(list + " := " + c.goType(m.t) + "{}")
	}
	in := b.child()
	in.loops++
	add := func(to *block) {
		if m.elem.Kind() != celast.ListKind || m.elem.AsList().Size() != 1 {
			c.failf("this macro is not supported")
		}
		v := c.compile(m.elem.AsList().Elements()[0], to)
		to.add(list + " = append(" + list + ", " + v.code + ")")
	}
	switch p := m.pred; {
	case p == nil:
		add(in)
	default:
		pv := c.compile(p, in)
		if pv.lit == celtypes.True {
			add(in)
			break
		}
		yes := in.child()
		add(yes)
		in.nest("if "+pv.code+" {", yes, "}")
	}
	b.nest(m.header(src, name, in, true), in, "}")
	return value{code: list, prec: primaryPrec, typ: m.t, cheap: true}
}
