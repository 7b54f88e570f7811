package session

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// endsModel hands sessions on at their ends, and again with each record that comes to them then, as anybody would write it.
type endsModel struct {
	lateness, now int64
	wins          map[string][]span
	out           []string
}

func (m *endsModel) add(at, end int64, key string, n int64) {
	all := span{at, end, sum{1, n}}
	var apart []span
	for _, w := range m.wins[key] {
		if w.start < end && w.end > at {
			all = span{min(w.start, all.start), max(w.end, all.end), sum{w.sum.count + all.sum.count, w.sum.total + all.sum.total}}
		} else {
			apart = append(apart, w)
		}
	}
	if len(apart) == len(m.wins[key]) && end+m.lateness <= m.now {
		return
	}
	m.wins[key] = append(apart, all)
	if all.end <= m.now {
		m.out = append(m.out, "corrected "+show(window.Bounds{Start: all.start, End: all.end}, []byte(key), &all.sum))
	}
}

func (m *endsModel) advance(wm int64) {
	type ended struct {
		key string
		span
	}
	var due []ended
	for key, wins := range m.wins {
		for _, w := range wins {
			if w.end > m.now && w.end <= wm {
				due = append(due, ended{key, w})
			}
		}
		m.wins[key] = slices.DeleteFunc(wins, func(w span) bool { return watermark.Add(w.end, m.lateness) <= wm })
	}
	slices.SortFunc(due, func(a, b ended) int {
		return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.key, b.key), cmp.Compare(a.start, b.start))
	})
	for _, e := range due {
		m.out = append(m.out, "end "+show(window.Bounds{Start: e.start, End: e.end}, []byte(e.key), &e.sum))
	}
	m.now = wm
}

// endsWorld is a store that hands on results at the ends of windows; notes has it change what it hands on.
type endsWorld struct {
	t     *testing.T
	c     *topology.Context
	s     *Store[sum]
	notes bool
	out   []string
}

func newEnds(t *testing.T, notes bool, every, bound int64) *endsWorld {
	c := newContext(t, store.Options{Memory: true})
	c.Clock, c.OverlayBytes = watermark.NewClock(nil), bound
	cfg := sumConfig(47)
	w := &endsWorld{t: t, c: c, notes: notes}
	cfg.AtEnd, cfg.Notes, cfg.UpdateEvery = true, notes, every
	if every > 0 {
		cfg.Round = w.emit("round")
	}
	w.s = newStore(t, c, cfg)
	return w
}

func (w *endsWorld) emit(what string) func(window.Bounds, []byte, *sum) error {
	return func(b window.Bounds, key []byte, v *sum) error {
		w.out = append(w.out, what+" "+show(b, key, v))
		if w.notes {
			v.count += 1000
		}
		return nil
	}
}

func (w *endsWorld) add(at, end int64, key string, n int64) {
	late, err := w.s.Late(at, end, []byte(key), w.c.Clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	if late {
		return
	}
	v, _, err := w.s.Upsert(at, end, []byte(key))
	if err == nil {
		if *v = (sum{v.count + 1, v.total + n}); w.s.Ended() {
			err = w.emit("corrected")(w.s.Bounds(), []byte(key), v)
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *endsWorld) advance(wm int64) {
	w.c.Clock.Floor(wm)
	if wm < w.s.Due() {
		return
	}
	if err := w.s.Close(wm, w.emit("end"), false); err != nil {
		w.t.Fatal(err)
	}
}

func same(t *testing.T, name string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i == len(got) || i == len(want) || got[i] != want[i] {
			t.Errorf("%s, at %d of %d: %q, want %q", name, i, len(want), got[min(i, len(got)):min(i+5, len(got))], want[min(i, len(want)):min(i+5, len(want))])
			return
		}
	}
	if len(want) < 100 {
		t.Errorf("%s: only %d lines", name, len(want))
	}
}

// TestEnds: sessions are handed on at their ends, once, and then with each record, whatever is committed, in memory, or started over.
func TestEnds(t *testing.T) {
	for seed := range uint64(48) {
		notes, every := seed%2 == 1, int64(seed%3)*5
		easy, hard := newEnds(t, notes, every, 0), newEnds(t, notes, every, 1)
		m := &endsModel{lateness: 47, now: watermark.None, wins: map[string][]span{}}
		r, when := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2))
		now := int64(-200)
		for range 400 {
			key, at, gap, n := fmt.Sprint("key", r.IntN(9)), now+r.Int64N(120)-90, 1+r.Int64N(20), r.Int64N(100)
			easy.add(at, at+gap, key, n)
			hard.add(at, at+gap, key, n)
			m.add(at, at+gap, key, n)
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
				commit(t, hard.c, hard.s, nil)
			case 2:
				commit(t, hard.c, hard.s, nil)
				hard.s.Reset()
			}
		}
		easy.advance(watermark.End)
		hard.advance(watermark.End)
		m.advance(watermark.End)
		same(t, fmt.Sprint("seed ", seed, ", hard"), hard.out, easy.out)
		if !notes && every == 0 {
			same(t, fmt.Sprint("seed ", seed, ", easy"), easy.out, m.out)
		}
		_ = easy.c.DB.Close()
		_ = hard.c.DB.Close()
	}
}

// TestTicks: what rounds by the clock hand on does not depend on what is in memory, nor on starting over; one that was not committed comes
// once more.
func TestTicks(t *testing.T) {
	for seed := range uint64(40) {
		ticks := func(bound int64) *endsWorld {
			c := newContext(t, store.Options{Memory: true})
			c.Clock, c.OverlayBytes = watermark.NewClock(nil), bound
			cfg := sumConfig(7)
			w := &endsWorld{t: t, c: c, notes: seed%2 == 1}
			cfg.UpdateEvery, cfg.ByClock, cfg.Round = 10, true, w.emit("round")
			w.s = newStore(t, c, cfg)
			return w
		}
		easy, hard := ticks(0), ticks(1)
		tick := func(w *endsWorld, clock int64) {
			if clock >= w.s.TickDue() {
				if err := w.s.Tick(clock); err != nil {
					t.Fatal(err)
				}
			}
		}
		closing := func(w *endsWorld, wm int64) {
			w.c.Clock.Floor(wm)
			if err := w.s.Close(wm, w.emit("closed"), true); err != nil {
				t.Fatal(err)
			}
		}
		r, when := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2))
		now, clock := int64(-100), int64(1000)
		tick(easy, clock)
		tick(hard, clock)
		for range 400 {
			key, at, gap, n := fmt.Sprint("key", r.IntN(9)), now+r.Int64N(60)-20, 1+r.Int64N(20), r.Int64N(100)
			easy.add(at, at+gap, key, n)
			hard.add(at, at+gap, key, n)
			if r.IntN(3) == 0 {
				now += r.Int64N(5)
				closing(easy, now)
				closing(hard, now)
			}
			if r.IntN(6) == 0 { // a commit
				commit(t, hard.c, hard.s, nil)
				before := len(hard.out)
				if when.IntN(4) == 0 {
					hard.s.Reset()
				}
				clock += r.Int64N(12)
				tick(easy, clock)
				tick(hard, clock)
				if when.IntN(4) == 0 { // it is not committed
					hard.s.Reset()
					hard.out = hard.out[:before]
					tick(hard, clock)
				}
			}
		}
		closing(easy, watermark.End)
		closing(hard, watermark.End)
		same(t, fmt.Sprint("seed ", seed), hard.out, easy.out)
		_ = easy.c.DB.Close()
		_ = hard.c.DB.Close()
	}
}
