package check

import (
	"fmt"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

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
