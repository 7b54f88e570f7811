package codec

import "github.com/weirstream/weir/spec/types"

// Text asks for the function Name, which makes the JSON text of a value of a type of any kind.
type Text struct {
	Name string
	Type *types.Type
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
