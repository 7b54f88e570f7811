package expr

import (
	"strings"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// compile compiles a node: statements go into b, the value comes back.
func (c *compiler) compile(e celast.Expr, b *block) value {
	return c.share(e, b, func() value { return c.node(e, b) })
}

// node is compile for a node that was not computed before.
func (c *compiler) node(e celast.Expr, b *block) value {
	if v, ok := c.header(e, b); ok {
		return v
	}
	switch e.Kind() {
	case celast.LiteralKind:
		return c.literal(e.AsLiteral(), c.typeOf(e))
	case celast.IdentKind:
		return c.ident(e, b)
	case celast.SelectKind:
		return c.selection(e, b)
	case celast.ListKind:
		return c.list(e, b)
	case celast.MapKind:
		return c.mapLiteral(e, b)
	case celast.StructKind:
		return c.record(e, b)
	case celast.ComprehensionKind:
		return c.comprehension(e, b)
	case celast.CallKind:
		return c.call(e, b)
	}
	c.failf("this kind of expression is not supported")
	return value{}
}

func (c *compiler) ident(e celast.Expr, b *block) value {
	name := e.AsIdent()
	for i := len(c.scope) - 1; i >= 0; i-- {
		if l := c.scope[i]; l.name == name {
			if l.err != "" {
				b.add("if " + l.err + " != nil {")
				b.leave(l.err, 1)
				b.add("}")
			}
			return l.v
		}
	}
	name = strings.TrimPrefix(name, ".")
	t := c.typeOf(e)
	if g, ok := c.idents[name]; ok {
		return value{code: g, prec: primaryPrec, typ: t, cheap: !strings.Contains(g, "(")}
	}
	if v, ok := strings.CutPrefix(name, t.Name+"."); ok && t.Kind == types.Enum {
		return value{code: c.o.EnumConst(t, v), prec: primaryPrec, typ: t, cheap: true, lit: celtypes.String(v)}
	}
	c.failf("nothing is known about the variable %s", name)
	return value{}
}

// fold is the value of a node that is made of constants only, nil if it is not or if computing it fails.
func (c *compiler) fold(e celast.Expr) ref.Val {
	if !constant(e) {
		return nil
	}
	env, err := c.o.Env.CEL(nil)
	if err != nil {
		return nil
	}
	p, err := env.PlanProgram(celast.NewCheckedAST(celast.NewAST(e, c.ast.SourceInfo()), c.ast.TypeMap(), c.ast.ReferenceMap()))
	if err != nil {
		return nil
	}
	v, _, err := p.Eval(interpreter.EmptyActivation())
	if err != nil || celtypes.IsUnknownOrError(v) {
		return nil
	}
	return v
}

func constant(e celast.Expr) bool {
	switch e.Kind() {
	case celast.LiteralKind:
		return true
	case celast.CallKind, celast.ListKind, celast.MapKind, celast.SelectKind:
		for _, k := range children(e) {
			if !constant(k) {
				return false
			}
		}
		return true
	}
	return false
}

func (c *compiler) call(e celast.Expr, b *block) value {
	x := e.AsCall()
	ids := c.ast.GetOverloadIDs(e.ID())
	if len(ids) != 1 || !celenv.Supported(ids[0]) {
		c.failf("%s is not supported", x.FunctionName())
	}
	t := c.typeOf(e)
	if t.Scalar() {
		if v := c.fold(e); v != nil {
			return c.literal(v, t)
		}
	}
	args := children(e)
	switch x.FunctionName() {
	case operators.LogicalAnd:
		return c.logic(e, true, b)
	case operators.LogicalOr:
		return c.logic(e, false, b)
	case operators.Conditional:
		return c.conditional(args, t, b)
	case operators.In:
		if ids[0] == "in_list" {
			return c.in(args[0], args[1], b)
		}
	case operators.OptSelect:
		return c.optSelect(args[0], string(args[1].AsLiteral().(celtypes.String)), t, b)
	case "cel.@block":
		return c.block(args, b)
	case "format":
		return c.format(args, b)
	case "orValue", "or":
		return c.orElse(args[0], args[1], x.FunctionName() == "or", t, b)
	}
	switch ids[0] {
	case "optional_list_index_int", "optional_list_optindex_optional_int":
		return c.optIndex(args[0], args[1], "Index", t, b)
	case "optional_map_index_value", "optional_map_optindex_optional_value":
		return c.optIndex(args[0], args[1], "Lookup", t, b)
	}
	vs := make([]value, len(args))
	for i, a := range args {
		vs[i] = c.compile(a, b)
	}
	if name, ok := celenv.UserFunc(ids[0]); ok {
		return c.goCall(name, t, args, vs, b)
	}
	if name, ok := celenv.Parses(ids[0]); ok {
		return c.try(b, t, c.o.Parse(name)+"("+vs[0].code+")")
	}
	if strings.HasPrefix(ids[0], celenv.EnumToString) {
		return call(t, "%s.String()", vs[0].at(primaryPrec))
	}
	if celenv.WithZone(ids[0]) {
		return c.accessor(ids[0], vs[0], c.inZone(vs, b))
	}
	f := functions[ids[0]]
	if f == nil {
		c.failf("%s is not supported", x.FunctionName())
	}
	c.hideConstants(b, vs)
	return f(c, b, t, vs)
}

// hideConstants puts one of several numbers that are all constants into a variable. What can be folded has been, so they come from
// the result of a cel.bind or a branch; Go would compute with them exactly, without types or a negative zero, and refuse a division
// by zero.
func (c *compiler) hideConstants(b *block, vs []value) {
	for _, v := range vs {
		if k := v.typ.Kind; v.lit == nil || k != types.Int && k != types.Uint && k != types.Double {
			return
		}
	}
	if len(vs) > 0 {
		vs[0].cheap = false
		vs[0] = c.keep(b, vs[0])
	}
}

// selection is a.f and has(a.f), where a may be a record, a map, or an optional of either.
func (c *compiler) selection(e celast.Expr, b *block) value {
	s := e.AsSelect()
	x := c.compile(s.Operand(), b)
	t := c.typeOf(e)
	opt := x.typ.Kind == types.Optional
	if opt && !s.IsTestOnly() {
		return c.optField(x, s.FieldName(), t, b)
	}
	inner, guard := x, ""
	if opt {
		x = c.keep(b, x)
		guard = x.code + ".Valid"
		inner = value{code: x.code + ".Value", prec: primaryPrec, typ: x.typ.Elem, cheap: true}
	}
	if inner.typ.Kind == types.Map {
		c.use(celPath)
		key := c.literal(celtypes.String(s.FieldName()), types.StringType)
		if !s.IsTestOnly() {
			return c.try(b, t, "cel.Lookup("+inner.code+", "+key.code+")")
		}
		// A map that is absent is the zero map, which has no keys.
		return call(t, "cel.HasKey(%s, %s)", inner.code, key.code)
	}
	f := c.field(inner, s.FieldName())
	switch {
	case !s.IsTestOnly():
		return f
	case f.typ.Kind == types.Optional:
		// The value of an absent record is the zero record, whose optionals are absent.
		return value{code: f.at(primaryPrec) + ".Valid", prec: primaryPrec, typ: t, cheap: f.cheap}
	case opt:
		return value{code: guard, prec: primaryPrec, typ: t, cheap: true}
	}
	c.discard(b, x)
	return boolean(true)
}

// field is a field of a record.
func (c *compiler) field(x value, name string) value {
	f := x.typ.Field(name)
	if f == nil {
		c.failf("%s has no field %s", x.typ, name)
	}
	return value{code: x.at(primaryPrec) + "." + c.o.FieldName(f), prec: primaryPrec, typ: f.Type, cheap: x.cheap}
}

// list is a list literal.
func (c *compiler) list(e celast.Expr, b *block) value {
	l := e.AsList()
	t := c.typeOf(e)
	gt := c.goType(t)
	optional := map[int32]bool{}
	for _, i := range l.OptionalIndices() {
		optional[i] = true
	}
	var vs []value
	for _, x := range l.Elements() {
		vs = append(vs, c.compile(x, b))
	}
	if len(optional) == 0 {
		var codes []string
		for _, v := range vs {
			codes = append(codes, v.code)
		}
		return call(t, "%s{%s}", gt, strings.Join(codes, ", "))
	}
	name := c.temp()
	b.add(name + " := " + gt + "{}")
	for i, v := range vs {
		if !optional[int32(i)] {
			b.add(name + " = append(" + name + ", " + v.code + ")")
			continue
		}
		v = c.keep(b, v)
		b.add("if "+v.code+".Valid {", "\t"+name+" = append("+name+", "+v.code+".Value)", "}")
	}
	return value{code: name, prec: primaryPrec, typ: t, cheap: true}
}

// mapLiteral is a map literal. Of equal keys the last wins, which a Go literal with constant keys does not allow.
func (c *compiler) mapLiteral(e celast.Expr, b *block) value {
	t := c.typeOf(e)
	gt := c.goType(t)
	type entry struct {
		key, val value
		optional bool
	}
	var entries []entry
	seen := map[ref.Val]bool{}
	simple := true
	for _, x := range e.AsMap().Entries() {
		m := x.AsMapEntry()
		en := entry{c.compile(m.Key(), b), c.compile(m.Value(), b), m.IsOptional()}
		simple = simple && !en.optional && en.key.lit != nil && !seen[en.key.lit]
		seen[en.key.lit] = true
		entries = append(entries, en)
	}
	if simple {
		var parts []string
		for _, en := range entries {
			parts = append(parts, en.key.code+": "+en.val.code)
		}
		return call(t, "%s{%s}", gt, strings.Join(parts, ", "))
	}
	name := c.temp()
	b.add(name + " := " + gt + "{}")
	for i, en := range entries {
		if !en.optional {
			b.add(name + "[" + en.key.code + "] = " + en.val.code)
			continue
		}
		v := c.keep(b, en.val)
		b.add("if "+v.code+".Valid {", "\t"+name+"["+en.key.code+"] = "+v.code+".Value")
		if i > 0 {
			// CEL drops what stood under the key before.
			b.add("} else {", "\tdelete("+name+", "+en.key.code+")")
		}
		b.add("}")
	}
	return value{code: name, prec: primaryPrec, typ: t, cheap: true}
}
