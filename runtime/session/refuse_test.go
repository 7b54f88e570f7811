package session

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// TestRefuse: a store that has refused records is like one that never had them.
func TestRefuse(t *testing.T) {
	for seed := range uint64(20) {
		var stores [2]*Store[sum]
		var out [2][]string
		for i := range stores {
			c := newContext(t, store.Options{Memory: true})
			c.Clock, c.OverlayBytes = watermark.NewClock(nil), int64(i)*int64(seed%2)
			cfg := sumConfig(7)
			cfg.Apart = true
			cfg.UpdateEvery = int64(seed/2%2) * 10
			stores[i] = newStore(t, c, cfg)
		}
		plain, tried := stores[0], stores[1]
		advance := func(wm int64) {
			for i, s := range stores {
				s.c.Clock.Floor(wm)
				if wm >= s.Due() {
					if err := s.Close(wm, func(b window.Bounds, key []byte, v *sum) error {
						out[i] = append(out[i], show(b, key, v))
						return nil
					}, false); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		r := rand.New(rand.NewPCG(seed, 3))
		now, refused := int64(0), 0
		for range 2000 {
			key, at := fmt.Sprint("key", r.IntN(40)), (now+r.Int64N(60)-20)/10*10
			end := at + 10 + r.Int64N(3)*10
			if late, err := plain.Late(at, end, []byte(key), now); err != nil || late {
				if err != nil {
					t.Fatal(err)
				}
				continue
			}
			if r.IntN(3) == 0 {
				_, fresh, err := tried.Upsert(at, end, []byte(key))
				if err != nil {
					t.Fatal(err)
				}
				tried.Refuse([]byte(key), fresh)
				refused++
				continue
			}
			add(t, plain, at, end, key, 1)
			add(t, tried, at, end, key, 1)
			if r.IntN(20) == 0 {
				now += r.Int64N(9)
				advance(now)
			}
			if r.IntN(100) == 0 {
				commit(t, tried.c, tried, nil)
				if r.IntN(3) == 0 {
					tried.Reset()
				}
			}
		}
		advance(watermark.End)
		if !slices.Equal(out[0], out[1]) || refused < 200 || len(out[0]) < 50 {
			t.Errorf("seed %d: %d results, want %d; %d refused", seed, len(out[1]), len(out[0]), refused)
		}
		for _, s := range stores {
			_ = s.c.DB.Close()
		}
	}
}
