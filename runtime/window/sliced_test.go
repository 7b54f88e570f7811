package window

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// overlap is what a record is to the model of windows that overlap: it is put into each of them by itself.
type overlap struct {
	wins  map[Bounds]map[string]sum
	dirty map[Bounds]map[string]bool
	wm    int64
}

func (m *overlap) clone() *overlap {
	c := &overlap{map[Bounds]map[string]sum{}, map[Bounds]map[string]bool{}, m.wm}
	for b, w := range m.wins {
		c.wins[b] = maps.Clone(w)
	}
	for b, w := range m.dirty {
		c.dirty[b] = maps.Clone(w)
	}
	return c
}

// windows are those that hold a time, found by trying.
func windows(cfg Config[sum], at int64) (out []Bounds) {
	if cfg.Cumulative {
		start := cfg.Offset + floor(at-cfg.Offset, cfg.Size)
		for end := start + cfg.Every; end <= start+cfg.Size; end += cfg.Every {
			if end > at {
				out = append(out, Bounds{start, end})
			}
		}
		return out
	}
	sizes := cfg.Sizes
	if sizes == nil {
		sizes = []int64{cfg.Size}
	}
	for _, size := range sizes {
		hop := cfg.Every
		if cfg.Follow {
			hop = size
		}
		for start := at - size + 1; start <= at; start++ {
			if (start-cfg.Offset)%hop == 0 {
				out = append(out, Bounds{start, start + size})
			}
		}
	}
	return out
}

func line(b Bounds, key string, v sum) string {
	return fmt.Sprintf("%d-%d %.9s %d/%d", b.Start, b.End, key, v.count, v.total)
}

func byEnd(a, b Bounds) int {
	if a.End != b.End {
		return int(a.End - b.End)
	}
	return int(b.Start - a.Start) // the smaller one first
}

func (m *overlap) close(lateness int64, onlyDirty bool) (out []string) {
	for _, b := range slices.SortedFunc(maps.Keys(m.wins), byEnd) {
		if b.End+lateness > m.wm {
			continue
		}
		for _, k := range slices.Sorted(maps.Keys(m.wins[b])) {
			if !onlyDirty || m.dirty[b][k] {
				out = append(out, line(b, k, m.wins[b][k]))
			}
		}
		delete(m.wins, b)
		delete(m.dirty, b)
	}
	return out
}

type sealedSlices struct {
	batch *store.Batch
	recs  [][2][]byte
	state *overlap
}

// slicedWorld runs a store and the model side by side.
type slicedWorld struct {
	t         *testing.T
	r         *rand.Rand
	fs        *vfs.MemFS
	c         *topology.Context
	s         *Sliced[sum]
	cfg       Config[sum]
	updates   bool
	live      *overlap
	committed *overlap
	gone      []string
	flight    []sealedSlices
	changelog [][2][]byte
}

func (w *slicedWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *slicedWorld) open(wm int64) {
	bound := w.c.OverlayBytes
	w.c = newContext(w.t, store.Options{Dir: "db", FS: w.fs})
	w.c.OverlayBytes = bound
	w.clock(wm)
	var err error
	w.s, err = NewSliced(w.c, w.cfg)
	w.must(err)
}

func (w *slicedWorld) clock(wm int64) {
	w.c.Clock = watermark.NewClock([]watermark.Config{{}})
	w.c.Clock.Reset(wm)
}

// leap adds a record that moves the watermark itself: it is in its slice before the windows that it closes are closed.
func (w *slicedWorld) leap() {
	lag := w.r.Int64N(5)
	at := max(w.live.wm, -1000) + lag + w.r.Int64N(30)
	w.live.wm = at - lag
	w.add(at)
	w.closeAll()
}

func (w *slicedWorld) upsert() { w.add(max(w.live.wm, -1000) + w.r.Int64N(80) - 50) }

func (w *slicedWorld) add(at int64) {
	all := windows(w.cfg, at)
	if last := slices.MaxFunc(all, byEnd); w.s.Missed(at) != last {
		w.t.Fatalf("the last of the windows of a record at %d is %v, not %v", at, last, w.s.Missed(at))
	}
	open := slices.DeleteFunc(all, func(b Bounds) bool { return b.End+w.cfg.Lateness <= w.live.wm })
	if late := w.s.Late(at, w.live.wm); late != (len(open) == 0) {
		w.t.Fatalf("a record at %d under watermark %d is late: %v; open are %v", at, w.live.wm, late, open)
	}
	if len(open) == 0 {
		return
	}
	key := fmt.Sprint("key", w.r.IntN(6))
	if w.r.IntN(20) == 0 {
		key = strings.Repeat(key, 200) // beyond what is stored inline
	}
	v, _, err := w.s.Upsert(at, []byte(key))
	w.must(err)
	n := w.r.Int64N(100)
	v.count++
	v.total += n
	for _, b := range open {
		if w.live.wins[b] == nil {
			w.live.wins[b], w.live.dirty[b] = map[string]sum{}, map[string]bool{}
		}
		old := w.live.wins[b][key]
		w.live.wins[b][key] = sum{old.count + 1, old.total + n}
		w.live.dirty[b][key] = true
	}
	var got, want []string
	w.must(w.s.Counted([]byte(key), 3, func(b Bounds, key []byte, v *sum) error {
		got = append(got, line(b, string(key), *v))
		return nil
	}))
	slices.SortFunc(open, byEnd)
	for _, b := range open {
		if v := w.live.wins[b][key]; v.count%3 == 0 {
			want = append(want, line(b, key, v))
		}
	}
	w.compare("counted", got, want)
}

func (w *slicedWorld) compare(what string, got, want []string) {
	w.t.Helper()
	if w.updates { // in no order
		slices.Sort(got)
		slices.Sort(want)
	}
	if !slices.Equal(got, want) {
		w.t.Fatalf("%s\n got %q\nwant %q", what, got, want)
	}
}

func (w *slicedWorld) advance() {
	w.live.wm = max(w.live.wm, -1000) + w.r.Int64N(15)
	w.closeAll()
	due := int64(watermark.End)
	for b := range w.live.wins {
		due = min(due, b.End+w.cfg.Lateness)
	}
	if got := w.s.Due(); got > due || got <= w.live.wm {
		w.t.Fatalf("due at %d, want %d or before, and behind %d", got, due, w.live.wm)
	}
}

func (w *slicedWorld) closeAll() {
	var got, gone []string
	for _, b := range slices.SortedFunc(maps.Keys(w.live.wins), byEnd) {
		for _, k := range slices.Sorted(maps.Keys(w.live.wins[b])) {
			if b.End+w.cfg.Lateness <= w.live.wm {
				gone = append(gone, fmt.Sprint(b, k))
			}
		}
	}
	w.gone = nil
	w.must(w.s.Close(w.live.wm, func(b Bounds, key []byte, v *sum) error {
		got = append(got, line(b, string(key), *v))
		return nil
	}, w.updates))
	w.compare("closed", got, w.live.close(w.cfg.Lateness, w.updates))
	if !slices.Equal(w.gone, gone) {
		w.t.Fatalf("gone are %q, want %q", w.gone, gone)
	}
}

func (w *slicedWorld) seal() {
	if len(w.flight) == 2 {
		w.apply()
	}
	if w.updates {
		var got, want []string
		w.must(w.s.Seal(func(b Bounds, key []byte, v *sum) error {
			got = append(got, line(b, string(key), *v))
			return nil
		}))
		for b, keys := range w.live.dirty {
			for k := range keys {
				want = append(want, line(b, k, w.live.wins[b][k]))
			}
			clear(keys)
		}
		w.compare("updates", got, want)
	} else {
		w.must(w.s.Seal(nil))
	}
	x := sealedSlices{batch: w.c.DB.Detach(), state: w.live.clone()}
	for _, ch := range w.c.Out.Take() {
		for _, r := range ch.Records() {
			x.recs = append(x.recs, [2][]byte{r.Key, r.Value})
		}
	}
	w.flight = append(w.flight, x)
}

func (w *slicedWorld) apply() {
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

func (w *slicedWorld) drop() {
	for _, x := range w.flight {
		w.must(x.batch.Drop())
	}
	w.flight = nil
}

func (w *slicedWorld) abort() {
	w.drop()
	w.c.Clock.Reset(w.committed.wm)
	w.s.Reset()
	w.live = w.committed.clone()
}

// crash loses everything that was not flushed, or the whole DB, and replays the changelog.
func (w *slicedWorld) crash() {
	w.drop()
	fs := vfs.NewCrashableMem()
	if w.r.IntN(3) > 0 {
		fs = w.fs.CrashClone(vfs.CrashCloneCfg{})
	}
	w.must(w.c.DB.Abandon())
	w.fs = fs
	w.open(w.committed.wm)
	target := position.Position{Watermark: w.committed.wm, Changelogs: map[string]int64{"s": int64(len(w.changelog))}}
	from, err := w.c.DB.Missing(target)
	w.must(err)
	if o, ok := from["s"]; ok {
		for ; o < int64(len(w.changelog)); o++ {
			r := w.changelog[o]
			live, err := w.s.Live(r[0], target.Watermark)
			w.must(err)
			if live {
				w.must(w.c.DB.ApplyChangelog("s", r[0], r[1], o+1))
			}
		}
	}
	w.must(w.s.Trim(target.Watermark))
	w.must(w.c.DB.FinishRestore(target))
	w.s.Reset()
	w.live = w.committed.clone()
}

// TestSlicedModel runs random operations on a store of windows that overlap and on the model, which must never tell them apart. The
// seed of a failure is the name of its subtest.
func TestSlicedModel(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			cfg := sumConfig(1+r.Int64N(40), r.Int64N(10))
			cfg.Merge = func(a, b *sum) { a.count, a.total = a.count+b.count, a.total+b.total }
			cfg.Records = func(v *sum) int64 { return v.count }
			cfg.Every = 1 + r.Int64N(cfg.Size)
			if seed%3 == 0 {
				cfg.Every = 1 + r.Int64N(5)
				cfg.Size = cfg.Every * (1 + r.Int64N(8))
				cfg.Cumulative = r.IntN(2) == 0
			}
			if seed%3 == 1 {
				cfg.Every, cfg.Cumulative, cfg.Follow = 1+r.Int64N(4), false, r.IntN(2) == 0
				size := cfg.Every
				if !cfg.Follow {
					size *= 1 + r.Int64N(3)
				}
				for range 2 + r.IntN(2) {
					cfg.Sizes = append(cfg.Sizes, size)
					size += cfg.Every * (1 + r.Int64N(5))
				}
				cfg.Size = cfg.Sizes[len(cfg.Sizes)-1]
			}
			cfg.Offset = r.Int64N(cfg.Size)
			w := &slicedWorld{t: t, r: r, fs: vfs.NewCrashableMem(), cfg: cfg, c: &topology.Context{}, updates: r.IntN(3) == 0}
			w.cfg.Gone = func(b Bounds, key []byte) error {
				w.gone = append(w.gone, fmt.Sprint(b, string(key)))
				return nil
			}
			w.live = &overlap{map[Bounds]map[string]sum{}, map[Bounds]map[string]bool{}, watermark.None}
			w.committed = w.live.clone()
			w.c.OverlayBytes = []int64{0, 1, 40_000, 100_000}[r.IntN(4)]
			w.open(watermark.None)
			ops := []func(){w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert,
				w.advance, w.leap, w.seal, w.seal, w.apply, w.apply}
			for range 600 {
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
			w.live.wm = watermark.End
			w.closeAll()
			if s := w.s; len(s.wins) > 0 || s.mem.live != 0 || s.nodes.bytes != 0 {
				t.Errorf("left in use: %d slices, %d slabs, %d bytes of nodes", len(s.wins), s.mem.live, s.nodes.bytes)
			}
			w.must(w.c.DB.Close())
		})
	}
}

// TestMergingHasOneOrder lets records arrive in two orders, with and without an abort in between, some of them late for a part of their windows:
// what is handed on, sums of doubles for example, depends on neither. Nor does it on what was kept of the windows before.
func TestMergingHasOneOrder(t *testing.T) {
	cfg := Config[string]{
		Name: "s", Size: 13, Every: 1, Lateness: 4,
		Append: func(b []byte, v *string) []byte { return append(b, *v...) },
		Decode: func(b []byte, v *string) error { *v = string(b); return nil },
		Merge:  func(a, b *string) { *a = "(" + *a + *b + ")" },
	}
	i := 0
	run := func(seed uint64, restart bool, late int64) (out []string) {
		c := newContext(t, store.Options{Memory: true})
		defer c.DB.Close()
		c.Clock = watermark.NewClock([]watermark.Config{{}})
		s, err := NewSliced(c, cfg)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(seed, 1))
		for at := int64(0); at < 60; at += 5 {
			for _, n := range r.Perm(5) {
				v, _, err := s.Upsert(at+int64(n), []byte("k"))
				if err != nil {
					t.Fatal(err)
				}
				*v = fmt.Sprint(at + int64(n))
			}
			if behind := at - late; late > 0 && behind >= 0 {
				v, _, err := s.Upsert(behind, []byte("k"))
				if err != nil {
					t.Fatal(err)
				}
				*v += "late"
			}
			c.Clock.Reset(at)
			if err := s.Close(at, func(_ Bounds, _ []byte, v *string) error { out = append(out, *v); return nil }, false); err != nil {
				t.Fatal(err)
			}
			if restart {
				if err := s.Seal(nil); err != nil {
					t.Fatal(err)
				}
				if err := c.DB.Apply(c.DB.Detach(), position.Position{}); err != nil {
					t.Fatal(err)
				}
				s.Reset()
			}
		}
		return out
	}
	want := run(1, false, 0)
	if got := run(2, true, 0); !slices.Equal(got, want) || len(want) == 0 {
		t.Errorf("got %q\nwant %q", got, want)
	}
	// Slices 29 to 41, with the border 32: 29, 30 and 31 in front of it, 32 to 39, 40 and 41 behind.
	if got, want := want[41], "((29(3031))((((3233)(3435))((3637)(3839)))(4041)))"; got != want {
		t.Errorf("window 41 is merged as %s, want %s", got, want)
	}
	for i, cfg.Size = range []int64{13, 16, 27, 40, 40, 36} {
		switch i {
		case 4:
			cfg.Sizes = []int64{3, 16, 27, 40}
		case 5:
			cfg.Sizes, cfg.Follow = []int64{1, 6, 12, 36}, true
		}
		for late := range int64(40) {
			if got, want := run(3, true, late), run(4, false, late); !slices.Equal(got, want) {
				t.Fatalf("size %d, %d late: got %q\nwant %q", cfg.Size, late, got, want)
			}
		}
	}
}

// TestDaysOfAZone checks days against a search of every minute, where clocks are changed at midnight, twice, or by a whole day.
func TestDaysOfAZone(t *testing.T) {
	for zone, around := range map[string]string{
		"Europe/Paris":      "2026-03-29",
		"America/New_York":  "2026-11-01",
		"America/Sao_Paulo": "2018-11-04", // begins at one o'clock
		"America/Havana":    "2026-11-01", // has two midnights
		"Pacific/Apia":      "2011-12-30", // never was
		"Asia/Kolkata":      "1969-12-31",
	} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		mid, err := time.Parse(time.DateOnly, around)
		if err != nil {
			t.Fatal(err)
		}
		r := ruler{grid: grid{Size: msDay, Zone: loc}}
		date := func(ms int64) string { return time.UnixMilli(ms).In(loc).Format(time.DateOnly) }
		from := mid.Add(-3 * 24 * time.Hour).UnixMilli()
		start := r.instant(r.at(from))
		for ms := from; ms < from+6*msDay; ms += 60_000 {
			if date(ms) != date(ms-60_000) {
				start = ms
			}
			if ms < start {
				continue
			}
			if got := r.instant(r.at(ms)); got != start && ms-from > 2*msDay {
				t.Fatalf("%s: the day of %v begins at %v, want %v", zone, time.UnixMilli(ms).In(loc), time.UnixMilli(got).In(loc), time.UnixMilli(start).In(loc))
			}
		}
	}
}
