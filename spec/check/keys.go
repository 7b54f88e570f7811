package check

import (
	"slices"
	"time"

	"cel.dev/cel-go/common/ast"

	"github.com/weirstream/weir/spec/types"
)

// longest bounds window size plus lateness, so that no sum of times can overflow.
const longest = 100 * 365 * 24 * time.Hour

// ident is the variable that an expression consists of.
func ident(e *Expr) (Var, bool) {
	if e == nil {
		return Var{}, false
	}
	x := e.AST.NativeRep().Expr()
	if x.Kind() != ast.IdentKind {
		return Var{}, false
	}
	return e.Scope.Lookup(x.AsIdent())
}

// equalsPart tells whether an expression always equals a component of the key of the stream that it is about.
func equalsPart(e *Expr, part KeyPart) bool {
	v, ok := ident(e)
	if !ok {
		return false
	}
	return v.Kind == KeyVar && part.Name == "key" || v.Kind == FieldVar && slices.Contains(part.Fields, v.Name)
}

// sameKey tells whether a group's key is a stream's key: the same components in the same order.
func sameKey(group []*Named, key []KeyPart) bool {
	if len(key) == 0 || len(group) != len(key) {
		return false
	}
	for i, n := range group {
		if !equalsPart(n.Expr, key[i]) {
			return false
		}
	}
	return true
}

// groupKey is the key of what comes out of a step's window: its results, or with row the records that were late for it.
func groupKey(st *Step, row *types.Type) []KeyPart {
	var key []KeyPart
	for _, n := range st.GroupBy {
		part := KeyPart{Name: n.Name, Type: &types.Type{Kind: types.Invalid}}
		if n.Expr != nil {
			part.Type = n.Expr.Type
		}
		switch v, ok := ident(n.Expr); {
		case row == nil:
			part.Fields = []string{n.Name}
		case ok && v.Kind == FieldVar:
			part.Fields = []string{v.Name}
		}
		key = append(key, part)
	}
	return key
}
