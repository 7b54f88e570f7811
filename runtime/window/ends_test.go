package window

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// endsModel hands windows on at their ends, and again with each record that comes then, as anybody would write it.
type endsModel struct {
	kinds         [][2]int64 // sizes, and how often windows begin
	lateness, now int64
	wins          map[Bounds]map[string]sum
	out           []string
}

func (m *endsModel) add(at int64, key string, n int64) {
	var all []Bounds
	for _, k := range m.kinds {
		for start := floor(at, k[1]); start > at-k[0]; start -= k[1] {
			all = append(all, Bounds{start, start + k[0]})
		}
	}
	slices.SortFunc(all, byEnd)
	for _, b := range all {
		if b.End+m.lateness <= m.now {
			continue
		}
		if m.wins[b] == nil {
			m.wins[b] = map[string]sum{}
		}
		v := m.wins[b][key]
		v = sum{v.count + 1, v.total + n}
		m.wins[b][key] = v
		if b.End <= m.now {
			m.out = append(m.out, "corrected "+line(b, key, v))
		}
	}
}

func (m *endsModel) advance(wm int64) {
	for _, b := range slices.SortedFunc(maps.Keys(m.wins), byEnd) {
		if b.End > m.now && b.End <= wm {
			for _, key := range slices.Sorted(maps.Keys(m.wins[b])) {
				m.out = append(m.out, "end "+line(b, key, m.wins[b][key]))
			}
		}
		if watermark.Add(b.End, m.lateness) <= wm {
			delete(m.wins, b)
		}
	}
	m.now = wm
}

// endsWorld is a store that hands on results at the ends of windows. With notes what it hands on counts in a result.
type endsWorld struct {
	t   *testing.T
	c   *topology.Context
	s   kept
	add func(at int64, key string, n int64)
	out []string
}

func newEnds(t *testing.T, overlap, follow, notes bool, every, bound int64) *endsWorld {
	c := newContext(t, store.Options{Memory: true})
	c.Clock, c.OverlayBytes = watermark.NewClock(nil), bound
	cfg := sumConfig(30, 47)
	cfg.AtEnd, cfg.Notes, cfg.UpdateEvery = true, notes, every
	w := &endsWorld{t: t, c: c}
	emit := func(what string) func(b Bounds, key []byte, v *sum) error {
		return func(b Bounds, key []byte, v *sum) error {
			w.out = append(w.out, what+" "+line(b, string(key), *v))
			if notes {
				v.count += 1000
			}
			return nil
		}
	}
	if every > 0 {
		cfg.Round = emit("round")
		if overlap {
			cfg.Round = nil
		}
	}
	if overlap {
		cfg.Every = 12
		if follow {
			cfg.Size, cfg.Every, cfg.Sizes, cfg.Follow = 60, 10, []int64{10, 30, 60}, true
		}
		cfg.Merge = func(a, b *sum) { *a = sum{a.count + b.count, a.total + b.total} }
		s, err := NewSliced(c, cfg)
		w.must(err)
		w.s, w.add = s, func(at int64, key string, n int64) {
			if s.Late(at, c.Clock.Now()) {
				return
			}
			v, _, err := s.Upsert(at, []byte(key))
			w.must(err)
			*v = sum{v.count + 1, v.total + n}
			w.must(s.Correct([]byte(key), emit("corrected")))
		}
		return w
	}
	s := newStore(t, c, cfg)
	w.s, w.add = s, func(at int64, key string, n int64) {
		start := s.StartOf(at)
		if s.Late(start, c.Clock.Now()) {
			return
		}
		v, _, err := s.Upsert(start, []byte(key))
		w.must(err)
		*v = sum{v.count + 1, v.total + n}
		if s.Ended() {
			w.must(emit("corrected")(s.Bounds(), []byte(key), v))
		}
	}
	return w
}

func (w *endsWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *endsWorld) advance(wm int64) {
	w.c.Clock.Floor(wm)
	if wm < w.s.Due() {
		return
	}
	w.must(w.s.Close(wm, func(b Bounds, key []byte, v *sum) error {
		what := "end"
		if b.End > wm {
			what = "round" // of windows that overlap
		}
		w.out = append(w.out, what+" "+line(b, string(key), *v))
		if s, ok := w.s.(*Tumbling[sum]); ok && s.cfg.Notes {
			v.count += 1000
		}
		return nil
	}, false))
}

func (w *endsWorld) commit() {
	w.must(w.s.Seal(nil))
	taken(w.c)
	w.must(w.c.DB.Apply(w.c.DB.Detach(), position.Position{}))
	w.s.Committed()
}

// TestEnds: windows are handed on at their ends, once, and then with each record, whatever is committed, in memory, or started over.
func TestEnds(t *testing.T) {
	for seed := range uint64(48) {
		overlap, every := seed%2 == 1, int64(seed%3)*5
		notes, follow := !overlap && seed%4 == 2, overlap && seed%4 == 3
		easy, hard := newEnds(t, overlap, follow, notes, every, 0), newEnds(t, overlap, follow, notes, every, 1)
		m := &endsModel{kinds: [][2]int64{{30, 30}}, lateness: 47, now: watermark.None, wins: map[Bounds]map[string]sum{}}
		switch {
		case follow:
			m.kinds = [][2]int64{{10, 10}, {30, 30}, {60, 60}}
		case overlap:
			m.kinds = [][2]int64{{30, 12}}
		}
		r, when := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2))
		now := int64(-200)
		for range 400 {
			key, at, n := fmt.Sprint("key", r.IntN(9)), now+r.Int64N(120)-90, r.Int64N(100)
			easy.add(at, key, n)
			hard.add(at, key, n)
			m.add(at, key, n)
			if r.IntN(3) == 0 {
				now += r.Int64N(9) * r.Int64N(4)
				if r.IntN(30) == 0 {
					now += 300
				}
				easy.advance(now)
				hard.advance(now)
				m.advance(now)
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
		m.advance(watermark.End)
		same := func(name string, got, want []string) {
			for i := range max(len(got), len(want)) {
				if i == len(got) || i == len(want) || got[i] != want[i] {
					t.Errorf("seed %d, %s, at %d of %d: %q, want %q", seed, name, i, len(want), got[min(i, len(got)):min(i+5, len(got))], want[min(i, len(want)):min(i+5, len(want))])
					return
				}
			}
		}
		same("hard", hard.out, easy.out)
		if !notes && every == 0 {
			same("easy", easy.out, m.out)
		}
		if len(easy.out) < 100 {
			t.Errorf("seed %d: only %d lines", seed, len(easy.out))
		}
		if size := easy.s.Size(); size < 0 {
			t.Errorf("seed %d: the store takes %d bytes", seed, size)
		}
		_ = easy.c.DB.Close()
		_ = hard.c.DB.Close()
	}
}

// ticker is a store with rounds by the clock.
type ticker interface {
	kept
	TickDue() int64
	Tick(now int64) error
}

func newTicks(t *testing.T, overlap bool, bound int64) *roundsWorld {
	c := newContext(t, store.Options{Memory: true})
	c.Clock, c.OverlayBytes = watermark.NewClock(nil), bound
	cfg := sumConfig(30, 7)
	w := &roundsWorld{t: t, c: c}
	cfg.UpdateEvery, cfg.ByClock = 10, true
	cfg.Round = func(b Bounds, key []byte, v *sum) error {
		w.out = append(w.out, "round "+line(b, string(key), *v))
		return nil
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
		if s.Late(s.StartOf(at), c.Clock.Now()) {
			return nil
		}
		v, _, err := s.Upsert(s.StartOf(at), []byte(key))
		w.must(err)
		return v
	}
	return w
}

func (w *roundsWorld) tick(clock int64) {
	if s := w.s.(ticker); clock >= s.TickDue() {
		w.must(s.Tick(clock))
	}
}

// TestTicks: what rounds by the clock hand on does not depend on what is in memory, nor on starting over; one that was not committed comes
// once more.
func TestTicks(t *testing.T) {
	for seed := range uint64(40) {
		easy, hard := newTicks(t, seed%2 == 1, 0), newTicks(t, seed%2 == 1, 1)
		r, when := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2))
		now, clock := int64(-100), int64(1000)
		easy.tick(clock)
		hard.tick(clock)
		for range 400 {
			key, at, n := fmt.Sprint("key", r.IntN(9)), now+r.Int64N(60)-30, r.Int64N(100)
			for _, w := range []*roundsWorld{easy, hard} {
				if v := w.add(at, key); v != nil {
					*v = sum{v.count + 1, v.total + n}
				}
			}
			if r.IntN(3) == 0 {
				now += r.Int64N(5)
				easy.advance(now)
				hard.advance(now)
			}
			if r.IntN(6) == 0 { // a commit
				hard.commit()
				before := len(hard.out)
				if when.IntN(4) == 0 {
					hard.s.Reset()
				}
				clock += r.Int64N(12)
				easy.tick(clock)
				hard.tick(clock)
				if when.IntN(4) == 0 { // it is not committed
					hard.s.Reset()
					hard.out = hard.out[:before]
					hard.tick(clock)
				}
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
