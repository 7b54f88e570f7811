package celenv

import (
	"math"
	"math/big"
	"strings"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"
)

// interval is the range that a number is in, ends included. Why says where it comes from, as in "a size is never negative"; it
// is empty for a literal.
type interval struct {
	lo, hi *big.Rat
	why    string
}

func whole(lo, hi int64, why string) interval {
	return interval{lo: big.NewRat(lo, 1), hi: big.NewRat(hi, 1), why: why}
}

// parts are the ranges of what methods give.
var parts = map[string]interval{
	"getMonth":        whole(0, 11, "getMonth() is from 0 for January to 11 for December"),
	"getDayOfMonth":   whole(0, 30, "getDayOfMonth() is from 0 to 30; getDate() counts from 1"),
	"getDate":         whole(1, 31, "getDate() is from 1 to 31"),
	"getDayOfWeek":    whole(0, 6, "getDayOfWeek() is from 0 for Sunday to 6 for Saturday"),
	"getDayOfYear":    whole(0, 365, "getDayOfYear() is from 0 to 365"),
	"getHours":        whole(0, 23, "getHours() of a timestamp is from 0 to 23"),
	"getMinutes":      whole(0, 59, "getMinutes() of a timestamp is from 0 to 59"),
	"getSeconds":      whole(0, 59, "getSeconds() of a timestamp is from 0 to 59"),
	"getMilliseconds": whole(0, 999, "getMilliseconds() is from 0 to 999"),
	"size":            whole(0, math.MaxInt64, "a size is never negative"),
	"indexOf":         whole(-1, math.MaxInt64, "indexOf() is -1 where there is nothing, and else 0 or more"),
	"lastIndexOf":     whole(-1, math.MaxInt64, "lastIndexOf() is -1 where there is nothing, and else 0 or more"),
}

// number is the value of a literal, nil if it is none or no finite one.
func number(e celast.Expr) *big.Rat {
	if e.Kind() != celast.LiteralKind {
		return nil
	}
	switch v := e.AsLiteral().(type) {
	case celtypes.Int:
		return new(big.Rat).SetInt64(int64(v))
	case celtypes.Uint:
		return new(big.Rat).SetUint64(uint64(v))
	case celtypes.Double:
		return new(big.Rat).SetFloat64(float64(v))
	}
	return nil
}

// rangeOf is the range that a sub-expression is in; false if it is no number or may be NaN.
func (a *adviser) rangeOf(e celast.Expr) (interval, bool) {
	if n := number(e); n != nil {
		return interval{lo: n, hi: n}, true
	}
	t := a.ast.GetType(e.ID())
	if t == nil {
		return interval{}, false
	}
	var in interval
	switch t.Kind() {
	case celtypes.IntKind:
		in = whole(math.MinInt64, math.MaxInt64, "an int is a whole number of 64 bits")
	case celtypes.UintKind:
		in = interval{lo: new(big.Rat), hi: new(big.Rat).SetUint64(math.MaxUint64), why: "a uint is a whole number of 64 bits, and never negative"}
	default:
		return interval{}, false
	}
	if e.Kind() != celast.CallKind {
		return in, true
	}
	c := e.AsCall()
	if p, ok := parts[c.FunctionName()]; ok {
		if strings.HasPrefix(c.FunctionName(), "get") && c.FunctionName() != "getMilliseconds" {
			if of := a.ast.GetType(c.Target().ID()); of == nil || of.Kind() != celtypes.TimestampKind {
				return in, true
			}
		}
		return p, true
	}
	if c.FunctionName() == operators.Modulo {
		if n := number(c.Args()[1]); n != nil && n.Sign() > 0 {
			most := new(big.Rat).Sub(n, big.NewRat(1, 1))
			least := new(big.Rat).Neg(most)
			if of, ok := a.rangeOf(c.Args()[0]); ok && of.lo.Sign() >= 0 {
				least = new(big.Rat)
			}
			return interval{lo: least, hi: most, why: "a remainder is smaller than what is divided by"}, true
		}
	}
	return in, true
}

// comparisons decide an operator where the ranges of its two sides do: the result, and whether it is certain.
var comparisons = map[string]func(x, y interval) (result, certain bool){
	operators.Less:          less,
	operators.LessEquals:    func(x, y interval) (bool, bool) { r, ok := less(y, x); return !r, ok },
	operators.Greater:       func(x, y interval) (bool, bool) { return less(y, x) },
	operators.GreaterEquals: func(x, y interval) (bool, bool) { r, ok := less(x, y); return !r, ok },
	operators.Equals:        func(x, y interval) (bool, bool) { return false, apart(x, y) },
	operators.NotEquals:     func(x, y interval) (bool, bool) { return true, apart(x, y) },
}

func less(x, y interval) (result, certain bool) {
	switch {
	case x.hi.Cmp(y.lo) < 0:
		return true, true
	case x.lo.Cmp(y.hi) >= 0:
		return false, true
	}
	return false, false
}

// apart tells whether no number is in both ranges.
func apart(x, y interval) bool { return x.hi.Cmp(y.lo) < 0 || y.hi.Cmp(x.lo) < 0 }

// compare reports a comparison whose result the ranges of its sides decide, or both sides of which are the same.
func (a *adviser) compare(e celast.Expr, fn string, left, right celast.Expr) {
	if a.path(left) && a.path(right) && a.text(left) == a.text(right) && !a.mayBeNaN(left) {
		a.add(e, Decided, "this is always %t: both sides are the same", fn == operators.Equals || fn == operators.LessEquals || fn == operators.GreaterEquals)
		return
	}
	x, ok1 := a.rangeOf(left)
	y, ok2 := a.rangeOf(right)
	if !ok1 || !ok2 || x.why == "" && y.why == "" { // two literals are a constant, not a comparison
		return
	}
	if result, certain := comparisons[fn](x, y); certain {
		why := x.why
		if why == "" {
			why = y.why
		}
		a.add(e, Decided, "this is always %t: %s", result, why)
	}
}

// mayBeNaN tells whether a value can differ from itself.
func (a *adviser) mayBeNaN(e celast.Expr) bool {
	switch t := a.ast.GetType(e.ID()); {
	case t == nil:
		return true
	default:
		switch t.Kind() {
		case celtypes.BoolKind, celtypes.IntKind, celtypes.UintKind, celtypes.StringKind, celtypes.BytesKind, celtypes.TimestampKind, celtypes.DurationKind:
			return false
		}
		named := a.env.named[t.TypeName()]
		return named == nil || t.Kind() != celtypes.OpaqueKind
	}
}

// among reports elements of a list that what is looked for can never equal.
func (a *adviser) among(x, list celast.Expr) {
	in, ok := a.rangeOf(x)
	if !ok || in.why == "" || list.Kind() != celast.ListKind {
		return
	}
	for _, elem := range list.AsList().Elements() {
		if y, ok := a.rangeOf(elem); ok && apart(in, y) {
			a.add(elem, Decided, "nothing here equals this: %s", in.why)
		}
	}
}
