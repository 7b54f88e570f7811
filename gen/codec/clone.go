package codec

import (
	"fmt"

	"github.com/weirstream/weir/spec/types"
)

// shares tells whether a value of a type may share memory with the record that it was decoded from.
func shares(t *types.Type) bool {
	switch t.Kind {
	case types.String, types.Bytes, types.List, types.Map:
		return true
	case types.Optional:
		return shares(t.Elem)
	case types.Record:
		for _, f := range t.Fields {
			if shares(f.Type) {
				return true
			}
		}
	}
	return false
}

// cloner prints clone, and those of the records inside.
func (g *generator) cloner(t *types.Type) error {
	err := g.decl(g.Type(t)+".clone", false, func(p *printer) error {
		p.line("// clone makes o keep its values: it gives o copies of whatever it shares with the record that it came from.")
		p.line("func (o *%s) clone() {", p.Type(t))
		for _, f := range t.Fields {
			p.clone("o."+p.Field(f), f.Type, 1)
		}
		p.line("}")
		return nil
	})
	if err != nil {
		return err
	}
	return g.each(t, func(inner *types.Type) error {
		if shares(inner) {
			return g.cloner(inner)
		}
		return nil
	}, nil)
}

// clone prints the statements that replace dst by a copy of its own; none when it shares nothing.
func (p *printer) clone(dst string, t *types.Type, depth int) {
	suffix := ""
	if depth > 1 {
		suffix = fmt.Sprint(depth)
	}
	if !shares(t) {
		return
	}
	switch t.Kind {
	case types.String:
		p.line("%s = %s", dst, p.call(pkgString, "Clone", dst))
	case types.Bytes:
		p.line("%s = %s", dst, p.call(pkgBytes, "Clone", dst))
	case types.Optional:
		p.clone(dst+".Value", t.Elem, depth)
	case types.Record:
		p.line("%s.clone()", dst)
	case types.List:
		p.line("%s = %s", dst, p.call(pkgSlices, "Clone", dst))
		if shares(t.Elem) {
			i := "i" + suffix
			p.line("for %s := range %s {", i, dst)
			p.clone(dst+"["+i+"]", t.Elem, depth+1)
			p.line("}")
		}
	case types.Map:
		if !shares(t.Key) && !shares(t.Elem) {
			p.line("%s = %s", dst, p.call(pkgMaps, "Clone", dst))
			return
		}
		k, v, m := "k"+suffix, "v"+suffix, "m"+suffix
		p.line("if %s != nil {", dst)
		p.line("%s := make(%s, len(%s))\nfor %s, %s := range %s {", m, p.goType(t), dst, k, v, dst)
		p.clone(k, t.Key, depth+1)
		p.clone(v, t.Elem, depth+1)
		p.line("%s[%s] = %s\n}\n%s = %s\n}", m, k, v, dst, m)
	}
}
