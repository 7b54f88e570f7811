package expr

import (
	celast "cel.dev/cel-go/common/ast"

	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/types"
)

// orElse is a.orValue(x) and a.or(x): x is computed only if a holds nothing.
func (c *compiler) orElse(a, x celast.Expr, optional bool, t *types.Type, b *block) value {
	v := c.compile(a, b)
	in := b.child()
	d := c.compile(x, in)
	if len(in.lines) == 0 && d.cheap {
		method := "OrValue"
		if optional {
			method = "Or"
		}
		return call(t, "%s.%s(%s)", v.at(primaryPrec), method, d.code)
	}
	v = c.keep(b, v)
	name := c.temp()
	held := v.code
	if !optional {
		held += ".Value"
	}
	b.add(name + " := " + held)
	in.add(name + " = " + d.code)
	b.nest("if !"+v.code+".Valid {", in, "}")
	return value{code: name, prec: primaryPrec, typ: t, cheap: true}
}

// optSelect is a.?f.
func (c *compiler) optSelect(operand celast.Expr, name string, t *types.Type, b *block) value {
	x := c.compile(operand, b)
	if x.typ.Kind == types.Optional {
		return c.optField(x, name, t, b)
	}
	c.use(celPath)
	if x.typ.Kind == types.Map {
		return call(t, "cel.LookupOpt(%s, %s)", x.code, c.literal(celtypes.String(name), types.StringType).code)
	}
	f := c.field(x, name)
	if f.typ.Kind != types.Optional {
		return call(t, "cel.Some(%s)", f.code)
	}
	f = c.keep(b, f)
	return call(t, "cel.When(%s, %s.Valid)", f.code, f.code)
}

// optField is a.f and a.?f where a is an optional.
func (c *compiler) optField(x value, name string, t *types.Type, b *block) value {
	c.use(celPath)
	switch x.typ.Elem.Kind {
	case types.Map:
		return call(t, "cel.OptLookup(%s, %s)", x.code, c.literal(celtypes.String(name), types.StringType).code)
	case types.Record:
	default: // optional.none(): of an optional that never holds a value nobody knows what it would be
		c.discard(b, x)
		return call(t, "cel.None[%s]()", c.goType(t.Elem))
	}
	x = c.keep(b, x)
	f := c.field(value{code: x.code + ".Value", prec: primaryPrec, typ: x.typ.Elem, cheap: true}, name)
	valid := x.code + ".Valid"
	if f.typ.Kind == types.Optional {
		valid = f.code + ".Valid"
	}
	return call(t, "cel.When(%s, %s)", f.code, valid)
}

// optIndex is a[i] and a[?i] where a is an optional list or map; i is computed only if a holds one.
func (c *compiler) optIndex(a, i celast.Expr, how string, t *types.Type, b *block) value {
	c.use(celPath)
	x := c.compile(a, b)
	in := b.child()
	index := c.compile(i, in)
	if len(in.lines) == 0 {
		return call(t, "cel.Opt%s(%s, %s)", how, x.code, index.code)
	}
	x = c.keep(b, x)
	name := c.temp()
	b.add("var " + name + " " + c.goType(t))
	in.add(name + " = cel." + how + "Opt(" + x.code + ".Value, " + index.code + ")")
	b.nest("if "+x.code+".Valid {", in, "}")
	return value{code: name, prec: primaryPrec, typ: t, cheap: true}
}
