package window

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

func TestNextRound(t *testing.T) {
	for _, x := range []struct{ t, every, want int64 }{
		{0, 10, 10}, {9, 10, 10}, {10, 10, 20}, {-1, 10, 0}, {-10, 10, 0}, {-11, 10, -10}, {5, 0, watermark.End},
		{watermark.None, 10, watermark.None + 1}, {watermark.End, 10, watermark.End}, {watermark.End - 1, 10, watermark.End},
	} {
		if got := NextRound(x.t, x.every); got != x.want {
			t.Errorf("behind %d, every %d: %d, want %d", x.t, x.every, got, x.want)
		}
	}
}

// kept is what stores with rounds have in common.
type kept interface {
	topology.State
	Due() int64
	Close(wm int64, emit func(Bounds, []byte, *sum) error, onlyDirty bool) error
	Seal(emit func(Bounds, []byte, *sum) error) error
	Undo()
}

// roundsWorld is a store of either kind, and what it has handed on.
type roundsWorld struct {
	t     *testing.T
	c     *topology.Context
	s     kept
	add   func(at int64, key string) *sum
	every int64
	final bool
	out   []string
}

func newRounds(t *testing.T, overlap, final, change bool, bound int64) *roundsWorld {
	c := newContext(t, store.Options{Memory: true})
	c.Clock, c.OverlayBytes = watermark.NewClock(nil), bound
	cfg := sumConfig(30, 7)
	cfg.UpdateEvery = 10
	w := &roundsWorld{t: t, c: c, every: cfg.UpdateEvery, final: final}
	if change { // what a round hands on is also what it changes
		cfg.Round = func(b Bounds, key []byte, v *sum) error {
			w.out = append(w.out, "round "+line(b, string(key), *v))
			v.total = 0
			return nil
		}
	}
	if overlap {
		cfg.Every = 12
		cfg.Merge = func(a, b *sum) { *a = sum{a.count + b.count, a.total + b.total} }
		s, err := NewSliced(c, cfg)
		w.must(err)
		w.s, w.add = s, func(at int64, key string) *sum {
			if s.Late(at, c.Clock.Now()) {
				return nil
			}
			v, _, err := s.Upsert(at, []byte(key))
			w.must(err)
			return v
		}
		return w
	}
	s := newStore(t, c, cfg)
	w.s, w.add = s, func(at int64, key string) *sum {
		start := s.StartOf(at)
		if s.Late(start, c.Clock.Now()) {
			return nil
		}
		v, _, err := s.Upsert(start, []byte(key))
		w.must(err)
		return v
	}
	return w
}

func (w *roundsWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *roundsWorld) advance(wm int64) {
	w.c.Clock.Floor(wm)
	if wm < w.s.Due() {
		return
	}
	w.out = append(w.out, fmt.Sprint("at ", wm))
	w.must(w.s.Close(wm, func(b Bounds, key []byte, v *sum) error {
		w.out = append(w.out, line(b, string(key), *v))
		return nil
	}, !w.final))
}

func (w *roundsWorld) commit() {
	w.must(w.s.Seal(nil))
	taken(w.c)
	w.must(w.c.DB.Apply(w.c.DB.Detach(), position.Position{}))
	w.s.Committed()
}

// TestRounds: what is handed on in rounds does not depend on commits, on what is in memory, nor on starting over.
func TestRounds(t *testing.T) {
	for seed := range uint64(40) {
		overlap, final := seed%2 == 1, seed%4 > 1
		change := !overlap && seed%8 > 3
		easy, hard := newRounds(t, overlap, final, change, 0), newRounds(t, overlap, final, change, 1)
		r, when := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2))
		now := int64(-100)
		for range 400 {
			key, at, n := fmt.Sprint("key", r.IntN(9)), now+r.Int64N(60)-30, r.Int64N(100)
			undo := r.IntN(10) == 0
			for _, w := range []*roundsWorld{easy, hard} {
				v := w.add(at, key)
				if v != nil && undo && v.count > 0 {
					w.s.Undo()
				} else if v != nil {
					v.count++
					v.total += n
				}
			}
			if r.IntN(3) == 0 {
				now += r.Int64N(9) * r.Int64N(4)
				easy.advance(now)
				hard.advance(now)
			}
			switch when.IntN(12) {
			case 0, 1:
				hard.commit()
			case 2:
				hard.commit()
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

// TestWaitingBytes pins the stored form of what waits for a round, and of what was handed on in one.
func TestWaitingBytes(t *testing.T) {
	w := newRounds(t, false, false, false, 0)
	s := w.s.(*Tumbling[sum])
	w.advance(3)
	add(t, s, 0, "k", 5)
	equal(t, "waiting", commit(t, w.c, s), []string{"80000000000000" + "1e6b=" + "02" + "14" + "020a"})
	add(t, s, 0, "k", 1)
	w.advance(10)
	equal(t, "handed on", w.out, []string{"at 3", "at 10", line(Bounds{0, 30}, "k", sum{2, 6})})
	equal(t, "after the round", commit(t, w.c, s), []string{"80000000000000" + "1e6b=" + "01" + "040c"})
}
