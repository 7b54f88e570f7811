package celenv

import (
	"fmt"
	"math/big"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"
)

// A chain is what && or || connects. Two comparisons of the same thing with constants can make the whole of it constant: nothing
// is both == A and == B, and everything is != A or != B.

// bound is what a comparison says of the thing that it compares with a constant.
type bound struct {
	op       string
	number   *big.Rat // or
	constant string   // of another type: its kind and value
	whole    bool
	node     celast.Expr
}

// negated are the operators that are true where the others are false.
var negated = map[string]string{
	operators.Equals: operators.NotEquals, operators.NotEquals: operators.Equals, operators.Less: operators.GreaterEquals,
	operators.GreaterEquals: operators.Less, operators.Greater: operators.LessEquals, operators.LessEquals: operators.Greater,
}

// mirrored are the operators for exchanged sides.
var mirrored = map[string]string{
	operators.Equals: operators.Equals, operators.NotEquals: operators.NotEquals, operators.Less: operators.Greater,
	operators.Greater: operators.Less, operators.LessEquals: operators.GreaterEquals, operators.GreaterEquals: operators.LessEquals,
}

// partOf tells whether a node is a side of a larger chain of the same operator, which was looked at as a whole.
func (a *adviser) partOf(id int64, fn string) bool { return a.inChain[id] == fn }

// chain looks for two sides of a chain that decide it.
func (a *adviser) chain(e celast.Expr, fn string) {
	said := map[string][]bound{}
	for _, side := range a.sides(e, fn) {
		thing, b, ok := a.bound(side)
		if !ok {
			continue
		}
		if fn == operators.LogicalOr { // it is always true if its negation, a chain of &&, is always false
			if b.number != nil && !b.whole && b.op != operators.NotEquals {
				continue // NaN is neither less nor greater
			}
			b.op = negated[b.op]
		}
		for _, other := range said[thing] {
			if contradict(b, other) {
				first, second := a.text(other.node), a.text(side)
				if fn == operators.LogicalOr {
					a.add(e, Constant, "this is always true: one of %s and %s always is", first, second).Hint = "did you mean &&?"
				} else {
					a.add(e, Constant, "this is always false: %s and %s are never both true", first, second)
				}
				return
			}
		}
		b.node = side
		said[thing] = append(said[thing], b)
	}
}

// sides are what a chain connects.
func (a *adviser) sides(e celast.Expr, fn string) []celast.Expr {
	if e = a.macroCall(e); e.Kind() != celast.CallKind || e.AsCall().FunctionName() != fn {
		return []celast.Expr{e}
	}
	var all []celast.Expr
	for _, x := range e.AsCall().Args() {
		if a.inChain == nil {
			a.inChain = map[int64]string{}
		}
		a.inChain[x.ID()] = fn
		all = append(all, a.sides(x, fn)...)
	}
	return all
}

// bound reads a comparison of something with a constant.
func (a *adviser) bound(e celast.Expr) (thing string, b bound, ok bool) {
	if e.Kind() != celast.CallKind || len(e.AsCall().Args()) != 2 || negated[e.AsCall().FunctionName()] == "" {
		return "", b, false
	}
	left, right := e.AsCall().Args()[0], e.AsCall().Args()[1]
	b.op = e.AsCall().FunctionName()
	if !a.path(left) {
		left, right, b.op = right, left, mirrored[b.op]
	}
	if !a.path(left) {
		return "", b, false
	}
	switch n := number(right); {
	case n != nil:
		t := a.ast.GetType(left.ID())
		b.number, b.whole = n, t != nil && (t.Kind() == celtypes.IntKind || t.Kind() == celtypes.UintKind)
	case right.Kind() == celast.LiteralKind:
		b.constant = fmt.Sprintf("%s %v", right.AsLiteral().Type().TypeName(), right.AsLiteral().Value())
	case a.enumValue(right):
		b.constant = "enum " + a.ast.ReferenceMap()[right.ID()].Name
	default:
		return "", b, false
	}
	return a.text(left), b, true
}

// contradict tells whether two comparisons of the same thing are never both true.
func contradict(x, y bound) bool {
	if x.number == nil || y.number == nil {
		if x.number != nil || y.number != nil {
			return false
		}
		same := x.constant == y.constant
		switch {
		case x.op == operators.Equals && y.op == operators.Equals:
			return !same
		case x.op == operators.Equals && y.op == operators.NotEquals, x.op == operators.NotEquals && y.op == operators.Equals:
			return same
		}
		return false
	}
	if x.op == operators.NotEquals || y.op == operators.NotEquals {
		return x.op != y.op && (x.op == operators.Equals || y.op == operators.Equals) && x.number.Cmp(y.number) == 0
	}
	lo, hi, strict := ends(x)
	lo2, hi2, strict2 := ends(y)
	strict = strict || strict2
	if lo2 != nil && (lo == nil || lo2.Cmp(lo) > 0) {
		lo = lo2
	}
	if hi2 != nil && (hi == nil || hi2.Cmp(hi) < 0) {
		hi = hi2
	}
	if lo == nil || hi == nil {
		return false
	}
	c := lo.Cmp(hi)
	return c > 0 || c == 0 && strict && x.number.Cmp(y.number) == 0 // else the end that is excluded is another one
}

// ends are the ends of what a comparison allows, and whether they are themselves excluded.
func ends(b bound) (lo, hi *big.Rat, strict bool) {
	one := big.NewRat(1, 1)
	switch whole := b.whole && b.number.IsInt(); {
	case b.op == operators.Less && whole:
		return nil, new(big.Rat).Sub(b.number, one), false
	case b.op == operators.Less:
		return nil, b.number, true
	case b.op == operators.LessEquals:
		return nil, b.number, false
	case b.op == operators.Greater && whole:
		return new(big.Rat).Add(b.number, one), nil, false
	case b.op == operators.Greater:
		return b.number, nil, true
	case b.op == operators.GreaterEquals:
		return b.number, nil, false
	}
	return b.number, b.number, false
}
