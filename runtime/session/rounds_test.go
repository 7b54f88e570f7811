package session

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// roundsWorld is a store with rounds, and what it has handed on.
type roundsWorld struct {
	t     *testing.T
	c     *topology.Context
	s     *Store[sum]
	final bool
	out   []string
}

func newRounds(t *testing.T, final, change bool, bound int64) *roundsWorld {
	c := newContext(t, store.Options{Memory: true})
	c.Clock, c.OverlayBytes = watermark.NewClock(nil), bound
	cfg := sumConfig(7)
	cfg.UpdateEvery, cfg.Max = 10, 60
	w := &roundsWorld{t: t, c: c, final: final}
	if change { // what a round hands on is also what it changes
		cfg.Round = func(b window.Bounds, key []byte, v *sum) error {
			w.out = append(w.out, fmt.Sprint("round: ", show(b, key, v)))
			v.total = 0
			return nil
		}
	}
	w.s = newStore(t, c, cfg)
	return w
}

func (w *roundsWorld) advance(wm int64) {
	w.c.Clock.Floor(wm)
	if wm < w.s.Due() {
		return
	}
	err := w.s.Close(wm, func(b window.Bounds, key []byte, v *sum) error {
		w.out = append(w.out, fmt.Sprint("at ", wm, ": ", show(b, key, v)))
		return nil
	}, !w.final)
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestRounds: what is handed on in rounds does not depend on commits, on what is in memory, nor on starting over.
func TestRounds(t *testing.T) {
	for seed := range uint64(40) {
		easy, hard := newRounds(t, seed%2 == 0, seed%4 > 1, 0), newRounds(t, seed%2 == 0, seed%4 > 1, 1)
		r, when := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2))
		now := int64(-100)
		for range 400 {
			key, at, gap, n := fmt.Sprint("key", r.IntN(9)), now+r.Int64N(60)-20, 1+r.Int64N(20), r.Int64N(100)
			for _, w := range []*roundsWorld{easy, hard} {
				if late, err := w.s.Late(at, at+gap, []byte(key), now); err != nil || late {
					if err != nil {
						t.Fatal(err)
					}
					continue
				}
				add(t, w.s, at, at+gap, key, n)
			}
			if r.IntN(3) == 0 {
				now += r.Int64N(9) * r.Int64N(4)
				easy.advance(now)
				hard.advance(now)
			}
			switch when.IntN(12) {
			case 0, 1:
				commit(t, hard.c, hard.s, nil)
			case 2:
				commit(t, hard.c, hard.s, nil)
				hard.s.Reset()
			}
		}
		easy.advance(watermark.End)
		hard.advance(watermark.End)
		if !slices.Equal(easy.out, hard.out) {
			for i := range easy.out {
				if i == len(hard.out) || easy.out[i] != hard.out[i] {
					t.Errorf("seed %d, at %d: %q, want %q", seed, i, hard.out[i:min(i+5, len(hard.out))], easy.out[i:min(i+5, len(easy.out))])
					break
				}
			}
		}
		if len(easy.out) < 100 {
			t.Errorf("seed %d: only %d lines", seed, len(easy.out))
		}
		_ = easy.c.DB.Close()
		_ = hard.c.DB.Close()
	}
}

// TestWaitingFormat pins the bytes of version 2 of a group, in which windows wait for a round.
func TestWaitingFormat(t *testing.T) {
	w := newRounds(t, false, false, 0)
	add(t, w.s, -2, 30, "gr", 5)
	w.advance(3)
	add(t, w.s, 100, 130, "gr", 7)
	commit(t, w.c, w.s, nil)
	group := func() string { return entries(t, w.c)[`"sgr"`] }
	head := "3c" // the reminder at 30
	if got, want := group(), "02"+head+"14"+"02"+"03"+"20"+"00"+"02"+"020a"+"c801"+"1e"+"01"+"02"+"020e"; got != want {
		t.Errorf("waiting: %s, want %s", got, want)
	}
	w.s.Reset()
	w.advance(12)
	add(t, w.s, -1, 20, "other", 1)
	add(t, w.s, 5, 30, "gr", 1)
	w.advance(20)
	commit(t, w.c, w.s, nil)
	if got, want := group(), "01"+head+"02"+"03"+"20"+"02"+"040c"+"c801"+"1e"+"02"+"020e"; got != want {
		t.Errorf("handed on: %s, want %s", got, want)
	}
	want := []string{"at 3: -2-30 gr 1/5", "at 12: 100-130 gr 1/7", "at 20: -2-30 gr 2/6", "at 20: -1-20 other 1/1"}
	if !slices.Equal(w.out, want) {
		t.Errorf("%q", w.out)
	}
	if n := len(entries(t, w.c)); n != 4 {
		t.Errorf("%d entries", n)
	}
}
