package expr

import (
	"strings"
	"testing"
)

// TestShare counts how often the Go of an expression computes what stands in it more than once.
func TestShare(t *testing.T) {
	for _, c := range []struct {
		text, computes string
		want           int
	}{
		{`hash(s1) % 10u == 1u && hash(s1) % 3u == 0u`, "cel.Hash", 1},
		{`b1 && hash(s1) % 10u == 1u && hash(s1) % 3u == 0u`, "cel.Hash", 1},
		{`i1 + i2 > 0 || i1 + i2 < -5`, "cel.AddInt", 1},
		{`i1 + i2 > 0 || b1 || i1 + i2 < -5`, "cel.AddInt", 2}, // the first one's error waits for the second one, which has no value to go by
		{`(i1 + i2) * (i1 + i2)`, "cel.AddInt", 1},
		{`i1 + i2 > 0 ? i1 + i2 : 0`, "cel.AddInt", 1},
		{`b1 ? i1 + i2 : i1 + i2 - 1`, "cel.AddInt", 2}, // one of them
		{`[s1 + s2, s1 + s2]`, "r.S1 + r.S2", 1},
		{`t1.getHours("Europe/Paris") > 8 && t1.getHours("Europe/Paris") < 18`, ".In(", 1},
		{`li.filter(x, x > 1).size() > 3 && li.filter(x, x > 1)[0] == 1`, "range r.Li", 1},
		{`li.exists(x, hash(string(x)) == 1u) || li.exists(x, hash(string(x)) == 2u)`, "cel.Hash", 2}, // two loops, two variables
		{`li.map(x, hash(string(x)) % 3u + hash(string(x)) % 5u)`, "cel.Hash", 1},
		{`li.exists(x, hash(string(x)) == 1u && ls.exists(x, hash(x) == 1u))`, "cel.Hash", 2},
		{`cel.bind(x, i1 * 3, x + i2 > 2 ? x + i2 : cel.bind(x, i2 * 3, x + i2))`, "cel.AddInt", 2},
		{`d1 * d2 + d1 * d2`, "float64(", 2}, // no more than a multiplication
	} {
		s, ok := newSubject(t, c.text, nil)
		if !ok {
			t.Fatal(c.text)
		}
		code := s.code.Stmts + "\n" + s.code.Value
		if n := strings.Count(code, c.computes); n != c.want {
			t.Errorf("%s: %s %d times, want %d, in\n%s", c.text, c.computes, n, c.want, code)
		}
	}
}
