package codec

import (
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// Text asks for the function Name, which makes the JSON text of a value of a type of any kind.
type Text struct {
	Name string
	Type *types.Type
}

// Parse asks for the function Name, which reads a value of a type of any kind from a JSON text. All fields of the records in it have to be
// read (see [Use]).
type Parse struct {
	Name string
	Type *types.Type
}

func (g *generator) parse(x *Parse) error {
	t := x.Type
	scan := "scan" + strings.TrimPrefix(x.Name, "parse")
	err := g.decl(x.Name, false, func(p *printer) error {
		p.line("// %s is the %s that a JSON text spells. It shares the memory of the text.", x.Name, spelled(t))
		p.line("func %s(text string) (%s, error) {", x.Name, p.goType(t))
		p.line("var s %s.Scratch\nb := jsonx.View(text)", p.pkg(pkgJSON))
		switch {
		case t.Kind == types.Enum && t.Alias == nil:
			p.line("v, i := scan%sJSON(b, jsonx.Space(b, 0), &s)", p.Type(t))
		case t.Kind == types.Record:
			p.line("var v %s\ni := v.scanJSON(b, jsonx.Space(b, 0), &s)", p.goType(t))
		default:
			p.line("var v %s\ni := %s(&v, b, jsonx.Space(b, 0), &s)", p.goType(t), scan)
		}
		p.line("return v, s.Err(b, jsonx.End(b, i))\n}")
		return nil
	})
	if err != nil {
		return err
	}
	if t.Kind != types.Record && (t.Kind != types.Enum || t.Alias != nil) {
		err = g.decl(scan, false, func(p *printer) error {
			p.line("// %s reads the %s at b[i:] into o, and returns the cursor behind it.", scan, spelled(t))
			p.line("func %s(o *%s, b []byte, i int, s *%s.Scratch) int {", scan, p.goType(t), p.pkg(pkgJSON))
			p.scan("*o", t, types.RFC3339, nil, 1)
			p.line("return i\n}")
			return nil
		})
	}
	if err != nil {
		return err
	}
	return g.inside(t, g.jsonScanner, g.jsonEnumScanner)
}

// spelled is a type's name in the spec, or what it is.
func spelled(t *types.Type) string {
	if t.Alias != nil {
		return t.Alias.Name
	}
	return t.String()
}

func (g *generator) text(x *Text) error {
	err := g.decl(x.Name, false, func(p *printer) error {
		p.line("// %s is the JSON text of %s.", x.Name, x.Type)
		p.line("func %s(v %s) string {", x.Name, p.goType(x.Type))
		p.line("b := make([]byte, 0, 64)")
		p.appendJSON("v", x.Type, types.RFC3339, 1)
		p.line("return %s.Own(b)\n}", p.pkg(pkgJSON))
		return nil
	})
	if err != nil {
		return err
	}
	return g.inside(x.Type, g.jsonEncoder, nil)
}
