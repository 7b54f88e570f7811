package codec

import (
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// GoType is the Go type of the values of t, and the imports that it needs: cel.Opt[string], []Item, map[string]int64.
func GoType(t *types.Type, n Names) (string, []string) {
	p := newPrinter(n)
	text := p.goType(t)
	d, _ := p.decl("") // nothing was printed, so nothing can fail
	return text, d.Imports
}

func (p *printer) goType(t *types.Type) string {
	switch t.Kind {
	case types.Bool:
		return "bool"
	case types.Int:
		return "int64"
	case types.Uint:
		return "uint64"
	case types.Double:
		return "float64"
	case types.String:
		return "string"
	case types.Bytes:
		return "[]byte"
	case types.Timestamp:
		return p.pkg(pkgTime) + ".Time"
	case types.Duration:
		return p.pkg(pkgTime) + ".Duration"
	case types.Decimal:
		return p.pkg(pkgDec) + ".Decimal"
	case types.Date:
		return p.pkg(pkgCivil) + ".Date"
	case types.TimeOfDay:
		return p.pkg(pkgCivil) + ".Time"
	case types.List:
		return "[]" + p.goType(t.Elem)
	case types.Map:
		return "map[" + p.goType(t.Key) + "]" + p.goType(t.Elem)
	case types.Optional:
		return p.pkg(pkgCel) + ".Opt[" + p.goType(t.Elem) + "]"
	}
	return p.Type(t)
}

// structType declares a record's type, and those that its fields need.
func (g *generator) structType(t *types.Type) error {
	err := g.decl(g.Type(t), true, func(p *printer) error {
		if t.Union {
			p.unionType(t)
			return nil
		}
		what := ""
		if g.Doc != nil {
			what = g.Doc(t)
		}
		switch {
		case what != "":
		case t.Derived:
			what = "the result of step " + t.Name
		default:
			what = "the record " + t.Name
		}
		p.line("// %s is %s.", p.Type(t), what)
		p.line("type %s struct {", p.Type(t))
		for _, f := range t.Fields {
			comment := "// " + f.Name + ": " + f.Type.Spelling()
			if f.Wire != "" && f.Wire != f.Name {
				comment += ", in the data " + f.Wire
			}
			if f.Deprecated != "" {
				p.line("// Deprecated: %s", strings.Join(strings.Fields(f.Deprecated), " "))
			}
			p.line("%s %s %s", p.Field(f), p.goType(f.Type), comment)
		}
		p.line("}")
		return nil
	})
	if err != nil {
		return err
	}
	return g.each(t, g.structType, g.enum)
}

// each calls the functions for the records and the enums that the fields of a record contain directly.
func (g *generator) each(t *types.Type, record, enum func(*types.Type) error) error {
	for _, f := range t.Fields {
		if err := g.inside(f.Type, record, enum); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) inside(t *types.Type, record, enum func(*types.Type) error) error {
	for t.Elem != nil {
		t = t.Elem
	}
	switch {
	case t.Kind == types.Record && record != nil:
		return record(t)
	case t.Kind == types.Enum && enum != nil:
		return enum(t)
	}
	return nil
}

// enum declares an enum's type, constants and names.
func (g *generator) enum(t *types.Type) error {
	return g.decl(g.Type(t), true, func(p *printer) error {
		name := p.Type(t)
		base := "uint8"
		if len(t.Values) > 255 {
			base = "uint16"
		}
		p.line("// %s is the enum %s. The zero value is none of its values.", name, t.Name)
		p.line("type %s %s\n", name, base)
		p.line("// The values of %s.", name)
		p.line("const (")
		for i, v := range t.Values {
			if i == 0 {
				p.line("%s %s = iota + 1", p.EnumConst(t, v), name)
			} else {
				p.line("%s", p.EnumConst(t, v))
			}
		}
		p.line(")\n")
		p.line("// String is the value's name in the spec and in the data.")
		p.line("func (v %s) String() string {\nswitch v {", name)
		for _, v := range t.Values {
			p.line("case %s:\nreturn %s", p.EnumConst(t, v), quote(v))
		}
		p.line("}\nreturn \"\"\n}\n")
		p.line("// Parse%s is the value of a name.", name)
		p.line("func Parse%s(name []byte) (v %s, ok bool) {\nswitch string(name) {", name, name)
		for _, v := range t.Values {
			p.line("case %s:\nreturn %s, true", quote(v), p.EnumConst(t, v))
		}
		p.line("}\nreturn 0, false\n}")
		return nil
	})
}

// list joins names for a sentence, and says how many more there are.
func list(names []string) string {
	const most = 8
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

// wires are the names that the data may have for a field, the present one first.
func wires(f *types.Field) []string { return append([]string{wire(f)}, f.WasWire...) }

// checks are the functions that check values of a type named by an alias.
func (p *printer) checks(t *types.Type) []Check {
	if t.Alias == nil || p.Checks == nil {
		return nil
	}
	return p.Checks(t)
}

// wire is the name of a field in the data.
func wire(f *types.Field) string {
	if f.Wire == "" {
		return f.Name
	}
	return f.Wire
}
