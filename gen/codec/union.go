package codec

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// unionType declares a union's type: a struct with an optional for each member. A record in hand then holds its member itself,
// and needs no memory beside it.
func (p *printer) unionType(t *types.Type) {
	p.line("// %s is the union %s: exactly one of its members has a value.", p.Type(t), t.Name)
	p.line("type %s struct {", p.Type(t))
	for _, f := range t.Fields {
		comment := "// " + f.Name + ": " + f.Type.Elem.Spelling()
		if wire(f) != f.Name {
			comment += ", in the data " + f.Wire
		}
		if f.Deprecated != "" {
			p.line("// Deprecated: %s", strings.Join(strings.Fields(f.Deprecated), " "))
		}
		p.line("%s %s %s", p.Field(f), p.goType(f.Type), comment)
	}
	p.line("}")
}

func memberWires(t *types.Type) []string {
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = wire(f)
	}
	return names
}

// scanUnion prints the decoder of a union whose member stands under its name. A member that is null counts as one that is not
// there, as writers leave them that know no unions. Of a member that nobody reads only its presence is noted.
func (p *printer) scanUnion(t *types.Type, used []*types.Field) {
	p.pkg(pkgJSON)
	names := memberWires(t)
	p.line("// scanJSON reads the object at b[i:], which has one of %s,\n// and returns the cursor behind it.", list(names))
	p.line("func (o *%s) scanJSON(b []byte, i int, s *jsonx.Scratch) int {", p.Type(t))
	p.line("*o = %s{}", p.Type(t))
	p.line("var seen uint64 // bit n: member n is there")
	p.line("at := i")
	p.line("key, i := jsonx.FirstKey(b, i, s)")
	p.line("for ; key != nil; key, i = jsonx.NextKey(b, i, s) {")
	p.line("if jsonx.Null(b, i) {\ni += 4\ncontinue\n}")
	p.line("switch string(key) {")
	for n, f := range t.Fields {
		p.line("case %s:", quoted(wires(f)))
		p.line("seen |= 1 << %d", n)
		p.member(f, slices.Contains(used, f))
	}
	p.line("default:\ni = jsonx.Skip(b, i)\n}")
	p.line("if i < 0 {\nreturn s.In(i, string(key))\n}\n}")
	p.line("if i >= 0 && %s != 1 {", p.call(pkgBits, "OnesCount64", "seen"))
	p.line("return s.NotOne(at, seen, %s)\n}", quoted(names))
	p.line("return i\n}")
}

// member prints the statements that read the member at i.
func (p *printer) member(f *types.Field, used bool) {
	dst := "o." + p.Field(f)
	switch {
	case !used:
		p.line("i = jsonx.Skip(b, i)")
	case composite(f.Type):
		p.line("i = o.%s(b, i, s)", scanMethod(p, f))
	default:
		p.line("%s.Valid = true", dst)
		p.scan(dst+".Value", f.Type.Elem, f.As, nil, 1)
	}
}

// scanTagged prints the decoder of a union whose member, a record, has its fields beside the tag that names it. The tag may stand
// anywhere, so it is looked for first; usually it is the first field.
func (p *printer) scanTagged(t *types.Type, used []*types.Field) {
	p.pkg(pkgJSON)
	names := list(memberWires(t))
	p.line("// scanJSON reads the object at b[i:] as the member that its %s names, one of %s,\n// and returns the cursor behind it.", t.Tag, names)
	p.line("func (o *%s) scanJSON(b []byte, i int, s *jsonx.Scratch) int {", p.Type(t))
	p.line("*o = %s{}", p.Type(t))
	p.line("tag, at := s.Tag(b, i, %s)\nif at < 0 {\nreturn at\n}", quote(t.Tag))
	p.line("switch string(tag) {")
	for _, f := range t.Fields {
		p.line("case %s:", quoted(wires(f)))
		if !slices.Contains(used, f) {
			p.line("return jsonx.Skip(b, i)")
			continue
		}
		p.line("o.%s.Valid = true", p.Field(f))
		p.line("return o.%s.Value.scanJSON(b, i, s)", p.Field(f))
	}
	p.line("}")
	p.line("return s.In(s.Bad(at, %s), %s)\n}", quote("expected one of "+names), quote(t.Tag))
}

// appendUnion prints the encoder of a union.
func (p *printer) appendUnion(t *types.Type) {
	if t.Tag == "" {
		p.line("// appendJSON appends o as a JSON object with its member under the member's name.")
	} else {
		p.line("// appendJSON appends o as the JSON object of its member, which begins with the member's name as %s.", t.Tag)
	}
	p.line("func (o *%s) appendJSON(b []byte) []byte {", p.Type(t))
	p.line("switch {")
	for _, f := range t.Fields {
		src := "o." + p.Field(f)
		p.line("case %s.Valid:", src)
		if t.Tag != "" {
			p.line("b = append(b, %s...)", literal("{"+jsonString(t.Tag)+":"+jsonString(wire(f))))
			p.line("return %s.Beside(%s.Value.appendJSON(b), len(b))", p.pkg(pkgJSON), src)
			continue
		}
		p.line("b = append(b, %s...)", literal("{"+jsonString(wire(f))+":"))
		p.appendJSON(src+".Value", f.Type.Elem, f.As, 1)
		p.line("return append(b, '}')")
	}
	p.line("}\nreturn append(b, \"{}\"...)\n}")
}
