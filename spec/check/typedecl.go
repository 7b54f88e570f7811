package check

import (
	"slices"

	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// reserved are the words that CEL keeps to itself: no field of this name could be read.
var reserved = []string{
	"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "package", "namespace",
	"null", "return", "true", "var", "void", "while",
}

// literals are those of them that can't even stand behind a dot, as the values of enums do.
var literals = []string{"false", "in", "null", "true"}

// hidden are the names that expressions see besides the fields of the record.
var hidden = map[string]string{
	"key": "the record's key", "event_time": "the record's event time", "processing_time": "the time of processing", "window": "the bounds of a window", "headers": "the record's headers",
	"kafka": "where the record was read",
}

// declareTypes makes the records, enums and aliases, in several passes because they refer to each other.
func (c *checker) declareTypes() {
	records := map[*types.Type]*syntax.TypeDecl{}
	for _, d := range c.tree.Types {
		if d.IsAlias {
			continue
		}
		t := &types.Type{Kind: types.Record, Name: d.Name.Value, Span: d.Name.Span}
		if d.IsEnum {
			t.Kind = types.Enum
			c.enumValues(t, d)
		} else {
			records[t] = d
			t.Union = d.IsUnion
		}
		c.types[t.Name] = t
		c.p.Types = append(c.p.Types, t)
	}
	c.declareAliases()
	var unions []func()
	for _, t := range c.p.Types {
		if d := records[t]; d != nil {
			for _, f := range d.Fields {
				t.Fields = append(t.Fields, c.field(f))
			}
			c.uniqueWires(t)
			if t.Union {
				unions = append(unions, func() { c.union(t, d) })
			}
		}
	}
	for _, check := range unions { // the fields of all records are known by now
		check()
	}
	for _, t := range c.p.Types {
		if path := recursion(t, t, map[*types.Type]bool{}); path != nil {
			c.report(recursiveType(t, path))
			for _, f := range t.Fields { // so that nothing behind this runs in circles
				f.Type = &types.Type{Kind: types.Invalid}
			}
		}
	}
	c.readDefaults()
}

func (c *checker) enumValues(t *types.Type, d *syntax.TypeDecl) {
	seen := map[string]*syntax.Text{}
	inGo := map[string]*syntax.Text{}
	for _, v := range d.Values {
		switch first := inGo[naming.Exported(v.Value)]; {
		case seen[v.Value] != nil:
			c.report(duplicateValue(v, seen[v.Value].Span))
			continue
		case slices.Contains(literals, v.Value):
			c.report(reservedWord(v, true))
		case first != nil:
			c.report(sameGoName(v, first.Value, first.Span, naming.Exported(v.Value)))
		}
		seen[v.Value], inGo[naming.Exported(v.Value)] = v, v
		t.Values = append(t.Values, v.Value)
	}
	if len(t.Values) > 255 {
		c.report(tooManyValues(d.Values[255]))
	}
}

func (c *checker) field(d *syntax.Field) *types.Field {
	f := &types.Field{Name: d.Name.Value, Wire: d.Name.Value, Span: d.Name.Span, Type: c.typeOf(d.Type)}
	if slices.Contains(reserved, f.Name) {
		c.report(reservedWord(d.Name, false))
	}
	if d.Wire != nil {
		f.Wire = d.Wire.Value
	}
	if f.Type == nil {
		f.Type = &types.Type{Kind: types.Invalid}
	} else if d.As != nil && !spells(f.Type, d.As.Value) {
		c.report(asWithoutTime(d.As, f))
	}
	if d.As != nil {
		switch d.As.Value {
		case "epoch_ms":
			f.As = types.EpochMillis
		case "epoch_s":
			f.As = types.EpochSeconds
		case "string":
			f.As = types.AsString
		}
	}
	if d.Default != nil && f.Type.Kind != types.Invalid {
		c.defaults[f] = d.Default
	}
	if d.Deprecated != nil {
		f.Deprecated = d.Deprecated.Value
	}
	for _, old := range d.RenamedFrom {
		f.WasWire = append(f.WasWire, old.Value)
	}
	return f
}

// spells tells whether json.as means something for a type: a timestamp or decimal, or an optional, list or map of them.
func spells(t *types.Type, as string) bool {
	for t.Elem != nil {
		t = t.Elem
	}
	switch as {
	case "number", "string":
		return t.Kind == types.Decimal
	case "rfc3339", "epoch_ms", "epoch_s":
		return t.Kind == types.Timestamp
	}
	return true // reported as a choice that there is not
}

// uniqueWires reports fields that would be one and the same in the data or in Go.
func (c *checker) uniqueWires(t *types.Type) {
	for i, f := range t.Fields {
		for _, old := range f.WasWire {
			if old == f.Wire {
				c.report(sameWireName(f, f, old))
			}
		}
		for _, g := range t.Fields[:i] {
			if name := common(f.Wires(), g.Wires()); name != "" {
				c.report(sameWireName(f, g, name))
				break
			}
			if naming.Exported(f.Name) == naming.Exported(g.Name) {
				c.report(sameGoName(textOf(f), g.Name, g.Span, naming.Exported(f.Name)))
				break
			}
		}
	}
}

// common is the first name that stands in both lists, "" if none does.
func common(a, b []string) string {
	for _, name := range a {
		if slices.Contains(b, name) {
			return name
		}
	}
	return ""
}

// textOf is a field's name as a text, for messages.
func textOf(f *types.Field) *syntax.Text { return &syntax.Text{Value: f.Name, Span: f.Span} }

// recursion is the path of fields by which a record contains root, nil if it doesn't. Records that don't are noted in seen.
func recursion(root, t *types.Type, seen map[*types.Type]bool) []string {
	seen[t] = true
	for _, f := range t.Fields {
		for e := f.Type; e != nil; e = e.Elem {
			here := t.Name + "." + f.Name
			switch {
			case e == root:
				return []string{here}
			case e.Kind == types.Record && !seen[e]:
				if p := recursion(root, e, seen); p != nil {
					return append([]string{here}, p...)
				}
			}
		}
	}
	return nil
}

// checkGoNames refuses names that the generated code can't tell apart. What travels through a repartition topic is a record of
// its own, called after its step.
func (c *checker) checkGoNames() {
	for _, st := range c.p.Steps {
		for _, d := range c.tree.Steps {
			if st.Repartition && d.Name.Value == st.Name+"_input" {
				c.report(sameGoName(d.Name, "the input of step "+st.Name, st.Span, naming.Exported(d.Name.Value)))
			}
		}
	}
}
