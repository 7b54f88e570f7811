package oracle

import (
	"testing"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// TestCardinality wants the numbers that package aggregate is held to, of integers from 0.
func TestCardinality(t *testing.T) {
	for n, want := range map[int]int{3: 3, 257: 256, 1000: 990, 20_000: 20_039, 300_000: 292_074} {
		var all []picking
		for v := range n {
			all = append(all, picking{0, []ref.Val{celtypes.Int(v)}})
		}
		if got := cardinality(all); got != celtypes.Int(want) {
			t.Errorf("the integers below %d are %v, want %d", n, got, want)
		}
	}
}

func TestPlace(t *testing.T) {
	for _, c := range []struct {
		q    float64
		n    int
		want int
	}{{0, 5, 0}, {1, 5, 4}, {0.5, 1, 0}, {0.5, 4, 1}, {0.5, 5, 2}, {0.07, 100, 6}, {0.29, 100, 28}, {0.99, 100, 98}, {0.99, 101, 99}} {
		if got := place(c.q, c.n); got != c.want {
			t.Errorf("%v of %d is at %d, want %d", c.q, c.n, got, c.want)
		}
	}
}
