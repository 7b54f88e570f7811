package window

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
)

// model is the store as anybody would write it without regard to speed.
type model struct {
	wins map[int64]map[string]sum // start → key → value
	wm   int64
}

func (m *model) clone() *model {
	c := &model{map[int64]map[string]sum{}, m.wm}
	for k, w := range m.wins {
		c.wins[k] = maps.Clone(w)
	}
	return c
}

func (m *model) close(span, size int64) (out []string) {
	for _, start := range slices.Sorted(maps.Keys(m.wins)) {
		if start+span <= m.wm {
			for _, k := range slices.Sorted(maps.Keys(m.wins[start])) {
				v := m.wins[start][k]
				out = append(out, fmt.Sprintf("%d-%d %s %d/%d", start, start+size, k, v.count, v.total))
			}
			delete(m.wins, start)
		}
	}
	return out
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
	s         *Tumbling[sum]
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
	size := w.cfg.Size
	start := StartOf(max(w.live.wm, -1000)+w.r.Int64N(60)-30, size)
	if w.s.Late(start, w.live.wm) {
		return
	}
	key := fmt.Sprint("key", w.r.IntN(12))
	if w.r.IntN(20) == 0 {
		key = strings.Repeat(key, 200) // beyond what is stored inline
	}
	v, fresh, err := w.s.Upsert(start, []byte(key))
	w.must(err)
	m := w.live.wins[start]
	if m == nil {
		m = map[string]sum{}
		w.live.wins[start] = m
	}
	old, ok := m[key]
	if ok == fresh || *v != old {
		w.t.Fatalf("window %d key %.9s: store %v fresh %v, model %v %v", start, key, *v, fresh, old, ok)
	}
	n := w.r.Int64N(100)
	v.count++
	v.total += n
	m[key] = sum{old.count + 1, old.total + n}
}

func (w *world) advance() {
	w.live.wm = max(w.live.wm, -1000) + w.r.Int64N(15)
	span := w.cfg.Size + w.cfg.Lateness
	got := closed(w.t, w.s, w.live.wm, false)
	if want := w.live.close(span, w.cfg.Size); !slices.Equal(got, want) {
		w.t.Fatalf("closed %v, want %v", got, want)
	}
	due := int64(watermark.End)
	for start := range w.live.wins {
		due = min(due, start+span)
	}
	if w.s.Due() != due {
		w.t.Fatalf("due at %d, want %d", w.s.Due(), due)
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

// crash loses everything that was not flushed, or the whole DB, and replays the changelog.
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

// TestModel runs random operations on a store and on the model, which must never tell them apart. The seed of a failure is the
// name of its subtest.
func TestModel(t *testing.T) {
	for seed := range uint64(25) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			w := &world{t: t, r: r, fs: vfs.NewCrashableMem(), cfg: sumConfig(1+r.Int64N(20), r.Int64N(20)), c: &topology.Context{}}
			w.live = &model{map[int64]map[string]sum{}, watermark.None}
			w.committed = w.live.clone()
			w.c.OverlayBytes = []int64{0, 1, 40_000, 100_000}[r.IntN(4)]
			w.open()
			ops := []func(){w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert, w.upsert,
				w.advance, w.seal, w.seal, w.apply, w.apply}
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
			w.live.wm = watermark.End - 1
			if got, want := closed(t, w.s, w.live.wm, false), w.live.close(w.cfg.Size+w.cfg.Lateness, w.cfg.Size); !slices.Equal(got, want) {
				t.Errorf("at the end %v, want %v", got, want)
			}
			w.must(w.c.DB.Close())
		})
	}
}

// TestTableAgainstMap fills one window far enough to grow its table many times, with keys of all lengths.
func TestTableAgainstMap(t *testing.T) {
	c := newContext(t, store.Options{Memory: true})
	defer c.DB.Close()
	s := newStore(t, c, sumConfig(10, 0))
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 3 { // the later rounds run on spare parts
		want := map[string]int64{}
		start := int64(round * 10)
		for range 30_000 {
			k := make([]byte, r.IntN(3)+r.IntN(3)*r.IntN(8))
			for i := range k {
				k[i] = byte(r.IntN(4)) << 6
			}
			if r.IntN(1000) == 0 {
				k = append(k, make([]byte, r.IntN(2000))...)
			}
			want[string(k)]++
			if fresh := add(t, s, start, string(k), 1); fresh != (want[string(k)] == 1) {
				t.Fatal("fresh is wrong")
			}
		}
		last, n := "", 0
		err := s.Close(start+10, func(_ Bounds, key []byte, v *sum) error {
			if k := string(key); k <= last && n > 0 {
				t.Fatalf("%q stands behind %q", k, last)
			} else if v.count != want[k] {
				t.Fatalf("%q: %d, want %d", k, v.count, want[k])
			}
			last, n = string(key), n+1
			return nil
		}, false)
		if err != nil || n != len(want) {
			t.Fatalf("%d entries, want %d, %v", n, len(want), err)
		}
	}
	if s.mem.live != 0 || s.mem.longBytes != 0 {
		t.Errorf("left in use: %d slabs, %d bytes", s.mem.live, s.mem.longBytes)
	}
	s.mem.trim()
	if s.Size() != 0 {
		t.Errorf("%d bytes are counted, but nothing is there", s.Size())
	}
}
