package check

import (
	"errors"
	"fmt"
	gotypes "go/types"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/gofunc"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// All that this phase has to say, in the order of the codes.

func problem(code string, at source.Span, format string, args ...any) diag.Diagnostic {
	return diag.Diagnostic{Code: code, Subject: at, Summary: fmt.Sprintf(format, args...)}
}

func hinted(d diag.Diagnostic, format string, args ...any) diag.Diagnostic {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

func related(d diag.Diagnostic, at source.Span, message string) diag.Diagnostic {
	if !at.IsZero() {
		d.Related = append(d.Related, diag.Related{Span: at, Message: message})
	}
	return d
}

// declared adds where a record or enum is declared, or the step that derives it.
func declared(d diag.Diagnostic, t *types.Type) diag.Diagnostic {
	if t == nil {
		return d
	}
	if t.Derived {
		return related(d, t.Span, "step "+t.Span.Text()+" makes these records")
	}
	return related(d, t.Span, t.Name+" is declared here")
}

// a is a type with its article.
func a(t *types.Type) string {
	s := t.String()
	if strings.IndexByte("aeioAEIO", s[0]) >= 0 {
		return "an " + s
	}
	return "a " + s
}

// Types.

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

// Expressions.

// outOfScope explains names that exist, but not where the expression stands.
func outOfScope(name string, scope *Scope, at place) (summary, hint string) {
	root, _, _ := strings.Cut(name, ".")
	switch {
	case at.alias:
		return "", ""
	case root == "window":
		if _, ok := scope.Lookup("window.start"); ok {
			return fmt.Sprintf("a window has a start and an end, but no %s", name), "write window.start or window.end"
		}
		if at.group && at.step != nil && at.step.Window != nil && !at.step.Window.Bounded() {
			return fmt.Sprintf("a %s window has no start and no end", at.step.Window.Kind), "min(event_time) and max(event_time) are the times of a group's first and last record"
		}
		if at.args {
			return "neither aggregates nor windows see the window that their records come from", "select window.start as a field first"
		}
		return "there is no window here: these records are not the results of one", "window.start and window.end exist in having, and in steps and sinks behind a step with a window, or behind its late_to"
	case root == "kafka":
		if _, ok := scope.Lookup("kafka.topic"); ok {
			return "where a record was read is its topic, partition and offset" + notThe(name, root), "write kafka.topic, kafka.partition or kafka.offset"
		}
		if at.step == nil && at.sink == nil {
			return at.clause + " does not see where the record was read", "give the records their event time in a step behind: event_time: …"
		}
		return "these records have no place in a topic that an expression could read", "the records of a source have kafka.topic, kafka.partition and kafka.offset, up to the next window, processor or repartition topic: select what is needed of them as a field"
	case name == "headers" && at.step == nil && at.sink == nil:
		return at.clause + " does not see the record's headers", "give the records their event time in a step behind: event_time: …"
	case name == "headers":
		return "these records have no headers that an expression could read", "the records of a source have them, up to the next window, processor or repartition topic: select what is needed of them as a field"
	case (name == "key" || name == "event_time") && at.sink != nil:
		return "these records have no " + name + " that an expression could read", "behind a window, the names under group_by are fields"
	case name == "key" && at.step == nil:
		return at.clause + " does not see the record's key", "use the field of the value that equals it"
	case name == "key" && at.group:
		return "having does not see the keys of records, but the group's", "use the names under group_by"
	case name == "key" && at.states:
		return "having does not see the keys of records, but the group's", "use the names under group_by"
	case name == "key" && at.clause == "having":
		return "having does not see the keys of records here", "it sees the fields: select the key as one"
	case name == "key" && at.fold && at.step.Repartition && at.step.From.Source != nil:
		return "fold does not see the record's key when records are grouped by something else", "select it as a field first"
	case name == "key" && strings.HasPrefix(at.clause, "top "):
		return "top does not see the keys of records", "it sees the fields: select the key as one"
	case name == "key" && at.args && at.step.Repartition && at.step.From.Source != nil:
		return "aggregates do not see the record's key when records are grouped by something else", "select it as a field first"
	case name == "key" && at.step.From != nil && at.step.From.Source != nil:
		return "source " + at.step.From.Name + " declares no key", "add key: with its type to the source"
	case name == "key":
		if in := at.step.From; in != nil && in.Step != nil && (in.Step.Dedup != nil || in.Step.Previous != nil || in.Step.Top != nil) {
			return "these records have no key that an expression could read", "step " + in.Step.Name + " hands records on as they were, under the group as their key: select in it what the key says"
		}
		return "these records have no key that an expression could read", "behind a window, the names under group_by are fields"
	case name == "processing_time" && at.step == nil && at.sink == nil:
		return "the event time of a record is not when it was processed", "without event_time, it is the Kafka record's timestamp; a step can give it another one, even processing_time"
	case name == "processing_time":
		return "results have no processing time here", "add it to the record in a step behind: set: {at: processing_time}"
	case name == "event_time" && at.step == nil:
		return "event_time can't be read where it is defined", "use a field of the value"
	case name == "event_time":
		if at.step != nil && at.step.Window != nil && !at.step.Window.Bounded() {
			return "a result has no event time of its own in having", "aggregate it, as in max(event_time)"
		}
		return "a window's result has no event time of its own in having", "use window.start or window.end"
	case at.states && at.step.Row.Field(name) != nil:
		return fmt.Sprintf("having sees the group's key and the states, not the field %s of single records", name), "use where for single records, or keep it as a state"
	case at.fold && at.step.Fold.begins(at.clause, name):
		return "init sees the record that begins a group, and no state: there is none before it", "write what the state is then, 0 say"
	case at.fold && slices.ContainsFunc(at.step.Let, func(n *Named) bool { return n.Name == name }):
		return fmt.Sprintf("%s is a value of let, which fold does not see", name), fmt.Sprintf("make it a field: set: {%s: …} in place of let", name)
	case at.group && at.row != nil && at.row.Field(name) != nil:
		return fmt.Sprintf("having sees the group's key and the aggregates, not the field %s of single records", name), "use where for single records, or aggregate it, as in max(" + name + ")"
	}
	if st := at.step; st != nil && strings.HasPrefix(at.clause, "top ") && slices.ContainsFunc(st.Let, func(n *Named) bool { return n.Name == name }) {
		return fmt.Sprintf("%s is a value of let, and top sees the fields of the record", name), fmt.Sprintf("make it a field: set: {%s: %s}", name, name)
	}
	if st := at.step; st != nil && st.Select != nil && slices.ContainsFunc(st.Let, func(n *Named) bool { return n.Name == name }) {
		return fmt.Sprintf("%s is a value of let, and behind select there are the fields of the new record only", name), fmt.Sprintf("add %s: %s to select", name, name)
	}
	if st := at.step; st != nil && st.Select != nil && st.From != nil && st.From.Type != nil && at.row == st.Row && st.From.Type.Field(name) != nil {
		if st.Changes != nil {
			return fmt.Sprintf("drop or rename takes the field %s away", name), "use its new name, or leave it in the record"
		}
		return fmt.Sprintf("select leaves the field %s out", name), fmt.Sprintf("add %s: %s to select", name, name)
	}
	return "", ""
}

// notThe says that a root has nothing of a name, if that is more than the root.
func notThe(name, root string) string {
	if name == root {
		return ""
	}
	return ", there is no " + name
}

func wrongResult(text *syntax.Text, clause string, have, want *types.Type) diag.Diagnostic {
	d := problem("WEIR3009", text.Span, "%s must be %s, not %s", clause, a(want), a(have))
	switch {
	case have.Kind == types.Optional && types.Equal(have.Elem, want) && want.Kind == types.Bool:
		d.Hint = "it may be missing: add .orValue(false)"
		d.Fix = behind(text, ".orValue(false)")
	case have.Kind == types.Optional && types.Equal(have.Elem, want):
		d.Hint = "it may be missing: add .orValue(…) with what to take then"
	case want.Kind == types.Timestamp && have.Kind == types.Int:
		d.Hint = "timestamp(x) takes seconds; for milliseconds give the field the type timestamp with json: {as: epoch_ms}"
	case want.Kind == types.Timestamp && have.Kind == types.Date:
		d.Hint = `a date is no moment: say at which time, as in day.at(time("00:00:00"), "Europe/Paris")`
	case want.Kind == types.Timestamp && have.Kind == types.String:
		d.Hint = "give the field the type timestamp, or convert it: timestamp(…)"
	case want.Kind == types.Bool:
		d.Hint = "compare it with something"
	}
	return d
}

// behind is a fix that writes more behind an expression: where that is a name or a call, so that it binds to all of it.
func behind(text *syntax.Text, more string) *diag.Fix {
	if !simple.MatchString(text.Value) {
		return nil
	}
	at := text.Span
	at.Start = at.End
	return &diag.Fix{Title: "add " + more, Edits: []diag.Edit{{Span: at, Text: more}}}
}

// simple matches an expression that is a path of names.
var simple = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*)*$`)

func noAggregate(t *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR3010", t.Span, "this is no aggregate"), "write count(), sum(x), max(x) or another aggregate, with an expression over a record in the parentheses")
}

func unknownAggregate(at source.Span, name string) diag.Diagnostic {
	d := problem("WEIR3010", at, "there is no aggregate %q", name)
	if name == "mean" || name == "average" {
		return hinted(d, "did you mean avg?").Replace("avg", true)
	}
	return d.Suggest(name, functionNames)
}

func openParen(at source.Span) diag.Diagnostic {
	return problem("WEIR3011", at, "this parenthesis is not closed")
}

func behindAggregate(at source.Span, name string) diag.Diagnostic {
	return hinted(problem("WEIR3011", at, "an aggregate is one call, with nothing behind it"), "give %s(…) a name of its own and calculate with it in the select of a step behind this one", name)
}

func countArgument(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR3011", at, "count() counts records and takes no argument"), "to count some of them, use count_if(condition)")
}

func fewArguments(at source.Span, sig aggregateSignature) diag.Diagnostic {
	takes := "an expression over a record"
	switch {
	case sig.takes[len(sig.takes)-1].constant != nil:
		takes = sig.number()
	case len(sig.takes) > 1:
		takes = "two expressions over a record"
	}
	return hinted(problem("WEIR3011", at, "%s takes %s", sig.name, takes), "write %s", sig)
}

func foldArguments(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR3011", at, "fold takes three arguments, or five"), "write fold(acc, init, step), or with windows that are merged fold(acc, init, step, other, merge)")
}

func foldName(text *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR3011", text.Span, "here fold takes a name"), "write fold(acc, init, step): acc is what init and step call the state")
}

func foldHides(name *syntax.Text, what string) diag.Diagnostic {
	return hinted(problem("WEIR4013", name.Span, "the name %q would hide %s %q", name.Value, what, name.Value), "call it otherwise")
}

func foldWithoutMerge(text *syntax.Text, k WindowKind) diag.Diagnostic {
	return hinted(problem("WEIR4023", text.Span, "a fold over %s windows needs to be told how two of its states are merged", k),
		"write fold(acc, init, step, other, merge): merge is what acc and other, the state of later records, make together")
}

func manyArguments(at source.Span, sig aggregateSignature) diag.Diagnostic {
	return hinted(problem("WEIR3011", at, "%s takes %s", sig.name, sig.number()), "write %s", sig)
}

func badAggregateType(arg *syntax.Text, sig aggregateSignature, p parameter, t *types.Type) diag.Diagnostic {
	d := problem("WEIR3012", arg.Span, "%s does not take %s", sig.name, a(t))
	if len(sig.takes) > 1 {
		d = problem("WEIR3012", arg.Span, "%s does not take %s as %s", sig.name, a(t), p.name)
	}
	if t.Kind == types.Optional && p.name != condition.name {
		return hinted(d, "a value may be missing: turn records without it away (where: x.hasValue(), select: {x: x.value()}),\nor say what to take for it: x.orValue(…)")
	}
	return hinted(d, "%s", p.says)
}

func boundsMisfit(arg *syntax.Text, bounds, x *types.Type) diag.Diagnostic {
	return problem("WEIR3012", arg.Span, "histogram does not take %s as bounds of %s", a(bounds), a(x))
}

func noConstant(arg *syntax.Text, sig aggregateSignature, p parameter, reads string) diag.Diagnostic {
	d := problem("WEIR3013", arg.Span, "the %s of %s must be constant, and this reads %s", p.name, sig.name, reads)
	return hinted(d, "it is the same for all records and known when the spec is compiled")
}

func badConstant(arg *syntax.Text, sig aggregateSignature, p parameter, wrong string) diag.Diagnostic {
	return problem("WEIR3013", arg.Span, "the %s of %s %s", p.name, sig.name, wrong)
}

// Streams.

func (c *checker) unknownStream(name *syntax.Text) diag.Diagnostic {
	var names []string
	for _, n := range c.names {
		names = append(names, n.Value)
	}
	sort.Strings(names)
	d := problem("WEIR4001", name.Span, "there is no source, step or late output %q", name.Value).Suggest(name.Value, names)
	if c.defines != nil && diag.Nearest(name.Value, names) == "" {
		d = hinted(d, "the steps of a fragment read input and each other")
	}
	for _, in := range c.instances {
		if in.tree.Name.Value == name.Value {
			d = related(problem("WEIR4001", name.Span, "%q uses a fragment, and what can be read are its steps", name.Value), in.tree.Name.Span, "here")
			return hinted(d, "%s", diag.OneOf(in.names()))
		}
	}
	for _, s := range c.tree.Sinks {
		if s.Name.Value == name.Value {
			d = related(problem("WEIR4001", name.Span, "%q is a sink, and nothing can be read from a sink", name.Value), s.Name.Span, "the sink is declared here")
			if s.From != nil {
				d = hinted(d, "read from %s, as the sink does", s.From.Value)
				if c.streams[s.From.Value] != nil {
					d = d.Replace(s.From.Value, false)
				}
			}
		}
	}
	return d
}

// Fragments.

func inputNoRecord(at *syntax.Text, t *types.Type) diag.Diagnostic {
	return hinted(problem("WEIR2011", at.Span, "what comes into a fragment are records, and %s is none", t), "declare a record under types, with the fields that the fragment's steps read")
}

func (c *checker) unknownFragment(name *syntax.Text) diag.Diagnostic {
	var names []string
	for _, f := range c.fragments {
		names = append(names, f.tree.Name.Value)
	}
	d := problem("WEIR8001", name.Span, "there is no fragment %q", name.Value).Suggest(name.Value, names)
	if diag.Nearest(name.Value, names) == "" {
		return hinted(d, "declare it under fragments")
	}
	return d
}

func unknownParam(name *syntax.Text, f *syntax.Fragment) diag.Diagnostic {
	var names []string
	for _, p := range f.Params {
		names = append(names, p.Name.Value)
	}
	return related(problem("WEIR8002", name.Span, "fragment %s has no parameter %q", f.Name.Value, name.Value).Suggest(name.Value, names), f.Name.Span, "the fragment")
}

func missingParam(d *syntax.Step, p *syntax.Entry) diag.Diagnostic {
	t := "its type"
	if p.Expr != nil {
		t = p.Expr.Value
	}
	return related(hinted(problem("WEIR8002", d.Name.Span, "%s gives the parameter %s of fragment %s no value", d.Name.Value, p.Name.Value, d.Use.Value), "add it under with; it is of type %s", t), p.Name.Span, "the parameter")
}

func inputMisfit(at *syntax.Text, s *Stream, f *fragment, want, have *types.Field) diag.Diagnostic {
	d := problem("WEIR8003", at.Span, "fragment %s does not fit %s, whose records have no field %s", f.tree.Name.Value, s.Name, want.Name)
	if have != nil {
		d = problem("WEIR8003", at.Span, "fragment %s does not fit %s: field %s is of type %s, not %s", f.tree.Name.Value, s.Name, want.Name, have.Type, want.Type)
	}
	return declared(related(hinted(d, "a step in between can make such records, with set or rename"), f.tree.Input.Span, "what comes in has the fields of "+f.input.Type.Name), s.Type)
}

func inputKey(at *syntax.Text, s *Stream, f *fragment) diag.Diagnostic {
	return related(hinted(problem("WEIR8003", at.Span, "fragment %s does not fit %s, whose records have no key of type %s", f.tree.Name.Value, s.Name, f.input.Key[0].Type), "a step in between can give them one, with key"), f.tree.Key.Span, "the key")
}

func valueOutOfReach(e *syntax.Entry, name string, r paramRead) diag.Diagnostic {
	d := problem("WEIR8004", e.Expr.Span, "the value of %s reads %s, and the fragment has %s where that is something else", e.Name.Value, name, e.Name.Value)
	return related(hinted(d, "a value that reads the record can stand only in steps that read input, in front of what select, set, drop and rename make of it; elsewhere give a value that reads nothing"), r.at, "here")
}

func hidesParam(name *syntax.Text, f *syntax.Fragment) diag.Diagnostic {
	i := slices.IndexFunc(f.Params, func(p *syntax.Entry) bool { return p.Name.Value == name.Value })
	return related(hinted(problem("WEIR8005", name.Span, "the name %q would hide the parameter", name.Value), "give one of them another name"), f.Params[i].Name.Span, "the parameter")
}

func (c *checker) cycle(path []*syntax.Step) diag.Diagnostic {
	var names []string
	first := path[0]
	for _, d := range path { // it is told from the step that is written first
		if d.Name.Span.Start < first.Name.Span.Start {
			first = d
		}
	}
	at := slices.Index(path, first)
	path = append(append([]*syntax.Step{}, path[at:]...), path[:at]...)
	for _, d := range path {
		names = append(names, d.Name.Value)
	}
	names = append(names, first.Name.Value)
	reads := func(i int) source.Span { // where step i of the path names the next one
		for _, in := range path[i].Inputs() {
			if c.maker(in) == c.steps[path[(i+1)%len(path)]] {
				return in.Span
			}
		}
		return path[i].Name.Span
	}
	if len(path) == 1 {
		return problem("WEIR4002", reads(0), "step %s reads what comes from itself", first.Name.Value)
	}
	d := hinted(problem("WEIR4002", reads(0), "the steps read each other in a circle: %s", strings.Join(names, " → ")), "an arrow points to the step that is read")
	for i, st := range path[1:] {
		d = related(d, reads(i+1), fmt.Sprintf("%s reads %s here", st.Name.Value, names[i+2]))
	}
	return d
}

func duplicateStream(name *syntax.Text, first source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR4003", name.Span, "the name %q is taken", name.Value), "sources, steps and late outputs have different names, as from refers to them all"), first, "here")
}

func clausesTogether(at source.Span, have, lack []string) diag.Diagnostic {
	if len(lack) == 1 && lack[0] == "window" {
		return hinted(problem("WEIR4004", at, "a step with %s also needs window", strings.Join(have, " and ")), "without one its state would grow for ever: write window: {tumbling: 1h}, say")
	}
	return hinted(problem("WEIR4004", at, "a step with %s also needs %s", strings.Join(have, " and "), strings.Join(lack, " and ")), "group_by, window and aggregate come together")
}

func clauseWithoutWindow(at source.Span, clause string) diag.Diagnostic {
	d := problem("WEIR4005", at, "%s is for a step with group_by, window and aggregate", clause)
	if clause == "having" {
		return hinted(d, "use where")
	}
	return hinted(d, "without a window every record is handed on at once: leave it out")
}

// aggregatesUpdates is about updates of results that come into a step with a clause that can't take them.
func (c *checker) aggregatesUpdates(d *syntax.Step, clause string) diag.Diagnostic {
	what := "can't be aggregated"
	if clause != "" {
		what = "is nothing for " + clause
	}
	ins := d.Inputs()
	at := ins[slices.IndexFunc(ins, func(in *syntax.Text) bool { return c.streams[in.Value].Updates })]
	from, emit := c.updatesFrom(c.streams[at.Value])
	hint := "use emit: final there"
	if from != nil && from.Emit == Final {
		hint = "leave corrections out there"
	}
	return related(hinted(problem("WEIR4006", at.Span, "%s hands on updates, and one result several times %s", at.Value, what), "%s", hint), emit, "here")
}

func mergeOfOne(name *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4017", name.Span, "a merge is of two streams or more"), "to read one, write from: %s", name.Value)
}

func mergedTwice(name *syntax.Text, first source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR4017", name.Span, "%s is merged with itself", name.Value), "every record would come twice: leave it out"), first, "the first one")
}

func otherFields(name, first *syntax.Text, s *Stream, why string, f, g *types.Field) diag.Diagnostic {
	d := problem("WEIR4018", name.Span, "%s can't be merged with %s: %s", name.Value, first.Value, why)
	d = hinted(d, "streams that are merged have the same fields in the same order; a step with select gives them to records")
	d = declared(d, s.Type)
	if f != nil {
		d = related(d, f.Span, "the field")
	}
	if g != nil {
		d = related(d, g.Span, "the other field")
	}
	return d
}

func otherKey(name, first *syntax.Text, s, with *Stream) diag.Diagnostic {
	d := problem("WEIR4018", name.Span, "%s can't be merged with %s: its records have %s, not %s", name.Value, first.Value, keyText(s), keyText(with))
	return hinted(related(d, first.Span, "the other one"), "streams that are merged have the same key; a step with key gives one to records")
}

// keyText describes the key of a stream's records.
func keyText(s *Stream) string {
	switch {
	case len(s.Key) == 0:
		return "no key that the spec declares"
	case s.Key[0].Name == "key":
		return "a key of type " + s.Key[0].Type.String()
	}
	var parts []string
	for _, k := range s.Key {
		parts = append(parts, k.Name+": "+k.Type.String())
	}
	return "the group {" + strings.Join(parts, ", ") + "} as their key"
}

func badGroupType(text *syntax.Text, t *types.Type) diag.Diagnostic {
	d := problem("WEIR4007", text.Span, "a group can't be by %s", a(t))
	if t.Kind == types.Optional {
		return hinted(d, "a value may be missing: turn records without it away (where: x.hasValue(), select: {x: x.value()}),\nor say what to take for it: x.orValue(…)")
	}
	return hinted(d, "it can be by scalars and enums")
}

func retractedTwice(name, emit source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR4008", name, "the result would have the field %q twice", Retracted), "retractions have this field; call yours something else"), emit, "here it is asked for")
}

func nameTwice(name *syntax.Text, first source.Span) diag.Diagnostic {
	return related(problem("WEIR4008", name.Span, "the result would have the field %q twice", name.Value), first, "here as part of the group's key")
}

func zeroDuration(at source.Span, what, hint string) diag.Diagnostic {
	return hinted(problem("WEIR4009", at, "%s can't be 0", what), "%s", hint)
}

func windowTooLong(at source.Span) diag.Diagnostic {
	return problem("WEIR4009", at, "a window with its lateness can't be longer than 100 years")
}

func everyMissing(at source.Span, k WindowKind) diag.Diagnostic {
	if k == Cumulative {
		return hinted(problem("WEIR4021", at, "cumulative windows need every"), "say after which time a window ends: every: 1h, say")
	}
	return hinted(problem("WEIR4021", at, "hopping windows need every"), "say after which time the next window begins: every: 1m, say")
}

func everyOfTumbling(at source.Span, size *syntax.Duration) diag.Diagnostic {
	return hinted(problem("WEIR4021", at, "every is for hopping and cumulative windows"), "tumbling windows follow each other: leave it out, or write hopping: %s for windows that overlap", syntax.FormatDuration(size.Value))
}

func everyOfSession(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4021", at, "every is for hopping and cumulative windows"), "a session lasts as long as records come: leave it out")
}

func alignedSession(at source.Span, key string) diag.Diagnostic {
	return hinted(problem("WEIR4022", at, "a session begins with a record, not where %s says", key), "leave it out")
}

func everyOfTimeless(at source.Span, k WindowKind) diag.Diagnostic {
	if k == Custom {
		return hinted(problem("WEIR4021", at, "every is for hopping and cumulative windows"), "a record is in the window that start and end say; unnest makes several records of it, which are in one each")
	}
	return hinted(problem("WEIR4021", at, "every is for hopping and cumulative windows"), "a group has one %s window at a time: leave it out", k)
}

func alignedTimeless(at source.Span, k WindowKind, key string) diag.Diagnostic {
	if k == Custom {
		return hinted(problem("WEIR4022", at, "a custom window begins where start says, so it has no %s", key), "leave it out")
	}
	return hinted(problem("WEIR4022", at, "a %s window begins with a record, wherever that is, so it has no %s", k, key), "leave it out")
}

func lateForTimeless(at source.Span, k WindowKind, key string) diag.Diagnostic {
	switch {
	case key == "allowed_lateness" && k == Global:
		return hinted(problem("WEIR4031", at, "a global window has no time of its own, so it has no allowed_lateness"), "ttl says after how much silence it ends")
	case key == "allowed_lateness":
		return hinted(problem("WEIR4031", at, "a %s window ends with a record, so it has no allowed_lateness", k), "ttl says how long it waits for one")
	}
	return hinted(problem("WEIR4031", at, "no record is late for a window that nothing but records ends, so it has no %s", key), "leave it out")
}

func countOfOne(size *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4032", size.Span, "a window of one record is the record"), "use select in place of group_by, window and aggregate, or count 2 records or more")
}

func slideTooLong(n *syntax.Count) diag.Diagnostic {
	d := problem("WEIR4032", n.Every.Span, "every %s is more than the records of a window", n.Every.Value)
	d.Related = append(d.Related, diag.Related{Span: n.Size.Span, Message: "the window's size"})
	return hinted(d, "records between two windows would be in none: leave it out for windows that follow each other")
}

func slideUneven(n *syntax.Count) diag.Diagnostic {
	d := problem("WEIR4032", n.Size.Span, "%s is no multiple of every, %s", n.Size.Value, n.Every.Value)
	d.Related = append(d.Related, diag.Related{Span: n.Every.Span, Message: "after which there is a result"})
	return hinted(d, "the last records are kept in parts of as many as every says")
}

func slideTooShort(n *syntax.Count, records int64) diag.Diagnostic {
	d := problem("WEIR4032", n.Every.Span, "the last %s records would be kept in more than %d parts, which each result is merged of", n.Size.Value, mostParts)
	d.Related = append(d.Related, diag.Related{Span: n.Size.Span, Message: "the window's size"})
	return hinted(d, "every can be %d or more", (records+mostParts-1)/mostParts)
}

func updatesOfCount(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4032", at, "a count window has one result, with the record that completes it"), "leave emit out; global: {unbounded: true} counts without an end, and has updates")
}

func changesOfOverlap(at source.Span, key string, w *Window) diag.Diagnostic {
	of := w.Kind.String() + " windows"
	if w.Sizes != nil {
		of = "windows of several sizes"
	}
	return hinted(problem("WEIR4033", at, "results of %s are made of %s, and what was handed on last is kept for no window", of, madeOf(w.Kind)), "leave %s out, or take windows that do not overlap", key)
}

func tombstonesOfKind(at source.Span, k WindowKind) diag.Diagnostic {
	if k == Session {
		return hinted(problem("WEIR4034", at, "a session's results have several windows while it grows, and no key names them all"), "leave tombstones out, or take windows of another kind")
	}
	return hinted(problem("WEIR4034", at, "an unbounded window does not close while the service runs"), "leave tombstones out, or let it end with global: {ttl: 30d}, say")
}

func keyOfGroup(at source.Span, st *Step, reader string, reads source.Span) diag.Diagnostic {
	d := hinted(problem("WEIR4034", at, "the results of %s would be deleted under keys of groups, which the next window has as well", st.Name),
		"let a step with key: read them, as in key: %s + \"/\" + string(window.start), and the others read that", st.GroupBy[0].Name)
	return related(d, reads, reader+" has the results with these keys")
}

func deletedAmongOthers(at source.Span, st, r *Step) diag.Diagnostic {
	return related(hinted(problem("WEIR4034", at, "the results of %s are deleted, and %s takes them together with those of others, which have the same keys", st.Name, r.Name), "write them to a sink of their own"), r.Span, "this step merges them")
}

func keyOfElement(at source.Span, r *Step) diag.Diagnostic {
	return related(hinted(problem("WEIR4034", at, "which keys results had can't be known of elements when their window closes"), "give them the key in a step before, without unnest"), r.Span, "this step gives them one for each element")
}

func keyOfMore(at source.Span, r *Step, name string) diag.Diagnostic {
	d := hinted(problem("WEIR4034", at, "which keys results had can't be known by %s when their window closes", name), "a key of components of group_by, window.start and window.end is the same for all results of a group and window")
	if r.Key != nil {
		d = related(d, r.Key.Span, "the key is made of it")
	}
	return d
}

func keyMissing(at source.Span, r *Step) diag.Diagnostic {
	return related(hinted(problem("WEIR4034", at, "a tombstone needs a key, and results can be without one"), "give the key a value in any case: orValue(\"none\"), say"), r.Key.Span, "this can be missing")
}

func keyOfNoWindow(at source.Span, r *Step, what, why string) diag.Diagnostic {
	return related(hinted(problem("WEIR4034", at, "the results would be deleted under keys that other windows have as well"), "add %s to the key%s", what, why), r.Key.Span, "this does not name the window")
}

func keyedAgain(at source.Span, r, again *Step) diag.Diagnostic {
	d := hinted(problem("WEIR4034", at, "results are deleted under the keys that %s gives them, and %s gives them others", r.Name, again.Name), "leave one of the keys out")
	return related(d, again.Key.Span, "here")
}

func twoTimes(st *Step, swift, other *Source) diag.Diagnostic {
	d := hinted(problem("WEIR4035", st.Span, "source %s goes by stream time and source %s does not, but %s puts their records into one topic", swift.Name, other.Name, st.Name),
		"give both the same kind of watermark")
	return related(related(d, swift.Span, "its time is the highest event time seen"), other.Span, "its watermark waits for the slowest partition")
}

func globalAtTheEnd(at source.Span) diag.Diagnostic {
	return warning(hinted(problem("WEIR6013", at, "results of a global window are handed on when a bounded run ends, and never else"), "write emit: updates for what has changed by each commit, or emit: final to say that it is meant"))
}

func maxOfOthers(at source.Span, k WindowKind) diag.Diagnostic {
	if k == Custom {
		return hinted(problem("WEIR4030", at, "max is for session windows"), "a custom window is as long as start and end say: leave it out")
	}
	if k == Global || k == Counted || k == Divided {
		return hinted(problem("WEIR4030", at, "max is for session windows"), "a %s window goes by no time: leave it out", k)
	}
	return hinted(problem("WEIR4030", at, "max is for session windows"), "%s windows have a size: leave it out", k)
}

func maxTooShort(most, gap *syntax.Duration) diag.Diagnostic {
	d := problem("WEIR4030", most.Span, "max %s is less than the gap, %s", syntax.FormatDuration(most.Value), syntax.FormatDuration(gap.Value))
	d.Related = append(d.Related, diag.Related{Span: gap.Span, Message: "a window with one record is this long"})
	return hinted(d, "a window lasts from its first record to a gap after its last one")
}

func everyTooLong(every, size *syntax.Duration, k WindowKind) diag.Diagnostic {
	d := problem("WEIR4021", every.Span, "every %s is longer than the window", syntax.FormatDuration(every.Value))
	d.Related = append(d.Related, diag.Related{Span: size.Span, Message: "the window's size"})
	if k == Hopping {
		return hinted(d, "records between two windows would be in none: filter them with where, if that is meant")
	}
	return hinted(d, "the largest window ends after a multiple of every")
}

func everyUneven(every, size *syntax.Duration) diag.Diagnostic {
	d := problem("WEIR4021", every.Span, "%s is no multiple of every, %s", syntax.FormatDuration(size.Value), syntax.FormatDuration(every.Value))
	d.Related = append(d.Related, diag.Related{Span: size.Span, Message: "the largest window's size"})
	return hinted(d, "the largest of cumulative windows ends after a multiple of every")
}

func everyTooShort(every, size *syntax.Duration, windows int64, k WindowKind) diag.Diagnostic {
	d := problem("WEIR4021", every.Span, "a record would be in up to %d windows, and each has a result", windows)
	d.Related = append(d.Related, diag.Related{Span: size.Span, Message: "the window's size"})
	least := syntax.FormatDuration((every.Value*time.Duration(windows)/mostWindows + time.Millisecond).Truncate(time.Millisecond))
	if every.Value*time.Duration(windows) > size.Value {
		return hinted(d, "%s windows of these sizes can be %s apart, or more", k, least)
	}
	return hinted(d, "%s windows of %s can be %s apart, or more", k, syntax.FormatDuration(size.Value), least)
}

func offsetTooLong(offset *syntax.Duration, hop time.Duration) diag.Diagnostic {
	d := problem("WEIR4022", offset.Span, "offset %s is not less than the time from window to window, %s", syntax.FormatDuration(offset.Value), syntax.FormatDuration(hop))
	if offset.Value%hop == 0 {
		return hinted(d, "leave it out, which is the same")
	}
	return hinted(d, "write %s, which is the same", syntax.FormatDuration(offset.Value%hop))
}

func badZone(zone *syntax.Text) diag.Diagnostic {
	d := problem("WEIR4022", zone.Span, "there is no time zone %s", zone.Value)
	if names := celenv.ZoneNames(); diag.Nearest(zone.Value, names) != "" {
		return d.Suggest(zone.Value, names)
	}
	return hinted(d, "zones have names like Europe/Paris or America/New_York; UTC is the default")
}

func zoneOfParts(x *syntax.Duration, zone *syntax.Text) diag.Diagnostic {
	d := problem("WEIR4022", x.Span, "windows with a time zone are of whole days, not %s", syntax.FormatDuration(x.Value))
	d.Related = append(d.Related, diag.Related{Span: zone.Span, Message: "the time zone"})
	return hinted(d, "a shorter window has no need of one: where clocks differ from UTC by parts of it, offset shifts it")
}

func arrivalInOverlap(text *syntax.Text, f Func, k WindowKind) diag.Diagnostic {
	by := First
	if f == LastArrived {
		by = Last
	}
	return hinted(problem("WEIR4023", text.Span, "%s does not go with %s windows", f, k),
		"they are merged of parts, which know when their records happened, not in which order they arrived: %s goes by event time", by)
}

func byOfOneTopic(by *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR5004", by.Span, "by chooses among topics, and there is one"), "leave it out, or write topics: {VALUE: TOPIC, ...} in place of topic")
}

func topicsWithoutBy(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR5004", at, "topics needs by, which chooses among them"), "write by: region, say, with a value for each record")
}

func badBy(text *syntax.Text, t *types.Type) diag.Diagnostic {
	d := problem("WEIR5004", text.Span, "topics are chosen by a string or an enum, not %s", a(t))
	switch {
	case t.Kind == types.Optional:
		return hinted(d, "it may be missing: add .orValue(…) with what to take then")
	case t.Scalar():
		return hinted(d, "write string(%s)", text.Value)
	}
	return d
}

func noEnumValue(name *syntax.Text, t *types.Type) diag.Diagnostic {
	return hinted(declared(problem("WEIR5004", name.Span, "%s has no value %s, so no record goes there", t.Name, name.Value), t), "%s", diag.DidYouMean(name.Value, t.Values))
}

func badHeader(text *syntax.Text, t *types.Type) diag.Diagnostic {
	d := problem("WEIR5003", text.Span, "a header is a string or bytes, not %s", a(t))
	if t.Scalar() || t.Kind == types.Enum {
		return hinted(d, "write string(%s)", text.Value)
	}
	return d
}

func unnestType(text *syntax.Text, t *types.Type) diag.Diagnostic {
	d := problem("WEIR4010", text.Span, "unnest takes a list or a map, not %s", a(t))
	if t.Kind == types.Optional && (t.Elem.Kind == types.List || t.Elem.Kind == types.Map) {
		return hinted(d, "it may be missing: turn records without it away (where: x.hasValue(), unnest: {e: x.value()})")
	}
	return d
}

func unnestTwice(name *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4010", name.Span, "a step takes one list or map apart"), "unnest the other one in a step behind this one")
}

func selectAndChanges(d *syntax.Step) diag.Diagnostic {
	at, clause := source.Span{}, ""
	for _, k := range []string{"set", "drop", "rename"} {
		if s, ok := d.Clauses[k]; ok && (at.IsZero() || s.Start < at.Start) {
			at, clause = s, k
		}
	}
	return related(hinted(problem("WEIR4011", at, "select and %s don't go together", clause),
		"select says all fields of a new record; set, drop and rename change the one that came in"), d.Clauses["select"], "select is here")
}

func fieldTaken(name *syntax.Text, first source.Span) diag.Diagnostic {
	return related(problem("WEIR4012", name.Span, "the field %s is dropped or renamed twice", name.Value), first, "the first time")
}

func droppedAndSet(name *syntax.Text, drop source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR4012", name.Span, "the field %s is both dropped and set", name.Value), "set alone replaces it"), drop, "it is dropped here")
}

func fieldTwice(name string, at, first source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR4012", at, "the record would have the field %q twice", name), "drop the other one, or rename it as well"), first, "the other one")
}

func nothingLeft(drop *syntax.Text) diag.Diagnostic {
	return problem("WEIR4012", drop.Span, "no field of the record is left")
}

func hidesField(name *syntax.Text, clause, what string, at source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR4013", name.Span, "the name %q under %s would hide %s %q", name.Value, clause, what, name.Value), "call it otherwise"), at, "here")
}

func branchTwice(name *syntax.Text, first source.Span) diag.Diagnostic {
	return related(problem("WEIR4014", name.Span, "the step has a branch %q already", name.Value), first, "here")
}

func defaultWithoutSplit(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4014", at, "default is for a step with split"), "it names the branch of the records for which no condition of split is true")
}

func splitAndWindow(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4014", at, "split does not go with group_by, window and aggregate"), "split the results in a step behind this one")
}

func keyAndWindow(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4016", at, "key does not go with group_by, window and aggregate"), "the results of a window have the group as their key; give them another one in a step behind this one")
}

func readsSplit(name *syntax.Text, st *Step) diag.Diagnostic {
	var names []string
	for _, out := range st.Outs() {
		names = append(names, out.Name)
	}
	what := "%s splits its records into branches"
	if st.Process != nil {
		what = "%s hands its records on by output"
	}
	return hinted(problem("WEIR4015", name.Span, what, name.Value), "read one of %s", strings.Join(names, ", "))
}

// Processors.

func processNeeds(at source.Span, lack []string) diag.Diagnostic {
	return hinted(problem("WEIR4019", at, "a step with process also needs %s", strings.Join(lack, " and ")), "state and timers are kept for each group, and output is the type of the records that the processor hands on")
}

func processAnd(at source.Span, clause string, process source.Span) diag.Diagnostic {
	d := hinted(problem("WEIR4019", at, "%s does not go with process", clause), "put it into a step in front of this one or behind it")
	return related(d, process, "the processor")
}

func clauseWithoutProcess(at source.Span, clause string) diag.Diagnostic {
	return hinted(problem("WEIR4019", at, "%s is for a step with process", clause), "name the Go type that it is for: process: ./shop.Scorer, say")
}

func outputAndOutputs(several, one source.Span) diag.Diagnostic {
	d := hinted(problem("WEIR4019", several, "output and outputs say the same in two ways"), "keep output for one kind of records, which is read by the step's name, or outputs, which are read as STEP.OUTPUT")
	return related(d, one, "output stands here")
}

func mapWithoutKey(at source.Span, name string) diag.Diagnostic {
	return hinted(problem("WEIR4019", at, "state %s is a map, and does not say of which keys", name), "write {map: TYPE, key: string}, say")
}

func keyOfNoMap(key *syntax.Text, name string) diag.Diagnostic {
	return hinted(problem("WEIR4019", key.Span, "state %s has no keys of its own", name), "a group has one value, or one list; write map: TYPE for values by key")
}

func badStateKey(key *syntax.Text, t *types.Type) diag.Diagnostic {
	return hinted(problem("WEIR2012", key.Span, "a key of a map can't be of type %s", t), "it is a scalar or an enum")
}

func outputNoRecord(text *syntax.Text, t *types.Type) diag.Diagnostic {
	return hinted(problem("WEIR4019", text.Span, "a processor hands on records, not %s", a(t)), "declare a record under types, with a field for it")
}

func hidesInOutput(f *types.Field, output *syntax.Text) diag.Diagnostic {
	d := hidesName(f.Span, f.Name, true, source.Span{})
	return related(d, output.Span, "here the record is what a processor hands on")
}

func unboundedState(name *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4020", name.Span, "state %s could grow for ever: it has no time to live", name.Value), "write ttl: 30d, say, or unbounded: true if the processor deletes what is not needed any more, or there are few groups")
}

func boundedTwice(at source.Span, name string) diag.Diagnostic {
	return hinted(problem("WEIR4020", at, "state %s is unbounded and has a time to live", name), "remove one of the two")
}

func longLife(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4020", at, "a time to live can't be longer than 100 years"), "write unbounded: true for state that stays")
}

func noProcessor(text *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR7007", text.Span, "%q names no Go type of the generated package", text.Value), "write the package's path from the spec's directory and the type's name, as in ./shop.Scorer: it uses generated types, so it stands beside them")
}

// Other clauses that keep something.

func keeperNeedsGroup(at source.Span, clause string) diag.Diagnostic {
	return hinted(problem("WEIR4024", at, "a step with %s also needs group_by", clause), "say what the groups are: group_by: {customer: customer_id}, say")
}

func keeperAnd(at source.Span, clause string, keeper source.Span, name string) diag.Diagnostic {
	d := hinted(problem("WEIR4024", at, "%s does not go with %s", clause, name), "put it into a step in front of this one or behind it")
	return related(d, keeper, name+" stands here")
}

func previousTwice(at source.Span, f *types.Field) diag.Diagnostic {
	d := hinted(problem("WEIR4024", at, "changes gives records a field previous, and these have one"), "rename it: rename: {before: previous}, say")
	return related(d, f.Span, "here")
}

func unboundedClause(at source.Span, clause string) diag.Diagnostic {
	return hinted(problem("WEIR4020", at, "what %s keeps could grow for ever: it has no time to live", clause), "write ttl: 30d, say, or unbounded: true if there are few groups")
}

func clauseBoundedTwice(unbounded *syntax.Text, clause string) diag.Diagnostic {
	return hinted(problem("WEIR4020", unbounded.Span, "%s is unbounded and has a time to live", clause), "remove one of the two")
}

func lastForEver(unbounded *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4020", unbounded.Span, "the last record of a group is handed on when its time is over, which needs a ttl"), "say how long to wait: ttl: 1h, say")
}

// Topics.

func badTopic(at source.Span, topic string) diag.Diagnostic {
	return hinted(problem("WEIR5001", at, "Kafka allows no topic %q", topic), "up to 249 letters, digits, dots, dashes and underscores")
}

func topicTwice(at source.Span, topic, what, first string, firstAt source.Span) diag.Diagnostic {
	d := related(problem("WEIR5002", at, "topic %s of %s is also that of %s", topic, what, first), firstAt, "here")
	switch {
	case strings.HasPrefix(what, "source") && strings.HasPrefix(first, "source"):
		d.Hint = "one source can feed any number of steps"
	case strings.HasPrefix(first, "source"):
		d.Hint = "a service that reads what it writes never comes to an end: write to another topic"
	default:
		d.Hint = "what is written to a topic has one form: use another topic"
	}
	return d
}

func longInternalTopic(name *syntax.Text, topic string) diag.Diagnostic {
	return hinted(problem("WEIR5001", name.Span, "the internal topic %s… of this step would have a name of %d characters", topic[:40], len(topic)), "Kafka allows 249: give the service or the step a shorter name")
}

// Go functions.

func noGoFunction(text *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR7001", text.Span, "%q names no Go function", text.Value), "write its package and its name, as in ./risk.Score or example.com/shop/risk.Score")
}

func badPackage(at source.Span, path string, err *gofunc.LoadError) diag.Diagnostic {
	d := related(problem("WEIR7002", at, "the Go package %s can't be used: %s", path, err.Message), err.Span, "here")
	d.Hint = err.Hint
	return d
}

func noFunction(at source.Span, path, name string, pkg *gofunc.Package, found gotypes.Object) diag.Diagnostic {
	d := problem("WEIR7003", at, "package %s has no function %s", path, name)
	switch found.(type) {
	case nil:
		return d.Suggest(name, pkg.Functions())
	case *gotypes.Func:
		d.Summary, d.Hint = fmt.Sprintf("function %s of package %s is not exported", name, path), "its name has to start with a capital letter"
	default:
		d.Summary, d.Hint = fmt.Sprintf("%s of package %s is not a function", name, path), "only what is declared with func can be called"
	}
	return related(d, pkg.Span(found), "it is declared here")
}

func badSignature(at source.Span, name, why, hint string, decl source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR7004", at, "expressions can't call %s: %s", name, why), "%s", hint), decl, "it is declared here")
}

func badGoType(at source.Span, name, what, goType string, err error, decl source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR7005", at, "expressions can't call %s: %s is of type %s", name, what, goType), "%s", err), decl, "here")
}

func functionTaken(name *syntax.Text) diag.Diagnostic {
	d := problem("WEIR7006", name.Span, "CEL has a function %s itself", name.Value)
	if slices.Contains(reserved, name.Value) {
		d.Summary = fmt.Sprintf("%q is a reserved word of CEL, so no expression could call it", name.Value)
	}
	return hinted(d, "call it otherwise; the Go function may keep its name")
}

// Warnings.

func warning(d diag.Diagnostic) diag.Diagnostic {
	d.Severity = diag.Warning
	return d
}

func unusedStream(code string, at source.Span, what string) diag.Diagnostic {
	return warning(hinted(problem(code, at, "nothing reads %s", what), "remove it, or name it in the from of a step or sink"))
}

func unusedLate(name *syntax.Text) diag.Diagnostic {
	return warning(hinted(problem("WEIR6003", name.Span, "nothing reads the late records %s", name.Value), "name them in the from of a step or sink; without late_to they are dropped and counted"))
}

func deprecatedField(at source.Span, f *types.Field) diag.Diagnostic {
	return related(warning(problem("WEIR6005", at, "field %s is deprecated: %s", f.Name, f.Deprecated)), f.Span, "the field")
}

func unusedAlias(t *types.Type) diag.Diagnostic {
	return warning(hinted(problem("WEIR6004", t.Alias.Span, "nothing is of type %s", t.Alias.Name), "remove it, or use it"))
}

func unusedType(t *types.Type) diag.Diagnostic {
	return warning(hinted(problem("WEIR6004", t.Span, "nothing is of type %s", t.Name), "remove it, or use it"))
}

func unusedField(at source.Span, name string) diag.Diagnostic {
	return warning(hinted(problem("WEIR6007", at, "nothing reads %s", name), "remove it; what a sink writes counts as read"))
}

var adviceCodes = map[celenv.IssueKind]string{celenv.Constant: "WEIR6008", celenv.Decided: "WEIR6009", celenv.Precision: "WEIR6010"}

func advised(text *syntax.Text, is celenv.Issue) diag.Diagnostic {
	return warning(diag.Diagnostic{Code: adviceCodes[is.Kind], Subject: text.At(is.Start, is.End), Summary: is.Message, Hint: is.Hint})
}

func unreadLet(n *Named) diag.Diagnostic {
	return warning(hinted(problem("WEIR6006", n.Span, "nothing reads %s", n.Name), "remove it; it is not computed"))
}

func unusedFragment(f *syntax.Fragment) diag.Diagnostic {
	return warning(hinted(problem("WEIR6012", f.Name.Span, "nothing uses fragment %s", f.Name.Value), "remove it, or use it in a step"))
}

func unreadParam(name *syntax.Text, f *syntax.Fragment) diag.Diagnostic {
	return warning(hinted(problem("WEIR6012", name.Span, "no step of fragment %s reads the parameter %s", f.Name.Value, name.Value), "remove it"))
}

func unusedFunction(f *Function) diag.Diagnostic {
	return warning(hinted(problem("WEIR6011", f.Span, "no expression calls %s", f.Name), "remove it, or call it"))
}
