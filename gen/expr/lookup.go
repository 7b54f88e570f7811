package expr

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/types"
)

// The headers of a record are a map to expressions, and a list as they come. Most expressions want one of them: that is looked up in
// the list, and no map is made.

// headerLookup is a node that looks one key of a map up.
type headerLookup struct {
	of   celast.Expr // the map
	key  celast.Expr // nil where the key is a name in the expression's text
	name string
	how  string // the function of package topology that does it with a record's headers
}

// lookup takes m[k], m[?k], k in m, m.k, m.?k and has(m.k) apart, where m is a variable and a map with strings as its keys.
func lookup(a *celast.AST, e celast.Expr) (headerLookup, bool) {
	var l headerLookup
	switch e.Kind() {
	case celast.SelectKind:
		s := e.AsSelect()
		l = headerLookup{of: s.Operand(), name: s.FieldName(), how: "Header"}
		if s.IsTestOnly() {
			l.how = "HasHeader"
		}
	case celast.CallKind:
		args := children(e)
		ids := a.GetOverloadIDs(e.ID())
		switch {
		case e.AsCall().FunctionName() == operators.OptSelect:
			l = headerLookup{of: args[0], name: string(args[1].AsLiteral().(celtypes.String)), how: "HeaderOpt"}
		case slices.Equal(ids, []string{"index_map"}):
			l = headerLookup{of: args[0], key: args[1], how: "Header"}
		case slices.Equal(ids, []string{"map_optindex_optional_value"}):
			l = headerLookup{of: args[0], key: args[1], how: "HeaderOpt"}
		case slices.Equal(ids, []string{"in_map"}):
			l = headerLookup{of: args[1], key: args[0], how: "HasHeader"}
		}
	}
	if l.of == nil || l.of.Kind() != celast.IdentKind {
		return l, false
	}
	t := a.GetType(l.of.ID())
	return l, t.Kind() == celtypes.MapKind && t.Parameters()[0].Kind() == celtypes.StringKind && (l.key == nil || a.GetType(l.key.ID()).Kind() == celtypes.StringKind)
}

// Looks tells how an expression reads a variable that is a map: whether it looks keys up, and whether it needs the map besides.
func Looks(ast *cel.Ast, name string) (keys, whole bool) {
	a := ast.NativeRep()
	var walk func(e celast.Expr, bound []string)
	walk = func(e celast.Expr, bound []string) {
		is := func(e celast.Expr) bool {
			return e.Kind() == celast.IdentKind && strings.TrimPrefix(e.AsIdent(), ".") == name && !slices.Contains(bound, e.AsIdent())
		}
		if l, ok := lookup(a, e); ok && is(l.of) {
			keys = true
			if l.key != nil {
				walk(l.key, bound)
			}
			return
		}
		switch e.Kind() {
		case celast.IdentKind:
			whole = whole || is(e)
		case celast.ComprehensionKind:
			x := e.AsComprehension()
			walk(x.IterRange(), bound)
			walk(x.AccuInit(), bound)
			bound = append(slices.Clone(bound), x.IterVar(), x.IterVar2(), x.AccuVar())
			walk(x.LoopCondition(), bound)
			walk(x.LoopStep(), bound)
			walk(x.Result(), bound)
		default:
			for _, k := range children(e) {
				walk(k, bound)
			}
		}
	}
	walk(a.Expr(), nil)
	return keys, whole
}

// header compiles a node that looks a header up.
func (c *compiler) header(e celast.Expr, b *block) (value, bool) {
	if c.o.Record == nil {
		return value{}, false
	}
	l, ok := lookup(c.ast, e)
	if !ok || slices.ContainsFunc(c.scope, func(x local) bool { return x.name == l.of.AsIdent() }) {
		return value{}, false
	}
	rec, ok := c.o.Record(strings.TrimPrefix(l.of.AsIdent(), "."))
	if !ok {
		return value{}, false
	}
	key := c.literal(celtypes.String(l.name), types.StringType)
	if l.key != nil {
		key = c.compile(l.key, b)
	}
	c.use(topologyPath)
	code, t := "topology."+l.how+"("+rec+", "+key.code+")", c.typeOf(e)
	if l.how == "Header" {
		return c.try(b, t, code), true
	}
	return value{code: code, prec: primaryPrec, typ: t}, true
}
