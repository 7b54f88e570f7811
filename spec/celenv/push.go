package celenv

import (
	"slices"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"
)

// Types go down as well: what an empty literal holds is decided by what stands around it.

// pushElems gives the elements of a list literal their type; the optional ones are optionals of it.
func (s *static) pushElems(l celast.ListExpr, t *cel.Type) {
	for i, x := range l.Elements() {
		s.push(x, withOptional(slices.Contains(l.OptionalIndices(), int32(i)), t))
	}
}

// pushEntries does so for a map literal.
func (s *static) pushEntries(m celast.MapExpr, key, value *cel.Type) {
	for _, x := range m.Entries() {
		entry := x.AsMapEntry()
		s.push(entry.Key(), key)
		s.push(entry.Value(), withOptional(entry.IsOptional(), value))
	}
}

// push gives e, whose type is not known in full, the type that is asked of it.
func (s *static) push(e celast.Expr, t *cel.Type) {
	have := s.ast.GetType(e.ID())
	if !isDynamic(have) {
		return
	}
	t, ok := join(have, t)
	if !ok {
		return
	}
	s.ast.SetType(e.ID(), t)
	switch e.Kind() {
	case celast.IdentKind:
		for i := len(s.scope) - 1; i >= 0; i-- {
			if b := s.scope[i]; b.name == e.AsIdent() {
				b.typ = t
				if b.from != nil {
					s.push(b.from, t)
				}
				return
			}
		}
	case celast.SelectKind:
		// Through an optional a selection gives an optional; {"a": optional.none()}.a does so without.
		elem := t
		if isOptional(s.ast.GetType(e.AsSelect().Operand().ID())) {
			elem = unwrapped(t)
		}
		s.pushElem(e.AsSelect().Operand(), elem)
	case celast.ListKind:
		s.pushElems(e.AsList(), t.Parameters()[0])
	case celast.MapKind:
		s.pushEntries(e.AsMap(), t.Parameters()[0], t.Parameters()[1])
	case celast.CallKind:
		s.pushOperands(e, t)
	case celast.ComprehensionKind:
		x := e.AsComprehension()
		if x.IterVar() == unusedVar {
			s.push(x.Result(), t)
			return
		}
		s.push(x.AccuInit(), t)
	}
}

// pushOperands asks of the operands of a call what the type of its result takes.
func (s *static) pushOperands(e celast.Expr, t *cel.Type) {
	c := e.AsCall()
	all := operands(e)
	switch c.FunctionName() {
	case "dyn":
		s.push(all[0], t)
		return
	case operators.OptSelect:
		s.pushElem(all[0], unwrapped(t))
		return
	}
	f, ids := s.functions[c.FunctionName()], s.ast.GetOverloadIDs(e.ID())
	if f == nil || len(ids) != 1 {
		return
	}
	for _, o := range f.OverloadDecls() {
		bound := map[string]*cel.Type{}
		if o.ID() != ids[0] || len(o.ArgTypes()) != len(all) || !fit(o.ResultType(), t, bound) {
			continue
		}
		for i, p := range o.ArgTypes() {
			s.push(all[i], substitute(p, bound))
		}
	}
}

// pushElem gives a list or map the type of its elements.
func (s *static) pushElem(e celast.Expr, elem *cel.Type) {
	have := s.ast.GetType(e.ID())
	switch t := unwrapped(have); t.Kind() {
	case celtypes.ListKind:
		s.push(e, withOptional(isOptional(have), cel.ListType(elem)))
	case celtypes.MapKind:
		s.push(e, withOptional(isOptional(have), cel.MapType(cel.DynType, elem)))
	}
}

// operands are the target and the arguments of a call.
func operands(e celast.Expr) []celast.Expr {
	c := e.AsCall()
	if c.IsMemberFunction() {
		return append([]celast.Expr{c.Target()}, c.Args()...)
	}
	return c.Args()
}

// settle gives what is still open a type, below the root: nobody can tell what the elements of an empty list are that is only
// counted.
func (s *static) settle(root celast.Expr) {
	celast.PostOrderVisit(root, celast.NewExprVisitor(func(e celast.Expr) {
		t := s.ast.GetType(e.ID())
		if t == nil || e.ID() == root.ID() || !isDynamic(t) {
			return
		}
		if len(t.Parameters()) > 0 {
			s.ast.SetType(e.ID(), settled(t))
		}
	}))
}

func settled(t *cel.Type) *cel.Type {
	if t.Kind() == celtypes.DynKind || t.Kind() == celtypes.TypeParamKind {
		return cel.BoolType
	}
	var params []*cel.Type
	for i, p := range t.Parameters() {
		if t.Kind() == celtypes.MapKind && i == 0 && isDynamic(p) {
			p = cel.StringType // what a selection looks up
		}
		params = append(params, settled(p))
	}
	if params == nil {
		return t
	}
	return withParameters(t, params)
}
