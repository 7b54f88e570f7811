package codec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// csvDecoder prints decodeCSV and the description of the format.
func (g *generator) csvDecoder(t *types.Type, c *CSV) error {
	used := g.use.fields(t)
	columns := make([]int, len(used)) // of each field
	for i, f := range used {
		columns[i] = slices.IndexFunc(c.Columns, func(column string) bool { return slices.Contains(wires(f), column) })
		if columns[i] < 0 && mustBeThere(f) {
			return fmt.Errorf("type %s: field %s has no column", t.Name, f.Name)
		}
		if k := csvScalar(f.Type).Kind; k > types.Enum && columns[i] >= 0 {
			return fmt.Errorf("type %s: field %s is a %s, which CSV can't hold", t.Name, f.Name, k)
		}
	}
	if err := g.csvFormat(t, c); err != nil {
		return err
	}
	if err := g.defaults(t); err != nil {
		return err
	}
	name, method := g.Type(t), "decodeCSV"+c.Suffix
	return g.decl(name+"."+method, false, func(p *printer) error {
		p.line("// %s reads b, one CSV record, into o: %s. Strings and bytes alias b and s.", method, list(present(used)))
		p.line("func (o *%s) %s(b []byte, s *%s.Scratch) error {", name, method, p.pkg(pkgCSV))
		p.line("if err := s.Split(b, &%s); err != nil {\nreturn err\n}", formatVar(name, c))
		for i, f := range used {
			dst, column := "o."+p.Field(f), columns[i]
			switch {
			case column < 0 && f.Default != nil && copied(f.Type):
				p.line("o.%s()", defaultMethod(p, f))
			case column < 0 && f.Default != nil:
				p.line("%s = %s", dst, p.defaultValue(t, f))
			case column < 0:
				p.line("%s = %s{}", dst, p.goType(f.Type))
			case f.Default != nil && f.Type.Kind != types.Optional:
				p.line("if s.Null(%d) {\n%s = %s\n} else {", column, dst, p.defaultValue(t, f))
				p.readCell(dst, f.Type, f.As, column)
				p.line("}")
			case f.Type.Kind == types.Optional:
				p.line("if s.Null(%d) {\n%s = %s{}\n} else {", column, dst, p.goType(f.Type))
				p.line("%s.Valid = true", dst)
				p.readCell(dst+".Value", f.Type.Elem, f.As, column)
				p.line("}")
			default:
				p.readCell(dst, f.Type, f.As, column)
			}
		}
		p.line("return s.Err()\n}")
		return nil
	})
}

// readCell prints the statements that read a cell into dst.
func (p *printer) readCell(dst string, t *types.Type, as types.TimeAs, column int) {
	p.line("%s = %s", dst, p.cell(t, as, column))
	for _, c := range p.checks(t) {
		p.line("if !%s(%s) {\ns.Bad(%d, %s)\n}", c.Func, dst, column, literal(c.Msg))
	}
}

// cell is the expression that reads a cell.
func (p *printer) cell(t *types.Type, as types.TimeAs, column int) string {
	switch t.Kind {
	case types.Enum:
		return fmt.Sprintf("%s.Enum(s, %d, Parse%s, %s)", p.pkg(pkgCSV), column, p.Type(t), quote("one of "+list(t.Values)))
	case types.Timestamp:
		return fmt.Sprintf("s.%s(%d)", timeName(as), column)
	case types.Decimal:
		if t.Precision > 0 {
			return fmt.Sprintf("s.DecimalOf(%d, %d, %d)", column, t.Precision, t.Scale)
		}
	}
	return fmt.Sprintf("s.%s(%d)", jsonReaders[t.Kind], column)
}

// csvFormat prints the variable that describes a spelling.
func (g *generator) csvFormat(t *types.Type, c *CSV) error {
	name := formatVar(g.Type(t), c)
	if err := g.spelling(name, *c); err != nil {
		return err
	}
	return g.decl(name, false, func(p *printer) error {
		p.line("// %s is how %s stands in CSV.", name, p.Type(t))
		p.line("var %s = %s.Format{", name, p.pkg(pkgCSV))
		p.line("Delimiter: %q,", c.Delimiter)
		p.line("Nulls: []string{%s},", quoted(c.Nulls))
		p.line("Columns: []string{%s},\n}", quoted(c.Columns))
		return nil
	})
}

func formatVar(goType string, c *CSV) string { return lowerFirst(goType) + "CSV" + c.Suffix }

// csvScalar is the type of a cell's value.
func csvScalar(t *types.Type) *types.Type {
	if t.Kind == types.Optional {
		return t.Elem
	}
	return t
}

// present are the names that fields have in the data today.
func present(fields []*types.Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = wire(f)
	}
	return names
}

func quoted(list []string) string {
	q := make([]string, len(list))
	for i, s := range list {
		q[i] = quote(s)
	}
	return strings.Join(q, ", ")
}

// csvEncoder prints appendCSV and the description of the format.
func (g *generator) csvEncoder(t *types.Type, c *CSV) error {
	for _, f := range t.Fields {
		if k := csvScalar(f.Type).Kind; k > types.Enum {
			return fmt.Errorf("type %s: field %s is a %s, which CSV can't hold", t.Name, f.Name, k)
		}
	}
	if err := g.csvFormat(t, c); err != nil {
		return err
	}
	name, method := g.Type(t), "appendCSV"+c.Suffix
	return g.decl(name+"."+method, false, func(p *printer) error {
		p.line("// %s appends o as a CSV record, without a line break behind it.", method)
		p.line("func (o *%s) %s(b []byte) []byte {", name, method)
		variable := formatVar(name, c)
		for i, column := range c.Columns {
			if i > 0 {
				p.line("b = append(b, %q)", c.Delimiter)
			}
			f := columnField(t, column)
			if f == nil {
				p.line("b = %s.AppendNull(b) // %s", variable, column)
				continue
			}
			src := "o." + p.Field(f)
			if f.Type.Kind == types.Optional {
				p.line("if %s.Valid {", src)
				p.appendCell(variable, src+".Value", f.Type.Elem, f.As)
				p.line("} else {\nb = %s.AppendNull(b)\n}", variable)
			} else {
				p.appendCell(variable, src, f.Type, f.As)
			}
		}
		p.line("return b\n}")
		return nil
	})
}

func (p *printer) appendCell(variable, src string, t *types.Type, as types.TimeAs) {
	writer := jsonWriters[t.Kind]
	switch t.Kind {
	case types.Timestamp:
		writer = timeName(as)
	case types.Enum:
		writer, src = "String", src+".String()"
	case types.Decimal:
		p.line("b = %s.AppendDecimal(b, %s, %d)", variable, src, t.Scale)
		return
	}
	p.line("b = %s.Append%s(b, %s)", variable, writer, src)
}

func columnField(t *types.Type, column string) *types.Field {
	for _, f := range t.Fields {
		if wire(f) == column {
			return f
		}
	}
	return nil
}
