package session

import (
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

// model is the store as anybody would write it without regard to speed.
type model struct {
	wins map[string][]span // group → windows by their starts
	wm   int64
}

type span struct {
	start, end int64
	sum        sum
}

func (m *model) clone() *model {
	c := &model{map[string][]span{}, m.wm}
	for k, w := range m.wins {
		c.wins[k] = slices.Clone(w)
	}
	return c
}

// add puts a number into a group; most is the longest that a window may be.
func (m *model) add(key string, at, end, n, most int64) {
	in := span{at, end, sum{}}
	var apart []span
	for _, w := range m.wins[key] {
		lo, hi := min(w.start, in.start), max(w.end, in.end)
		if w.start < in.end && in.start < w.end && (most == 0 || hi-lo <= most) {
			in = span{lo, hi, sum{in.sum.count + w.sum.count, in.sum.total + w.sum.total}}
		} else {
			apart = append(apart, w)
		}
	}
	in.sum.count++
	in.sum.total += n
	m.wins[key] = append(apart, in)
	slices.SortStableFunc(m.wins[key], func(a, b span) int { return int(a.start - b.start) })
}

// late says whether a record is.
func (m *model) late(key string, at, end, lateness, most int64) bool {
	if m.wm < end+lateness {
		return false
	}
	before := len(m.wins[key])
	c := m.clone()
	c.add(key, at, end, 0, most)
	return len(c.wins[key]) > before
}

func (m *model) close(lateness int64) (out []string) {
	type closed struct {
		key string
		span
	}
	var all []closed
	for key, wins := range m.wins {
		m.wins[key] = slices.DeleteFunc(slices.Clone(wins), func(w span) bool {
			if m.wm < w.end+lateness {
				return false
			}
			all = append(all, closed{key, w})
			return true
		})
		if len(m.wins[key]) == 0 {
			delete(m.wins, key)
		}
	}
	slices.SortFunc(all, func(a, b closed) int {
		if a.end != b.end {
			return int(a.end - b.end)
		}
		if c := strings.Compare(a.key, b.key); c != 0 {
			return c
		}
		return int(a.start - b.start)
	})
	for _, w := range all {
		out = append(out, show(window.Bounds{Start: w.start, End: w.end}, []byte(w.key), &w.sum))
	}
	return out
}

func show(b window.Bounds, key []byte, v *sum) string {
	return fmt.Sprintf("%d-%d %.9s %d/%d", b.Start, b.End, key, v.count, v.total)
}

// sealed is a commit on its way: what Kafka gets when it commits, and what the DB gets then.
type sealed struct {
	batch *store.Batch
	recs  [][2][]byte
	state *model
}

// world runs a store and the model side by side.
type world struct {
	t         *testing.T
	r         *rand.Rand
	fs        *vfs.MemFS
	c         *topology.Context
	s         *Store[sum]
	cfg       Config[sum]
	live      *model
	committed *model
	flight    []sealed
	changelog [][2][]byte
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) open() {
	bound := w.c.OverlayBytes
	w.c = newContext(w.t, store.Options{Dir: "db", FS: w.fs})
	w.c.OverlayBytes = bound
	w.s = newStore(w.t, w.c, w.cfg)
}

func (w *world) upsert() {
	at := max(w.live.wm, -1000) + w.r.Int64N(60) - 30
	gap := 1 + w.r.Int64N(10)
	if w.cfg.Max > 0 {
		gap = min(gap, w.cfg.Max)
	}
	key := fmt.Sprint("key", w.r.IntN(12))
	switch w.r.IntN(20) {
	case 0:
		key = strings.Repeat(key, 200) // beyond what is stored in chunks
	case 1:
		key = ""
	}
	late, err := w.s.Late(at, at+gap, []byte(key), w.live.wm)
	w.must(err)
	if want := w.live.late(key, at, at+gap, w.cfg.Lateness, w.cfg.Max); late != want {
		w.t.Fatalf("a record of %.9s at %d is late: %v, want %v", key, at, late, want)
	}
	if late {
		return
	}
	n := w.r.Int64N(100)
	before := len(w.live.wins[key])
	w.live.add(key, at, at+gap, n, w.cfg.Max)
	v, fresh, err := w.s.Upsert(at, at+gap, []byte(key))
	w.must(err)
	if now := len(w.live.wins[key]); fresh != (now > before) {
		w.t.Fatalf("key %.9s at %d is fresh: %v; there were %d windows and are %d", key, at, fresh, before, now)
	}
	v.count++
	v.total += n
	if !slices.ContainsFunc(w.live.wins[key], func(x span) bool { return x.sum == *v && x.start <= at && x.end >= at+gap }) {
		w.t.Fatalf("key %.9s at %d: store %v, model %v", key, at, *v, w.live.wins[key])
	}
}

func (w *world) advance() {
	w.live.wm = max(w.live.wm, -1000) + w.r.Int64N(15)
	due := int64(watermark.End)
	for _, wins := range w.live.wins {
		for _, x := range wins {
			due = min(due, x.end+w.cfg.Lateness)
		}
	}
	if w.s.Due() > due {
		w.t.Fatalf("due at %d, want %d or less", w.s.Due(), due)
	}
	w.close()
}

func (w *world) close() {
	w.t.Helper()
	var got []string
	w.must(w.s.Close(w.live.wm, func(b window.Bounds, key []byte, v *sum) error {
		got = append(got, show(b, key, v))
		return nil
	}, false))
	if want := w.live.close(w.cfg.Lateness); !slices.Equal(got, want) {
		w.t.Fatalf("at %d closed %v, want %v", w.live.wm, got, want)
	}
}

func (w *world) seal() {
	if len(w.flight) == 2 {
		w.apply()
	}
	w.must(w.s.Seal(nil))
	x := sealed{batch: w.c.DB.Detach(), state: w.live.clone()}
	for _, ch := range w.c.Out.Take() {
		for _, r := range ch.Records() {
			x.recs = append(x.recs, [2][]byte{r.Key, r.Value})
		}
	}
	w.flight = append(w.flight, x)
}

func (w *world) apply() {
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

func (w *world) abort() {
	for _, x := range w.flight {
		w.must(x.batch.Drop())
	}
	w.flight = nil
	w.s.Reset()
	w.live = w.committed.clone()
}

// crash loses everything that was not flushed, or the whole DB, and replays the changelog, or what compaction leaves of it.
func (w *world) crash() {
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
	w.s.Reset()
	w.live = w.committed.clone()
}

// TestModel runs random operations on a store and on the model, which must never tell them apart. The seed of a failure is the
// name of its subtest.
func TestModel(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			w := &world{t: t, r: r, fs: vfs.NewCrashableMem(), cfg: sumConfig(r.Int64N(20)), c: &topology.Context{}}
			if r.IntN(2) == 0 {
				w.cfg.Max = 5 + r.Int64N(30)
			}
			w.live = &model{map[string][]span{}, watermark.None}
			w.committed = w.live.clone()
			w.c.OverlayBytes = []int64{0, 1, 1500, 100_000}[r.IntN(4)]
			w.open()
			ops := []func(){w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert,
				w.advance, w.seal, w.seal, w.apply, w.apply}
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
			w.live.wm = watermark.End
			w.close()
			for w.seal(); len(w.flight) > 0; {
				w.apply()
			}
			if s := w.s; s.groups.used != 0 || s.wins.used != 0 || s.groups.keys.used != 0 || s.extra != 0 {
				t.Errorf("left in use: %d groups, %d windows, %d bytes of keys", s.groups.used, s.wins.used, s.groups.keys.used)
			}
			if n := slices.Collect(maps.Keys(entries(t, w.c))); len(n) != 0 {
				t.Errorf("left in the DB: %q", n)
			}
			w.must(w.c.DB.Close())
		})
	}
}
