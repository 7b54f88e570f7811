package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// place is where an expression stands, for messages about what it can't see.
type place struct {
	clause string // "where", "select total", …
	step   *Step  // nil for a source or a sink
	sink   *Sink
	row    *types.Type
	group  bool // behind the group: having
	args   bool // an aggregate's argument
	alias  bool // an alias's condition
	init   bool // the state that a fold begins with
	fold   bool // what a step's fold makes of records
	states bool // behind a fold: having
}

// expr checks an expression in a scope; nil if it is not there or wrong. A variable of an invalid type has an error of its own, and
// so has a Go function that can't be called: an expression that mentions one is neither right nor reported.
func (c *checker) expr(text *syntax.Text, scope *Scope, at place) *Expr {
	if text == nil || slices.ContainsFunc(c.broken, func(name string) bool { return mentions(text.Value, name) }) {
		return nil
	}
	vars := make([]celenv.Var, 0, len(scope.Vars))
	for _, v := range scope.Vars {
		if invalid(v.Type) {
			if mentions(text.Value, v.Name) {
				return nil
			}
			continue
		}
		vars = append(vars, celenv.Var{Name: v.Name, Type: v.Type, Union: v.Union})
	}
	if c.defines != nil {
		for _, v := range c.defines.params {
			switch _, ok := scope.Lookup(v.Name); {
			case ok:
				continue
			case !invalid(v.Type):
			case mentions(text.Value, v.Name):
				return nil
			default:
				continue
			}
			vars = append(vars, celenv.Var{Name: v.Name, Type: v.Type})
		}
	}
	ast, t, issues := c.env.Compile(text.Value, vars)
	for _, is := range issues {
		c.report(c.issue(text, is, scope, at))
	}
	if ast == nil {
		return nil
	}
	e := &Expr{Text: text.Value, Span: text.Span, Offsets: text.Offsets, AST: ast, Type: t, Scope: scope}
	c.exprs = append(c.exprs, e)
	c.noteParsed(e)
	c.readParams(text, e, at)
	c.warnDeprecated(text, e, at.row)
	return e
}

// warnDeprecated warns of each place at which an expression reads a field that is deprecated. Row is the record whose fields are
// variables.
func (c *checker) warnDeprecated(text *syntax.Text, e *Expr, row *types.Type) {
	for _, s := range c.env.Selections(e.Text, e.AST) {
		record := s.Record
		if v, ok := e.Scope.Lookup(s.Name); record == nil && ok && v.Kind == FieldVar {
			record = row
		}
		if record == nil {
			continue
		}
		if f := record.Field(s.Name); f != nil && f.Deprecated != "" {
			c.report(deprecatedField(text.At(s.Start, s.End), f))
		}
	}
}

// typed is expr for a clause that wants a certain type.
func (c *checker) typed(text *syntax.Text, scope *Scope, at place, want *types.Type) *Expr {
	e := c.expr(text, scope, at)
	if e != nil && !types.Equal(e.Type, want) {
		c.report(wrongResult(text, at.clause, e.Type, want))
		return nil
	}
	return e
}

// invalid tells whether something in a type is wrong, and reported.
func invalid(t *types.Type) bool { return holdsInvalid(t, map[*types.Type]bool{}) }

func holdsInvalid(t *types.Type, seen map[*types.Type]bool) bool {
	for ; t != nil && !seen[t]; t = t.Elem {
		seen[t] = true
		if t.Kind == types.Invalid {
			return true
		}
		for _, f := range t.Fields {
			if holdsInvalid(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

func mentions(text, name string) bool {
	ok, _ := regexp.MatchString(`\b`+regexp.QuoteMeta(name)+`\b`, text)
	return ok
}

var issueCodes = map[celenv.IssueKind]string{
	celenv.Syntax: "WEIR3001", celenv.Undeclared: "WEIR3002", celenv.NoField: "WEIR3003", celenv.Overload: "WEIR3004",
	celenv.Type: "WEIR3005", celenv.Unsupported: "WEIR3006", celenv.Literal: "WEIR3007",
}

// issue turns a problem of an expression into a diagnostic at its place in the file.
func (c *checker) issue(text *syntax.Text, is celenv.Issue, scope *Scope, at place) diag.Diagnostic {
	d := diag.Diagnostic{Code: issueCodes[is.Kind], Subject: text.At(is.Start, is.End), Summary: is.Message, Hint: is.Hint}
	if d.Code == "" {
		d.Code = "WEIR3005"
	}
	if is.Start >= is.End {
		d.Subject = text.Span
	}
	d.Fix = instead(text, is)
	if d.Hint == "" && is.Name != "" {
		if diag.Nearest(is.Name, is.Candidates) != "" {
			d = d.Suggest(is.Name, is.Candidates)
		} else if slices.Contains(is.Candidates, "kafka."+is.Name) {
			d.Hint = fmt.Sprintf("did you mean %q?", "kafka."+is.Name)
			d = d.Replace("kafka."+is.Name, false)
		} else { // constants of enums are too many to list
			d.Hint = diag.OneOf(slices.DeleteFunc(slices.Clone(is.Candidates), func(c string) bool { return strings.Contains(c, ".") }))
		}
	}
	if at.init && is.Kind == celenv.Undeclared && fieldOf(at, is.Name) != nil {
		d.Hint, d.Fix = "it is the state before the first record, which the step takes in as any other", nil
	}
	if at.alias && (is.Kind == celenv.Undeclared || is.Kind == celenv.NoField) && strings.Contains(text.Value, ".parse_json(") {
		d.Code, d.Summary, d.Hint, d.Fix = "WEIR3008", "the condition of an alias parses no texts", "it is tested where data is decoded: test the value that the text spells where it is parsed", nil
	} else if is.Kind == celenv.Undeclared {
		if why, hint := outOfScope(is.Name, scope, at); why != "" {
			d.Code, d.Summary, d.Hint, d.Fix = "WEIR3008", why, hint, nil
		}
	}
	for _, name := range is.Reads {
		if f := fieldOf(at, name); f != nil {
			d = related(d, f.Span, fmt.Sprintf("%s is of type %s", name, f.Type))
		}
	}
	return declared(d, is.Of)
}

// instead is the fix of an issue that knows what was meant, if the file spells the text as CEL sees it.
func instead(text *syntax.Text, is celenv.Issue) *diag.Fix {
	start, end := is.Start, is.End
	if is.InsteadAt[1] > 0 {
		start, end = is.InsteadAt[0], is.InsteadAt[1]
	}
	at := text.At(start, end)
	if is.Instead == "" || at.Text() != text.Value[start:end] {
		return nil
	}
	return &diag.Fix{Title: "write " + is.Instead, Edits: []diag.Edit{{Span: at, Text: is.Instead}}, Safe: true}
}

// fieldOf is the field of the record that an expression sees under a name, nil if the name is something else there.
func fieldOf(at place, name string) *types.Field {
	if at.row == nil || at.group {
		return nil
	}
	return at.row.Field(name)
}

// The scopes. A name that hides another one is refused where it is declared, so the order does not matter.

func fieldVars(t *types.Type) []Var {
	var vars []Var
	for _, f := range t.Fields {
		v := Var{Name: f.Name, Kind: FieldVar, Type: f.Type}
		if t.Union {
			v.Union = t
		}
		vars = append(vars, v)
	}
	return vars
}

// recordVars are the variables that exist besides the fields of a record of a stream.
func recordVars(key []KeyPart) []Var {
	var vars []Var
	if len(key) == 1 && key[0].Name == "key" {
		vars = append(vars, Var{Name: "key", Kind: KeyVar, Type: key[0].Type})
	}
	return append(vars, Var{Name: "event_time", Kind: EventTimeVar, Type: types.TimestampType}, Var{Name: "processing_time", Kind: ProcessingTimeVar, Type: types.TimestampType})
}

var windowVars = []Var{
	{Name: "window.start", Kind: WindowStartVar, Type: types.TimestampType},
	{Name: "window.end", Kind: WindowEndVar, Type: types.TimestampType},
}

// directVars are what is known of a record as it was read.
var directVars = []Var{
	{Name: "headers", Kind: HeadersVar, Type: types.MapOf(types.StringType, types.BytesType)},
	{Name: "kafka.topic", Kind: TopicVar, Type: types.StringType},
	{Name: "kafka.partition", Kind: PartitionVar, Type: types.IntType},
	{Name: "kafka.offset", Kind: OffsetVar, Type: types.IntType},
}

// scopeOf is what expressions over the records of a stream see; row is their type and key their key there.
func scopeOf(s *Stream, row *types.Type, key []KeyPart) *Scope {
	vars := append(fieldVars(row), recordVars(key)...)
	if s.Windowed {
		vars = append(vars, windowVars...)
	}
	if s.Direct {
		vars = append(vars, directVars...)
	}
	return &Scope{Vars: vars}
}
