package hotpath

import (
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/bench/jobs/skew"
	"github.com/weirstream/weir/bench/jobs/skewcombined"
	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/task"
	"github.com/weirstream/weir/runtime/topology"
)

const (
	// skewCommit is how many records a task has between commits of 100 ms at a hundred thousand records a second.
	skewCommit  = 10_000
	skewRecords = 200_000
	countries   = 200
)

// BenchmarkSkew is a stream of which one country in two hundred has nine records of ten, grouped by country: the task in front of the repartition
// topic, and the one behind it that has the country. Each op is a record that was read. The first half says how many records and bytes it writes
// into the topic for it.
func BenchmarkSkew(b *testing.B) {
	for name, topo := range map[string]func() *topology.Topology{"plain": skew.Topology, "combined": skewcombined.Topology} {
		b.Run(name+"/front", func(b *testing.B) {
			r := newRunner(b, topo(), 0)
			recs := skewed()
			b.ReportAllocs()
			records, bytes := 0, 0
			count := func(r *kgo.Record) {
				records++
				bytes += len(r.Key) + len(r.Value)
			}
			n := 0
			for b.Loop() {
				if err := r.Feed(0, recs[n%len(recs)]); err != nil {
					b.Fatal(err)
				}
				if n++; n%skewCommit == 0 {
					passOn(b, r, count)
				}
			}
			passOn(b, r, count)
			b.ReportMetric(float64(records)/float64(n), "records/op")
			b.ReportMetric(float64(bytes)/float64(n), "bytes/op")
		})
		b.Run(name+"/behind", func(b *testing.B) {
			front := newRunner(b, topo(), 0)
			hot := emit.Partition([]byte("FR"), 8)
			var parts [][]*kgo.Record // what there is between two commits
			for i, rec := range skewed() {
				if err := front.Feed(0, rec); err != nil {
					b.Fatal(err)
				}
				if i%skewCommit == skewCommit-1 {
					parts = append(parts, nil)
					last := &parts[len(parts)-1]
					passOn(b, front, func(r *kgo.Record) {
						if r.Partition == hot {
							*last = append(*last, &kgo.Record{Key: clone(r.Key), Value: clone(r.Value), Headers: r.Headers, Timestamp: r.Timestamp})
						}
					})
				}
			}
			r := newRunner(b, topo(), 1)
			b.ReportAllocs()
			n, i := 0, 0
			for b.Loop() {
				if n++; n%skewCommit != 0 { // all at once, for as many records as were combined
					continue
				}
				for _, rec := range parts[i%len(parts)] {
					if err := r.Feed(0, rec); err != nil {
						b.Fatal(err)
					}
				}
				commit(b, r)
				i++
			}
		})
	}
}

// passOn commits, and gives what is written to the repartition topic to a function.
func passOn(b *testing.B, r *task.Runner, to func(r *kgo.Record)) {
	s, err := r.Seal()
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range s.Chunks {
		for i := range c.Records() {
			if rec := &c.Records()[i]; rec.Topic == r.Subtopology().Outputs[0].Topic && rec.Key != nil {
				to(rec)
			}
		}
	}
	s.Drop()
	if err := s.Apply(map[string]int64{}); err != nil {
		b.Fatal(err)
	}
}

func clone(b []byte) []byte { return append([]byte{}, b...) }

// skewed are orders of 20 s of event time.
func skewed() []*kgo.Record {
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	recs := make([]*kgo.Record, skewRecords)
	for i := range recs {
		x := mix(uint64(i))
		country := "FR"
		if x>>32%10 == 0 {
			country = fmt.Sprintf("c%d", x%(countries-1))
		}
		customer := fmt.Sprintf("c%06d", x%customers)
		recs[i] = &kgo.Record{
			Topic: "orders", Offset: int64(i), Key: []byte(customer), Timestamp: time.UnixMilli(base),
			Value: fmt.Appendf(nil, `{"order_id":"o%015d","customer_id":%q,"amount_cents":%d,"country":%q,"ts":%d}`, i, customer, 100+x%99900, country, base+int64(i)/10),
		}
	}
	return recs
}
