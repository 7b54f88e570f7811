package celenv

import (
	"slices"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	celtypes "cel.dev/cel-go/common/types"
)

// The checker gives the type dyn to what it does not follow: dyn(x), an empty literal, cel.@block's slots. Here the types of all
// nodes are worked out again, from the leaves up, and the overload of each call is chosen by them. A part that has one type
// whatever the values are has it then in the checker's result too, which is changed in place; what still has none is refused.
//
// Below, dyn stands for "not known yet": the element of an empty list takes any type that is asked of it.

// static works out types.
type static struct {
	*reporter
	ast    *celast.AST
	scope  []*binding
	issues []Issue
}

// binding is a variable of a macro or a slot of a block. from is the expression that its type comes from.
type binding struct {
	name string
	typ  *cel.Type
	from celast.Expr
}

func (s *static) add(is Issue) { s.issues = append(s.issues, is) }

// resolve is the whole pass. Where nothing is dyn there is nothing to do.
func (r *reporter) resolve(a *celast.AST) []Issue {
	s := &static{reporter: r, ast: a}
	s.typ(a.Expr())
	if len(s.issues) == 0 {
		s.settle(a.Expr())
	}
	return sorted(s.issues)
}

// isDynamic tells whether a part of a type is not known.
func isDynamic(t *cel.Type) bool {
	return t.Kind() == celtypes.DynKind || t.Kind() == celtypes.TypeParamKind || slices.ContainsFunc(t.Parameters(), isDynamic)
}

// join is the type that is both a and b; ok is false if there is none.
func join(a, b *cel.Type) (t *cel.Type, ok bool) {
	switch {
	case !isDynamic(a) && !isDynamic(b):
		return a, a.IsExactType(b)
	case a.Kind() == celtypes.DynKind || a.Kind() == celtypes.TypeParamKind:
		return b, true
	case b.Kind() == celtypes.DynKind || b.Kind() == celtypes.TypeParamKind:
		return a, true
	case a.Kind() != b.Kind() || a.TypeName() != b.TypeName() || len(a.Parameters()) != len(b.Parameters()):
		return nil, false
	}
	var params []*cel.Type
	for i, p := range a.Parameters() {
		j, ok := join(p, b.Parameters()[i])
		if !ok {
			return nil, false
		}
		params = append(params, j)
	}
	return withParameters(a, params), true
}

func withParameters(t *cel.Type, params []*cel.Type) *cel.Type {
	switch t.Kind() {
	case celtypes.ListKind:
		return cel.ListType(params[0])
	case celtypes.MapKind:
		return cel.MapType(params[0], params[1])
	case celtypes.OpaqueKind:
		return cel.OpaqueType(t.TypeName(), params...)
	case celtypes.TypeKind:
		return celtypes.NewTypeTypeWithParam(params[0])
	}
	return t
}

// typ works out the type of e and everything below.
func (s *static) typ(e celast.Expr) *cel.Type {
	t := s.ast.GetType(e.ID())
	switch e.Kind() {
	case celast.IdentKind:
		for i := len(s.scope) - 1; i >= 0; i-- {
			if s.scope[i].name == e.AsIdent() {
				t = s.scope[i].typ
				break
			}
		}
	case celast.SelectKind:
		t = s.selection(e)
	case celast.ListKind:
		t = s.list(e)
	case celast.MapKind:
		t = s.mapLiteral(e)
	case celast.StructKind:
		s.record(e)
	case celast.CallKind:
		t = s.call(e)
	case celast.ComprehensionKind:
		t = s.comprehension(e)
	}
	s.ast.SetType(e.ID(), t)
	return t
}

func (s *static) selection(e celast.Expr) *cel.Type {
	x := e.AsSelect()
	op := s.typ(x.Operand())
	t := s.ast.GetType(e.ID())
	if x.IsTestOnly() {
		if isDynamic(unwrapped(op)) {
			s.push(x.Operand(), withOptional(isOptional(op), cel.MapType(cel.StringType, cel.DynType)))
		}
		return t
	}
	if !isDynamic(t) {
		return t
	}
	return s.member(e, op, x.FieldName())
}

// member is the type of a field or key of an operand, through an optional of it.
func (s *static) member(e celast.Expr, op *cel.Type, name string) *cel.Type {
	switch {
	case op.Kind() == celtypes.MapKind:
		return op.Parameters()[1]
	case isOptional(op):
		return cel.OptionalType(unwrapped(s.member(e, op.Parameters()[0], name)))
	case op.Kind() == celtypes.StructKind:
		if t := s.env.named[op.TypeName()]; t != nil && t.Field(name) != nil {
			return s.env.CELType(t.Field(name).Type)
		}
		s.add(s.noField(e.ID(), name))
		return cel.DynType
	}
	if op.Kind() != celtypes.DynKind {
		s.add(s.issue(e.ID(), Type, "type '%s' does not support field selection", typeText(op)))
	}
	return cel.DynType
}

// list is a list literal: all elements have one type.
func (s *static) list(e celast.Expr) *cel.Type {
	l := e.AsList()
	elem := s.ast.GetType(e.ID()).Parameters()[0]
	for i, x := range l.Elements() {
		t := s.typ(x)
		if slices.Contains(l.OptionalIndices(), int32(i)) {
			t = unwrapped(t)
		}
		elem = s.joined(x, elem, t)
	}
	s.pushElems(l, elem)
	return cel.ListType(elem)
}

func unwrapped(t *cel.Type) *cel.Type {
	if isOptional(t) {
		return t.Parameters()[0]
	}
	return t
}

func withOptional(optional bool, t *cel.Type) *cel.Type {
	if optional {
		return cel.OptionalType(t)
	}
	return t
}

func (s *static) mapLiteral(e celast.Expr) *cel.Type {
	params := s.ast.GetType(e.ID()).Parameters()
	key, elem := params[0], params[1]
	for _, x := range e.AsMap().Entries() {
		m := x.AsMapEntry()
		key = s.joined(m.Key(), key, s.typ(m.Key()))
		t := s.typ(m.Value())
		if m.IsOptional() {
			t = unwrapped(t)
		}
		elem = s.joined(m.Value(), elem, t)
	}
	s.pushEntries(e.AsMap(), key, elem)
	return cel.MapType(key, elem)
}

// joined adds the type of one more element.
func (s *static) joined(e celast.Expr, sum, t *cel.Type) *cel.Type {
	j, ok := join(sum, t)
	if !ok {
		is := s.issue(e.ID(), Type, "expected type '%s' but found '%s'", plainTypes(typeText(sum)), plainTypes(typeText(t)))
		if h := numericHint([]string{typeText(sum), typeText(t)}); h != "" {
			is.Hint = "the elements of a literal have one type: convert them to one"
		}
		s.add(is)
		return sum
	}
	return j
}

// comprehension follows a macro's variables. The accumulator of those that build a list or map begins as an empty one.
func (s *static) comprehension(e celast.Expr) *cel.Type {
	x := e.AsComprehension()
	n := len(s.scope)
	defer func() { s.scope = s.scope[:n] }()
	if x.IterVar() == unusedVar {
		b := &binding{x.AccuVar(), s.typ(x.AccuInit()), x.AccuInit()}
		s.scope = append(s.scope, b)
		return s.typ(x.Result())
	}
	over := s.typ(x.IterRange())
	first, second := cel.DynType, cel.DynType
	switch over.Kind() {
	case celtypes.ListKind:
		first, second = cel.IntType, over.Parameters()[0]
		if !x.HasIterVar2() {
			first = second
		}
	case celtypes.MapKind:
		first, second = over.Parameters()[0], over.Parameters()[1]
	case celtypes.DynKind:
		s.add(s.issue(x.IterRange().ID(), Type, "the type of this is not known when the spec is compiled"))
	}
	init := s.typ(x.AccuInit())
	accu := &binding{x.AccuVar(), init, x.AccuInit()}
	s.scope = append(s.scope, accu, &binding{x.IterVar(), first, nil})
	if x.HasIterVar2() {
		s.scope = append(s.scope, &binding{x.IterVar2(), second, nil})
	}
	step := s.typ(x.LoopStep())
	if t, ok := join(accu.typ, step); ok && isDynamic(init) {
		accu.typ = t
		s.push(x.AccuInit(), t)
		s.typ(x.LoopStep())
	}
	s.typ(x.LoopCondition())
	return s.typ(x.Result())
}
