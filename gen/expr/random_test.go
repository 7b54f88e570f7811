package expr

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// exprGen writes random expressions that are well typed.
type exprGen struct {
	*rand.Rand
	vars []scoped // variables of the macros around
	n    int
	made []made // what can be written once more
}

// made is an expression that was written, and the variables that it may name.
type made struct {
	typ  *types.Type
	text string
	vars []scoped
}

type scoped struct {
	name string
	typ  *types.Type
}

func (g *exprGen) anyType() *types.Type {
	t := []*types.Type{
		types.BoolType, types.BoolType, types.BoolType, types.BoolType, types.IntType, types.IntType, types.UintType, types.DoubleType,
		types.StringType, types.StringType, types.BytesType, types.TimestampType, types.DurationType, tStatus, tItem,
		types.OptionalOf(types.IntType), types.OptionalOf(types.StringType), types.ListOf(types.IntType), types.ListOf(types.StringType),
		types.ListOf(tItem), types.MapOf(types.StringType, types.IntType), types.OptionalOf(tItem),
		tChange, types.OptionalOf(tChange), types.ListOf(tChange), types.MapOf(types.StringType, tChange), tNews, tBox, types.ListOf(tBox),
	}
	return t[g.IntN(len(t))]
}

func (g *exprGen) scalarType() *types.Type {
	return pick(g.Rand, types.BoolType, types.IntType, types.UintType, types.DoubleType, types.StringType, types.BytesType,
		types.TimestampType, types.DurationType)
}

// expr writes an expression of a type, now and then one that was written before.
func (g *exprGen) expr(t *types.Type, depth int) string {
	if g.IntN(6) == 0 {
		again := slices.DeleteFunc(slices.Clone(g.made), func(m made) bool {
			return !types.Equal(m.typ, t) || len(m.vars) > len(g.vars) || !slices.Equal(m.vars, g.vars[:len(m.vars)])
		})
		if len(again) > 0 {
			return again[g.IntN(len(again))].text
		}
	}
	text := g.newExpr(t, depth)
	g.made = append(g.made, made{t, text, slices.Clone(g.vars)})
	return text
}

func (g *exprGen) newExpr(t *types.Type, depth int) string {
	if depth <= 0 || g.IntN(8) == 0 {
		return g.leaf(t)
	}
	d := depth - 1
	switch g.IntN(14) {
	case 0:
		return fmt.Sprintf("(%s ? %s : %s)", g.expr(types.BoolType, d), g.expr(t, d), g.expr(t, d))
	case 1:
		return fmt.Sprintf("%s.orValue(%s)", g.expr(optional(t), d), g.expr(t, d))
	case 2:
		return fmt.Sprintf("%s.value()", g.expr(optional(t), d))
	case 3:
		return fmt.Sprintf("%s[%s]", g.expr(types.ListOf(t), d), g.expr(types.IntType, d))
	case 4:
		return fmt.Sprintf("%s[%s]", g.expr(types.MapOf(types.StringType, t), d), g.expr(types.StringType, d))
	}
	if g.IntN(12) == 0 {
		return g.match(t, d)
	}
	if s := g.extension(t, d); s != "" && g.IntN(4) == 0 {
		return s
	}
	if s := g.specific(t, d); s != "" {
		return s
	}
	return g.leaf(t)
}

func optional(t *types.Type) *types.Type { return &types.Type{Kind: types.Optional, Elem: t} }

// leaf is a variable or a literal.
func (g *exprGen) leaf(t *types.Type) string {
	var names []string
	for _, v := range g.vars {
		if types.Equal(v.typ, t) {
			names = append(names, v.name, v.name, v.name)
		}
	}
	for _, f := range tRow.Fields {
		if types.Equal(f.Type, t) {
			names = append(names, f.Name)
		}
		if f.Type.Kind == types.Record {
			for _, in := range f.Type.Fields {
				if types.Equal(in.Type, t) {
					names = append(names, f.Name+"."+in.Name)
				}
			}
		}
	}
	if len(names) > 0 && g.IntN(3) > 0 {
		return names[g.IntN(len(names))]
	}
	switch t.Kind {
	case types.Optional:
		if g.IntN(3) == 0 {
			return "optional.none()"
		}
		return "optional.of(" + g.leaf(t.Elem) + ")"
	case types.List:
		var parts []string
		for range 1 + g.IntN(3) {
			parts = append(parts, g.leaf(t.Elem))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case types.Map:
		var parts []string
		for range 1 + g.IntN(3) {
			parts = append(parts, g.leaf(t.Key)+": "+g.leaf(t.Elem))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case types.Enum:
		return t.Name + "." + t.Values[g.IntN(len(t.Values))]
	case types.Record:
		return names[g.IntN(len(names))]
	}
	return g.literal(t)
}

func (g *exprGen) literal(t *types.Type) string {
	switch v := (valueGen{g.Rand}).value(t).(type) {
	case uint64:
		return strconv.FormatUint(v, 10) + "u"
	case float64:
		return pick(g.Rand, "0.0", "1.5", "-2.25", "1e300", "9007199254740993.0", "1e-9", `double("NaN")`, `double("inf")`, "3.0", "0.1")
	case string:
		return celString(v)
	case []byte:
		return pick(g.Rand, `b""`, `b"a"`, `b"abc"`, `b"\xff\x00"`)
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	}
	if t.Kind == types.Timestamp {
		return pick(g.Rand, `timestamp("2024-02-29T12:30:00Z")`, `timestamp("1969-12-31T23:59:59.000000500Z")`, `timestamp("2024-03-31T03:30:00+02:00")`,
			`timestamp(0)`, `timestamp("9999-12-31T23:59:59Z")`)
	}
	return pick(g.Rand, `duration("1s")`, `duration("-90m")`, `duration("1.5ms")`, `duration("2562047h")`, `duration("0s")`)
}

func celString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// each writes a macro over a list or map; body is given the type of the variable.
func (g *exprGen) each(method string, d int, body func() string) string {
	src := pick(g.Rand, types.ListOf(types.IntType), types.ListOf(tItem), types.ListOf(types.StringType), types.ListOf(tPart), types.ListOf(tChange), types.ListOf(tBox))
	if method != "map" && method != "filter" && g.IntN(5) == 0 {
		src = types.MapOf(types.StringType, types.IntType)
	}
	over := g.expr(src, min(d, 2))
	elem := src.Elem
	if src.Kind == types.Map {
		elem = src.Key
	}
	g.n++
	name := pick(g.Rand, "x", "i", "item", "r", "v1", "cel", "type_") + pick(g.Rand, "", "", strconv.Itoa(g.n))
	for _, v := range g.vars {
		if v.name == name {
			name += "_" + strconv.Itoa(g.n)
		}
	}
	if tRow.Field(name) != nil {
		name += "_"
	}
	g.vars = append(g.vars, scoped{name, elem})
	if elem.Kind == types.Record {
		for _, f := range elem.Fields {
			g.vars = append(g.vars, scoped{name + "." + f.Name, f.Type})
		}
	}
	n := len(g.vars)
	s := fmt.Sprintf("%s.%s(%s, %s)", over, method, name, body())
	g.vars = g.vars[:n]
	for len(g.vars) > 0 && (g.vars[len(g.vars)-1].name == name || strings.HasPrefix(g.vars[len(g.vars)-1].name, name+".")) {
		g.vars = g.vars[:len(g.vars)-1]
	}
	return s
}

// filterOver filters a list of a type.
func (g *exprGen) filterOver(t *types.Type, d int) string {
	over := g.expr(t, d)
	g.n++
	name := "f" + strconv.Itoa(g.n)
	g.vars = append(g.vars, scoped{name, t.Elem})
	n := len(g.vars)
	s := fmt.Sprintf("%s.filter(%s, %s)", over, name, g.expr(types.BoolType, d))
	g.vars = g.vars[:n-1]
	return s
}

// specific picks an operator or function that gives t.
func (g *exprGen) specific(t *types.Type, d int) string {
	e := func(t *types.Type) string { return g.expr(t, d) }
	f := fmt.Sprintf
	i, u, dbl, s, b, by, ts, du := types.IntType, types.UintType, types.DoubleType, types.StringType, types.BoolType, types.BytesType,
		types.TimestampType, types.DurationType
	var opts []func() string
	add := func(fs ...func() string) { opts = append(opts, fs...) }
	switch t.Kind {
	case types.Bool:
		for range 3 {
			add(func() string { return f("(%s && %s)", e(b), e(b)) }, func() string { return f("(%s || %s)", e(b), e(b)) })
		}
		add(
			func() string { return f("(%s && %s && %s)", e(b), e(b), e(b)) },
			func() string { return "!" + e(b) },
			func() string {
				t := pick(g.Rand, g.scalarType(), g.anyType(), types.ListOf(types.TimestampType), types.MapOf(types.UintType, tItem), types.ListOf(types.ListOf(i)), tChange, tNews, tBox)
				return f("(%s %s %s)", e(t), pick(g.Rand, "==", "!="), e(t))
			},
			func() string {
				t := g.scalarType()
				return f("(%s %s %s)", e(t), pick(g.Rand, "<", "<=", ">", ">="), e(t))
			},
			func() string {
				t := []*types.Type{i, u, dbl}
				return f("(%s %s %s)", e(t[g.IntN(3)]), pick(g.Rand, "<", "<=", ">", ">="), e(t[g.IntN(3)]))
			},
			func() string {
				t := pick(g.Rand, i, s, tStatus, ts, dbl, tPart, by, tChange, tNews)
				return f("(%s in %s)", e(t), e(types.ListOf(t)))
			},
			func() string { return f("(%s in %s)", e(s), e(types.MapOf(s, i))) },
			func() string {
				return f("(%s in [Status.paid, Status.lost, Status.found, Status.pending, Status.refunded])", e(tStatus))
			},
			func() string { return f(`(%s in ["a", "abc", "12", "", "k1", "a"])`, e(s)) },
			func() string { return f("(%s in [1, 2, 3])", e(i)) },
			func() string { return f("%s.%s(%s)", e(s), pick(g.Rand, "contains", "startsWith", "endsWith"), e(s)) },
			func() string { return f(`%s.matches(%s)`, e(s), pick(g.Rand, `"^a"`, `"[0-9]+$"`, `"b.c"`, "s2")) },
			func() string {
				return g.each(pick(g.Rand, "all", "exists", "exists_one"), d, func() string { return e(b) })
			},
			func() string { return g.each(pick(g.Rand, "all", "exists"), d, func() string { return e(b) }) },
			func() string { return f("%s.hasValue()", e(optional(g.scalarType()))) },
			func() string { t := pick(g.Rand, i, s, ts); return f("%s.hasValue(%s)", e(optional(t)), e(t)) },
			func() string {
				return pick(g.Rand, "(oi.hasValue() && oi.value() > 0)", "(!os.hasValue() || os.value() == s1)")
			},
			func() string { return f("has(%s.%s)", e(tItem), pick(g.Rand, "tag", "sku")) },
			func() string { return f("%s.%s.hasValue()", e(tChange), g.member(tChange).Name) },
			func() string { return f("has(%s.%s)", e(tNews), g.member(tNews).Name) },
			func() string { return f("has(%s.k1)", e(types.MapOf(s, i))) },
			func() string { return f("bool(%s)", e(s)) },
			func() string { return f("math.%s(%s)", pick(g.Rand, "isNaN", "isInf", "isFinite"), e(dbl)) },
		)
	case types.Int:
		for range 3 {
			add(func() string { return f("(%s %s %s)", e(i), pick(g.Rand, "+", "-", "*", "/", "%"), e(i)) })
		}
		add(
			func() string { return f("-(%s)", e(i)) },
			func() string {
				return f("(%s %s %s)", e(i), pick(g.Rand, "/", "%"), pick(g.Rand, "7", "-3", "1000", "-1", "0"))
			},
			func() string {
				return f("size(%s)", e(pick(g.Rand, s, by, types.ListOf(i), types.MapOf(s, i), types.ListOf(tItem))))
			},
			func() string { return f("(%s.size() * 60 + %s.getMinutes() - 3)", e(s), e(ts)) },
			func() string { return f("int(%s)", e(pick(g.Rand, u, dbl, s, ts, du, i))) },
			func() string {
				return f("%s.%s(%s)", e(ts), pick(g.Rand, "getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek", "getHours", "getMinutes", "getSeconds", "getMilliseconds"),
					pick(g.Rand, "", `"Europe/Paris"`, `"-08:30"`, `"UTC"`, "s1"))
			},
			func() string {
				return f("%s.%s()", e(du), pick(g.Rand, "getHours", "getMinutes", "getSeconds", "getMilliseconds"))
			},
			func() string { return f("%s.qty", e(tItem)) },
			func() string { return f("%s.%s(%s)", e(s), pick(g.Rand, "indexOf", "lastIndexOf"), e(s)) },
			func() string { return f("%s.%s(%s, %s)", e(s), pick(g.Rand, "indexOf", "lastIndexOf"), e(s), e(i)) },
			func() string { return f("math.%s(%s, %s)", pick(g.Rand, "greatest", "least"), e(i), e(i)) },
			func() string { return f("math.greatest(%s, %s, %s)", e(i), e(i), e(i)) },
			func() string { return f("math.%s(%s)", pick(g.Rand, "abs", "sign", "bitNot"), e(i)) },
			func() string {
				return f("math.%s(%s, %s)", pick(g.Rand, "bitAnd", "bitOr", "bitXor", "bitShiftLeft", "bitShiftRight"), e(i), e(i))
			},
		)
	case types.Uint:
		for range 3 {
			add(func() string { return f("(%s %s %s)", e(u), pick(g.Rand, "+", "-", "*", "/", "%"), e(u)) })
		}
		add(
			func() string { return f("(%s %s %s)", e(u), pick(g.Rand, "/", "%"), pick(g.Rand, "7u", "0u", "1000u")) },
			func() string { return f("uint(%s)", e(pick(g.Rand, i, dbl, s))) },
			func() string { return f("uint(size(%s))", e(s)) },
			func() string { return f("hash(%s)", e(pick(g.Rand, i, u, s, by))) },
			func() string {
				return f("math.%s(%s, %s)", pick(g.Rand, "greatest", "least", "bitAnd", "bitXor"), e(u), e(u))
			},
			func() string { return f("math.bitShiftLeft(%s, %s)", e(u), e(i)) },
			func() string { return f("math.%s(%s)", pick(g.Rand, "abs", "sign"), e(u)) },
		)
	case types.Double:
		for range 3 {
			add(func() string { return f("(%s %s %s)", e(dbl), pick(g.Rand, "+", "-", "*", "/"), e(dbl)) })
		}
		add(
			func() string { return f("-(%s)", e(dbl)) },
			func() string { return f("(%s * %s + %s)", e(dbl), e(dbl), e(dbl)) },
			func() string { return f("double(%s)", e(pick(g.Rand, i, u, s))) },
			func() string {
				return f("math.%s(%s)", pick(g.Rand, "ceil", "floor", "round", "trunc", "abs", "sign", "sqrt"), e(dbl))
			},
			func() string { return f("math.sqrt(%s)", e(pick(g.Rand, i, u))) },
			func() string { return f("math.%s(%s, %s)", pick(g.Rand, "greatest", "least"), e(dbl), e(dbl)) },
			func() string { return f("math.least([%s, %s, %s])", "d1", e(dbl), "d2") },
		)
	case types.String:
		add(
			func() string { return f("(%s + %s)", e(s), e(s)) },
			func() string { return f("string(%s)", e(pick(g.Rand, b, i, u, dbl, by, ts, du, tStatus))) },
			func() string { return f("%s.%s()", e(s), pick(g.Rand, "lowerAscii", "upperAscii", "trim", "reverse")) },
			func() string { return f("%s.substring(%s)", e(s), e(i)) },
			func() string { return f("%s.substring(%s, %s)", e(s), e(i), e(i)) },
			func() string { return f("%s.charAt(%s)", e(s), e(i)) },
			func() string { return f("%s.replace(%s, %s)", e(s), e(s), e(s)) },
			func() string {
				return f("%s.replace(%s, %s, %s)", e(s), e(s), e(s), pick(g.Rand, "1", "-1", "0", "i1"))
			},
			func() string { return f("%s.join(%s)", e(types.ListOf(s)), e(s)) },
			func() string { return f("strings.quote(%s)", e(s)) },
			func() string { return f(`uuid_v5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", %s)`, e(s)) },
			func() string { return f("%s.sku", e(tItem)) },
		)
	case types.Bytes:
		add(func() string { return f("(%s + %s)", e(by), e(by)) }, func() string { return f("bytes(%s)", e(s)) }, func() string { return f("%s.blob", e(tItem)) })
	case types.Timestamp:
		add(
			func() string { return f("(%s + %s)", e(ts), e(du)) }, func() string { return f("(%s + %s)", e(du), e(ts)) },
			func() string { return f("(%s - %s)", e(ts), e(du)) }, func() string { return f("timestamp(%s)", e(pick(g.Rand, i, s))) },
			func() string { return f("%s.made", e(tItem)) },
		)
	case types.Duration:
		add(
			func() string { return f("(%s %s %s)", e(du), pick(g.Rand, "+", "-"), e(du)) },
			func() string { return f("(%s - %s)", e(ts), e(ts)) }, func() string { return f("duration(%s)", e(s)) },
		)
	case types.List:
		add(
			func() string { return f("(%s + %s)", e(t), e(t)) },
			func() string { return f("[%s, %s]", e(t.Elem), e(t.Elem)) },
			func() string { return f("[%s, ?%s]", e(t.Elem), e(optional(t.Elem))) },
			func() string { return g.filterOver(t, min(d, 2)) },
			func() string { return g.each("map", d, func() string { return e(t.Elem) }) },
			func() string { return g.each("map", d, func() string { return e(b) + ", " + e(t.Elem) }) },
			func() string { return f("optional.unwrap([%s, %s])", e(optional(t.Elem)), e(optional(t.Elem))) },
		)
		if t.Elem.Kind == types.String {
			add(func() string { return f("%s.split(%s)", e(s), e(s)) }, func() string { return f("%s.split(%s, %s)", e(s), e(s), pick(g.Rand, "2", "-1", "0", "i2")) },
				func() string { return "ms.map(k, k != s1, k)" })
		}
	case types.Map:
		add(
			func() string { return f("{%s: %s, %s: %s}", e(t.Key), e(t.Elem), e(t.Key), e(t.Elem)) },
			func() string { return f("{%s: %s, ?%s: %s}", e(t.Key), e(t.Elem), e(t.Key), e(optional(t.Elem))) },
		)
	case types.Optional:
		add(
			func() string { return f("optional.of(%s)", e(t.Elem)) },
			func() string { return f("optional.ofNonZeroValue(%s)", e(t.Elem)) },
			func() string { return f("%s.or(%s)", e(t), e(t)) },
			func() string { return f("%s[?%s]", e(types.ListOf(t.Elem)), e(i)) },
			func() string { return f("%s[?%s]", e(types.MapOf(s, t.Elem)), e(s)) },
			func() string { return f("%s.%s()", e(types.ListOf(t.Elem)), pick(g.Rand, "first", "last")) },
			func() string {
				g.n++
				name := "o" + strconv.Itoa(g.n)
				over := e(optional(i))
				g.vars = append(g.vars, scoped{name, i})
				n := len(g.vars)
				s := f("%s.optMap(%s, %s)", over, name, e(t.Elem))
				g.vars = g.vars[:n-1]
				return s
			},
		)
		for _, u := range []*types.Type{tChange, tNews} {
			for _, m := range u.Fields {
				if types.Equal(m.Type, t) {
					add(func() string { return e(u) + "." + m.Name })
				}
			}
		}
		if t.Elem.Kind == types.Int {
			add(func() string { return "oitem.?qty" }, func() string { return "oitem.qty" }, func() string { return f("%s.?qty", e(tItem)) },
				func() string { return f("oli[%s]", e(i)) }, func() string { return f("oli[?%s]", e(i)) }, func() string { return f("omi[%s]", e(s)) },
				func() string { return f("omi[?%s]", e(s)) }, func() string { return "omi.k1" }, func() string { return "omi.?k1" }, func() string { return "ms.?k1" },
				func() string { return f("oitem.optFlatMap(q, %s)", e(t)) })
		}
	}
	if len(opts) == 0 {
		return ""
	}
	return opts[g.IntN(len(opts))]()
}
