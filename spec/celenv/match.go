package celenv

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/types"
)

// match takes a union apart:
//
//	match(e, placed, o, o.amount, cancelled, c, c.fee)
//
// is the expression behind the member that e has, in which the name before it is the member's value. Each member stands there
// once, or a last expression is for those that don't. The macro becomes
//
//	e.placed.hasValue() ? cel.bind(o, e.placed.@member(), o.amount) : cel.bind(c, e.cancelled.@member(), c.fee)
//
// In a step whose records are a union, `this` is the record; its members are variables there.

var selectionText = regexp.MustCompile(`^type '(.*)' does not support field selection`)

const (
	matchMacro = "match"
	// member is the value of a member that is there.
	member         = "@member"
	memberOverload = "optional_member"
	// subject is the variable of a union that is computed.
	subject = "@union"
)

// unions declares match.
func unions() []cel.EnvOption {
	t := cel.TypeParamType("T")
	return []cel.EnvOption{
		cel.Macros(cel.GlobalVarArgMacro(matchMacro, expandMatch)),
		cel.Function(member, cel.MemberOverload(memberOverload, []*cel.Type{cel.OptionalType(t)}, t, cel.UnaryBinding(func(v ref.Val) ref.Val {
			return v.(*celtypes.Optional).GetValue()
		}))),
	}
}

// arm is one member of a match.
type arm struct{ member, name, result celast.Expr }

// arms takes the arguments of a match apart. Other is the expression for the members that are not there, nil if there is none.
func arms(args []celast.Expr) (all []arm, other celast.Expr, ok bool) {
	if len(args) < 4 || (len(args)-1)%3 == 2 {
		return nil, nil, false
	}
	rest := args[1:]
	for ; len(rest) >= 3; rest = rest[3:] {
		all = append(all, arm{rest[0], rest[1], rest[2]})
	}
	if len(rest) > 0 {
		other = rest[0]
	}
	return all, other, true
}

func expandMatch(eh cel.MacroExprFactory, _ celast.Expr, args []celast.Expr) (celast.Expr, *common.Error) {
	if len(args) == 0 {
		return nil, nil // a function that there is not
	}
	all, result, ok := arms(args)
	if !ok {
		return nil, eh.NewError(args[0].ID(), "match takes a union, then for each member its name, a name for its value and an expression")
	}
	seen := map[string]bool{}
	for _, a := range all {
		switch {
		case a.member.Kind() != celast.IdentKind:
			return nil, eh.NewError(a.member.ID(), "the name of a member is expected here")
		case a.name.Kind() != celast.IdentKind:
			return nil, eh.NewError(a.name.ID(), "a name for the member's value is expected here")
		case seen[a.member.AsIdent()]:
			return nil, eh.NewError(a.member.ID(), "member "+a.member.AsIdent()+" is there twice")
		}
		seen[a.member.AsIdent()] = true
	}
	union, bound := args[0], !isPath(args[0])
	value := func(a arm) celast.Expr {
		switch {
		case isThis(args[0]):
			return eh.NewIdent(a.member.AsIdent())
		case bound:
			return eh.NewSelect(eh.NewIdent(subject), a.member.AsIdent())
		}
		x := eh.NewSelect(union, a.member.AsIdent())
		union = eh.Copy(union) // its nodes stand in the tree once
		return x
	}
	bind := func(name string, init, result celast.Expr) celast.Expr {
		return eh.NewComprehension(eh.NewList(), unusedVar, name, init, eh.NewLiteral(celtypes.False), eh.NewIdent(name), result)
	}
	for _, a := range slices.Backward(all) {
		one := bind(a.name.AsIdent(), eh.NewMemberCall(member, value(a)), a.result)
		if result == nil {
			result = one // what is left when no other member is there
			continue
		}
		result = eh.NewCall(operators.Conditional, eh.NewMemberCall("hasValue", value(a)), one, result)
	}
	if bound {
		result = bind(subject, union, result)
	}
	return result, nil
}

// isThis tells whether what is matched is the record in hand.
func isThis(e celast.Expr) bool { return e.Kind() == celast.IdentKind && e.AsIdent() == "this" }

// isPath tells whether e is a variable or a field of one, which may be read again and again.
func isPath(e celast.Expr) bool {
	for e.Kind() == celast.SelectKind && !e.AsSelect().IsTestOnly() {
		e = e.AsSelect().Operand()
	}
	return e.Kind() == celast.IdentKind
}

// matches are the calls of match in the text and the ids of what they became, in its order.
func matches(info *celast.SourceInfo) (ids []int64, calls []celast.CallExpr) {
	for id, call := range info.MacroCalls() {
		if call.Kind() == celast.CallKind && call.AsCall().FunctionName() == matchMacro && !call.AsCall().IsMemberFunction() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		calls = append(calls, info.MacroCalls()[id].AsCall())
	}
	return ids, calls
}

// matchRows finds each match of the record in hand where that is no union: what it reads is not declared then.
func (r *reporter) matchRows() []Issue {
	var all []Issue
	_, calls := matches(r.parsed.SourceInfo())
	for _, call := range calls {
		x := call.Args()[0]
		if isThis(x) && r.row() == nil {
			is := r.issue(x.ID(), Type, "the record here is no union")
			is.Hint = "write the field that is one"
			all = append(all, is)
		}
	}
	return sorted(all)
}

// row is the union whose members are variables, nil if the record in hand is none.
func (r *reporter) row() *types.Type {
	for _, v := range r.vars {
		if v.Union != nil {
			return v.Union
		}
	}
	return nil
}

// exhaustive finds each match of a union without some of its members.
func (r *reporter) exhaustive(a *celast.AST) []Issue {
	var all []Issue
	_, calls := matches(a.SourceInfo())
	for _, call := range calls {
		x := call.Args()[0]
		t := r.row()
		if !isThis(x) {
			t, _ = r.env.TypeOf(a.GetType(x.ID()))
		}
		if t == nil || !t.Union {
			is := r.issue(x.ID(), Type, "match takes a union apart, and this is %s", spelled(t))
			if t != nil && t.Kind == types.Optional {
				is.Hint = absentHint
			}
			all = append(all, is)
			continue
		}
		given, other, _ := arms(call.Args())
		missing := t.MemberNames()
		for _, g := range given {
			missing = slices.DeleteFunc(missing, func(name string) bool { return name == g.member.AsIdent() })
		}
		switch {
		case len(missing) > 0 && other == nil:
			is := r.issue(x.ID(), Type, "this match of %s is without %s", t.Name, strings.Join(missing, ", "))
			is.Hint = fmt.Sprintf("add %s, a name and an expression, or a last expression for all others", missing[0])
			all = append(all, is)
		case len(missing) == 0 && other != nil:
			is := r.issue(other.ID(), Type, "this is for no member: all of %s are there", t.Name)
			is.Hint = "leave it out"
			all = append(all, is)
		}
	}
	return sorted(all)
}

func spelled(t *types.Type) string {
	if t == nil {
		return "something else"
	}
	return t.String()
}

// matched is the range of a member's name in a match, for the id of what the macro made of it.
func (s *spans) matched(id int64, name string) (span, bool) {
	if _, written := s.byID[id]; written {
		return span{}, false
	}
	if call, ok := s.match(id); ok {
		all, _, _ := arms(call.Args())
		for _, a := range all {
			if a.member.AsIdent() == name {
				return s.of(a.member.ID()), true
			}
		}
	}
	return span{}, false
}

// match is the call of match that a node is or was made by.
func (s *spans) match(id int64) (celast.CallExpr, bool) {
	ids, calls := matches(s.info)
	for i, call := range calls {
		if at := s.point(id); at >= 0 && s.point(ids[i]) == at {
			return call, true
		}
	}
	return nil, false
}

// mismatch is the issue of what the macro made of a match, where that has the wrong types: its subject or its results.
func (r *reporter) mismatch(id int64, message string) (Issue, bool) {
	call, ok := r.spans.match(id)
	if !ok {
		return Issue{}, false
	}
	if m := overloadText.FindStringSubmatch(message); m != nil && m[1] == operators.Conditional {
		results := strings.TrimSuffix(strings.TrimPrefix(plainTypes(m[2]), "(bool, "), ")")
		return r.issue(id, Type, "the results of a match have one type, and here are %s", strings.ReplaceAll(results, ", ", " and ")), true
	}
	x := call.Args()[0]
	if m := selectionText.FindStringSubmatch(plainTypes(message)); m != nil {
		return r.issue(x.ID(), Type, "match takes a union apart, and this is %s", m[1]), true
	}
	if m := overloadText.FindStringSubmatch(message); m != nil && (m[1] == "hasValue" || m[1] == member) {
		return r.issue(x.ID(), Type, "match takes a union apart, and this is %s", spelled(r.typeOf(x))), true
	}
	return Issue{}, false
}
