package check

import (
	"fmt"
	"math"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/syntax"
)

// Constant is an expression that reads nothing, with its value.
type Constant struct {
	*Expr
	Value ref.Val
}

// Limit is the number of values that an aggregate keeps at most, 0 for one that has no limit.
func (a *Aggregate) Limit() int {
	for _, c := range a.Constants {
		if n, ok := c.Value.(celtypes.Int); ok {
			return int(n)
		}
	}
	return 0
}

// Fraction is the q of a quantile.
func (a *Aggregate) Fraction() float64 {
	if a.Func == Median {
		return 0.5
	}
	return float64(a.Constants[0].Value.(celtypes.Double))
}

// Separator is what string_agg puts between texts.
func (a *Aggregate) Separator() string { return string(a.Constants[0].Value.(celtypes.String)) }

// Bounds are those of a histogram, in order.
func (a *Aggregate) Bounds() []ref.Val { return elements(a.Constants[0].Value) }

func elements(list ref.Val) []ref.Val {
	var all []ref.Val
	for it := list.(traits.Lister).Iterator(); it.HasNext() == celtypes.True; {
		all = append(all, it.Next())
	}
	return all
}

// constant computes an argument of an aggregate that must be known when the spec is compiled. What it is in a fragment's definition may
// depend on parameters; it is then looked at where the fragment is used.
func (c *checker) constant(text *syntax.Text, e *Expr, sig aggregateSignature, p parameter) (Constant, bool) {
	k := Constant{Expr: e}
	for _, v := range e.Scope.Vars {
		if e.Reads(v.Name) {
			c.report(noConstant(text, sig, p, v.Name))
			return k, false
		}
	}
	if c.defines != nil {
		for _, v := range c.defines.params {
			if e.Reads(v.Name) {
				return k, true
			}
		}
	}
	prog, err := celenv.NewProgram(c.env, nil, e.AST)
	if err == nil {
		k.Value, err = prog.Eval(func(string) (ref.Val, bool) { return nil, false })
	}
	if err != nil {
		c.report(badConstant(text, sig, p, "can't be computed: "+err.Error()))
		return k, false
	}
	if wrong := p.constant(k.Value); wrong != "" {
		c.report(badConstant(text, sig, p, wrong))
		return k, false
	}
	return k, true
}

// withinLimit says what is wrong with the number of values that an aggregate is to keep at most.
func withinLimit(v ref.Val) string {
	if n := v.(celtypes.Int); n < 1 || n > MaxLimit {
		return fmt.Sprintf("must be from 1 to %d", MaxLimit)
	}
	return ""
}

// withinOne says what is wrong with the q of a quantile.
func withinOne(v ref.Val) string {
	if q := v.(celtypes.Double); !(q >= 0 && q <= 1) {
		return "must be from 0.0 to 1.0"
	}
	return ""
}

// MaxBounds is how many bounds a histogram has at most: each group and window has its counts in memory.
const MaxBounds = 100

// ascending says what is wrong with the bounds of a histogram.
func ascending(v ref.Val) string {
	all := elements(v)
	if len(all) == 0 || len(all) > MaxBounds {
		return fmt.Sprintf("must be a list of 1 to %d", MaxBounds)
	}
	for i, b := range all {
		if d, ok := b.(celtypes.Double); ok && math.IsNaN(float64(d-d)) {
			return "must be finite"
		}
		if i > 0 && all[i-1].(traits.Comparer).Compare(b) != celtypes.IntNegOne {
			return fmt.Sprintf("must ascend, and the one at index %d is not greater than the one before", i)
		}
	}
	return ""
}
