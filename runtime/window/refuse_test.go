package window

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/runtime/watermark"
)

// TestRefuse: a store that has refused records is like one that never had them, whatever is in memory, and with more keys than a slab has.
func TestRefuse(t *testing.T) {
	for seed := range uint64(20) {
		plain, tried := newRounds(t, false, true, false, 0), newRounds(t, false, true, false, int64(seed%2))
		r := rand.New(rand.NewPCG(seed, 3))
		keys, now, refused := 1+r.IntN(900), int64(0), 0
		for range 3000 {
			key, at := fmt.Sprint("key", r.IntN(keys)), now+r.Int64N(60)-20
			if r.IntN(3) == 0 {
				if v := tried.add(at, key); v != nil {
					tried.s.(*Tumbling[sum]).Refuse([]byte(key), v.count == 0)
					refused++
				}
				continue
			}
			for _, w := range []*roundsWorld{plain, tried} {
				if v := w.add(at, key); v != nil {
					v.count++
				}
			}
			if r.IntN(20) == 0 {
				now += r.Int64N(9)
				plain.advance(now)
				tried.advance(now)
			}
			if r.IntN(100) == 0 {
				tried.commit()
			}
			if r.IntN(300) == 0 {
				tried.commit()
				tried.s.Reset()
			}
		}
		plain.advance(watermark.End)
		tried.advance(watermark.End)
		results := func(w *roundsWorld) []string {
			return slices.DeleteFunc(w.out, func(s string) bool { return strings.HasPrefix(s, "at ") })
		}
		if got, want := results(tried), results(plain); !slices.Equal(got, want) || refused < 500 || len(want) < 50 {
			t.Errorf("seed %d: %d results, want %d; %d refused", seed, len(got), len(want), refused)
		}
		_ = plain.c.DB.Close()
		_ = tried.c.DB.Close()
	}
}
