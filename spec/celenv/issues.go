package celenv

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/decls"

	"github.com/weirstream/weir/spec/types"
)

// IssueKind says what sort of problem an issue is.
type IssueKind uint8

// The kinds of issues.
const (
	Syntax      IssueKind = iota + 1
	Undeclared            // Name is not declared; Candidates are the names that are
	NoField               // Name is not a field of the record or a value of the enum; Candidates are those there are
	Overload              // an operator or function does not take these types
	Type                  // a type is wrong, or not known when the spec is compiled
	Unsupported           // CEL has it, the spec language does not
	Literal               // a constant regular expression, time zone, timestamp or duration is malformed
)

// Issue is a problem of an expression. Start and End are byte offsets into its text.
type Issue struct {
	Start, End int
	Message    string
	Kind       IssueKind
	// Name and Candidates are set for Undeclared and NoField, for "did you mean"; [Start, End) covers exactly the name then,
	// unless a macro made it. Candidates are sorted.
	Name       string
	Candidates []string
	// Hint says what to write instead, if that is known.
	Hint string
	// Instead, if not empty, is the one thing that can have been meant by the text at InsteadAt, or from Start to End if that is
	// empty.
	Instead   string
	InsteadAt [2]int
	// Reads are the variables that the problem is about, for an Overload.
	Reads []string
	// Of is the record or enum that has no such field or value, if that is known.
	Of *types.Type
}

// reporter turns what the checker and the walk over its result find into issues.
type reporter struct {
	env       *Env
	vars      []Var
	functions map[string]*decls.FunctionDecl
	src       *sourceText
	spans     *spans
	parsed    *celast.AST
}

func (r *reporter) issue(id int64, kind IssueKind, format string, args ...any) Issue {
	sp := r.spans.of(id)
	return Issue{Start: sp.start, End: sp.end, Kind: kind, Message: fmt.Sprintf(format, args...)}
}

var (
	undeclaredText = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	fieldText      = regexp.MustCompile(`^undefined field '([^']*)'`)
	overloadText   = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '(.*)'$`)
	celTypeText    = regexp.MustCompile(`optional_type\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)`)
)

// checkIssues translates the checker's errors.
func (r *reporter) checkIssues(iss *cel.Issues) []Issue {
	var all []Issue
	for _, err := range iss.Errors() {
		var is Issue
		if r.beforeParser(err.ExprID) && undeclaredText.MatchString(err.Message) { // the call is wrong, and reported
			continue
		}
		if wrong, ok := r.mismatch(err.ExprID, err.Message); ok {
			is = wrong
		} else if m := undeclaredText.FindStringSubmatch(err.Message); m != nil {
			is = r.undeclared(err.ExprID, m[1])
		} else if m := fieldText.FindStringSubmatch(err.Message); m != nil {
			is = r.noField(err.ExprID, m[1])
		} else if m := overloadText.FindStringSubmatch(err.Message); m != nil {
			is = r.overload(err.ExprID, m[1], m[2])
		} else {
			is = r.issue(r.fieldValue(err.ExprID), Type, "%s", plainTypes(err.Message))
			if strings.Contains(is.Message, "?'") {
				is.Hint = absentHint
			}
		}
		all = append(all, is)
	}
	return sorted(all)
}

// fieldValue is the value of a field in a record literal, which the checker names by the field's own id.
func (r *reporter) fieldValue(id int64) int64 {
	value := id
	celast.PreOrderVisit(r.parsed.Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		if e.Kind() != celast.StructKind {
			return
		}
		for _, f := range e.AsStruct().Fields() {
			if f.ID() == id {
				value = f.AsStructField().Value().ID()
			}
		}
	}))
	return value
}

func sorted(all []Issue) []Issue {
	sort.SliceStable(all, func(i, j int) bool { return all[i].Start < all[j].Start })
	return all
}

// plainTypes spells the types in a message of the checker as the spec language does.
func plainTypes(s string) string {
	s = strings.NewReplacer("google.protobuf.Timestamp", "timestamp", "google.protobuf.Duration", "duration",
		"wrapper(", "optional_type(", "step.", "").Replace(s)
	for {
		t := celTypeText.ReplaceAllString(s, "$1?")
		if t == s {
			return s
		}
		s = t
	}
}

// undeclared is about a variable, a function, or a qualified name of either.
func (r *reporter) undeclared(id int64, name string) Issue {
	id, name = r.qualified(id, name)
	is := r.issue(id, Undeclared, "")
	if at, ok := r.spans.matched(id, name); ok {
		is.Start, is.End = at.start, at.end
		t := r.row()
		is.Kind, is.Name, is.Candidates, is.Of = NoField, name, sortedCopy(t.MemberNames()), t
		is.Message = fmt.Sprintf("%s has no member %s", t.Name, name)
		return is
	}
	node := find(r.parsed.Expr(), id)
	function := node != nil && node.Kind() == celast.CallKind
	if prefix, last, ok := cutLast(name); ok {
		if t := r.env.named[prefix]; t != nil && t.Kind == types.Enum {
			sp := r.spans.name(id)
			return Issue{Start: sp.start, End: sp.end, Kind: NoField, Name: last, Candidates: sortedCopy(t.Values), Of: t,
				Message: fmt.Sprintf("enum %s has no value %s", prefix, last)}
		}
	}
	if !function {
		// The checker reports a.b.c when a is not declared: the problem is a, or a.b if other names begin with "a.".
		root := name
		for inner := node; inner != nil && inner.Kind() == celast.SelectKind; inner = inner.AsSelect().Operand() {
			if op := inner.AsSelect().Operand(); op.Kind() == celast.IdentKind {
				root = op.AsIdent()
				if !r.isPrefix(root) {
					sp := r.spans.of(op.ID())
					is.Start, is.End, name = sp.start, sp.end, root
				}
			}
		}
		is.Name, is.Candidates = name, r.variables()
		is.Message = fmt.Sprintf("nothing is named %s here", name)
		if t := r.env.named[name]; t != nil && t.Kind == types.Enum {
			is.Message, is.Candidates = fmt.Sprintf("%s is an enum, not a value", name), nil
			if len(t.Values) > 0 { // an enum without any is reported where it is declared
				is.Hint = "write one of its values, such as " + name + "." + t.Values[0]
			}
		}
		return is
	}
	sp := r.spans.name(id)
	is.Start, is.End = sp.start, sp.end
	if r.misparses(&is, node) {
		return is
	}
	is.Name, is.Candidates = name, r.functionNames()
	is.Message = fmt.Sprintf("there is no function %s", name)
	is.Hint = nondeterministic[name]
	if prefix, _, ok := cutLast(name); ok && !strings.HasPrefix(r.src.text[is.Start:], name) {
		is.Start = r.qualifiedStart(is.Start, prefix)
	}
	if node.AsCall().IsMemberFunction() && !strings.Contains(name, ".") {
		is.Message = fmt.Sprintf("there is no method %s", name)
	}
	return is
}

// qualified widens a name that only stands in front of others (window, math, an enum) to the one that was looked for.
func (r *reporter) qualified(id int64, name string) (int64, string) {
	node := find(r.parsed.Expr(), id)
	if node == nil || node.Kind() != celast.IdentKind {
		return id, name
	}
	celast.PreOrderVisit(r.parsed.Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		switch {
		case e.Kind() == celast.SelectKind && e.AsSelect().Operand().ID() == node.ID() && r.isPrefix(name):
			id, name = e.ID(), name+"."+e.AsSelect().FieldName()
		case e.Kind() == celast.CallKind && e.AsCall().IsMemberFunction() && e.AsCall().Target().ID() == node.ID() && r.isLibrary(name):
			id, name = e.ID(), name+"."+e.AsCall().FunctionName()
		}
	}))
	return id, name
}

// isLibrary tells whether functions' names begin with name and a dot.
func (r *reporter) isLibrary(name string) bool {
	for f := range r.functions {
		if strings.HasPrefix(f, name+".") {
			return true
		}
	}
	return name == "cel"
}

// qualifiedStart walks back from a function's name over its qualifier.
func (r *reporter) qualifiedStart(start int, prefix string) int {
	if i := strings.LastIndex(r.src.text[:start], prefix); i >= 0 {
		return i
	}
	return start
}

func cutLast(name string) (prefix, last string, ok bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", name, false
	}
	return name[:i], name[i+1:], true
}

// isPrefix tells whether qualified names begin with name.
func (r *reporter) isPrefix(name string) bool {
	for _, v := range r.variables() {
		if strings.HasPrefix(v, name+".") {
			return true
		}
	}
	return false
}

// variables are the names an expression can read, enum constants included.
func (r *reporter) variables() []string {
	var names []string
	for _, v := range r.vars {
		names = append(names, v.Name)
	}
	for name, t := range r.env.named {
		for _, v := range t.Values {
			names = append(names, name+"."+v)
		}
	}
	sort.Strings(names)
	return names
}

func (r *reporter) functionNames() []string {
	var names []string
	for name, f := range r.functions {
		if _, user := r.env.userFunc(name); strings.ContainsAny(name, "_@!") && !user && !strings.HasSuffix(name, "."+parse) {
			continue
		}
		for _, o := range f.OverloadDecls() {
			if Supported(o.ID()) {
				names = append(names, name)
				break
			}
		}
	}
	names = append(names, "all", "exists", "exists_one", "filter", "map", "has", "optMap", "optFlatMap", "math.greatest", "math.least",
		"existsOne", "transformList", "transformMap", "transformMapEntry", "sortBy", "cel.bind", "match")
	sort.Strings(names)
	return names
}

func (r *reporter) noField(id int64, name string) Issue {
	sp := r.spans.name(id)
	if at, ok := r.spans.matched(id, name); ok {
		sp = at
	}
	is := Issue{Start: sp.start, End: sp.end, Kind: NoField, Name: name, Message: fmt.Sprintf("there is no field %s", name)}
	if t := r.recordOf(id); t != nil {
		what := "field"
		if t.Union {
			what = "member"
		}
		is.Message, is.Of = fmt.Sprintf("%s has no %s %s", t.Name, what, name), t
		for _, f := range t.Fields {
			is.Candidates = append(is.Candidates, f.Name)
		}
		sort.Strings(is.Candidates)
	}
	return is
}

// recordOf finds the record that a failed selection was on, by checking what stands before the dot.
func (r *reporter) recordOf(id int64) *types.Type {
	node := find(r.parsed.Expr(), id)
	if node == nil {
		// has() and other macros leave their selection in the original call.
		for mid := range r.parsed.SourceInfo().MacroCalls() {
			call, _ := r.parsed.SourceInfo().GetMacroCall(mid)
			if node = find(call, id); node != nil {
				break
			}
		}
	}
	var operand celast.Expr
	switch {
	case node == nil:
		return nil
	case node.Kind() == celast.SelectKind:
		operand = node.AsSelect().Operand()
	case node.Kind() == celast.CallKind && len(node.AsCall().Args()) == 2:
		operand = node.AsCall().Args()[0]
	default:
		return nil
	}
	t := r.typeOf(operand)
	for t != nil && t.Kind == types.Optional {
		t = t.Elem
	}
	if t == nil || t.Kind != types.Record {
		return nil
	}
	return t
}

func sortedCopy(s []string) []string {
	c := append([]string(nil), s...)
	sort.Strings(c)
	return c
}

// find is the node with an id, nil if there is none.
func find(e celast.Expr, id int64) celast.Expr {
	var found celast.Expr
	celast.PostOrderVisit(e, celast.NewExprVisitor(func(x celast.Expr) {
		if x.ID() == id {
			found = x
		}
	}))
	return found
}
