package check

import (
	"slices"

	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/source"
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
	"key": "the record's key", "event_time": "the record's event time", "window": "the bounds of a window", "headers": "the record's headers",
}

// declareTypes makes the records and enums, in two passes because they refer to each other.
func (c *checker) declareTypes() {
	for _, d := range c.tree.Types {
		t := &types.Type{Kind: types.Record, Name: d.Name.Value, Span: d.Name.Span}
		if d.IsEnum {
			t.Kind = types.Enum
			c.enumValues(t, d)
		}
		c.types[t.Name] = t
		c.p.Types = append(c.p.Types, t)
	}
	for i, d := range c.tree.Types {
		if d.IsEnum {
			continue
		}
		for _, f := range d.Fields {
			c.p.Types[i].Fields = append(c.p.Types[i].Fields, c.field(f))
		}
		c.uniqueWires(c.p.Types[i])
	}
	for _, t := range c.p.Types {
		if path := recursion(t, t, nil); path != nil {
			c.report(recursiveType(t, path))
			for _, f := range t.Fields { // so that nothing behind this runs in circles
				f.Type = &types.Type{Kind: types.Invalid}
			}
		}
	}
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
	} else if d.As != nil && !holdsTimestamps(f.Type) {
		c.report(asWithoutTime(d.As, f))
	}
	if d.As != nil {
		switch d.As.Value {
		case "epoch_ms":
			f.As = types.EpochMillis
		case "epoch_s":
			f.As = types.EpochSeconds
		}
	}
	return f
}

// holdsTimestamps tells whether json.as means something for a type: a timestamp, or an optional, list or map of them.
func holdsTimestamps(t *types.Type) bool {
	for t.Elem != nil {
		t = t.Elem
	}
	return t.Kind == types.Timestamp
}

// uniqueWires reports fields that would be one and the same in the data or in Go.
func (c *checker) uniqueWires(t *types.Type) {
	for i, f := range t.Fields {
		for _, g := range t.Fields[:i] {
			if f.Wire == g.Wire {
				c.report(sameWireName(f, g))
				break
			}
			if naming.Exported(f.Name) == naming.Exported(g.Name) {
				c.report(sameGoName(textOf(f), g.Name, g.Span, naming.Exported(f.Name)))
				break
			}
		}
	}
}

// textOf is a field's name as a text, for messages.
func textOf(f *types.Field) *syntax.Text { return &syntax.Text{Value: f.Name, Span: f.Span} }

// recursion is the path of fields by which a record contains itself, nil if it doesn't.
func recursion(root, t *types.Type, path []string) []string {
	if len(path) > 32 { // in another record's circle
		return nil
	}
	for _, f := range t.Fields {
		for e := f.Type; e != nil; e = e.Elem {
			if e.Kind != types.Record {
				continue
			}
			here := append(slices.Clone(path), t.Name+"."+f.Name)
			if e == root {
				return here
			}
			if p := recursion(root, e, here); p != nil {
				return p
			}
		}
	}
	return nil
}

// checkGoNames refuses names that would meet as package-level names of the generated code and can't be told apart there,
// because users write them: types, and the constants and parse functions of enums.
func (c *checker) checkGoNames() {
	type owner struct {
		what string
		span source.Span
	}
	taken := map[string]owner{"Topology": {"function Topology", source.Span{}}, "New": {"function New", source.Span{}}}
	for _, t := range c.p.Types {
		taken[naming.Exported(t.Name)] = owner{"type " + t.Name, t.Span}
	}
	for _, s := range c.tree.Steps {
		if n := naming.Exported(s.Name.Value); taken[n].what == "" {
			taken[n] = owner{"step " + s.Name.Value, s.Name.Span}
		}
	}
	for i, d := range c.tree.Types {
		if !d.IsEnum {
			continue
		}
		goName := naming.Exported(c.p.Types[i].Name)
		for _, v := range d.Values {
			n := goName + naming.Exported(v.Value)
			if o := taken[n]; o.what != "" && o.what != "type "+d.Name.Value+", value "+v.Value {
				c.report(sameGoName(v, o.what, o.span, n))
				continue
			}
			taken[n] = owner{"type " + d.Name.Value + ", value " + v.Value, v.Span}
		}
		if o := taken["Parse"+goName]; o.what != "" {
			c.report(sameGoName(d.Name, o.what, o.span, "Parse"+goName))
		}
	}
}
