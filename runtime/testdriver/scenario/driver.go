package scenario

import (
	"time"

	"github.com/weirstream/weir/runtime/testdriver"
	"github.com/weirstream/weir/runtime/topology"
)

// live is a driver over package testdriver.
type live struct {
	d          *testdriver.Driver
	partitions func(source string) int32
	turn       map[string]int32 // by source: the partition of the next record without a key
}

func newDriver(t *topology.Topology, partitions map[string]int32, s schedule) (driver, error) {
	o := testdriver.Options{Partitions: partitions[""], Topics: map[string]int32{}}
	for name, n := range partitions {
		if name != "" {
			o.Topics[name] = n
		}
	}
	if r := s.rand; r != nil {
		o.Memory = r.IntN(2) == 0
		o.OverlayBytes = []int64{0, 1, 4 << 10}[r.IntN(3)]
		o.Random = &testdriver.Random{
			Seed: r.Uint64(), MaxBatch: 1 + r.IntN(20), Commit: r.Float64(), Delay: r.Float64(), Crash: r.Float64() / 4, Wipe: r.Float64() / 2,
		}
	}
	d, err := testdriver.New(t, o)
	if err != nil {
		return nil, err
	}
	return &live{d: d, turn: map[string]int32{}, partitions: func(source string) int32 {
		if n := o.Topics[source]; n > 0 {
			return n
		}
		return o.Partitions
	}}, nil
}

func (l *live) send(a *Action, key, value []byte) error {
	partition := a.Partition
	if partition < 0 && key == nil {
		partition = l.turn[a.Source]
		l.turn[a.Source] = (partition + 1) % l.partitions(a.Source)
	}
	var headers []testdriver.Header
	for _, h := range a.Headers {
		headers = append(headers, testdriver.Header{Key: h.Key, Value: []byte(h.Value)})
	}
	return l.d.Send(a.Source, partition, key, value, a.Timestamp, headers...)
}

func (l *live) advance(d time.Duration) error { return l.d.Advance(d) }
func (l *live) commit() error                 { return l.d.Commit() }
func (l *live) crash() error                  { return l.d.Crash() }
func (l *live) end() error                    { return l.d.End() }
func (l *live) close() error                  { return l.d.Close() }

func (l *live) outputs() map[string][]Record {
	out := map[string][]Record{}
	for topic, recs := range l.d.Outputs() {
		for _, r := range recs {
			rec := Record{Partition: r.Partition, Key: r.Key, Value: r.Value, Timestamp: r.Timestamp}
			for _, h := range r.Headers {
				rec.Headers = append(rec.Headers, Header{Key: h.Key, Value: string(h.Value)})
			}
			out[topic] = append(out[topic], rec)
		}
	}
	return out
}

func (l *live) counts() map[string]int64 {
	s := l.d.Stats()
	return map[string]int64{"filtered": s.Filtered, "late": s.Late, "skipped": s.Skipped, "dead_letters": s.DeadLetters, "results": s.Results}
}
