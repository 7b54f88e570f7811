package process

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/weirstream/weir/runtime/watermark"
)

// folding is a harness with a fold that counts the records of each group.
type folding struct {
	*harness
	f     *Fold[int64]
	fired []string
}

// plain, fixed, by the clock, and one that forgets.
var foldTimers = []FoldTimer{{Name: "plain"}, {Name: "fixed"}, {Name: "clock", Processing: true}, {Name: "last", Forget: true}}

func startFold(t *testing.T, ttl int64, timers []FoldTimer) *folding {
	h := &folding{harness: start(t, 0)}
	h.fold(ttl, timers)
	return h
}

// fold begins with a fold as a service that starts.
func (h *folding) fold(ttl int64, timers []FoldTimer) {
	h.f = NewFold(h.s, ttl, timers, appendInt, decodeInt, func(timer int, group []byte, at int64, v *int64) error {
		h.fired = append(h.fired, fmt.Sprintf("%s %s@%d=%d", timers[timer].Name, group, at, *v))
		return nil
	})
}

// record gives a record to the fold, whose watermark it moves as that of a task, and returns the state behind it and what has fired.
func (h *folding) record(group string, at int64, set func(f *Fold[int64])) string {
	h.t.Helper()
	h.fired = nil
	wm := h.c.Clock.Observe(0, at)
	v, next, fresh, err := h.f.Take([]byte(group), at)
	if err != nil {
		h.t.Fatal(err)
	}
	if fresh && *v != 0 {
		h.t.Errorf("a fresh state is %d", *v)
	}
	*next = *v + 1
	if set != nil {
		set(h.f)
	}
	if err := h.f.Put(); err != nil {
		h.t.Fatal(err)
	}
	h.fired = append(h.fired, fmt.Sprintf("%d", *next))
	return h.pass(wm)
}

// pass lets a watermark take effect.
func (h *folding) pass(wm int64) string {
	h.t.Helper()
	if wm >= h.s.Due() {
		if err := h.s.Advance(wm, h.f.Wake); err != nil {
			h.t.Fatal(err)
		}
	}
	h.c.Clock.Pass(wm)
	return strings.Join(h.fired, ", ")
}

// tick lets the clock come to a time.
func (h *folding) tick(now int64) string {
	h.t.Helper()
	h.fired, h.c.Processing = nil, now
	if now >= h.s.ProcessingDue() {
		if err := h.s.Tick(now, h.f.WakeProcessing); err != nil {
			h.t.Fatal(err)
		}
	}
	return h.pass(h.c.Clock.Now())
}

// TestFold goes through the borders, with what is known in memory and in the local store.
func TestFold(t *testing.T) {
	later := func(f *Fold[int64]) { f.Later(0, f.at+50) }
	both := func(f *Fold[int64]) { f.Later(0, f.at+50); f.Start(1, f.at+70) }
	at := func(ms int64) func(f *Fold[int64]) { return func(f *Fold[int64]) { f.Set(0, ms) } }
	for _, commits := range []bool{false, true} {
		h := startFold(t, 100, foldTimers)
		for _, step := range []struct {
			group string
			at    int64
			set   func(*Fold[int64])
			want  string
		}{
			{"a", 1000, later, "1"},
			{"a", 1040, later, "2"},                                             // puts it off to 1090
			{"a", 1010, later, "3"},                                             // out of order: it stays
			{"a", 1089, later, "4"},                                             // a millisecond before it
			{"a", 1139, later, "plain a@1139=4, 5"},                             // just then: it comes first
			{"b", 1188, later, "1"},                                             // a millisecond before the next
			{"b", 1189, later, "2, plain a@1189=5"},                             // the watermark: behind the record
			{"a", 1238, nil, "6"},                                               // 99 after its last one at 1139
			{"b", 1238, nil, "3"},                                               //
			{"a", 1338, both, "1, plain b@1239=3"},                              // 100 after it: begins anew, and the watermark is at b's timer
			{"a", 1340, both, "2"},                                              // the fixed one stays at 1408
			{"c", 1390, nil, "1, plain a@1390=2"},                               //
			{"a", 1408, nil, "fixed a@1408=2, 3"},                               //
			{"c", 1000, at(1200), "2, plain c@1200=2"},                          // for a time that has passed: at once
			{"c", 1400, at(1500), "3"},                                          //
			{"c", 1400, at(1450), "4"},                                          // earlier
			{"c", 1400, func(f *Fold[int64]) { f.Cancel(0) }, "5"},              //
			{"d", 1460, func(f *Fold[int64]) { f.Set(3, 1500) }, "1"},           //
			{"d", 1500, later, "last d@1500=1, 1"},                              // is forgotten, and begins anew
			{"d", 1540, func(f *Fold[int64]) { f.Set(3, 1545) }, "2"},           //
			{"c", 1545, nil, "1, last d@1545=2"},                                // takes d's other timer along
			{"c", 1600, func(f *Fold[int64]) { f.Set(0, 1900) }, "2"},           //
			{"a", 1899, nil, "1"},                                               //
			{"c", 1899, func(f *Fold[int64]) { f.Cancel(0) }, "3"},              // goes on, as a timer was running
			{"c", 1999, nil, "1"},                                               // now it is over
			{"e", 1500, nil, "1"},                                               // late: kept from the watermark, 1999, on
			{"e", 2098, nil, "2"},                                               //
			{"e", 1500, nil, "3"},                                               //
			{"f", 9000, func(f *Fold[int64]) { later(f); f.Set(1, 9050) }, "1"}, //
			{"f", 9999, nil, "plain f@9050=1, fixed f@9050=1, 1"},               // of one time, in the order of the spec
		} {
			if got := h.record(step.group, step.at, step.set); got != step.want {
				t.Errorf("commits %v: %s at %d: %q, want %q", commits, step.group, step.at, got, step.want)
			}
			if commits {
				h.commit()
			}
		}
	}
}

// TestFoldProcessing has timers go by the clock: their event time is the watermark, or that of the group if that is later.
func TestFoldProcessing(t *testing.T) {
	for _, commits := range []bool{false, true} {
		h := startFold(t, 100, foldTimers)
		clock := func(f *Fold[int64]) { f.Later(2, h.c.Processing+50) }
		h.c.Processing = 100
		h.record("a", 1000, clock)
		h.record("b", 2000, clock)
		for _, step := range []struct {
			now  int64
			want string
		}{{149, ""}, {150, "clock a@2000=1, clock b@2000=1"}, {200, ""}} {
			if commits {
				h.commit()
			}
			if got := h.tick(step.now); got != step.want {
				t.Errorf("commits %v: at %d: %q, want %q", commits, step.now, got, step.want)
			}
		}
		// The watermark had reached the end of a's time, when the timer was running.
		if got := h.record("a", 1950, clock); got != "1" {
			t.Errorf("a goes on with %s", got)
		}
		h.tick(230)
		h.record("a", 1950, clock) // puts it off to 280
		if got := h.tick(250) + h.tick(279); got != "" {
			t.Errorf("too early: %s", got)
		}
		if got := h.tick(280); got != "clock a@2000=2" {
			t.Errorf("put off: %s", got)
		}
	}
}

// TestFoldForgets sees that nothing is left of groups that are forgotten, and that without a time to live none is.
func TestFoldForgets(t *testing.T) {
	for _, commits := range []bool{false, true} {
		h := startFold(t, 100, foldTimers)
		for i := range 50 {
			h.record(fmt.Sprint(i%20), int64(1000+3*i), func(f *Fold[int64]) {
				f.Later(0, f.at+int64(10*(i%7)))
				f.Later(2, h.c.Processing+int64(i%5))
				if i%4 == 0 {
					f.Set(3, f.at+7)
				}
			})
			if commits {
				h.commit()
			}
			h.tick(int64(i))
		}
		h.tick(1000)
		h.record("x", 5000, nil)
		h.commit()
		if got := h.scan(); len(got) != 2 { // x and its reminder
			t.Errorf("commits %v: left are %q", commits, got)
		}
	}
	ever := startFold(t, 0, foldTimers)
	ever.record("x", 1000, nil)
	ever.commit()
	if got := ever.record("x", math.MaxInt64/2, nil); got != "2" || ever.s.Due() != math.MaxInt64 {
		t.Error("x is forgotten, or to be")
	}
}

// TestFoldEnd ends a bounded input: all timers fire, however far they were put off, and no life ends.
func TestFoldEnd(t *testing.T) {
	h := startFold(t, 100, foldTimers)
	h.record("a", 1000, func(f *Fold[int64]) { f.Set(0, 1010) })
	h.record("a", 1005, func(f *Fold[int64]) { f.Set(0, 7000) })
	h.record("b", 1005, func(f *Fold[int64]) { f.Set(0, 6000); f.Set(1, 8000); f.Set(2, 500) })
	h.record("c", 1005, nil)
	h.commit()
	h.fired = nil
	if got := h.pass(watermark.End); got != "plain b@6000=1, plain a@7000=2, fixed b@8000=1" {
		t.Errorf("at the end: %s", got)
	}
	h.commit()
	if got := h.scan(); len(got) != 6 { // three groups, two that are to be forgotten, and a timer by the clock
		t.Errorf("left are %q", got)
	}
}

// TestFoldOfOthers goes on with another spec: a timer that there is no more is forgotten, a new one is not running, and one keeps its time wherever
// it stands.
func TestFoldOfOthers(t *testing.T) {
	h := startFold(t, 0, foldTimers)
	h.record("a", 1000, func(f *Fold[int64]) { f.Set(0, 1050); f.Set(1, 1060) })
	h.commit()
	h.s.Reset()
	h.fold(0, []FoldTimer{{Name: "new"}, {Name: "fixed"}})
	if got := h.record("b", 2000, nil); got != "1, fixed a@1060=1" {
		t.Errorf("got %s", got)
	}
}

func TestFoldFormat(t *testing.T) {
	h := startFold(t, 64, foldTimers)
	h.record("gr", 1000, func(f *Fold[int64]) { f.Set(0, 1010); f.Set(2, 500) })
	h.record("ou", 1000, nil)
	h.commit()
	want := []string{
		`"p\x80\x00\x00\x00\x00\x00\x01\xf4tgr" 01d00f`,
		`"q\x80\x00\x00\x00\x00\x00\x03\xf2tgr" 01`,
		`"q\x80\x00\x00\x00\x00\x00\x04(tou" 01`,
		`"v\x04foldgr" 0100d00f03e40fe8070205706c61696ee40f05636c6f636be80701000702`,
		`"v\x04foldou" 0100d00f01d0100001000702`,
	}
	if got := h.scan(); !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// modelGroup is what is kept of a group, as simply as can be.
type modelGroup struct {
	highest, count int64
	times          map[int]int64
}

// TestFoldRandom compares with a model, with commits anywhere.
func TestFoldRandom(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 9))
		const ttl = 60
		h := startFold(t, ttl, foldTimers)
		groups := map[string]*modelGroup{}
		passed, now := int64(math.MinInt64), int64(0)
		var want []string
		fire := func(g string, k int, at int64) {
			m := groups[g]
			want = append(want, fmt.Sprintf("%s %s@%d=%d", foldTimers[k].Name, g, at, m.count))
			if delete(m.times, k); foldTimers[k].Forget {
				delete(groups, g)
			}
		}
		// due fires what is due of some groups by a time, in order.
		due := func(names []string, by int64, processing bool, event func(g string, at int64) int64) {
			for {
				type timer struct {
					at int64
					g  string
					k  int
				}
				var all []timer
				for _, g := range names {
					if groups[g] == nil {
						continue
					}
					for k, at := range groups[g].times {
						if at <= by && foldTimers[k].Processing == processing {
							all = append(all, timer{at, g, k})
						}
					}
				}
				if all == nil {
					return
				}
				sort.Slice(all, func(i, j int) bool {
					a, b := all[i], all[j]
					if a.at != b.at {
						return a.at < b.at
					}
					return a.g < b.g || a.g == b.g && a.k < b.k
				})
				fire(all[0].g, all[0].k, event(all[0].g, all[0].at))
			}
		}
		own := func(_ string, at int64) int64 { return at }
		names := []string{"a", "b", "c"}
		for i := range 300 {
			want = nil
			var got string
			if r.IntN(8) == 0 {
				now += r.Int64N(40)
				wm := h.c.Clock.Now()
				due(names, now, true, func(g string, _ int64) int64 { return max(wm, groups[g].highest) })
				got = h.tick(now)
			} else {
				g, at := names[r.IntN(3)], int64(1000+4*i)-r.Int64N(60)
				eff := max(at, passed)
				due([]string{g}, eff, false, own)
				m := groups[g]
				if m == nil || m.highest+ttl <= eff && len(m.times) == 0 {
					m = &modelGroup{highest: eff, times: map[int]int64{}}
					groups[g] = m
				}
				m.highest, m.count = max(m.highest, eff), m.count+1
				ops := r.IntN(256)
				for k := range foldTimers {
					base := at
					if foldTimers[k].Processing {
						base = now
					}
					switch ops >> (2 * k) & 3 {
					case 0:
						m.times[k] = base + int64(ops%70) - 10
					case 1:
						delete(m.times, k)
					}
				}
				want = append(want, fmt.Sprint(m.count))
				wm := max(at, h.c.Clock.Now())
				due(names, wm, false, own)
				passed = wm
				got = h.record(g, at, func(f *Fold[int64]) {
					for k := range foldTimers {
						base := at
						if foldTimers[k].Processing {
							base = now
						}
						switch ops >> (2 * k) & 3 {
						case 0:
							f.Set(k, base+int64(ops%70)-10)
						case 1:
							f.Cancel(k)
						}
					}
				})
			}
			if got != strings.Join(want, ", ") {
				t.Fatalf("seed %d, step %d: %s, want %s", seed, i, got, strings.Join(want, ", "))
			}
			if r.IntN(5) == 0 {
				h.commit()
			}
		}
	}
}
