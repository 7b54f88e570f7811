package session

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// text keeps the order of merging: each record is a letter of the alphabet.
type text struct {
	records int64
	s       string
}

func textConfig(reach, lateness int64) Config[text] {
	return Config[text]{
		Name: "s", Lateness: lateness, Reach: reach,
		Append:  func(b []byte, v *text) []byte { return append(b, v.s...) },
		Decode:  func(b []byte, v *text) error { v.s = string(b); v.records = letters(v.s); return nil },
		Merge:   func(a, b *text) { a.records += b.records; a.s = "(" + a.s + b.s + ")" },
		Bytes:   func(v *text) int { return len(v.s) },
		Records: func(v *text) int64 { return v.records },
	}
}

func letters(s string) int64 { return int64(len(s) - strings.Count(s, "(") - strings.Count(s, ")")) }

// near is Sliding as anybody would write it without regard to speed.
type near struct {
	points  map[string]map[int64]string
	changed map[string]map[int64]bool // groups and starts of windows whose results were not handed on since they changed
	wm, now int64                     // the watermark, and that at the last round
	round   int64                     // the time of the next round by the clock
	atEnd   bool                      // windows are handed on at their ends, and corrected
}

func (m *near) clone() *near {
	c := &near{map[string]map[int64]string{}, map[string]map[int64]bool{}, m.wm, m.now, m.round, m.atEnd}
	for k, p := range m.points {
		c.points[k] = maps.Clone(p)
	}
	for k, p := range m.changed {
		c.changed[k] = maps.Clone(p)
	}
	return c
}

// nearby is a window with a result.
type nearby struct {
	key        string
	start, end int64
	text       string
}

func (w nearby) String() string { return fmt.Sprintf("%.9s[%d %d)%s", w.key, w.start, w.end, w.text) }

// windows are those of a group, by their ends, whether they are closed or not.
func (m *near) windows(key string, reach int64) (out []nearby) {
	times := slices.Sorted(maps.Keys(m.points[key]))
	starts := map[int64]bool{}
	for _, t := range times {
		starts[t-reach], starts[t+1] = true, true
	}
	for _, start := range slices.Sorted(maps.Keys(starts)) {
		w := nearby{key, start, start + reach + 1, ""}
		border := w.start
		for border%(reach+1) != 0 {
			border++
		}
		front, back := "", ""
		join := func(a, b string) string {
			if a == "" || b == "" {
				return a + b
			}
			return "(" + a + b + ")"
		}
		for _, t := range times {
			if t >= border && t < w.end {
				back = join(back, m.points[key][t])
			}
		}
		for _, t := range slices.Backward(times) {
			if t >= w.start && t < border {
				front = join(m.points[key][t], front)
			}
		}
		if w.text = join(front, back); w.text != "" {
			out = append(out, w)
		}
	}
	return out
}

// add puts a record in, and notes which open windows it changes or makes.
func (m *near) add(key string, at int64, s string, reach, lateness int64) (touched []nearby) {
	before := map[int64]bool{}
	for _, w := range m.windows(key, reach) {
		before[w.start] = true
	}
	if m.points[key] == nil {
		m.points[key], m.changed[key] = map[int64]string{}, map[int64]bool{}
	}
	m.points[key][at] += s
	for _, w := range m.windows(key, reach) {
		if w.end+lateness > m.wm && (!before[w.start] || w.start <= at && at < w.end) {
			m.changed[key][w.start] = !m.ended(w)
			touched = append(touched, w)
		}
	}
	return touched
}

// ended tells whether a window was handed on at its end.
func (m *near) ended(w nearby) bool { return m.atEnd && w.end <= m.wm }

// close are the windows that a watermark closes, or ends.
func (m *near) close(old int64, reach, lateness int64, onlyChanged bool) (out []nearby) {
	for key := range m.points {
		for _, w := range m.windows(key, reach) {
			switch {
			case m.atEnd && w.end > old && w.end <= m.wm:
				m.changed[key][w.start] = false
				out = append(out, w)
			case !m.atEnd && w.end+lateness > old && w.end+lateness <= m.wm && (!onlyChanged || m.changed[key][w.start]):
				out = append(out, w)
			}
		}
	}
	for key, points := range m.points {
		maps.DeleteFunc(points, func(at int64, _ string) bool { return at+reach+2+lateness <= m.wm })
		if len(points) == 0 {
			delete(m.points, key)
			delete(m.changed, key)
		}
	}
	slices.SortFunc(out, func(a, b nearby) int { return cmp.Or(cmp.Compare(a.end, b.end), strings.Compare(a.key, b.key)) })
	return out
}

// open are the open windows that changed, which are handed on now.
func (m *near) open(reach, lateness int64) (out []nearby) {
	for key := range m.points {
		for _, w := range m.windows(key, reach) {
			if w.end+lateness > m.wm && m.changed[key][w.start] {
				out = append(out, w)
			}
		}
		m.changed[key] = map[int64]bool{}
	}
	slices.SortFunc(out, func(a, b nearby) int { return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.end, b.end)) })
	return out
}

// slid runs a store and the model side by side.
type slid struct {
	t         *testing.T
	r         *rand.Rand
	fs        *vfs.MemFS
	c         *topology.Context
	s         *Sliding[text]
	cfg       Config[text]
	live      *near
	committed *near
	flight    []struct {
		batch *store.Batch
		recs  [][2][]byte
		state *near
	}
	changelog [][2][]byte
	byCommit  bool
	count     int64 // records between updates
	keys      int
	clock     int64 // processing time
	got       []nearby
}

func (w *slid) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *slid) emit(b window.Bounds, key []byte, v *text) error {
	w.got = append(w.got, nearby{string(key), b.Start, b.End, v.s})
	return nil
}

// check compares what was handed on since the last time.
func (w *slid) check(want []nearby) {
	w.t.Helper()
	got := w.got
	if w.got = nil; !slices.Equal(got, want) {
		w.t.Fatalf("at %d handed on\n%v, want\n%v", w.live.wm, got, want)
	}
}

func (w *slid) open() {
	bound := w.c.OverlayBytes
	w.c = newContext(w.t, store.Options{Dir: "db", FS: w.fs})
	w.c.OverlayBytes = bound
	w.c.Clock = watermark.NewClock(nil)
	w.c.Clock.Reset(w.committed.wm)
	var err error
	w.s, err = NewSliding(w.c, w.cfg)
	w.must(err)
}

func (w *slid) upsert() {
	at := max(w.live.wm, -1000) + w.r.Int64N(60) - 30
	key := fmt.Sprint("key", w.r.IntN(w.keys))
	switch w.r.IntN(20) {
	case 0:
		key = strings.Repeat(key, 200)
	case 1:
		key = ""
	case 2:
		key = "key\x00"
	}
	late, err := w.s.Late(at, []byte(key), w.live.wm)
	w.must(err)
	letter := string(rune('a' + w.r.IntN(26)))
	with := w.live.clone()
	touched := with.add(key, at, letter, w.cfg.Reach, w.cfg.Lateness)
	if want := !slices.ContainsFunc(touched, func(x nearby) bool { return x.start <= at && at < x.end }); late != want {
		w.t.Fatalf("a record at %d is late: %v", at, late)
	}
	if late {
		return
	}
	w.live = with
	v, fresh, err := w.s.Upsert(at, []byte(key))
	w.must(err)
	v.s += letter
	v.records++
	if want := w.live.points[key][at]; v.s != want || fresh != (len(want) == 1) {
		w.t.Fatalf("key %.9s has %v at %d, fresh %v; want %v", key, v, at, fresh, want)
	}
	if w.cfg.AtEnd {
		w.must(w.s.Correct([]byte(key), w.emit))
		w.check(slices.DeleteFunc(slices.Clone(touched), func(x nearby) bool { return !w.live.ended(x) }))
	}
	if w.count > 0 {
		w.must(w.s.Counted([]byte(key), w.count, w.emit))
		w.check(slices.DeleteFunc(touched, func(x nearby) bool { return w.live.ended(x) || letters(x.text)%w.count != 0 }))
	}
}

func (w *slid) advance() { w.close(max(w.live.wm, -1000) + w.r.Int64N(15)) }

func (w *slid) close(wm int64) {
	w.t.Helper()
	old := w.live.wm
	w.live.wm = wm
	onlyDirty := w.byCommit || w.cfg.UpdateEvery > 0
	if wm >= w.s.Due() || w.r.IntN(2) == 0 {
		w.must(w.s.Close(wm, w.emit, onlyDirty))
	}
	want := w.live.close(old, w.cfg.Reach, w.cfg.Lateness, onlyDirty)
	if every := w.cfg.UpdateEvery; every > 0 && !w.cfg.ByClock && wm >= window.NextRound(w.live.now, every) {
		want = append(want, w.live.open(w.cfg.Reach, w.cfg.Lateness)...)
		w.live.now = wm
	}
	w.check(want)
}

// tick moves processing time.
func (w *slid) tick() {
	w.clock += w.r.Int64N(8)
	if !w.cfg.ByClock || w.clock < w.s.TickDue() {
		return
	}
	w.must(w.s.Tick(w.clock))
	var want []nearby
	if w.clock >= w.live.round {
		want = w.live.open(w.cfg.Reach, w.cfg.Lateness)
	}
	w.live.round = window.NextRound(w.clock, w.cfg.UpdateEvery)
	w.check(want)
}

func (w *slid) seal() {
	if len(w.flight) == 2 {
		w.apply()
	}
	if w.byCommit {
		w.must(w.s.Seal(w.emit))
		slices.SortStableFunc(w.got, func(a, b nearby) int { return strings.Compare(a.key, b.key) }) // groups come as they were touched
		w.check(w.live.open(w.cfg.Reach, w.cfg.Lateness))
	} else {
		w.must(w.s.Seal(nil))
	}
	x := struct {
		batch *store.Batch
		recs  [][2][]byte
		state *near
	}{batch: w.c.DB.Detach(), state: w.live.clone()}
	for _, ch := range w.c.Out.Take() {
		for _, r := range ch.Records() {
			x.recs = append(x.recs, [2][]byte{r.Key, r.Value})
		}
	}
	w.flight = append(w.flight, x)
}

func (w *slid) apply() {
	if len(w.flight) == 0 {
		return
	}
	x := w.flight[0]
	w.flight = w.flight[1:]
	w.changelog = append(w.changelog, x.recs...)
	w.must(w.c.DB.Apply(x.batch, position.Position{Watermark: x.state.wm, Changelogs: map[string]int64{"s": int64(len(w.changelog))}}))
	w.committed = x.state
	w.s.Committed()
	if w.r.IntN(3) == 0 {
		w.must(w.c.DB.Flush())
	}
}

// reset begins anew at what was committed.
func (w *slid) reset() {
	w.c.Clock.Reset(w.committed.wm)
	w.s.Reset()
	w.live = w.committed.clone()
	w.live.now = w.live.wm
	w.tick()
}

func (w *slid) abort() {
	for _, x := range w.flight {
		w.must(x.batch.Drop())
	}
	w.flight = nil
	w.reset()
}

// crash loses everything that was not flushed, or the whole DB, and replays the changelog, or what compaction leaves of it.
func (w *slid) crash() {
	for _, x := range w.flight {
		w.must(x.batch.Drop())
	}
	w.flight = nil
	fs := vfs.NewCrashableMem()
	if w.r.IntN(3) > 0 {
		fs = w.fs.CrashClone(vfs.CrashCloneCfg{})
	}
	w.must(w.c.DB.Abandon())
	w.fs = fs
	w.open()
	target := position.Position{Watermark: w.committed.wm, Changelogs: map[string]int64{"s": int64(len(w.changelog))}}
	from, err := w.c.DB.Missing(target)
	w.must(err)
	if o, ok := from["s"]; ok {
		last := map[string]int64{}
		for i, r := range w.changelog {
			last[string(r[0])] = int64(i)
		}
		for ; o < int64(len(w.changelog)); o++ {
			if r := w.changelog[o]; last[string(r[0])] == o || w.r.IntN(2) == 0 {
				w.must(w.c.DB.ApplyChangelog("s", r[0], r[1], o+1))
			}
		}
	}
	w.must(w.c.DB.FinishRestore(target))
	w.reset()
}

// TestSlidingModel runs random operations on a store of sliding windows and on the model, which must never tell them apart. The seed of a failure
// is the name of its subtest.
func TestSlidingModel(t *testing.T) {
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			w := &slid{t: t, r: r, fs: vfs.NewCrashableMem(), cfg: textConfig(1+r.Int64N(25), r.Int64N(20)), c: &topology.Context{}, keys: 1 + r.IntN(12)}
			switch r.IntN(5) {
			case 0:
				w.byCommit = true
			case 1:
				w.cfg.UpdateEvery = 1 + r.Int64N(20)
			case 2:
				w.count = 1 + r.Int64N(4)
			case 3:
				w.cfg.UpdateEvery, w.cfg.ByClock, w.cfg.Round = 1+r.Int64N(20), true, w.emit
			}
			w.cfg.AtEnd = r.IntN(2) == 0
			w.live = &near{map[string]map[int64]string{}, map[string]map[int64]bool{}, watermark.None, watermark.None, watermark.None, w.cfg.AtEnd}
			w.committed = w.live.clone()
			w.c.OverlayBytes = []int64{0, 1, 1500, 100_000}[r.IntN(4)]
			w.open()
			w.tick()
			ops := []func(){w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert,
				w.advance, w.tick, w.seal, w.seal, w.apply, w.apply}
			for range 900 {
				switch r.IntN(40) {
				case 0:
					w.abort()
				case 1:
					if r.IntN(2) == 0 {
						w.crash()
					}
				default:
					ops[r.IntN(len(ops))]()
				}
			}
			for w.seal(); len(w.flight) > 0; {
				w.apply()
			}
			w.close(watermark.End)
			for w.seal(); len(w.flight) > 0; {
				w.apply()
			}
			if s := w.s; s.groups.used != 0 || s.cells.used != 0 || s.lines.used != 0 || s.groups.keys.used != 0 || s.extra != 0 || s.places != 0 || s.mergedBytes != 0 {
				t.Errorf("left in use: %d groups, %d points, %d lines, %d bytes of keys, %d %d %d", s.groups.used, s.cells.used, s.lines.used, s.groups.keys.used, s.extra, s.places, s.mergedBytes)
			}
			if n := slices.Collect(maps.Keys(entries(t, w.c))); len(n) != 0 {
				t.Errorf("left in the DB: %q", n)
			}
			w.must(w.c.DB.Close())
		})
	}
}

// TestSlidingLateness changes the lateness between two runs: what was open is closed once, and nothing is left in the DB.
func TestSlidingLateness(t *testing.T) {
	for _, change := range [][2]int64{{20, 0}, {0, 20}, {3, 50}, {50, 3}} {
		fs := vfs.NewMem()
		var got []string
		emit := func(b window.Bounds, key []byte, v *text) error {
			got = append(got, fmt.Sprintf("%s %d-%d %s", key, b.Start, b.End, v.s))
			return nil
		}
		open := func(lateness, wm int64) (*topology.Context, *Sliding[text]) {
			c := newContext(t, store.Options{Dir: "db", FS: fs})
			c.Clock = watermark.NewClock(nil)
			c.Clock.Reset(wm)
			s, err := NewSliding(c, textConfig(10, lateness))
			if err != nil {
				t.Fatal(err)
			}
			return c, s
		}
		add := func(s *Sliding[text], key string, at int64, letter string) {
			v, _, err := s.Upsert(at, []byte(key))
			if err != nil {
				t.Fatal(err)
			}
			v.s, v.records = v.s+letter, v.records+1
		}
		commit := func(c *topology.Context, s *Sliding[text], wm int64) {
			if err := s.Close(wm, emit, false); err != nil {
				t.Fatal(err)
			}
			if err := s.Seal(nil); err != nil {
				t.Fatal(err)
			}
			if err := c.DB.Apply(c.DB.Detach(), position.Position{Watermark: wm}); err != nil {
				t.Fatal(err)
			}
			s.Committed()
		}
		c, s := open(change[0], watermark.None)
		add(s, "a", 100, "a")
		add(s, "a", 105, "b")
		add(s, "b", 108, "c")
		commit(c, s, 107)
		if err := c.DB.Close(); err != nil {
			t.Fatal(err)
		}
		c, s = open(change[1], 107)
		add(s, "a", 109, "d") // finds its group before its reminder does
		commit(c, s, 107)
		commit(c, s, watermark.End)
		commit(c, s, watermark.End)
		for _, want := range []string{"a 90-101 a", "a 95-106 (ab)", "b 98-109 c", "a 99-110 ((ab)d)", "a 101-112 (bd)", "a 106-117 d"} {
			switch n := len(slices.DeleteFunc(slices.Clone(got), func(x string) bool { return x != want })); {
			case n == 1:
			case n == 2 && change[0] < change[1]: // it was closed, and is not any more
			default:
				t.Errorf("lateness %v: %d of %s in %q", change, n, want, got)
			}
		}
		if n := entries(t, c); len(n) != 0 {
			t.Errorf("lateness %v: left in the DB: %q", change, n)
		}
		if err := c.DB.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
