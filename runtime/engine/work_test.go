package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/kafkatest"
	"github.com/weirstream/weir/internal/shop"
	"github.com/weirstream/weir/runtime/engine"
	"github.com/weirstream/weir/runtime/topology"
)

// pausing is a task that pauses wherever it may.
type pausing struct {
	topology.Timed
	c *topology.Context
}

func (p pausing) Process(input int, rec *kgo.Record) error {
	return p.around(func() error { return p.Timed.Process(input, rec) })
}
func (p pausing) Advance(wm int64) error {
	return p.around(func() error { return p.Timed.Advance(wm) })
}
func (p pausing) Seal() error { return p.around(p.Timed.Seal) }

func (p pausing) around(f func() error) error {
	for range 2 {
		if err := p.c.Pause(); err != nil {
			return err
		}
	}
	if err := f(); err != nil {
		return err
	}
	return p.c.Pause()
}

// withPauses is the shop's topology with pauses in the tasks of its source, which have a store for that.
func withPauses(svc string) *topology.Topology {
	topo := shop.Topology(svc, topology.Fail)
	s := &topo.Subtopologies[0]
	s.Outputs = append(s.Outputs, topology.Output{Kind: topology.Changelog, Name: "pad", Topic: svc + "-pad-changelog"})
	s.Stores = []topology.Store{{Name: "pad", Output: len(s.Outputs) - 1}}
	inner := s.New
	s.New = func(c *topology.Context) (topology.Task, error) {
		t, err := inner(c)
		if err != nil {
			return nil, err
		}
		return pausing{t.(topology.Timed), c}, nil
	}
	return topo
}

// With everything done in the smallest of pieces the same comes out: in a bounded run, in which the source's partitions are read together,
// with commits that fail; and in an endless one, of which tasks leave.
func TestInPieces(t *testing.T) {
	defer engine.SetPieces()()
	defer engine.SetHeldMost(2000)()
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := service("pieces")
		const partitions, n = 3, 2000
		b.Topic(t, shop.OrdersTopic(svc), partitions)
		orders := shop.Orders(6, partitions, n)
		b.Produce(t, shop.Records(svc, orders)...)
		f := &faults{r: rand.New(rand.NewPCG(6, 5)), left: 6, hit: map[string]int{}}
		c := settings(b, svc, t.TempDir())
		c.Until.End, c.CommitInterval = true, 5*time.Millisecond
		start(t, withPauses(svc), c, func(o *engine.Options) { o.Fault = f.step }).wait(t)
		shop.Check(t, b, svc, shop.Expect(shop.Flat(orders)))
		passedInOrder(t, b, svc, orders)

		svc = service("pieces")
		b.Topic(t, shop.OrdersTopic(svc), partitions)
		b.Produce(t, shop.Records(svc, orders)...)
		topo := withPauses(svc)
		var running []*instance
		for range 2 {
			i := start(t, topo, settings(b, svc, t.TempDir()))
			kafkatest.Until(t, "tasks run", func() bool { s := i.Status(); return s.Ready() && s.Tasks > 0 })
			running = append(running, i)
		}
		running[0].stop(t)
		waitRead(t, b, svc, n, partitions)
		running[1].stop(t)
		c = settings(b, svc, t.TempDir())
		c.Until.End = true
		start(t, topo, c).wait(t)
		shop.Check(t, b, svc, shop.Expect(shop.Flat(orders)))
	})
}

// slow is a task that is in the midst of a record with the value "slow" until it is told that it may go on, or that all is given up. It hands on
// what it has taken.
type slow struct {
	*topology.Context
	begun, free, givenUp *atomic.Bool
}

func (s slow) Process(_ int, rec *kgo.Record) error {
	if string(rec.Value) == "slow" {
		s.begun.Store(true)
		for !s.free.Load() {
			if err := s.Pause(); err != nil {
				s.givenUp.Store(true)
				return err
			}
		}
	}
	b := s.Out.Begin()
	k := len(b)
	s.Out.Send(0, append(b, rec.Value...), k, k, rec.Timestamp.UnixMilli())
	return nil
}
func (slow) Advance(int64) error { return nil }
func (slow) Seal() error         { return nil }

func (s slow) topology(svc string) *topology.Topology {
	return &topology.Topology{Service: svc, Spec: svc + ".weir.yaml", Subtopologies: []topology.Subtopology{{
		Name:    "in",
		Inputs:  []topology.Input{{Name: "in", Topic: svc + "-in"}},
		Outputs: []topology.Output{{Kind: topology.Sink, Name: "out", Topic: svc + "-out"}, {Kind: topology.Changelog, Name: "pad", Topic: svc + "-pad-changelog"}},
		Stores:  []topology.Store{{Name: "pad", Output: 1}},
		New: func(c *topology.Context) (topology.Task, error) {
			return slow{c, s.begun, s.free, s.givenUp}, nil
		},
	}}}
}

func newSlow() slow { return slow{nil, new(atomic.Bool), new(atomic.Bool), new(atomic.Bool)} }

func values(svc string, partition int32, values ...string) (rs []*kgo.Record) {
	for _, v := range values {
		rs = append(rs, &kgo.Record{Topic: svc + "-in", Partition: partition, Value: []byte(v)})
	}
	return rs
}

// While a task is in the midst of something the worker's loop goes round, nothing is committed, and its records wait, more than may be held.
func TestLoopGoesOn(t *testing.T) {
	defer engine.SetHeldMost(1000)()
	b := kafkatest.Fake(t)
	svc := service("goeson")
	b.Topic(t, svc+"-in", 2)
	s := newSlow()
	var rounds, commits, before atomic.Int64
	c := settings(b, svc, t.TempDir())
	c.Workers = 1
	i := start(t, s.topology(svc), c, func(o *engine.Options) {
		o.Now = func() time.Time {
			if s.begun.Load() && !s.free.Load() {
				if rounds.Add(1) == 1 {
					before.Store(commits.Load())
				}
				if rounds.Load() > 10 {
					if n := commits.Load(); n > before.Load() {
						t.Errorf("%d commits in the midst of something", n-before.Load())
					}
					s.free.Store(true)
				}
			}
			return time.Now()
		}
		o.Fault = func(step string) error {
			if step == "flush" {
				commits.Add(1)
			}
			return nil
		}
	})
	b.Produce(t, values(svc, 0, "slow")...)
	kafkatest.Until(t, "the task is in the midst", s.begun.Load)
	var more []string
	for n := range 50 {
		more = append(more, fmt.Sprint("v", n))
		b.Produce(t, values(svc, int32(n%2), more[n])...)
	}
	out := b.Read(t, svc+"-out", func(rs []*kgo.Record) bool { return len(rs) > len(more) })
	var odd, even []string
	for _, r := range out {
		n := 0
		if _, err := fmt.Sscanf(string(r.Value), "v%d", &n); err == nil && n%2 == 1 {
			odd = append(odd, string(r.Value))
		} else {
			even = append(even, string(r.Value))
		}
	}
	want := [2][]string{{"slow"}}
	for n, v := range more {
		want[n%2] = append(want[n%2], v)
	}
	if !slices.Equal(even, want[0]) || !slices.Equal(odd, want[1]) {
		t.Errorf("handed on: %v and %v", even, odd)
	}
	i.stop(t)
}

// What is never done does not keep an instance from ending when the time for that is over. Before, it is said that the commit waits.
func TestStopInTheMidst(t *testing.T) {
	b := kafkatest.Fake(t)
	svc := service("midst")
	b.Topic(t, svc+"-in", 1)
	s := newSlow()
	c := settings(b, svc, t.TempDir())
	c.ShutdownTimeout, c.TransactionTimeout = 50*time.Millisecond, time.Second
	said := &warnings{text: "a commit waits"}
	i := start(t, s.topology(svc), c, func(o *engine.Options) { o.Log = slog.New(said) })
	b.Produce(t, values(svc, 0, "slow")...)
	kafkatest.Until(t, "the task is in the midst", s.begun.Load)
	kafkatest.Until(t, "there is a warning", func() bool { return said.n.Load() > 0 })
	i.cancel()
	<-i.done
	if !s.givenUp.Load() {
		t.Error("the work was not given up")
	}
	if out := b.ReadAll(t, svc+"-out"); len(out) > 0 {
		t.Errorf("%d records were written", len(out))
	}
	if n := said.n.Load(); n != 1 {
		t.Errorf("%d warnings", n)
	}
}

// warnings counts the lines of a log that begin with a text.
type warnings struct {
	text string
	n    atomic.Int64
}

func (w *warnings) Enabled(context.Context, slog.Level) bool { return true }
func (w *warnings) WithAttrs([]slog.Attr) slog.Handler       { return w }
func (w *warnings) WithGroup(string) slog.Handler            { return w }
func (w *warnings) Handle(_ context.Context, r slog.Record) error {
	if strings.HasPrefix(r.Message, w.text) {
		w.n.Add(1)
	}
	return nil
}
