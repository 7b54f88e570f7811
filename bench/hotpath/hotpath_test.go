// Package hotpath measures the generated hot path without Kafka: decode, filter, window, aggregate, encode.
//
// A benchmark feeds records of the yardstick's kind to one task through task.Runner, as the engine does, and seals every
// [commitEvery] records. ns/op, B/op and allocs/op are per record, commits included.
package hotpath

import (
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/bench/jobs/j1"
	"github.com/weirstream/weir/bench/jobs/j2"
	"github.com/weirstream/weir/bench/jobs/j3"
	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/task"
	"github.com/weirstream/weir/runtime/topology"
)

const (
	// customers of one partition of the yardstick's topic, 100,000 over 8.
	customers   = 12_500
	commitEvery = 100_000
)

// BenchmarkJ1 keeps paid orders and writes three of their fields.
func BenchmarkJ1(b *testing.B) { run(b, j1.Topology(), 0) }

// BenchmarkJ2 counts, sums and takes the maximum per customer and minute.
func BenchmarkJ2(b *testing.B) { run(b, j2.Topology(), 0) }

// BenchmarkJ3Upstream is the half of J3 in front of its repartition topic.
func BenchmarkJ3Upstream(b *testing.B) { run(b, j3.Topology(), 0) }

// BenchmarkJ2InOverlay is J2 without commits over few customers: every key is in the overlay already. It must not allocate.
func BenchmarkJ2InOverlay(b *testing.B) {
	r := newRunner(b, j2.Topology(), 0)
	recs := orders(4096, 1000, 0)
	feed := func(n int) {
		for i := range n {
			if err := r.Feed(0, recs[i%len(recs)]); err != nil {
				b.Fatal(err)
			}
		}
	}
	feed(len(recs))
	b.ReportAllocs()
	b.ResetTimer()
	feed(b.N)
	b.StopTimer()
	if allocs := testing.AllocsPerRun(10, func() { feed(len(recs)) }); allocs != 0 {
		b.Fatalf("%v allocations for %d records whose keys are in the overlay", allocs, len(recs))
	}
}

func run(b *testing.B, topo *topology.Topology, sub int) {
	r := newRunner(b, topo, sub)
	b.ReportAllocs()
	const batch = 10_000
	var recs []*kgo.Record
	b.SetBytes(int64(len(orders(1, 1, 0)[0].Value)))
	for i := 0; i < b.N; i++ {
		if i%batch == 0 {
			b.StopTimer()
			recs = orders(batch, customers, i)
			b.StartTimer()
		}
		if err := r.Feed(0, recs[i%batch]); err != nil {
			b.Fatal(err)
		}
		if (i+1)%commitEvery == 0 {
			commit(b, r)
		}
	}
	commit(b, r)
}

// commit seals and applies, as if every record had been acknowledged at once.
func commit(b *testing.B, r *task.Runner) {
	s, err := r.Seal()
	if err != nil {
		b.Fatal(err)
	}
	s.Drop()
	if err := s.Apply(map[string]int64{}); err != nil {
		b.Fatal(err)
	}
}

func newRunner(b *testing.B, topo *topology.Topology, sub int) *task.Runner {
	b.Helper()
	st := &topo.Subtopologies[sub]
	db, err := store.Open(store.Options{Dir: b.TempDir(), Memory: len(st.Stores) == 0}) // as the engine does
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	partitions := func(string) int32 { return 8 }
	r, err := task.New(st, 0, task.Options{
		DB: db, Pool: emit.NewPool(1024), Targets: task.Targets(st, 0, partitions), Upstreams: task.Upstreams(topo, st, partitions),
	})
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// orders makes n records as the yardstick's generator does, from number first on: 10,000 a second of event time, a tenth of them
// up to 5 s out of order, 70 % paid.
func orders(n, customers, first int) []*kgo.Record {
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	recs := make([]*kgo.Record, n)
	for i := range recs {
		x := mix(uint64(first + i))
		y := mix(x)
		late := int64(y>>40) % 200
		if y%10 == 0 {
			late = int64(y>>40) % 5000
		}
		status := [...]string{"paid", "paid", "paid", "paid", "paid", "paid", "paid", "pending", "pending", "cancelled"}[x>>20%10]
		customer := fmt.Sprintf("c%06d", x%uint64(customers))
		recs[i] = &kgo.Record{
			Topic: "orders", Offset: int64(first + i), Key: []byte(customer), Timestamp: time.UnixMilli(base),
			Value: fmt.Appendf(nil, `{"order_id":"o%015d","customer_id":"%s","amount_cents":%d,"currency":"EUR","status":"%s","ts":%d,"items":[{"sku":"s%04d","qty":%d},{"sku":"s%04d","qty":%d}]}`,
				first+i, customer, 100+x%99900, status, base+int64(first+i)*8/10+5000-late, y%10000, 1+y%5, x%10000, 1+x%5),
		}
	}
	return recs
}

// mix is splitmix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}
