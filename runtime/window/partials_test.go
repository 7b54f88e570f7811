package window

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
)

// partialsBench is a buffer, and what is to be in it: by place and group.
type partialsBench struct {
	*Partials[sum]
	c    *topology.Context
	sums Config[sum]
}

func newPartials(t testing.TB, change func(*PartialsConfig[sum])) *partialsBench {
	t.Helper()
	c := &topology.Context{Out: emit.New(emit.NewPool(8), []emit.Target{{Topic: "re", Partitions: 4}}), CombineBytes: 1 << 30}
	sums := sumConfig(1, 0)
	cfg := PartialsConfig[sum]{Name: "s", Append: sums.Append}
	change(&cfg)
	p, err := NewPartials(c, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Buffers, []topology.Buffer{p}) {
		t.Error("the driver does not know it")
	}
	return &partialsBench{p, c, sums}
}

func (b *partialsBench) add(t testing.TB, at int64, key string, n int64) {
	t.Helper()
	v, fresh, err := b.Upsert(at, []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	if fresh != (*v == sum{}) {
		t.Fatalf("fresh %v: %v", fresh, *v)
	}
	v.count++
	v.total += n
}

// written takes what the buffer has sent: key, event time, records, window if it has one, and sum.
func (b *partialsBench) written(t testing.TB) (out []string) {
	t.Helper()
	for _, c := range b.c.Out.Take() {
		for _, r := range c.Records() {
			p, err := ReadPartial(r.Value)
			if err != nil {
				t.Fatal(err)
			}
			var v sum
			if err := b.sums.Decode(p.State, &v); err != nil {
				t.Fatal(err)
			}
			if v.count != p.Records {
				t.Errorf("%d records in a state of %d", p.Records, v.count)
			}
			w := ""
			if p.Window != (Bounds{}) {
				w = fmt.Sprintf(" %d-%d", p.Window.Start, p.Window.End)
			}
			out = append(out, fmt.Sprintf("%s at %d%s: %d/%d", r.Key, emit.EventTime(&r), w, v.count, v.total))
		}
		for range c.Records() {
			c.Done()
		}
	}
	return out
}

func wantWritten(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("written\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// Records of one group and window become one, at the highest of their times; what was written is not written again.
func TestPartials(t *testing.T) {
	b := newPartials(t, func(c *PartialsConfig[sum]) { c.Size = 10 })
	b.add(t, 3, "a", 1)
	b.add(t, 9, "b", 10)
	b.add(t, 1, "a", 2)
	b.add(t, 10, "a", 4)
	b.add(t, -1, "a", 8)
	b.add(t, 0, "a", 16)
	if b.Held() != 4 || b.Size() == 0 {
		t.Errorf("%d held, %d bytes", b.Held(), b.Size())
	}
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	wantWritten(t, b.written(t), "a at 3: 3/19", "b at 9: 1/10", "a at 10: 1/4", "a at -1: 1/8")
	if s := b.c.Stats; b.Held() != 0 || s.Combined != 6 || s.Partials != 4 {
		t.Errorf("%d held, %+v", b.Held(), s)
	}
	b.add(t, 4, "a", 1)
	b.Reset()
	b.add(t, 5, "a", 2)
	for range 2 {
		if err := b.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	wantWritten(t, b.written(t), "a at 5: 1/2")
}

// A global window has no place, custom ones say theirs, which the record's time need not be in.
func TestPartialsWithoutGrid(t *testing.T) {
	b := newPartials(t, func(*PartialsConfig[sum]) {})
	b.add(t, 1000, "a", 1)
	b.add(t, -1000, "a", 2)
	b.add(t, 0, "", 4)
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	wantWritten(t, b.written(t), "a at 1000: 2/3", " at 0: 1/4")
	for i, w := range []Bounds{{-5, 7}, {-5, 8}, {-5, 7}} {
		v, _, err := b.UpsertIn(w.Start, w.End, int64(100-i), []byte("a"))
		if err != nil {
			t.Fatal(err)
		}
		v.count++
		v.total += int64(i)
	}
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	wantWritten(t, b.written(t), "a at 100 -5-7: 2/2", "a at 99 -5-8: 1/1")
}

// Whatever the windows, what is made of partial aggregates is what is made of records: a store of each says so, which closes windows as it
// goes, with records that are late for some of their windows or for all.
func TestPartialsModel(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for name, lies := range map[string]grid{
		"tumbling": {Size: 10}, "offset": {Size: 10, Offset: 3}, "hopping": {Size: 10, Every: 4, Offset: 1}, "even hops": {Size: 12, Every: 4},
		"cumulative": {Size: 12, Every: 3, Cumulative: true}, "days": {Size: msDay, Zone: paris}, "hopping days": {Size: 3 * msDay, Every: 2 * msDay, Zone: paris},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(20) {
				r := rand.New(rand.NewPCG(seed, 1))
				unit := int64(1)
				if lies.Zone != nil {
					unit = 2 * 60 * 60 * 1000
				}
				b := newPartials(t, func(c *PartialsConfig[sum]) {
					c.Size, c.Every, c.Cumulative, c.Offset, c.Zone = lies.Size, lies.Every, lies.Cumulative, lies.Offset, lies.Zone
					if r.IntN(2) == 0 {
						c.Bytes = func(v *sum) int { return int(v.count) }
					}
				})
				b.c.CombineBytes = []int64{0, 300, 1 << 20}[r.IntN(3)]
				plain, combined := newTwin(t, lies), newTwin(t, lies)
				wm := int64(-100) * unit
				for i := range 200 {
					at, key, n := wm+(r.Int64N(60)-25)*unit, string(rune('a'+min(r.IntN(8), r.IntN(8)))), r.Int64N(100)
					plain.take(t, at, wm, key, sum{1, n})
					b.add(t, at, key, n)
					if r.IntN(10) > 0 && i < 199 {
						continue
					}
					if err := b.Flush(); err != nil {
						t.Fatal(err)
					}
					for _, c := range b.c.Out.Take() {
						for _, rec := range c.Records() {
							p, err := ReadPartial(rec.Value)
							var v sum
							if err := errors.Join(err, b.sums.Decode(p.State, &v)); err != nil {
								t.Fatal(err)
							}
							combined.take(t, emit.EventTime(&rec), wm, string(rec.Key), v)
						}
						for range c.Records() {
							c.Done()
						}
					}
					wm += r.Int64N(12) * unit
					plain.close(t, wm)
					combined.close(t, wm)
				}
				if plain.late != combined.late || !maps.Equal(plain.results, combined.results) || len(plain.results) < 10 {
					t.Fatalf("seed %d: %d results and %d late of records, %d and %d of partial aggregates", seed, len(plain.results), plain.late, len(combined.results), combined.late)
				}
			}
		})
	}
}

// twin is a store of sums of either kind, with its results.
type twin struct {
	tumbling *Tumbling[sum]
	sliced   *Sliced[sum]
	late     int64
	results  map[string]sum
}

func newTwin(t testing.TB, lies grid) *twin {
	t.Helper()
	c := newContext(t, store.Options{Memory: true})
	cfg := sumConfig(lies.Size, 0)
	cfg.Every, cfg.Cumulative, cfg.Offset, cfg.Zone = lies.Every, lies.Cumulative, lies.Offset, lies.Zone
	cfg.Merge = func(a, b *sum) { a.count, a.total = a.count+b.count, a.total+b.total }
	w := &twin{results: map[string]sum{}}
	var err error
	if lies.Every == 0 {
		w.tumbling, err = NewTumbling(c, cfg)
	} else {
		w.sliced, err = NewSliced(c, cfg)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.DB.Close() })
	return w
}

func (w *twin) take(t testing.TB, at, wm int64, key string, n sum) {
	t.Helper()
	var v *sum
	var err error
	if w.sliced != nil {
		if w.sliced.Late(at, wm) {
			w.late += n.count
			return
		}
		v, _, err = w.sliced.Upsert(at, []byte(key))
	} else {
		start := w.tumbling.StartOf(at)
		if w.tumbling.Late(start, wm) {
			w.late += n.count
			return
		}
		v, _, err = w.tumbling.Upsert(start, []byte(key))
	}
	if err != nil {
		t.Fatal(err)
	}
	v.count, v.total = v.count+n.count, v.total+n.total
}

func (w *twin) close(t testing.TB, wm int64) {
	t.Helper()
	emit := func(b Bounds, key []byte, v *sum) error {
		w.results[fmt.Sprintf("%d-%d %s", b.Start, b.End, key)] = *v
		return nil
	}
	var err error
	if w.sliced != nil {
		err = w.sliced.Close(wm, emit, false)
	} else {
		err = w.tumbling.Close(wm, emit, false)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// What is held stays below the bound, whatever the values hold besides themselves, and where it is written follows from the records.
func TestPartialsAreBounded(t *testing.T) {
	written := func(commits int) []string {
		c := &topology.Context{Out: emit.New(emit.NewPool(8), []emit.Target{{Topic: "re", Partitions: 4}}), CombineBytes: 4 << 10}
		p, err := NewPartials(c, PartialsConfig[[]byte]{
			Name: "s", Size: 10, Append: func(b []byte, v *[]byte) []byte { return append(b, *v...) }, Bytes: func(v *[]byte) int { return cap(*v) },
		})
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(1, 1))
		var out []string
		for i := range 20_000 {
			key := "hot"
			if r.IntN(10) == 0 {
				key = fmt.Sprint(r.IntN(30))
			}
			v, _, err := p.Upsert(int64(i/1000), []byte(key))
			if err != nil {
				t.Fatal(err)
			}
			*v = append(*v, byte(i))
			if p.held > 10<<10 {
				t.Fatalf("%d bytes are held", p.held)
			}
			if i%commits == 0 { // what is written goes, what is held stays
				for _, ch := range c.Out.Take() {
					for _, rec := range ch.Records() {
						out = append(out, fmt.Sprintf("%s %x", rec.Key, rec.Value))
					}
				}
			}
		}
		return out
	}
	if a, b := written(1), written(7); len(a) < 300 || !slices.Equal(a[:len(b)], b) {
		t.Errorf("%d and %d, not the same", len(a), len(b))
	}
}

// A flush that is given up leaves nothing behind once the buffer is reset.
func TestPartialsGivenUp(t *testing.T) {
	b := newPartials(t, func(c *PartialsConfig[sum]) { c.Size = 10 })
	for i := range 10 {
		b.add(t, int64(i), fmt.Sprint(i), 1)
	}
	w := topology.NewWork(b.Flush, 3, func() bool { return true }, b.c)
	if done, err := w.Go(); done || err != nil {
		t.Fatal(done, err)
	}
	w.Stop()
	b.Reset()
	b.c.Out.Take()
	b.add(t, 1, "a", 1)
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	wantWritten(t, b.written(t), "a at 1: 1/1")
}

func TestPartialsRefuse(t *testing.T) {
	b := newPartials(t, func(*PartialsConfig[sum]) {})
	for _, cfg := range []PartialsConfig[sum]{{Name: "s"}, {Name: "s", Size: -1, Append: b.sums.Append}, {Name: "s", Size: 3, Every: 4, Append: b.sums.Append}} {
		if _, err := NewPartials(b.c, cfg); err == nil {
			t.Errorf("%+v is accepted", cfg)
		}
	}
	for value, want := range map[string]error{
		"": errPartial, "\x01\x00\x00": errRecord, "P": errPartial, "P\x00": errPartial, "P\xff": errPartial, "P\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01": errPartial,
		"Q\x01": errPartial, "Q\x80\x00\x00\x00\x00\x00\x00\x05\x80\x00\x00\x00\x00\x00\x00\x05\x01": errPartial,
	} {
		if _, err := ReadPartial([]byte(value)); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", value, err, want)
		}
	}
	value := []byte("Q\x80\x00\x00\x00\x00\x00\x00\x05\x80\x00\x00\x00\x00\x00\x00\x06\x81\x01state")
	p, err := ReadPartial(value)
	if err != nil || p.Records != 129 || p.Window != (Bounds{5, 6}) || string(p.State) != "state" {
		t.Errorf("got %+v, %v", p, err)
	}
	own := p.Copy()
	if clear(value); string(own) != "state" {
		t.Errorf("the copy is %q", own)
	}
}

// A record of a group that is held does not allocate.
func BenchmarkPartials(b *testing.B) {
	for _, groups := range []int{1, 1000} {
		b.Run(fmt.Sprint(groups, " groups"), func(b *testing.B) {
			p := newPartials(b, func(c *PartialsConfig[sum]) { c.Size = 60_000 })
			var keys [][]byte
			for i := range groups {
				keys = append(keys, fmt.Appendf(nil, "group-%d", i))
				p.add(b, 0, string(keys[i]), 1)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				v, _, err := p.Upsert(int64(i)%60_000, keys[i%groups])
				if err != nil {
					b.Fatal(err)
				}
				v.count++
				i++
			}
		})
	}
}
