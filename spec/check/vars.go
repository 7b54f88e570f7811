package check

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	celtypes "cel.dev/cel-go/common/types"
)

// Reads tells whether an expression reads a variable of its scope: one that the variable of a macro hides does not count. A nil
// expression reads nothing.
func (e *Expr) Reads(name string) bool {
	return e != nil && readsFree(e.AST.NativeRep().Expr(), name)
}

// readsLet tells whether an expression reads a value of let, and not a field of the same name that select put in its place.
func (e *Expr) readsLet(name string) bool {
	if !e.Reads(name) {
		return false
	}
	v, ok := e.Scope.Lookup(name)
	return ok && v.Kind == LetVar
}

func readsFree(e ast.Expr, name string) bool {
	if e.Kind() == ast.IdentKind {
		return strings.TrimPrefix(e.AsIdent(), ".") == name
	}
	if e.Kind() == ast.ComprehensionKind {
		x := e.AsComprehension()
		if readsFree(x.IterRange(), name) || readsFree(x.AccuInit(), name) {
			return true
		}
		if slices.Contains([]string{x.IterVar(), x.IterVar2(), x.AccuVar()}, name) {
			return false
		}
		return readsFree(x.LoopCondition(), name) || readsFree(x.LoopStep(), name) || readsFree(x.Result(), name)
	}
	found := false
	for _, k := range operands(e) {
		found = found || readsFree(k, name)
	}
	return found
}

// operands are the sub-expressions of a node that is no macro.
func operands(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() {
			return append([]ast.Expr{c.Target()}, c.Args()...)
		}
		return c.Args()
	case ast.SelectKind:
		return []ast.Expr{e.AsSelect().Operand()}
	case ast.ListKind:
		return e.AsList().Elements()
	case ast.MapKind:
		var kids []ast.Expr
		for _, x := range e.AsMap().Entries() {
			kids = append(kids, x.AsMapEntry().Key(), x.AsMapEntry().Value())
		}
		return kids
	case ast.StructKind:
		var kids []ast.Expr
		for _, x := range e.AsStruct().Fields() {
			kids = append(kids, x.AsStructField().Value())
		}
		return kids
	}
	return nil
}

// Path is the variable, and the fields below it, that an expression is no more than: of a.b.c it is a and [b c]. Such an
// expression can't fail. ok is false for any other expression.
func (e *Expr) Path() (v Var, path []string, ok bool) {
	a := e.AST.NativeRep()
	x := a.Expr()
	for x.Kind() == ast.SelectKind {
		s := x.AsSelect()
		if s.IsTestOnly() || a.GetType(s.Operand().ID()).Kind() != celtypes.StructKind {
			return Var{}, nil, false
		}
		path = append(path, s.FieldName())
		x = s.Operand()
	}
	if x.Kind() != ast.IdentKind {
		return Var{}, nil, false
	}
	slices.Reverse(path)
	v, ok = e.Scope.Lookup(strings.TrimPrefix(x.AsIdent(), "."))
	return v, path, ok
}
