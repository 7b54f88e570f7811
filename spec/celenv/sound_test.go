package celenv_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// TestAdviceIsTrue evaluates what is called always true or always false, of random conditions, for many values: it has to be.
func TestAdviceIsTrue(t *testing.T) {
	vars := []celenv.Var{{Name: "n", Type: types.IntType}, {Name: "u", Type: types.UintType}, {Name: "d", Type: types.DoubleType}, {Name: "s", Type: types.StringType}}
	env := celenv.New(nil)
	cel, err := env.CEL(vars)
	if err != nil {
		t.Fatal(err)
	}
	var values []map[string]any
	for _, n := range []int64{math.MinInt64, -11, -1, 0, 1, 2, 3, 4, 7, math.MaxInt64} {
		for i, d := range []float64{math.NaN(), math.Inf(-1), -1, 0, 0.5, 1, 2, 3, 1e300} {
			values = append(values, map[string]any{"n": n, "u": uint64(n), "d": d, "s": strings.Repeat("ab", i)})
		}
	}
	claims := 0
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 5))
		text := condition(r, 3)
		ast, _, issues := env.Compile(text, vars)
		if len(issues) > 0 {
			t.Fatalf("seed %d: %s: %s", seed, text, issues[0].Message)
		}
		for _, is := range env.Advise(text, ast, true) {
			part := text[is.Start:is.End]
			want := strings.Contains(is.Message, "always true")
			if !want && !strings.Contains(is.Message, "always false") {
				continue
			}
			claims++
			ast, iss := cel.Compile(part)
			if iss.Err() != nil {
				t.Fatalf("seed %d: %s is no expression: %v", seed, part, iss.Err())
			}
			program, err := cel.Program(ast)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				if got, _, err := program.Eval(v); err == nil && got.Value() != want {
					t.Fatalf("seed %d: %s: %q is %v for %v", seed, is.Message, part, got.Value(), v)
				}
			}
		}
	}
	if claims < 300 {
		t.Errorf("only %d claims", claims)
	}
}

// condition is a random condition over n, u, d and s.
func condition(r *rand.Rand, depth int) string {
	pick := func(choices ...string) string { return choices[r.IntN(len(choices))] }
	if depth > 0 && r.IntN(3) > 0 {
		switch r.IntN(4) {
		case 0:
			return fmt.Sprintf("!(%s)", condition(r, depth-1))
		case 1:
			return fmt.Sprintf("(%s ? %s : %s)", condition(r, depth-1), condition(r, depth-1), condition(r, depth-1))
		}
		op := pick("&&", "||")
		return fmt.Sprintf("(%s %s %s %s %s)", condition(r, depth-1), op, condition(r, depth-1), op, condition(r, depth-1))
	}
	op := pick("==", "!=", "<", "<=", ">", ">=")
	x, y := pick("n", "n % 3", "s.size()", `s.indexOf("b")`), pick("-3", "-1", "0", "1", "2", "3", "4", "n")
	switch r.IntN(4) {
	case 0:
		x, y = pick("u", "u % 3u"), pick("0u", "1u", "2u", "u")
	case 1:
		x, y = "d", pick("0.5", "1.0", "2.0", "d")
	case 2:
		x, y = "s", pick(`""`, `"ab"`, `'ab'`, `"abab"`, "s")
	}
	if r.IntN(3) == 0 {
		x, y = y, x
	}
	return x + " " + op + " " + y
}
