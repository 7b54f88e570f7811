package expr

import (
	"slices"
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
//	transformList             like map
//	transformMap, ...Entry    init {}, step cel.@mapInsert(accu, key, x) or cel.@mapInsert(accu, entries), if p
//	optMap, cel.bind, sortBy  over nothing: binds accu to init and is its result
func (c *compiler) comprehension(e celast.Expr, b *block) value {
	x := e.AsComprehension()
	if x.IterVar() == "#unused" {
		return c.bind(x, b)
	}
	m := c.macroOf(e)
	switch {
	case m == nil:
		c.failf("this macro is not supported")
	case m.quantifies != "":
		return m.quantifier(m.quantifies == "all", b)
	case m.elem != nil:
		return m.collect(b)
	case m.insert != nil:
		return m.transformMap(b)
	}
	return m.existsOne(b)
}

// macroOf takes a loop apart; nil if it is of none of these shapes.
func (c *compiler) macroOf(e celast.Expr) *macro {
	x := e.AsComprehension()
	step := x.LoopStep()
	if x.IterVar() == "#unused" || step.Kind() != celast.CallKind {
		return nil
	}
	m := &macro{c: c, x: x, t: c.typeOf(e)}
	args := step.AsCall().Args()
	switch step.AsCall().FunctionName() {
	case operators.LogicalAnd:
		m.quantifies, m.pred = "all", args[1]
	case operators.LogicalOr:
		m.quantifies, m.pred = "exists", args[1]
	case operators.Add:
		m.elem = args[1]
	case operators.Conditional:
		m.pred = args[0]
		switch x.AccuInit().Kind() {
		case celast.ListKind:
			m.elem = args[1].AsCall().Args()[1]
		case celast.MapKind:
			m.insert = args[1].AsCall().Args()[1:]
		}
	case "cel.@mapInsert":
		m.insert = args[1:]
	default:
		return nil
	}
	return m
}

// macro is one loop.
type macro struct {
	c *compiler
	x celast.ComprehensionExpr
	t *types.Type
	// quantifies is all or exists for those.
	quantifies string
	pred       celast.Expr // nil: everything passes
	elem       celast.Expr // map, filter: [x]
	// insert is a map, or a key and a value.
	insert []celast.Expr
}

// vars are the Go names of the loop's variables; the second is empty if there is one only.
type vars struct{ first, second string }

// enter puts the loop's variables into scope and gives their Go names. One variable is an element or key; two are index and
// element, or key and value.
func (m *macro) enter(src *types.Type) (v vars, leave func()) {
	c := m.c
	n := len(c.scope)
	declare := func(name string, t *types.Type) string {
		g := c.localName(name)
		c.taken[g] = true
		c.scope = append(c.scope, local{name: name, v: value{code: g, prec: primaryPrec, typ: t, cheap: true}})
		return g
	}
	first := src.Elem
	switch {
	case src.Kind == types.Map:
		first = src.Key
	case m.x.HasIterVar2():
		first = types.IntType
	}
	v.first = declare(m.x.IterVar(), first)
	if m.x.HasIterVar2() {
		v.second = declare(m.x.IterVar2(), src.Elem)
	}
	return v, func() {
		c.scope = c.scope[:n]
		delete(c.taken, v.first)
		delete(c.taken, v.second)
	}
}

// packages are names that the code inside a loop may need, besides what the resolver uses.
var packages = map[string]bool{
	"cel": true, "zone": true, "time": true, "math": true, "strings": true, "bytes": true, "slices": true, "maps": true,
	"strconv": true, "regexp": true, "cmp": true, "netip": true, "hex": true, "base64": true, "err": true,
}

// localName is a Go name for a macro's variable that hides nothing that the code around it needs.
func (c *compiler) localName(name string) string {
	// Variables that optimisers make are called @it:0:0.
	base := naming.Local(strings.NewReplacer("@", "", ":", "_").Replace(name))
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
func (m *macro) source(b *block) value {
	src := m.c.compile(m.x.IterRange(), b)
	if m.x.HasIterVar2() && src.typ.Kind == types.Map {
		return m.c.keep(b, src)
	}
	return src
}

// header is the loop's first line, and for two variables what the body begins with. Only where the order tells do maps run in the
// order of their keys: in what comes out, or to the user's functions.
func (m *macro) header(src value, v vars, body *block, ordered bool) string {
	if v.second != "" {
		return m.header2(src, v, body, ordered)
	}
	name := v.first
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
	src := m.source(b)
	vs, leave := m.enter(src.typ)
	defer leave()
	n := c.needs(m.pred, b)
	if !n.stmts && src.typ.Kind == types.List && vs.second == "" {
		p := c.compile(m.pred, b)
		if all {
			p = not(p)
		}
		c.use("slices")
		v := call(m.t, "slices.ContainsFunc(%s, func(%s %s) bool { return %s })", src.code, vs.first, c.goType(src.typ.Elem), p.code)
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
	b.nest(m.header(src, vs, in, c.acts(m.pred)), in, "}")
	if n.fails {
		b.add("if " + found + "Err != nil {")
		b.leave(found+"Err", 1)
		b.add("}")
	}
	return value{code: found, prec: primaryPrec, typ: m.t, cheap: true}
}

// existsOne counts; an error of any element is one.
func (m *macro) existsOne(b *block) value {
	src := m.source(b)
	vs, leave := m.enter(src.typ)
	defer leave()
	n := m.c.temp()
	b.add(n + " := 0")
	in := b.child()
	in.loops++
	p := m.c.compile(m.pred, in)
	in.add("if "+p.code+" {", "\t"+n+"++", "}")
	b.nest(m.header(src, vs, in, m.c.acts(m.pred)), in, "}")
	return value{code: n + " == 1", prec: comparePrec, typ: m.t}
}

// stages are the macros of x.filter(...).map(...) and the like, the first one first: the elements of each go straight to the next, and
// the lists between are not built. That cannot be told: an error of one is an error of all, wherever it comes up. Only what the user's
// functions do would come in another order.
func (m *macro) stages() []*macro {
	r := m.x.IterRange()
	if m.x.HasIterVar2() || r.Kind() != celast.ComprehensionKind || r.AsComprehension().AccuInit().Kind() != celast.ListKind {
		return []*macro{m}
	}
	before := m.c.macroOf(r)
	if before == nil || before.elem == nil || before.acts() || m.acts() {
		return []*macro{m}
	}
	return append(before.stages(), m)
}

// acts tells whether the body calls functions of the user's that are not pure.
func (m *macro) acts() bool {
	return m.pred != nil && m.c.acts(m.pred) || m.c.acts(m.elem)
}

// collect is map and filter.
func (m *macro) collect(b *block) value {
	c := m.c
	stages := m.stages()
	first := stages[0]
	src := first.source(b)
	around := slices.Clip(c.scope)
	vs, leave := first.enter(src.typ)
	defer leave()
	list := c.temp()
	if slices.ContainsFunc(stages, func(s *macro) bool { return s.pred != nil }) {
		b.add(list + " := " + c.goType(m.t) + "{}")
	} else {
		src = c.keep(b, src)
		b.add(list + " := make(" + c.goType(m.t) + ", 0, len(" + src.code + "))")
	}
	in := b.child()
	in.loops++
	stage(c, stages, list, around, in)
	b.nest(first.header(src, vs, in, true), in, "}")
	return value{code: list, prec: primaryPrec, typ: m.t, cheap: true}
}

// stage prints what becomes of an element in the first of some stages, whose variables are in scope, and behind it.
func stage(c *compiler, stages []*macro, list string, around []local, b *block) {
	m := stages[0]
	pass := func(to *block) {
		if m.elem.Kind() != celast.ListKind || m.elem.AsList().Size() != 1 {
			c.failf("this macro is not supported")
		}
		v := c.compile(m.elem.AsList().Elements()[0], to)
		if len(stages) == 1 {
			to.add(list + " = append(" + list + ", " + v.code + ")")
			return
		}
		v = c.keep(to, v)
		scope := c.scope
		c.scope = append(around, local{name: stages[1].x.IterVar(), v: v})
		stage(c, stages[1:], list, around, to)
		c.scope = scope
	}
	if m.pred == nil {
		pass(b)
		return
	}
	p := c.compile(m.pred, b)
	if p.lit == celtypes.True {
		pass(b)
		return
	}
	yes := b.child()
	pass(yes)
	b.nest("if "+p.code+" {", yes, "}")
}
