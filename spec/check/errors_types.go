package check

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

func badType(at source.Span, summary, hint string) diag.Diagnostic {
	return hinted(problem("WEIR2001", at, "%s", summary), "%s", hint)
}

// foreignTypes are what other languages call our types.
var foreignTypes = map[string]string{
	"integer": "int", "long": "int", "int32": "int", "int64": "int", "bigint": "int", "number": "double", "float": "double",
	"float64": "double", "real": "double", "str": "string", "text": "string", "varchar": "string", "boolean": "bool", "uint32": "uint",
	"uint64": "uint", "datetime": "timestamp", "numeric": "decimal(p, s)", "money": "decimal(p, s)", "localdate": "date", "localtime": "time", "binary": "bytes", "blob": "bytes",
	"array": "list", "object": "a record under types", "enum": "an enum under types",
}

func (c *checker) unknownType(at source.Span, name string) diag.Diagnostic {
	d := problem("WEIR2002", at, "there is no type %q", name)
	if t := foreignTypes[strings.ToLower(name)]; t != "" {
		if d = hinted(d, "did you mean %s?", t); types.Scalars[t] != nil {
			return d.Replace(t, false)
		}
		return d
	}
	names := slices.Sorted(maps.Keys(types.Scalars))
	names = append(names, "list", "map")
	for _, t := range c.p.Types {
		names = append(names, t.Name)
	}
	names = append(names, slices.Sorted(maps.Keys(c.aliases.decls))...)
	if diag.Nearest(name, names) != "" {
		return d.Suggest(name, names)
	}
	return hinted(d, "declare it under types, or use bool, int, uint, double, string, bytes, timestamp, duration, decimal(p, s), date, time, list(T) or map(K, V)")
}

func recursiveType(t *types.Type, path []string) diag.Diagnostic {
	return hinted(problem("WEIR2003", t.Span, "type %s contains itself: %s", t.Name, strings.Join(path, " → ")+" → "+t.Name),
		"a record has a fixed depth; keep such data as a string, or write out the levels that you need")
}

func duplicateValue(v *syntax.Text, first source.Span) diag.Diagnostic {
	return related(problem("WEIR2004", v.Span, "the enum has the value %q twice", v.Value), first, "the first one")
}

func tooManyValues(v *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR2004", v.Span, "an enum has at most 255 values"), "use a string")
}

func tooManyMembers(m *syntax.Field) diag.Diagnostic {
	return hinted(problem("WEIR2025", m.Name.Span, "a union has at most %d members", maxMembers), "group members into unions of their own")
}

func optionalMember(at *syntax.Text, t *types.Type) diag.Diagnostic {
	return hinted(problem("WEIR2025", at.Span, "a member of a union can't be optional: it is the one that is there"), "write %s, or a member of its own for what the absence means", t.Elem)
}

func memberBesideTag(at *syntax.Text, t *types.Type, tag *syntax.Text) diag.Diagnostic {
	return related(hinted(problem("WEIR2025", at.Span, "%s can't stand beside the tag %q: it has no fields of its own", t, tag.Value),
		"put it into a record, or leave the tag out: then the data has the member under its name"), tag.Span, "the tag")
}

func tagTaken(tag *syntax.Text, t *types.Type, f *types.Field) diag.Diagnostic {
	return related(hinted(problem("WEIR2025", tag.Span, "%s has a field that is called %q in the data, as the tag is", t, tag.Value),
		"leave the field out: which member it is says the union"), f.Span, "the field")
}

func unionInCSV(at source.Span, t *types.Type) diag.Diagnostic {
	return related(hinted(problem("WEIR2016", at, "%s can't be CSV: it is a union", t.Name), "use json, or select the fields of one of its members"), t.Span, "the union")
}

func badMapKey(at source.Span, key *types.Type) diag.Diagnostic {
	return hinted(problem("WEIR2005", at, "the keys of a map can't be of type %s", key), "they can be bool, int, uint or string")
}

func hidesName(at source.Span, name string, source bool, use source.Span) diag.Diagnostic {
	d := problem("WEIR2006", at, "the name %q would hide %s", name, hidden[name])
	if source {
		return related(hinted(d, "call the field otherwise and say what it is called in the data, as in\nits_%s: {type: …, json: {name: %s}}", name, name), use, "here the record is a source's value")
	}
	return hinted(d, "call it otherwise")
}

func reservedWord(name *syntax.Text, value bool) diag.Diagnostic {
	d := problem("WEIR2007", name.Span, "%q is a reserved word of CEL, so no expression could read it", name.Value)
	if value {
		return hinted(d, "call it otherwise, or use a string in place of the enum")
	}
	return hinted(d, "call it otherwise; in a record under types, json: {name: %s} says what it is called in the data", name.Value)
}

func sameGoName(name *syntax.Text, other string, otherSpan source.Span, goName string) diag.Diagnostic {
	return related(hinted(problem("WEIR2008", name.Span, "%q and %q are both %s in Go", name.Value, other, goName), "give one of them another name"), otherSpan, "the other one")
}

func sameWireName(f, g *types.Field, wire string) diag.Diagnostic {
	if f == g {
		return hinted(problem("WEIR2009", f.Span, "field %s is called %q in the data twice, now and before", f.Name, wire), "renamed_from lists the names that it no longer has")
	}
	return related(problem("WEIR2009", f.Span, "fields %s and %s are both called %q in the data", g.Name, f.Name, wire), g.Span, "the other one")
}

func asWithoutTime(as *syntax.Text, f *types.Field) diag.Diagnostic {
	if as.Value == "number" || as.Value == "string" {
		return hinted(problem("WEIR2010", as.Span, "as: %s is for decimals, and field %s is of type %s", as.Value, f.Name, f.Type), "make it a decimal, or leave as out")
	}
	return hinted(problem("WEIR2010", as.Span, "as: %s is for timestamps, and field %s is of type %s", as.Value, f.Name, f.Type), "make it a timestamp, or leave as out")
}

func valueNoRecord(at *syntax.Text, t *types.Type) diag.Diagnostic {
	return hinted(problem("WEIR2011", at.Span, "the value of a source is a record, and %s is not", t), "declare a record under types")
}

func badKeyType(at *syntax.Text, t *types.Type) diag.Diagnostic {
	return hinted(problem("WEIR2012", at.Span, "a key can't be of type %s", t), "it is a scalar or an enum, with ? where records without a key are welcome")
}

func fieldNames(t *types.Type) []string {
	var names []string
	for _, f := range t.Fields {
		names = append(names, f.Name)
	}
	return names
}

func unknownField(name *syntax.Text, t *types.Type) diag.Diagnostic {
	return declared(problem("WEIR2013", name.Span, "%s has no field %q", t.Name, name.Value).Suggest(name.Value, fieldNames(t)), t)
}

func keyFieldType(at *syntax.Text, f *types.Field, key *types.Type) diag.Diagnostic {
	return related(hinted(problem("WEIR2014", at.Span, "the key is of type %s and field %s of type %s, so they can't be equal", key, f.Name, f.Type), "make them the same"), f.Span, "the field")
}

func csvWithoutFormat(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR2015", at, "csv options for values that are not CSV"), "add format: csv, or remove the options")
}

func notFlat(at source.Span, t *types.Type, f *types.Field) diag.Diagnostic {
	return related(hinted(problem("WEIR2016", at, "%s can't be CSV: field %s is of type %s", t.Name, f.Name, f.Type), "a cell is a scalar or an enum, or an optional of one; use json, or select such fields"), f.Span, "the field")
}

func quoteDelimiter(t *syntax.Text) diag.Diagnostic {
	return problem("WEIR2017", t.Span, "the delimiter can't be the quote that cells are quoted with")
}

func badNull(t *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR2017", t.Span, "%q can never stand in a cell without quotes", t.Value), "null texts have no quote, no delimiter and no line end")
}

func duplicateColumn(col *syntax.Text, first source.Span) diag.Diagnostic {
	return related(problem("WEIR2018", col.Span, "column %q is here twice", col.Value), first, "the first one")
}

func unknownColumn(col *syntax.Text, t *types.Type) diag.Diagnostic {
	var wires []string
	for _, f := range t.Fields {
		wires = append(wires, f.Wire)
	}
	return declared(problem("WEIR2018", col.Span, "no field of %s is called %q in the data", t.Name, col.Value).Suggest(col.Value, wires), t)
}

func columnsSpan(f syntax.Format) source.Span {
	s := f.Columns[0].Span
	s.End = f.Columns[len(f.Columns)-1].Span.End
	return s
}

func noColumn(at source.Span, f *types.Field, columns []*syntax.Text) diag.Diagnostic {
	d := related(problem("WEIR2018", at, "there is no column %q for field %s", f.Wire, f.Name), f.Span, "the field")
	var names []string
	for _, c := range columns {
		names = append(names, c.Value)
	}
	if n := diag.Nearest(f.Wire, names); n != "" {
		return hinted(d, "if it is column %q, say so at the field: json: {name: %s}", n, n)
	}
	return hinted(d, "name all columns of the data, in their order")
}

func aliasCycle(at *syntax.Text, path []string) diag.Diagnostic {
	return hinted(problem("WEIR2019", at.Span, "alias %s stands for itself: %s", at.Value, strings.Join(path, " → ")), "an alias stands for a type that exists without it")
}

func badAlias(at *syntax.Text, t *types.Type) diag.Diagnostic {
	d := problem("WEIR2020", at.Span, "an alias can't stand for %s", a(t))
	if t.Kind == types.Optional {
		return hinted(d, "let it stand for %s, and put the ? where the alias is used", t.Elem)
	}
	return hinted(d, "a record has a name already; an alias can stand for a scalar, an enum, a list or a map")
}

func badDefault(at *syntax.Text, t *types.Type, err error) diag.Diagnostic {
	d := problem("WEIR2021", at.Span, "this is no default: %v", err)
	if t.Kind == types.Enum {
		return d.Suggest(at.Value, t.Values)
	}
	return d
}

// written is how a value of each kind of type is written, and an example.
func written(t *types.Type) (how, example string) {
	switch {
	case t.Kind == types.List:
		return "a list", "[a, b]"
	case t.Kind == types.Map:
		return "a mapping from keys to values", "{a: 1, b: 2}"
	case t.Kind == types.Record:
		how = "a mapping from fields to values"
		if t.Union {
			how = "a mapping with one member"
		}
		if len(t.Fields) > 0 {
			example = "{" + t.Fields[0].Name + ": ...}"
		}
		return how, example
	}
	return "a text", ""
}

func wrongDefault(v *syntax.Value, t *types.Type) diag.Diagnostic {
	how, example := written(t)
	d := problem("WEIR2021", v.Span, "this is no default: %s is written as %s", a(t), how)
	if example == "" {
		return d
	}
	return hinted(d, "write %s, say", example)
}

func absentDefault(v *syntax.Value) diag.Diagnostic {
	return hinted(problem("WEIR2021", v.Span, "this is no default: an optional without a default is absent as it is"), "leave the default out, or quote it if the text is meant")
}

func defaultKeyTwice(key, first *syntax.Text) diag.Diagnostic {
	return related(problem("WEIR2021", key.Span, "this is no default: the map has this key already"), first.Span, "the same key")
}

func defaultField(name *syntax.Text, t *types.Type) diag.Diagnostic {
	what := "field"
	if t.Union {
		what = "member"
	}
	var names []string
	for _, f := range t.Fields {
		names = append(names, f.Name)
	}
	d := problem("WEIR2021", name.Span, "this is no default: %s has no %s %s", t.Name, what, name.Value)
	return related(d.Suggest(name.Value, names), t.Span, t.Name+" is declared here")
}

func defaultLacks(v *syntax.Value, t *types.Type, f *types.Field) diag.Diagnostic {
	d := problem("WEIR2021", v.Span, "this is no default: it has no %s, which %s needs", f.Name, a(t))
	return related(hinted(d, "write %s: with a value, or give the field a default of its own", f.Name), f.Span, "the field")
}

func defaultMembers(v *syntax.Value, t *types.Type) diag.Diagnostic {
	return related(problem("WEIR2021", v.Span, "this is no default: %s has exactly one of its members, not %d", a(t), len(v.Entries)), t.Span, t.Name+" is declared here")
}

func defaultOutside(v *types.Value, a *Alias) diag.Diagnostic {
	what := "the default"
	if v.Scalar != nil {
		what += fmt.Sprintf(" %q", v.Text)
	}
	return related(problem("WEIR2021", v.Span, "%s is no %s: %s does not hold for it", what, a.Type.Alias.Name, a.Where.Text), a.Where.Span, "the condition")
}

func noImport(at *syntax.Text, name string, err error) diag.Diagnostic {
	d := problem("WEIR2022", at.Span, "%s can't be imported: %v", name, err)
	if errors.Is(err, fs.ErrNotExist) {
		d = problem("WEIR2022", at.Span, "there is no file %s", name)
	}
	return hinted(d, "imports are paths relative to the file that they stand in")
}

func importCycle(at *syntax.Text, path []*source.File) diag.Diagnostic {
	var names []string
	for _, f := range path {
		names = append(names, f.Name)
	}
	names = append(names, path[0].Name)
	return hinted(problem("WEIR2023", at.Span, "the files import each other in a circle: %s", strings.Join(names, " → ")), "move the types that both need to a third file, which both import")
}

func declaredTwice(what string, name *syntax.Text, first source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR2024", name.Span, "%s %s is declared already, in another file", what, name.Value), "a name is one %s in a spec and all that it imports: give one of them another name", what), first, "here")
}
