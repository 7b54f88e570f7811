package expr

import (
	"fmt"
	"slices"
	"strings"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"github.com/weirstream/weir/spec/types"
)

// What stands in an expression more than once is computed once, wherever the first place is computed before the second: each block of
// statements remembers what it has computed, and the blocks inside it and the statements behind find it there. So nothing is computed that
// would not be, or earlier than it would be; and an error is that of the first place, behind which nothing of it is left.

// share compiles a node, or finds what was computed of one that says the same.
func (c *compiler) share(e celast.Expr, b *block, compile func() value) value {
	if !c.repeated(e) {
		return compile()
	}
	key := c.meaning(e, false)
	for at := b; at != nil; at = at.parent {
		if v, ok := at.computed[key]; ok {
			return v
		}
	}
	before := len(b.lines)
	v := compile()
	switch {
	case v.lit != nil, v.product, v.cheap && len(b.lines) == before:
		return v
	case !v.cheap && !c.costs(e):
		return v
	}
	v = c.keep(b, v)
	if b.computed == nil {
		b.computed = map[string]value{}
	}
	b.computed[key] = v
	return v
}

// hoist computes what the first operand of a chain of && or || says for certain, and others say too, in front of the chain, so that the operands
// do without statements of their own. What can fail has to be in all of them for that: if it does fail, none of them decides.
func (c *compiler) hoist(e celast.Expr, others []celast.Expr, b *block) {
	if c.repeated(e) {
		fails := c.needs(e, b).fails
		everywhere := func() bool {
			key := c.meaning(e, false)
			return !slices.ContainsFunc(others, func(x celast.Expr) bool { return !c.contains(x, key) })
		}
		if fails && everywhere() || !fails && c.costs(e) {
			c.compile(e, b)
			return
		}
	}
	for _, x := range certain(e) {
		c.hoist(x, others, b)
	}
}

// contains tells whether computing e computes what has a meaning for certain.
func (c *compiler) contains(e celast.Expr, key string) bool {
	return c.meaning(e, false) == key || slices.ContainsFunc(certain(e), func(x celast.Expr) bool { return c.contains(x, key) })
}

// certain are the operands of a node that are computed whenever it is.
func certain(e celast.Expr) []celast.Expr {
	switch e.Kind() {
	case celast.SelectKind:
		return children(e)
	case celast.CallKind:
		switch e.AsCall().FunctionName() {
		case operators.LogicalAnd, operators.LogicalOr, "cel.@block":
			return nil
		case operators.Conditional, "or", "orValue":
			return children(e)[:1]
		}
		return children(e)
	}
	return nil
}

// repeated tells whether what e says is said more than once in the expression. What calls a function of the user's that is not pure does not
// count: each call is to happen.
func (c *compiler) repeated(e celast.Expr) bool {
	if c.said == nil {
		c.said = map[string]int{}
		celast.PreOrderVisit(c.ast.Expr(), celast.NewExprVisitor(func(x celast.Expr) {
			if x.Kind() != celast.LiteralKind && x.Kind() != celast.UnspecifiedExprKind {
				c.said[c.meaning(x, true)]++
			}
		}))
	}
	switch e.Kind() {
	case celast.LiteralKind, celast.StructKind, celast.UnspecifiedExprKind:
		return false
	}
	return c.said[c.meaning(e, true)] > 1 && !c.acts(e)
}

// costs tells whether computing e takes more than a few instructions, or memory, when its operands are known.
func (c *compiler) costs(e celast.Expr) bool {
	switch e.Kind() {
	case celast.SelectKind, celast.StructKind:
		return false
	case celast.ListKind, celast.MapKind:
		return len(children(e)) > 0
	case celast.IdentKind, celast.ComprehensionKind:
		return true
	}
	args := children(e)
	switch e.AsCall().FunctionName() {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional, operators.Negate, operators.Subtract,
		operators.Multiply, operators.Divide, operators.Modulo, operators.OptSelect, "hasValue", "value", "orValue", "optional.of", "optional.none", "dyn":
		return false
	case operators.Add, "size":
		k := c.typeOf(args[0]).Kind
		return k == types.String || e.AsCall().FunctionName() == operators.Add && (k == types.Bytes || k == types.List)
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return !c.typeOf(args[0]).Scalar() && c.typeOf(args[0]).Kind != types.Enum
	}
	return true
}

// meaning is a text that is the same for nodes which give the same value in the same place. Loosely it goes by the names of variables, which
// macros may have given to different things, and so finds more.
func (c *compiler) meaning(e celast.Expr, loosely bool) string {
	var s strings.Builder
	var bound []string
	var write func(celast.Expr)
	all := func(es ...celast.Expr) {
		for _, x := range es {
			s.WriteByte(' ')
			write(x)
		}
	}
	write = func(e celast.Expr) {
		switch e.Kind() {
		case celast.LiteralKind:
			fmt.Fprintf(&s, "%T(%q)", e.AsLiteral(), fmt.Sprint(e.AsLiteral().Value()))
		case celast.IdentKind:
			s.WriteString(c.variable(e.AsIdent(), loosely || slices.Contains(bound, e.AsIdent())))
		case celast.SelectKind:
			fmt.Fprintf(&s, "(select %q %t", e.AsSelect().FieldName(), e.AsSelect().IsTestOnly())
			all(e.AsSelect().Operand())
			s.WriteByte(')')
		case celast.CallKind:
			fmt.Fprintf(&s, "(%s %q %s", e.AsCall().FunctionName(), c.ast.GetOverloadIDs(e.ID()), c.ast.GetType(e.ID()))
			all(children(e)...)
			s.WriteByte(')')
		case celast.ListKind:
			fmt.Fprintf(&s, "(list %d %s", e.AsList().OptionalIndices(), c.ast.GetType(e.ID()))
			all(e.AsList().Elements()...)
			s.WriteByte(')')
		case celast.MapKind:
			fmt.Fprintf(&s, "(map %s", c.ast.GetType(e.ID()))
			for _, x := range e.AsMap().Entries() {
				fmt.Fprintf(&s, " %t", x.AsMapEntry().IsOptional())
				all(x.AsMapEntry().Key(), x.AsMapEntry().Value())
			}
			s.WriteByte(')')
		case celast.StructKind:
			fmt.Fprintf(&s, "(%s", e.AsStruct().TypeName())
			for _, f := range e.AsStruct().Fields() {
				fmt.Fprintf(&s, " %s %t", f.AsStructField().Name(), f.AsStructField().IsOptional())
				all(f.AsStructField().Value())
			}
			s.WriteByte(')')
		case celast.ComprehensionKind:
			x := e.AsComprehension()
			fmt.Fprintf(&s, "(each %s %s %s", x.IterVar(), x.IterVar2(), x.AccuVar())
			all(x.IterRange(), x.AccuInit())
			n := len(bound)
			bound = append(bound, x.IterVar(), x.IterVar2(), x.AccuVar())
			all(x.LoopCondition(), x.LoopStep(), x.Result())
			bound = bound[:n]
			s.WriteByte(')')
		}
	}
	write(e)
	return s.String()
}

// variable is a text for a variable: by its name, or by the Go variable that it is here.
func (c *compiler) variable(name string, byName bool) string {
	if byName {
		return name
	}
	for _, l := range slices.Backward(c.scope) {
		if l.name == name {
			return "\x00" + l.v.code
		}
	}
	return name
}
