package expr

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// with declares variables for what body writes.
func (g *exprGen) with(vars []scoped, body func() string) string {
	n := len(g.vars)
	g.vars = append(g.vars, vars...)
	s := body()
	g.vars = g.vars[:n]
	return s
}

func (g *exprGen) name() string {
	g.n++
	return "w" + strconv.Itoa(g.n)
}

// two writes a macro with two variables over a list or map.
func (g *exprGen) two(method string, d int, body func(a, b string) string) string {
	src := pick(g.Rand, types.ListOf(types.IntType), types.ListOf(types.StringType), types.MapOf(types.StringType, types.IntType))
	a, b := g.name(), g.name()
	first := types.IntType
	if src.Kind == types.Map {
		first = src.Key
	}
	over := g.expr(src, min(d, 2))
	if method == "transformList" && src.Kind == types.Map {
		over = "ms" // the reference's own map literals have no order
	}
	return g.with([]scoped{{a, first}, {b, src.Elem}}, func() string {
		return fmt.Sprintf("%s.%s(%s, %s, %s)", over, method, a, b, body(a, b))
	})
}

// member is one of a union's.
func (g *exprGen) member(t *types.Type) *types.Field { return t.Fields[g.IntN(len(t.Fields))] }

// match takes a union apart, with an expression for every member or one for the rest.
func (g *exprGen) match(t *types.Type, d int) string {
	u := pick(g.Rand, tChange, tNews)
	parts := []string{g.expr(u, min(d, 2))}
	members := g.Perm(len(u.Fields))
	rest := g.IntN(2) == 0
	if rest {
		members = members[:1+g.IntN(len(members)-1)]
	}
	for _, n := range members {
		m, name := u.Fields[n], g.name()
		parts = append(parts, m.Name, name, g.with([]scoped{{name, m.Type.Elem}}, func() string { return g.expr(t, d-1) }))
	}
	if rest {
		parts = append(parts, g.expr(t, d-1))
	}
	return "match(" + strings.Join(parts, ", ") + ")"
}

// extension picks something of CEL's extensions that gives t.
func (g *exprGen) extension(t *types.Type, d int) string {
	e := func(t *types.Type) string { return g.expr(t, d) }
	f := fmt.Sprintf
	i, u, dbl, s, b, ts := types.IntType, types.UintType, types.DoubleType, types.StringType, types.BoolType, types.TimestampType
	bind := func() string {
		of := pick(g.Rand, i, s, b, dbl, optional(i), types.ListOf(i))
		name, init := g.name(), e(of)
		return g.with([]scoped{{name, of}}, func() string { return f("cel.bind(%s, %s, %s)", name, init, e(t)) })
	}
	opts := []func() string{bind}
	add := func(fs ...func() string) { opts = append(opts, fs...) }
	if t.Kind == types.Record || t.Kind == types.Enum {
		add(
			func() string { return f("%s.parse_json(json(%s))", t.Name, e(t)) },
			func() string {
				return f(`%s.parse_json(json(%s).replace(%s, %s, 1))`, t.Name, e(t), pick(g.Rand, g.literal(s), `":"`, `","`, `"}"`, `"0"`, `'"'`, `'":'`), pick(g.Rand, `"null"`, `" "`, `"1"`, `'"'`, `"e"`, `"[]"`))
			},
		)
	}
	switch t.Kind {
	case types.Bool:
		add(
			func() string {
				any := []*types.Type{i, u, dbl, s, types.ListOf(i), types.ListOf(dbl), types.MapOf(s, i), optional(i)}
				return f("(dyn(%s) %s %s)", e(pick(g.Rand, any...)), pick(g.Rand, "==", "!="), e(pick(g.Rand, any...)))
			},
			func() string { return f("(dyn(%s) in %s)", e(pick(g.Rand, i, u, dbl)), e(types.ListOf(i))) },
			func() string {
				return g.two(pick(g.Rand, "all", "exists", "existsOne"), d, func(_, _ string) string { return e(b) })
			},
			func() string {
				t := pick(g.Rand, types.ListOf(i), types.ListOf(dbl), types.ListOf(ts), types.ListOf(tPart))
				return f("%s.%s(%s)", e(t), pick(g.Rand, "hasAll", "hasAny", "hasOnly", "hasExactly"), e(t))
			},
			func() string {
				return f("sets.%s(%s, %s)", pick(g.Rand, "contains", "intersects", "equivalent"), e(types.ListOf(s)), e(types.ListOf(s)))
			},
			func() string { return f("isIP(%s)", e(s)) },
		)
	case types.Int:
		add(func() string {
			return f("size(%s.distinct())", e(pick(g.Rand, types.ListOf(dbl), types.ListOf(ts), types.ListOf(tItem))))
		})
	case types.String:
		add(
			func() string {
				return f(`"%%s|%%d|%%.3f|%%e|%%x|%%s|%%s".format([%s, %s, %s, %s, %s, %s, %s])`, e(pick(g.Rand, s, i, u, dbl, b, ts)), e(pick(g.Rand, i, u, dbl)),
					e(pick(g.Rand, i, u, dbl)), e(dbl), e(pick(g.Rand, i, u, s)), e(types.ListOf(s)), e(types.MapOf(s, i)))
			},
			func() string { return f(`regex.replace(%s, "[a-c]+", %s, %s)`, e(s), pick(g.Rand, `"<>"`, "s1"), e(i)) },
			func() string {
				return f(`regex.extract(%s, %s).orValue("-")`, e(s), pick(g.Rand, `"b(.)"`, `"[0-9]+"`, "s2"))
			},
			func() string { return f("base64.encode(%s)", e(types.BytesType)) },
			func() string { return f("json(%s)", e(pick(g.Rand, g.scalarType(), g.anyType()))) },
		)
	case types.Bytes:
		add(func() string { return f("base64.decode(%s)", e(s)) })
	case types.List:
		add(
			func() string { return f("%s.slice(%s, %s)", e(t), e(i), e(i)) },
			func() string { return f("%s.reverse()", e(t)) },
			func() string { return g.chain(t, e) },
			func() string { return f("%s.distinct()", e(t)) },
			func() string { return f("[%s, %s].flatten()", e(t), e(t)) },
			func() string {
				return g.two("transformList", d, func(_, _ string) string { return pick(g.Rand, "", e(b)+", ") + e(t.Elem) })
			},
			func() string {
				over, name := e(t), g.name()
				return g.with([]scoped{{name, t.Elem}}, func() string { return f("(%s).sortBy(%s, %s)", over, name, e(pick(g.Rand, i, s, ts))) })
			},
		)
		if t.Elem.Scalar() {
			add(func() string { return f("%s.sort()", e(t)) })
		}
	case types.Map:
		add(func() string { return f("%s.transformMap(%s, %s, %s)", "ms", g.name(), g.name(), e(t.Elem)) })
		if t.Key.Kind == types.String && t.Elem.Kind == types.Int {
			add(func() string {
				k, v := g.name(), g.name()
				return g.with([]scoped{{k, i}, {v, s}}, func() string { return f("ls.transformMapEntry(%s, %s, {%s: %s})", k, v, e(s), e(i)) })
			})
		}
	case types.Record:
		switch {
		case t.Union:
			m := g.member(t)
			add(func() string { return f("%s{%s: %s}", t.Name, m.Name, e(m.Type.Elem)) })
		case t.Name == "Part":
			add(func() string { return f("Part{name: %s, ?grams: %s}", e(s), e(optional(i))) })
		case t.Name == "Box":
			add(func() string {
				return f("Box{lid: %s, ?inside: %s, last: %s, before: %s, ?news: %s, by_name: %s}", e(tPart), e(optional(tItem)), e(tChange), e(types.ListOf(tChange)),
					e(optional(tNews)), e(types.MapOf(s, tItem)))
			})
		}
	}
	return opts[g.IntN(len(opts))]()
}

// chain is a filter or map of the elements of another, ending in a list of t.
func (g *exprGen) chain(t *types.Type, e func(*types.Type) string) string {
	elem := pick(g.Rand, types.IntType, types.StringType, tItem, types.TimestampType)
	text := e(types.ListOf(elem))
	for i := range 2 + g.IntN(2) {
		name := pick(g.Rand, g.name(), "s1", "i1") // which hide variables of the record
		to := elem
		if g.IntN(3) > 0 {
			to = pick(g.Rand, types.IntType, types.StringType, tItem)
		}
		if i > 0 && !types.Equal(elem, t.Elem) || g.IntN(3) == 0 {
			to = t.Elem
		}
		vars := []scoped{{name, elem}}
		switch pass := func() string { return g.with(vars, func() string { return e(types.BoolType) }) }; {
		case types.Equal(to, elem) && g.IntN(3) > 0:
			text = fmt.Sprintf("%s.filter(%s, %s)", text, name, pass())
		case g.IntN(2) == 0:
			text = fmt.Sprintf("%s.map(%s, %s, %s)", text, name, pass(), g.with(vars, func() string { return e(to) }))
			elem = to
		default:
			text = fmt.Sprintf("%s.map(%s, %s)", text, name, g.with(vars, func() string { return e(to) }))
			elem = to
		}
	}
	if !types.Equal(elem, t.Elem) {
		name := g.name()
		return fmt.Sprintf("%s.map(%s, %s)", text, name, g.with([]scoped{{name, elem}}, func() string { return e(t.Elem) }))
	}
	return text
}
