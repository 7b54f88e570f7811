package expr

import (
	"flag"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/celval"
)

var (
	diffCount = flag.Int("expressions", 400, "how many random expressions TestDifferential compiles; WEIR_EXPRESSIONS overrides it")
	diffSeed  = flag.Uint64("seed", 1, "seed of the random expressions, 0 for a new one")
)

// Generated Go and cel-go agree, on random expressions over random values, in the value and in whether there is one.
func TestDifferential(t *testing.T) {
	n := *diffCount
	if s := os.Getenv("WEIR_EXPRESSIONS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	if testing.Short() {
		n = min(n, 60)
	}
	seed := *diffSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d (go test ./gen/expr -run TestDifferential -seed %d)", seed, seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	g := &exprGen{Rand: rng}
	decls := NewDecls(nil)
	var subjects []subject
	refused := 0
	for len(subjects) < n {
		g.vars, g.made = nil, nil
		text := g.expr(g.anyType(), 2+rng.IntN(3))
		if len(text) > 1500 {
			continue
		}
		s, ok := newSubject(t, text, decls)
		if !ok {
			if refused++; refused > n/4+10 || t.Failed() {
				t.Fatal("too many random expressions are refused")
			}
			continue
		}
		subjects = append(subjects, s)
	}
	var rows []celval.Record
	for range 8 {
		rows = append(rows, valueGen{rng}.value(tRow).(celval.Record))
	}
	run(t, subjects, rows)
}
