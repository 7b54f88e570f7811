package engine_test

import (
	"fmt"
	"math"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/kafkatest"
	"github.com/weirstream/weir/runtime/topology"
)

const drift = 1000

// race is a topology of sources that are aligned, whose tasks take down how far they are and check that none runs ahead.
type race struct {
	svc  string
	mu   sync.Mutex
	at   map[string]int64 // of each partition, the highest event time
	over []string         // what ran ahead
	want []string         // the partitions that must have come somewhere before another may read on
}

func (r *race) topic(source string) string { return r.svc + "-" + source }

func (r *race) topology(idleAfter time.Duration, sources ...string) *topology.Topology {
	topo := &topology.Topology{Service: r.svc, Spec: r.svc + ".weir.yaml"}
	for _, s := range sources {
		topo.Subtopologies = append(topo.Subtopologies, topology.Subtopology{
			Name:    s,
			Inputs:  []topology.Input{{Name: s, Topic: r.topic(s), MaxDrift: drift * time.Millisecond, IdleAfter: idleAfter}},
			Outputs: []topology.Output{{Kind: topology.Sink, Name: "copy", Topic: r.topic("copy")}},
			New: func(c *topology.Context) (topology.Task, error) {
				return &racer{Context: c, race: r, name: fmt.Sprint(s, "/", c.Partition)}, nil
			},
		})
	}
	return topo
}

// racer is a task whose records are their event times.
type racer struct {
	*topology.Context
	race *race
	name string
}

func (t *racer) Process(input int, rec *kgo.Record) error {
	at, err := strconv.ParseInt(string(rec.Value), 10, 64)
	if err != nil {
		return t.Bad(input, rec, err)
	}
	t.race.passed(t.name, at)
	t.Clock.Observe(input, at)
	b := t.Out.Begin()
	v := len(b)
	b = append(b, rec.Value...)
	t.Out.Send(0, b, v, v, at)
	return nil
}

func (t *racer) Advance(int64) error { return nil }
func (t *racer) Seal() error         { return nil }

// passed takes down that a record is processed. The one before it must not have been too far ahead of all others.
func (r *race) passed(name string, at int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	least := int64(math.MaxInt64)
	for _, other := range r.want {
		if wm, ok := r.at[other]; !ok {
			least = math.MinInt64
		} else {
			least = min(least, wm)
		}
	}
	if before, ok := r.at[name]; ok && len(r.want) > 0 && (least == math.MinInt64 || before > least+drift) {
		r.over = append(r.over, fmt.Sprintf("%s reads %d, having read %d, while the others are at %d", name, at, before, least))
	}
	r.at[name] = max(at, r.at[name])
}

// reaches waits until a partition has come to a time, and no further.
func (r *race) reaches(t *testing.T, name string, at int64) {
	t.Helper()
	kafkatest.Until(t, fmt.Sprintf("%s is at %d", name, at), func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.at[name] >= at
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at[name] != at {
		t.Errorf("%s is at %d, want %d", name, r.at[name], at)
	}
	for _, o := range r.over {
		t.Error(o)
	}
}

// records are times of a partition, every 10 ms.
func (r *race) records(source string, partition int32, from, to int64) (recs []*kgo.Record) {
	for at := from; at < to; at += 10 {
		recs = append(recs, &kgo.Record{Topic: r.topic(source), Partition: partition, Value: strconv.AppendInt(nil, at, 10)})
	}
	return recs
}

func newRace(name string, want ...string) *race {
	return &race{svc: service(name), at: map[string]int64{}, want: want}
}

// A source that is ahead is not read on until the slowest partition of all has come further.
func TestAlignedSources(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		r := newRace("aligned", "slow/0", "slow/1")
		b.Topic(t, r.topic("fast"), 1)
		b.Topic(t, r.topic("slow"), 2)
		b.Topic(t, r.topic("copy"), 1)
		b.Produce(t, r.records("fast", 0, 0, 100_000)...)
		b.Produce(t, r.records("slow", 0, 0, 50_000)...)
		b.Produce(t, r.records("slow", 1, 0, 20_000)...)
		i := start(t, r.topology(0, "fast", "slow"), settings(b, r.svc, t.TempDir()))
		// The slowest is at 19,990. What comes behind a record that is further ahead than 1,000 has to wait.
		r.reaches(t, "fast/0", 21_000)
		r.reaches(t, "slow/0", 21_000)
		b.Produce(t, r.records("slow", 1, 20_000, 60_000)...)
		r.reaches(t, "slow/0", 49_990)
		r.reaches(t, "fast/0", 51_000)
		b.Produce(t, r.records("slow", 0, 50_000, 200_000)...)
		b.Produce(t, r.records("slow", 1, 60_000, 200_000)...)
		r.reaches(t, "fast/0", 99_990)
		i.stop(t)

		// What was held is read again by the next process, from where the last one came to.
		r.mu.Lock()
		r.want = nil
		r.mu.Unlock()
		i = start(t, r.topology(0, "fast", "slow"), settings(b, r.svc, t.TempDir()))
		b.Produce(t, r.records("fast", 0, 100_000, 200_000)...)
		kafkatest.Until(t, "everything is read", func() bool {
			r.mu.Lock()
			defer r.mu.Unlock()
			return r.at["fast/0"] == 199_990 && r.at["slow/0"] >= 199_980 && r.at["slow/1"] >= 199_980
		})
		i.stop(t)
		times := map[string]int{}
		for _, rec := range b.ReadAll(t, r.topic("copy")) {
			times[string(rec.Value)]++
		}
		for at := int64(0); at < 199_000; at += 10 {
			if n := times[strconv.FormatInt(at, 10)]; n != 3 {
				t.Fatalf("%d is there %d times, want 3", at, n)
			}
		}
	})
}

// How far other instances are is known from what they commit.
func TestAlignedInstances(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		r := newRace("instances", "slow/0")
		for _, s := range []string{"fast", "slow", "copy"} {
			b.Topic(t, r.topic(s), 1)
		}
		b.Produce(t, r.records("slow", 0, 0, 20_000)...)
		b.Produce(t, r.records("fast", 0, 0, 100_000)...)
		one := start(t, r.topology(0, "fast", "slow"), settings(b, r.svc, t.TempDir()))
		two := start(t, r.topology(0, "fast", "slow"), settings(b, r.svc, t.TempDir()))
		kafkatest.Until(t, "each has a task", func() bool {
			one, two := one.Status(), two.Status()
			return one.Ready() && two.Ready() && one.Tasks == 1 && two.Tasks == 1
		})
		r.reaches(t, "fast/0", 21_000)
		b.Produce(t, r.records("slow", 0, 20_000, 60_000)...)
		r.reaches(t, "fast/0", 61_000)
		one.stop(t)
		two.stop(t)
	})
}

// A partition that is idle holds nobody, on this instance and on others.
func TestAlignedIdle(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		r := newRace("idle")
		for _, s := range []string{"fast", "slow", "copy", "empty"} {
			b.Topic(t, r.topic(s), 1)
		}
		const idleAfter = 300 * time.Millisecond
		sources := []string{"fast", "slow", "empty"}
		one := start(t, r.topology(idleAfter, sources...), settings(b, r.svc, t.TempDir()))
		b.Produce(t, r.records("slow", 0, 0, 20_000)...)
		b.Produce(t, r.records("fast", 0, 0, 100_000)...)
		r.reaches(t, "fast/0", 99_990)
		two := start(t, r.topology(idleAfter, sources...), settings(b, r.svc, t.TempDir()))
		kafkatest.Until(t, "both have tasks", func() bool {
			one, two := one.Status(), two.Status()
			return one.Ready() && two.Ready() && one.Tasks < 3 && two.Tasks > 0
		})
		b.Produce(t, r.records("fast", 0, 100_000, 200_000)...)
		r.reaches(t, "fast/0", 199_990)
		one.stop(t)
		two.stop(t)
	})
}
