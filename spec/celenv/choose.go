package celenv

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"
)

// call chooses the overload by the types of the operands.
func (s *static) call(e celast.Expr) *cel.Type {
	c := e.AsCall()
	t := s.ast.GetType(e.ID())
	all := operands(e)
	switch c.FunctionName() {
	case operators.OptSelect:
		op := s.typ(all[0])
		if !isDynamic(t) {
			return t
		}
		return cel.OptionalType(unwrapped(s.member(e, op, string(all[1].AsLiteral().(celtypes.String)))))
	case "cel.@block":
		return s.block(all)
	case "format":
		// The arguments of format may have different types.
		s.typ(all[0])
		if all[1].Kind() == celast.ListKind {
			for _, x := range all[1].AsList().Elements() {
				s.typ(x)
			}
			return t
		}
		s.typ(all[1])
		return t
	}
	known := !isDynamic(t) && len(s.ast.GetOverloadIDs(e.ID())) == 1
	var args []*cel.Type
	for _, x := range all {
		known = known && !isDynamic(s.ast.GetType(x.ID()))
		args = append(args, s.typ(x))
	}
	if known {
		return t
	}
	if c.FunctionName() == "dyn" && len(args) == 1 {
		return args[0]
	}
	if r, ok := s.flatten(e, all, args); ok {
		return r
	}
	return s.choose(e, t, all, args)
}

// block binds the slots, one after the other.
func (s *static) block(args []celast.Expr) *cel.Type {
	n := len(s.scope)
	defer func() { s.scope = s.scope[:n] }()
	if args[0].Kind() == celast.ListKind {
		for i, x := range args[0].AsList().Elements() {
			s.scope = append(s.scope, &binding{SlotName(i), s.typ(x), x})
		}
	}
	return s.typ(args[1])
}

// flatten is list.flatten(depth): its type depends on the depth, which has to be a constant.
func (s *static) flatten(e celast.Expr, all []celast.Expr, args []*cel.Type) (*cel.Type, bool) {
	if !slices.Contains(s.ast.GetOverloadIDs(e.ID()), "list_flatten_int") || len(all) != 2 {
		return nil, false
	}
	if all[1].Kind() != celast.LiteralKind {
		s.add(s.issue(all[1].ID(), Type, "the depth of flatten must be a constant: the type of the result depends on it"))
		return args[0], true
	}
	depth, _ := all[1].AsLiteral().(celtypes.Int)
	t := args[0]
	for ; depth > 0 && len(t.Parameters()) > 0 && t.Parameters()[0].Kind() == celtypes.ListKind; depth-- {
		t = t.Parameters()[0]
	}
	return t, true
}

// choose picks the overload that fits the operands.
func (s *static) choose(e celast.Expr, t *cel.Type, all []celast.Expr, args []*cel.Type) *cel.Type {
	ids := s.ast.GetOverloadIDs(e.ID())
	f := s.functions[e.AsCall().FunctionName()]
	if f == nil || len(ids) == 0 {
		return t
	}
	for _, o := range f.OverloadDecls() {
		if !slices.Contains(ids, o.ID()) || len(o.ArgTypes()) != len(args) {
			continue
		}
		bound := map[string]*cel.Type{}
		fits := true
		for i, p := range o.ArgTypes() {
			fits = fits && fit(p, args[i], bound)
		}
		switch {
		case fits:
			for i, p := range o.ArgTypes() {
				s.push(all[i], substitute(p, bound))
			}
		case mixes(e.AsCall().FunctionName()) && isContainer(o, args):
			// Values of different types may be compared and looked up; most are never equal.
		default:
			continue
		}
		s.ast.SetReference(e.ID(), celast.NewFunctionReference(o.ID()))
		if r := substitute(o.ResultType(), bound); isDynamic(t) {
			return r
		}
		return t
	}
	var texts []string
	for _, a := range args {
		texts = append(texts, typeText(a))
	}
	name := e.AsCall().FunctionName()
	list := "(" + strings.Join(texts, ", ") + ")"
	if e.AsCall().IsMemberFunction() {
		list = texts[0] + ".(" + strings.Join(texts[1:], ", ") + ")"
	}
	s.add(s.overload(e.ID(), name, list))
	return t
}

// mixes tells whether an operator compares values, whatever their types are.
func mixes(fn string) bool {
	switch fn {
	case operators.Equals, operators.NotEquals, operators.In, operators.Index:
		return true
	}
	return false
}

// isContainer tells whether the overload is for the kind of container that the operands have, if it is for one.
func isContainer(o *decls.OverloadDecl, args []*cel.Type) bool {
	switch o.ID() {
	case "in_list", "in_map":
		return o.ArgTypes()[1].Kind() == args[1].Kind()
	case "index_list":
		return args[0].Kind() == celtypes.ListKind && (args[1].Kind() == celtypes.UintKind || args[1].Kind() == celtypes.DoubleKind)
	case "index_map":
		return args[0].Kind() == celtypes.MapKind
	}
	return o.ID() == "equals" || o.ID() == "not_equals"
}

// fit tells whether an operand of type t can stand for a parameter p, and binds p's type parameters.
func fit(p, t *cel.Type, bound map[string]*cel.Type) bool {
	switch {
	case p.Kind() == celtypes.DynKind, t.Kind() == celtypes.DynKind:
		return true
	case p.Kind() == celtypes.TypeParamKind:
		have := bound[p.TypeName()]
		if have == nil {
			bound[p.TypeName()] = t
			return true
		}
		j, ok := join(have, t)
		if ok {
			bound[p.TypeName()] = j
		}
		return ok
	case p.Kind() != t.Kind() || p.TypeName() != t.TypeName() || len(p.Parameters()) != len(t.Parameters()):
		return false
	}
	for i, pp := range p.Parameters() {
		if !fit(pp, t.Parameters()[i], bound) {
			return false
		}
	}
	return true
}

func substitute(t *cel.Type, bound map[string]*cel.Type) *cel.Type {
	if t.Kind() == celtypes.TypeParamKind {
		if b := bound[t.TypeName()]; b != nil {
			return b
		}
		return cel.DynType
	}
	var params []*cel.Type
	for _, p := range t.Parameters() {
		params = append(params, substitute(p, bound))
	}
	if params == nil {
		return t
	}
	return withParameters(t, params)
}
