package expr

import (
	"slices"

	celast "cel.dev/cel-go/common/ast"

	"github.com/weirstream/weir/spec/types"
)

// header2 is [macro.header] for two variables.
func (m *macro) header2(src value, v vars, body *block, ordered bool) string {
	first, second := "_", "_"
	if body.mentions(v.first) {
		first = v.first
	}
	if body.mentions(v.second) {
		second = v.second
	}
	if src.typ.Kind == types.List {
		switch {
		case first == "_" && second == "_":
			return "for range " + src.code + " {"
		case first == "_":
			return "for _, " + second + " := range " + src.code + " {"
		}
		// CEL counts with int, Go with its own.
		index := m.c.temp()
		body.lines = append([]string{first + " := int64(" + index + ")"}, body.lines...)
		if second == "_" {
			return "for " + index + " := range " + src.code + " {"
		}
		return "for " + index + ", " + second + " := range " + src.code + " {"
	}
	if !ordered {
		switch {
		case first == "_" && second == "_":
			return "for range " + src.code + " {"
		case second == "_":
			return "for " + first + " := range " + src.code + " {"
		}
		return "for " + first + ", " + second + " := range " + src.code + " {"
	}
	if second != "_" {
		first = v.first
		body.lines = append([]string{second + " := " + src.code + "[" + first + "]"}, body.lines...)
	}
	keys := "cel.Keys"
	if src.typ.Key.Kind == types.Bool {
		keys = "cel.BoolKeys"
	}
	m.c.use(celPath)
	if first == "_" {
		return "for range " + keys + "(" + src.code + ") {"
	}
	return "for _, " + first + " := range " + keys + "(" + src.code + ") {"
}

// transformMap builds a map. Keys that the source has are distinct; of those that an expression makes, two may be the same, which is
// an error.
func (m *macro) transformMap(b *block) value {
	c := m.c
	src := m.source(b)
	vs, leave := m.enter(src.typ)
	defer leave()
	result := c.temp()
	b.add(result + " := " + c.goType(m.t) + "{}")
	in := b.child()
	in.loops++
	add := func(to *block) {
		if len(m.insert) == 2 {
			key, val := c.compile(m.insert[0], to), c.compile(m.insert[1], to)
			to.add(result + "[" + key.code + "] = " + val.code)
			return
		}
		c.use(celPath)
		if e := m.insert[0]; e.Kind() == celast.MapKind && e.AsMap().Size() == 1 && !e.AsMap().Entries()[0].AsMapEntry().IsOptional() {
			entry := e.AsMap().Entries()[0].AsMapEntry()
			key, val := c.compile(entry.Key(), to), c.compile(entry.Value(), to)
			to.add("if err := cel.Insert(" + result + ", " + key.code + ", " + val.code + "); err != nil {")
		} else {
			to.add("if err := cel.InsertAll(" + result + ", " + c.compile(e, to).code + "); err != nil {")
		}
		to.leave("err", 1)
		to.add("}")
	}
	if m.pred == nil {
		add(in)
	} else {
		p := c.compile(m.pred, in)
		yes := in.child()
		add(yes)
		in.nest("if "+p.code+" {", yes, "}")
	}
	ordered := slices.ContainsFunc(m.insert, c.acts) || m.pred != nil && c.acts(m.pred)
	b.nest(m.header(src, vs, in, ordered), in, "}")
	return value{code: result, prec: primaryPrec, typ: m.t, cheap: true}
}
