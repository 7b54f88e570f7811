package expr

import (
	"fmt"
	"strconv"
	"strings"

	celast "cel.dev/cel-go/common/ast"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/types"
)

func containerFuncs() map[string]function {
	m := map[string]function{
		"index_list": func(c *compiler, b *block, t *types.Type, a []value) value {
			switch a[1].typ.Kind { // dyn(1u) is an index too
			case types.Uint:
				a[1] = try("UintIndex")(c, b, types.IntType, a[1:])
			case types.Double:
				a[1] = try("DoubleIndex")(c, b, types.IntType, a[1:])
			}
			return try("Index")(c, b, t, a)
		},
		"index_map": func(c *compiler, b *block, t *types.Type, a []value) value {
			if key := a[0].typ.Key; !types.Equal(key, a[1].typ) {
				c.use(celPath)
				return c.try(b, t, "cel.LookupMixed("+a[0].code+", "+a[1].typed()+", "+c.keyFunc(a[1].typ, key)+")")
			}
			return try("Lookup")(c, b, t, a)
		},
		"in_map": func(c *compiler, _ *block, t *types.Type, a []value) value {
			c.use(celPath)
			if key := a[1].typ.Key; !types.Equal(key, a[0].typ) {
				return call(t, "cel.HasMixed(%s, %s, %s)", a[1].code, a[0].typed(), c.keyFunc(a[0].typ, key))
			}
			return call(t, "cel.HasKey(%s, %s)", a[1].code, a[0].code)
		},
		"optional_none": func(c *compiler, _ *block, t *types.Type, _ []value) value {
			c.use(celPath)
			return call(t, "cel.None[%s]()", c.goType(t.Elem))
		},
		"optional_of": func(c *compiler, _ *block, t *types.Type, a []value) value {
			c.use(celPath)
			return call(t, "cel.Some(%s)", a[0].typed())
		},
		"optional_ofNonZeroValue": nonZero,
		"optional_value": func(c *compiler, b *block, t *types.Type, a []value) value {
			if c.known[a[0].code] > 0 {
				return value{code: a[0].code + ".Value", prec: primaryPrec, typ: t, cheap: true}
			}
			return c.try(b, t, a[0].at(primaryPrec)+".Get()")
		},
		// The value of a union's member that is there.
		"optional_member": func(_ *compiler, _ *block, t *types.Type, a []value) value {
			return value{code: a[0].at(primaryPrec) + ".Value", prec: primaryPrec, typ: t, cheap: a[0].cheap}
		},
		"optional_hasValue": func(_ *compiler, _ *block, t *types.Type, a []value) value {
			return value{code: a[0].at(primaryPrec) + ".Valid", prec: primaryPrec, typ: t, cheap: a[0].cheap}
		},
		"optional_hasValue_value": func(c *compiler, b *block, t *types.Type, a []value) value {
			o := c.keep(b, a[0])
			v := value{code: o.code + ".Value", prec: primaryPrec, typ: o.typ.Elem, cheap: true}
			return value{code: o.code + ".Valid && " + c.equal(v, a[1]).at(andPrec), prec: andPrec, typ: t}
		},
		"list_optindex_optional_int": rt("IndexOpt"), "map_optindex_optional_value": rt("LookupOpt"),
		"list_first": rt("First"), "list_last": rt("Last"), "optional_unwrap": rt("Unwrap"), "optional_unwrapOpt": rt("Unwrap"),
	}
	for _, id := range []string{"size_bytes", "bytes_size", "size_list", "list_size", "size_map", "map_size"} {
		m[id] = func(_ *compiler, _ *block, t *types.Type, a []value) value {
			return call(t, "int64(len(%s))", a[0].code).within(0, 1<<31)
		}
	}
	return m
}

// nonZero is optional.ofNonZeroValue. Records, enums and optionals have no zero value in CEL.
func nonZero(c *compiler, b *block, t *types.Type, a []value) value {
	v := a[0]
	if v.lit == nil {
		v = c.keep(b, v)
	}
	valid := ""
	switch v.typ.Kind {
	case types.Bool:
		valid = v.code
	case types.Int, types.Uint, types.Double, types.Duration:
		valid = v.at(addPrec) + " != 0"
	case types.String:
		valid = v.code + ` != ""`
	case types.Bytes, types.List, types.Map:
		valid = "len(" + v.code + ") != 0"
	case types.Timestamp:
		valid = "!" + v.at(primaryPrec) + ".IsZero()"
	case types.Decimal:
		c.use(decPath)
		valid = v.at(addPrec) + " != (dec.Decimal{})"
	default:
		return call(t, "cel.Some(%s)", v.typed())
	}
	gt := c.goType(t)
	name := c.temp()
	b.add("var "+name+" "+gt, "if "+valid+" {", "\t"+name+" = cel.Some("+v.typed()+")", "}")
	return value{code: name, prec: primaryPrec, typ: t, cheap: true}
}

// in is x in list. A literal list becomes comparisons, or from five constants on a function with a switch.
func (c *compiler) in(needle, haystack celast.Expr, b *block) value {
	x := c.compile(needle, b)
	if haystack.Kind() != celast.ListKind || len(haystack.AsList().OptionalIndices()) > 0 {
		list := c.compile(haystack, b)
		c.use("slices")
		if plain(x.typ) && types.Equal(x.typ, list.typ.Elem) {
			return call(types.BoolType, "slices.Contains(%s, %s)", list.code, x.code)
		}
		x = c.keep(b, x)
		name := "e"
		if strings.HasPrefix(x.code, "e.") || x.code == "e" {
			name = "elem"
		}
		eq := c.equal(value{code: name, prec: primaryPrec, typ: list.typ.Elem}, x)
		return call(types.BoolType, "slices.ContainsFunc(%s, func(%s %s) bool { return %s })", list.code, name, c.goType(list.typ.Elem), eq.code)
	}
	elems := haystack.AsList().Elements()
	var vs []value
	seen := map[string]bool{}
	constants := true
	for _, e := range elems {
		v := c.compile(e, b)
		constants = constants && v.lit != nil
		if v.lit != nil && seen[v.code] {
			continue
		}
		seen[v.code] = true
		vs = append(vs, v)
	}
	if len(vs) == 0 {
		c.discard(b, x)
		return boolean(false)
	}
	if constants && len(vs) > 4 && switchable(x.typ) && types.Equal(x.typ, vs[0].typ) {
		gt := c.goType(x.typ)
		fn := c.decl(c.o.Prefix+"In", func(name string) string {
			return fmt.Sprintf("// %s tells whether v is one of a list's values.\nfunc %s(v %s) bool {\n\tswitch v {\n\tcase %s:\n\t\treturn true\n\t}\n\treturn false\n}",
				name, name, gt, codes(vs))
		})
		return call(types.BoolType, "%s(%s)", fn, x.code)
	}
	if len(vs) > 1 {
		x = c.keep(b, x)
	}
	for i, v := range vs {
		vs[i] = c.equal(x, v)
	}
	return joinLogic(vs, false)
}

// switchable types have constants in Go, and == as CEL has it.
func switchable(t *types.Type) bool {
	switch t.Kind {
	case types.Int, types.Uint, types.String, types.Enum, types.Duration:
		return true
	}
	return false
}

// goString is a Go literal of s, raw if that reads better.
func goString(s string) string {
	if strconv.CanBackquote(s) && strings.ContainsAny(s, `\"`) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// The parts of timestamps: the Go expression behind the time, and the range.
var accessors = map[string]struct {
	code   string
	lo, hi int64
}{
	"year": {"int64(%s.Year())", 0, 10000}, "month": {"int64(%s.Month() - 1)", 0, 11}, "day_of_year": {"int64(%s.YearDay() - 1)", 0, 365},
	"day_of_month": {"int64(%s.Day() - 1)", 0, 30}, "day_of_month_1_based": {"int64(%s.Day())", 1, 31},
	"day_of_week": {"int64(%s.Weekday())", 0, 6}, "hours": {"int64(%s.Hour())", 0, 23}, "minutes": {"int64(%s.Minute())", 0, 59},
	"seconds": {"int64(%s.Second())", 0, 59}, "milliseconds": {"int64(%s.Nanosecond() / 1e6)", 0, 999},
}

func timeFuncs() map[string]function {
	m := map[string]function{}
	for part := range accessors {
		id := "timestamp_to_" + part
		m[id] = func(c *compiler, _ *block, _ *types.Type, a []value) value {
			return c.accessor(id, a[0], a[0].at(primaryPrec)+".UTC()")
		}
	}
	for part, code := range map[string]string{
		"hours": "int64(%s.Hours())", "minutes": "int64(%s.Minutes())", "seconds": "int64(%s.Seconds())", "milliseconds": "%s.Milliseconds()",
	} {
		m["duration_to_"+part] = func(_ *compiler, _ *block, t *types.Type, a []value) value {
			return call(t, code, a[0].at(primaryPrec))
		}
	}
	return m
}

// accessor reads a part of a time.
func (c *compiler) accessor(overload string, t value, in string) value {
	part := strings.TrimPrefix(overload, "timestamp_to_")
	part = strings.TrimSuffix(strings.TrimSuffix(part, "_tz"), "_with")
	a := accessors[part]
	return call(types.IntType, a.code, in).within(a.lo, a.hi)
}

// inZone is a time in a zone; a constant zone is found once, at start.
func (c *compiler) inZone(a []value, b *block) string {
	t := a[0].at(primaryPrec)
	name, ok := a[1].lit.(celtypes.String)
	if !ok {
		c.use(zonePath)
		return t + ".In(" + c.try(b, nil, "zone.Load("+a[1].code+")").code + ")"
	}
	if name == "UTC" || name == "" {
		return t + ".UTC()"
	}
	return t + ".In(" + c.zoneVar(string(name)) + ")"
}

// zoneVar declares the variable of a zone.
func (c *compiler) zoneVar(name string) string {
	c.use(zonePath)
	return c.decl(c.o.Prefix+"Zone", func(decl string) string {
		return fmt.Sprintf("var %s = zone.Must(%s)", decl, strconv.Quote(name))
	})
}
