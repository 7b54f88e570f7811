package task

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// counter counts records by key in windows of 10 ms; a record's timestamp is its event time. Results go to output 0 (a
// repartition topic) when their window closes; output 1 is the changelog.
type counter struct {
	*topology.Context
	counts *window.Tumbling[int64]
}

func (t *counter) Process(input int, rec *kgo.Record) error {
	at := rec.Timestamp.UnixMilli()
	wm := t.Clock.Observe(input, at)
	if string(rec.Value) == "bad" {
		return errors.New("bad record")
	}
	if start := window.StartOf(at, 10); !t.counts.Late(start, wm) {
		n, _, err := t.counts.Upsert(start, rec.Key)
		if err != nil {
			return err
		}
		*n++
	} else {
		t.Stats.Late++
	}
	if string(rec.Value) == "lazy" {
		return nil // like a record that fails behind the clock: closes nothing
	}
	return t.Advance(wm)
}

func (t *counter) Advance(wm int64) error {
	return t.counts.Close(wm, func(w window.Bounds, key []byte, n *int64) error {
		b := t.Out.Begin()
		k := len(b)
		b = append(b, key...)
		v := len(b)
		t.Out.Send(0, fmt.Appendf(b, "%d:%d", w.Start, *n), k, v, w.End-1)
		return nil
	}, false)
}

func (t *counter) Seal() error { return t.counts.Seal(nil) }

func counting(repartition bool) *topology.Subtopology {
	return &topology.Subtopology{
		Name:    "counts",
		Inputs:  []topology.Input{{Name: "in", Topic: "in", Lag: 2 * time.Millisecond, IdleAfter: time.Second, Repartition: repartition}},
		Outputs: []topology.Output{{Kind: topology.Repartition, Topic: "re", Delay: 3}, {Kind: topology.Changelog, Topic: "cl"}},
		Stores:  []topology.Store{{Name: "counts", Output: 1}},
		New: func(c *topology.Context) (topology.Task, error) {
			s, err := window.NewTumbling(c, window.Config[int64]{
				Name: "counts", Output: 1, Size: 10, Lateness: 5,
				Append: func(b []byte, v *int64) []byte { return binary.AppendVarint(b, *v) },
				Decode: func(b []byte, v *int64) error { *v, _ = binary.Varint(b); return nil },
			})
			return &counter{c, s}, err
		},
	}
}

// bench is a task with a Kafka of slices.
type bench struct {
	t         *testing.T
	sub       *topology.Subtopology
	db        *store.DB
	fs        *vfs.MemFS
	r         *Runner
	results   []string // data in the repartition topic
	marks     []string // control records in it
	changelog []*kgo.Record
	input     []*kgo.Record
}

func newBench(t *testing.T, sub *topology.Subtopology) *bench {
	b := &bench{t: t, sub: sub, fs: vfs.NewCrashableMem()}
	b.open()
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) open() {
	b.t.Helper()
	var err error
	b.db, err = store.Open(store.Options{Dir: "db", FS: b.fs})
	b.must(err)
	db := b.db
	b.t.Cleanup(func() { _ = db.Abandon() })
	parts := func(topic string) int32 { return 2 }
	b.r, err = New(b.sub, 1, Options{
		DB: b.db, Pool: emit.NewPool(2), Targets: Targets(b.sub, 1, parts), Upstreams: [][]Upstream{{{"up", 2}}},
	})
	b.must(err)
}

func (b *bench) feed(key string, at int64, value string) {
	b.t.Helper()
	rec := &kgo.Record{Topic: "in", Key: []byte(key), Value: []byte(value), Timestamp: time.UnixMilli(at), Offset: int64(len(b.input)), LeaderEpoch: 4}
	b.input = append(b.input, rec)
	b.must(b.r.Feed(0, rec))
}

func (b *bench) seal() *Sealed {
	b.t.Helper()
	s, err := b.r.Seal()
	b.must(err)
	return s
}

// written plays Kafka's commit and returns the changelogs' ends.
func (b *bench) written(s *Sealed) map[string]int64 {
	ends := map[string]int64{}
	for _, c := range s.Chunks {
		for _, r := range c.Records() {
			switch {
			case r.Topic == "cl":
				b.changelog = append(b.changelog, &kgo.Record{Key: slices.Clone(r.Key), Value: slices.Clone(r.Value), Offset: int64(len(b.changelog))})
				ends["counts"] = int64(len(b.changelog))
			case r.Key == nil:
				sub, p, m, err := watermark.ParseMark(r.Value)
				b.must(err)
				b.marks = append(b.marks, fmt.Sprintf("%s/%d→%d %d %v", sub, p, r.Partition, m.Watermark, m.Idle))
			default:
				b.results = append(b.results, fmt.Sprintf("%s=%s", r.Key, r.Value))
			}
		}
	}
	s.Drop()
	return ends
}

func (b *bench) commit() {
	b.t.Helper()
	s := b.seal()
	b.must(s.Apply(b.written(s)))
}

func (b *bench) want(what string, got []string, want ...string) {
	b.t.Helper()
	if !slices.Equal(got, want) {
		b.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestCommit(t *testing.T) {
	b := newBench(t, counting(false))
	b.must(b.r.Restore(position.Start()))
	if !b.r.Pending() {
		t.Error("the first announcement is not pending")
	}
	b.commit()
	b.want("marks", b.marks, fmt.Sprintf("counts/1→0 %d false", watermark.None), fmt.Sprintf("counts/1→1 %d false", watermark.None))
	if b.r.Pending() {
		t.Error("nothing happened, but something is pending")
	}
	b.marks = nil
	b.feed("a", 5, "")
	b.feed("b", 12, "")
	if !b.r.Pending() {
		t.Error("records in hand, and nothing pending")
	}
	b.commit()
	b.want("marks", b.marks, "counts/1→0 7 false", "counts/1→1 7 false") // 12 − lag 2 − delay 3
	b.want("results", b.results)
	want := Position{Watermark: 10, Inputs: map[string]position.Offset{"in": {Offset: 2, Epoch: 4}}, Changelogs: map[string]int64{"counts": 2}}
	if got := b.r.Position(); !got.Equal(want) {
		t.Errorf("at %v", got)
	}
	if got, _ := b.db.Position(); !got.Equal(want) {
		t.Errorf("the DB is at %v", got)
	}
	b.marks = nil
	b.feed("b", 13, "lazy")
	b.feed("b", 17, "lazy") // its window 10-20 is open; window 0-10 is due
	b.commit()
	b.want("results", b.results, "a=0:1")
	b.r.Announce()
	b.commit()
	b.want("marks", b.marks, "counts/1→0 12 false", "counts/1→1 12 false", "counts/1→0 12 false", "counts/1→1 12 false")
	if g := b.r.Gauges(); g.Records != 4 || g.WindowsClosed != 1 || g.Watermark != 15 || g.OverlayBytes == 0 {
		t.Errorf("gauges %+v", g)
	}
}

func TestIdleness(t *testing.T) {
	b := newBench(t, counting(false))
	b.must(b.r.Restore(position.Start()))
	at := time.Unix(1000, 0)
	b.must(b.r.Tick(at))
	b.feed("a", 5, "")
	b.must(b.r.Tick(at))
	b.commit()
	idle := func(after time.Duration, want bool) {
		t.Helper()
		b.must(b.r.Tick(at.Add(after)))
		if b.r.now().Idle != want || b.r.Gauges().Idle != want {
			t.Errorf("after %v: idle %v", after, !want)
		}
	}
	idle(999*time.Millisecond, false)
	b.r.Busy(0)
	idle(time.Second, false)
	idle(1999*time.Millisecond, false)
	idle(2*time.Second, true)
	if !b.r.Pending() {
		t.Error("idleness is not announced")
	}
	b.marks = nil
	b.commit()
	b.want("marks", b.marks, "counts/1→0 0 true", "counts/1→1 0 true")
	b.must(b.r.Follow(15))
	b.commit()
	b.want("results", b.results, "a=0:1")
	b.feed("a", 16, "")
	idle(3*time.Second, false)
	b.must(b.r.Follow(100))
	if b.r.Watermark() != 15 {
		t.Error("an input that is not idle followed")
	}
}

func TestUpstreamMarks(t *testing.T) {
	b := newBench(t, counting(true))
	b.must(b.r.Restore(position.Start()))
	n := int64(0)
	mark := func(from string, p int32, m watermark.Mark) {
		t.Helper()
		b.must(b.r.Feed(0, &kgo.Record{Offset: n, Value: watermark.AppendMark(nil, from, p, m), Headers: []kgo.RecordHeader{{Key: watermark.Header}}}))
		n++
	}
	b.feed("a", 5, "")
	mark("up", 0, watermark.Mark{Watermark: 100})
	mark("former", 1, watermark.Mark{Watermark: 100})
	if b.r.Watermark() != watermark.None {
		t.Error("a mark of another sub-topology counted")
	}
	mark("up", 1, watermark.Mark{Watermark: 15})
	b.commit()
	b.want("results", b.results, "a=0:1")
	if next, ok := b.r.Next(0); !ok || next.Offset != n || b.r.Gauges().Records != 1 {
		t.Errorf("next %v, %+v", next, b.r.Gauges())
	}
	// An abort remembers the marks of before; what came later comes again.
	mark("up", 1, watermark.Mark{Watermark: 50})
	b.r.Abort()
	if b.r.Watermark() != 15 {
		t.Errorf("watermark %d after the abort", b.r.Watermark())
	}
	mark("up", 1, watermark.Mark{Watermark: 40})
	if b.r.Watermark() != 40 {
		t.Errorf("watermark %d: upstream 0 was forgotten", b.r.Watermark())
	}
	err := b.r.Feed(0, &kgo.Record{Topic: "in", Offset: 9, Value: []byte{9}, Headers: []kgo.RecordHeader{{Key: watermark.Header}}})
	if _, ok := errors.AsType[*topology.FatalError](err); !ok {
		t.Errorf("a mark of an unknown version: %v", err)
	}
}

// TestPipeline: the second commit is sealed while the first is on its way, and both ways to end it.
func TestPipeline(t *testing.T) {
	for _, second := range []bool{true, false} {
		b := newBench(t, counting(false))
		b.r.c.OverlayBytes = 1
		b.must(b.r.Restore(position.Start()))
		b.feed("a", 5, "")
		s1 := b.seal()
		b.feed("a", 5, "")
		s2 := b.seal()
		b.feed("a", 5, "")
		if err := s2.Apply(nil); !errors.Is(err, errOrder) {
			t.Errorf("out of order: %v", err)
		}
		b.must(s1.Apply(b.written(s1)))
		want := "a=0:2"
		if second {
			b.must(s2.Apply(b.written(s2)))
			b.must(b.r.Tick(time.Unix(1, 0)))
			want = "a=0:4"
		} else {
			b.r.Abort()
			if err := s2.Apply(nil); !errors.Is(err, errOrder) {
				t.Errorf("after the abort: %v", err)
			}
			if next, _ := b.r.Next(0); next.Offset != 1 || b.r.Position().Inputs["in"].Offset != 1 {
				t.Errorf("next is %v", next)
			}
		}
		b.feed("a", 6, "")
		b.must(b.r.End(0))
		if !b.r.Ended() {
			t.Error("not at the end")
		}
		b.commit()
		b.want("results", b.results, want)
		if got := b.r.Position().Watermark; got != 15 {
			t.Errorf("an ended task stands at %d, want the watermark that its windows amount to", got)
		}
	}
}

// TestCrashAtEachPoint runs the same input with a crash after each possible step of each commit, with a DB that lost its tail, one
// that didn't, and none at all.
func TestCrashAtEachPoint(t *testing.T) {
	events := []int64{3, 5, 14, 4, 21, 22, 8, 33, 35, 60, 61, 59}
	const commitEvery = 2
	var want []string
	for point := -1; point < 3*len(events)/commitEvery; point++ {
		for _, disk := range []string{"lost tail", "flushed", "gone"} {
			b := newBench(t, counting(false))
			b.must(b.r.Restore(position.Start()))
			committed, step := position.Start(), 0
			reached := func() bool { step++; return step-1 == point }
			var results []string
			for next := 0; next < len(events); {
				for ; next < len(events) && next%commitEvery != commitEvery-1; next++ {
					b.feed(fmt.Sprint("k", next%3), events[next], "")
				}
				b.feed(fmt.Sprint("k", next%3), events[next], "")
				next++
				crash := reached()
				if !crash {
					s := b.seal()
					if crash = reached(); !crash {
						ends := b.written(s)
						meta, err := s.Position(ends).Metadata("w").Encode()
						b.must(err)
						m, err := position.Parse(meta)
						b.must(err)
						committed = Position{Watermark: m.Watermark, Changelogs: m.Changelogs, Inputs: map[string]position.Offset{"in": {Offset: int64(next)}}}
						results = append(results, b.results...)
						b.results = nil
						if crash = reached(); !crash {
							b.must(s.Apply(ends))
							if disk == "flushed" {
								b.must(b.db.Flush())
							}
						}
					}
				}
				if crash {
					b.fs, b.input = map[string]func() *vfs.MemFS{
						"lost tail": func() *vfs.MemFS { return b.fs.CrashClone(vfs.CrashCloneCfg{}) },
						"flushed":   func() *vfs.MemFS { return b.fs.CrashClone(vfs.CrashCloneCfg{}) },
						"gone":      vfs.NewCrashableMem,
					}[disk](), nil
					b.open()
					b.restore(committed)
					next = int(committed.Inputs["in"].Offset)
				}
			}
			b.must(b.r.End(0))
			b.commit()
			results = append(results, b.results...)
			if want == nil {
				want = results
				if len(want) < 8 {
					t.Fatalf("only %d results", len(want))
				}
			}
			if !slices.Equal(results, want) {
				t.Errorf("crash at %d, disk %s:\n%q\nwant\n%q", point, disk, results, want)
			}
		}
	}
}

func (b *bench) restore(committed Position) {
	b.t.Helper()
	from, err := b.r.Missing(committed)
	b.must(err)
	if begin, ok := from["counts"]; ok {
		for _, rec := range b.changelog[begin:committed.Changelogs["counts"]] {
			b.must(b.r.ApplyChangelog("counts", rec, committed))
		}
	}
	b.must(b.r.Restore(committed))
}

// TestFormerStores: what the position says of stores that the topology lost is kept for Kafka and not claimed for the DB.
func TestFormerStores(t *testing.T) {
	b := newBench(t, counting(false))
	at := Position{Watermark: 7, Changelogs: map[string]int64{"former": 9}}
	if from, err := b.r.Missing(at); err != nil || len(from) != 0 {
		t.Errorf("missing %v, %v", from, err)
	}
	b.must(b.r.Restore(at))
	b.feed("a", 30, "")
	b.commit()
	if got := b.r.Position().Changelogs; !maps.Equal(got, map[string]int64{"former": 9, "counts": 1}) {
		t.Errorf("committed %v", got)
	}
	if got, _ := b.db.Position(); !maps.Equal(got.Changelogs, map[string]int64{"counts": 1}) {
		t.Errorf("the DB claims %v", got.Changelogs)
	}
	if _, err := b.r.Missing(position.Start()); !errors.Is(err, position.ErrAhead) {
		t.Errorf("ahead: %v", err)
	}
}

func TestFailures(t *testing.T) {
	b := newBench(t, counting(false))
	b.must(b.r.Restore(position.Start()))
	b.feed("a", 5, "")
	b.commit()
	if err := b.r.Feed(0, &kgo.Record{Key: []byte("a"), Value: []byte("bad"), Timestamp: time.UnixMilli(500), Offset: 1}); err == nil {
		t.Fatal("want the task's error")
	}
	b.r.Abort()
	if next, _ := b.r.Next(0); next.Offset != 1 || b.r.Watermark() != 3 || b.r.c.Stats.Records != 1 {
		t.Errorf("after the abort: next %v, watermark %d, %+v", next, b.r.Watermark(), b.r.c.Stats)
	}
	if _, err := New(b.sub, 0, Options{DB: b.db}); err == nil {
		t.Error("no targets, and no error")
	}
}

func TestUpstreams(t *testing.T) {
	top := &topology.Topology{Subtopologies: []topology.Subtopology{*counting(false), *counting(true)}}
	top.Subtopologies[1].Inputs[0].From = []int{0}
	us := Upstreams(top, &top.Subtopologies[1], func(topic string) int32 { return map[string]int32{"in": 5}[topic] })
	if len(us) != 1 || !slices.Equal(us[0], []Upstream{{"counts", 5}}) {
		t.Errorf("%v", us)
	}
	ts := Targets(&top.Subtopologies[0], 3, func(string) int32 { return 7 })
	if ts[0] != (emit.Target{Topic: "re", Partitions: 7, Fixed: -1}) || ts[1] != (emit.Target{Topic: "cl", Fixed: 3}) {
		t.Errorf("%v", ts)
	}
}
