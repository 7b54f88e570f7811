package codec

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// Value asks for functions about values of a type of any kind, which end in Name: append and read, for a part of a state in the
// encoding of package stateenc, and where values hold memory outside of themselves also keep, a copy of one that shares nothing with the
// record in hand, and heap, how much that memory is.
type Value struct {
	Name string
	Type *types.Type
}

// Shares tells whether values of a type hold memory outside of themselves, and so may share it with the record that they were decoded
// from.
func Shares(t *types.Type) bool { return shares(t) }

func (g *generator) value(v *Value) error {
	t := v.Type
	err := g.decl("append"+v.Name, false, func(p *printer) error {
		p.line("// append%s appends o as a part of a state in the encoding of package stateenc.", v.Name)
		p.line("func append%s(b []byte, o %s) []byte {", v.Name, p.goType(t))
		p.appendState("o", t, 1)
		p.line("return b\n}")
		return nil
	})
	if err != nil {
		return err
	}
	err = g.decl("read"+v.Name, false, func(p *printer) error {
		p.line("// read%s reads at b[i:] what append%s wrote, and returns the cursor behind it.", v.Name, v.Name)
		p.line("func read%s(b []byte, i int) (o %s, _ int) {", v.Name, p.goType(t))
		if composite(t) {
			p.counter(t, 1)
		}
		p.readState("o", t, 1)
		p.line("return o, i\n}")
		return nil
	})
	if err != nil {
		return err
	}
	if shares(t) {
		err = g.decl("keep"+v.Name, false, func(p *printer) error {
			p.line("// keep%s is a copy of o that shares nothing with the record that o came with.", v.Name)
			p.line("func keep%s(o %s) %s {", v.Name, p.goType(t), p.goType(t))
			p.clone("o", t, 1)
			p.line("return o\n}")
			return nil
		})
		if err != nil {
			return err
		}
		err = g.decl("heap"+v.Name, false, func(p *printer) error {
			p.line("// heap%s estimates what o holds outside itself, in bytes.", v.Name)
			p.line("func heap%s(o %s) int {", v.Name, p.goType(t))
			p.line("n := 0")
			p.heap("o", t, 1)
			p.line("return n\n}")
			return nil
		})
		if err != nil {
			return err
		}
		err = g.inside(t, func(inner *types.Type) error {
			if shares(inner) {
				return g.cloner(inner)
			}
			return nil
		}, nil)
		if err != nil {
			return err
		}
	}
	return g.inside(t, g.stateParts, g.stateEnum)
}

// heap prints statements that add to n what src holds outside itself.
func (p *printer) heap(src string, t *types.Type, depth int) {
	if !shares(t) {
		return
	}
	suffix := ""
	if depth > 1 {
		suffix = fmt.Sprint(depth)
	}
	switch t.Kind {
	case types.String, types.Bytes:
		p.line("n += len(%s)", src)
	case types.Optional:
		p.heap(src+".Value", t.Elem, depth)
	case types.Record:
		for _, f := range t.Fields {
			p.heap(src+"."+p.Field(f), f.Type, depth)
		}
	case types.List:
		p.line("n += %d * len(%s)", width(t.Elem), src)
		if shares(t.Elem) {
			i := "i" + suffix
			p.line("for %s := range %s {", i, src)
			p.heap(src+"["+i+"]", t.Elem, depth+1)
			p.line("}")
		}
	case types.Map:
		k, v := "k"+suffix, "v"+suffix
		p.line("n += %d * len(%s)", 2*(width(t.Key)+width(t.Elem)), src)
		var vars []string
		switch {
		case shares(t.Elem) && shares(t.Key):
			vars = []string{k, v}
		case shares(t.Elem):
			vars = []string{"_", v}
		case shares(t.Key):
			vars = []string{k}
		default:
			return
		}
		p.line("for %s := range %s {", strings.Join(vars, ", "), src)
		p.heap(k, t.Key, depth+1)
		p.heap(v, t.Elem, depth+1)
		p.line("}")
	}
}

// width is how many bytes a value takes in a variable, roughly.
func width(t *types.Type) int {
	switch t.Kind {
	case types.Bool, types.Enum:
		return 1
	case types.String, types.Decimal:
		return 16
	case types.Bytes, types.List, types.Timestamp:
		return 24
	case types.Optional:
		return width(t.Elem) + 8
	case types.Record:
		n := 0
		for _, f := range t.Fields {
			n += width(f.Type)
		}
		return n
	}
	return 8
}
