package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/kafkatest"
	"github.com/weirstream/weir/internal/shop"
	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/runtime/engine"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// merged is what a bounded run should write to the repartition topic: the orders of all partitions, always the head with the lowest
// event time first, of several the one of the lowest partition.
func merged(orders [][]shop.Order) []shop.Order {
	var out []shop.Order
	left := slices.Clone(orders)
	for {
		best := -1
		for p := range left {
			if len(left[p]) > 0 && (best < 0 || left[p][0].At < left[best][0].At) {
				best = p
			}
		}
		if best < 0 {
			return out
		}
		if o := left[best][0]; o.Amount > 0 {
			out = append(out, o)
		}
		left[best] = left[best][1:]
	}
}

// In a bounded run the records of all source partitions go through a repartition topic in order of event time, whatever the order in
// which they arrive, how often there is a commit, and what fails meanwhile.
func TestOrderBehindRepartition(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		for seed, guarantee := range []config.Guarantee{config.ExactlyOnce, config.AtLeastOnce, config.ExactlyOnce} {
			svc := service("ordered")
			const partitions = 5
			b.Topic(t, shop.OrdersTopic(svc), partitions)
			orders := shop.Orders(uint64(seed), partitions, 3000)
			r := rand.New(rand.NewPCG(uint64(seed), 9))
			for i := range orders[1] { // out of order in itself
				orders[1][i].At -= r.Int64N(500)
			}
			later(orders[2]) // all of it
			orders[3] = orders[3][:3]
			orders[4] = nil
			for p := range orders {
				b.Produce(t, shop.Records(svc, one(p, orders[p]))...)
			}
			c := settings(b, svc, t.TempDir())
			c.Until.End, c.Guarantee, c.Workers = true, guarantee, 3
			c.CommitInterval = time.Duration(1+seed*30) * time.Millisecond
			f := &faults{r: r, hit: map[string]int{}}
			if guarantee == config.ExactlyOnce {
				f.left = 6
			}
			start(t, shop.Topology(svc, topology.Fail), c, func(o *engine.Options) { o.Fault = f.step }).wait(t)
			passedInOrder(t, b, svc, orders)
		}
	})
}

// passedInOrder checks that what went through the repartition topic is what should have, each partition in the order of the whole.
func passedInOrder(t *testing.T, b *kafkatest.Broker, svc string, orders [][]shop.Order) {
	t.Helper()
	var want []string
	for _, o := range merged(orders) {
		want = append(want, fmt.Sprintf("%s@%d", o.Product, o.At))
	}
	passed := map[int32][]string{}
	total := 0
	for _, r := range b.ReadAll(t, shop.RepartitionTopic(svc)) {
		if r.Key != nil { // else it is a watermark
			passed[r.Partition] = append(passed[r.Partition], fmt.Sprintf("%s@%d", r.Key, r.Timestamp.UnixMilli()))
			total++
		}
	}
	if total != len(want) {
		t.Errorf("%d records went through the topic, want %d", total, len(want))
	}
	for p, recs := range passed {
		at := 0
		for i, r := range recs {
			for at < len(want) && want[at] != r {
				at++
			}
			if at++; at > len(want) {
				t.Fatalf("partition %d: %s, number %d, is not in its place", p, r, i)
			}
		}
	}
}

// Two runs over the same input write the same into the repartition topic, watermarks included, though they commit at other times and
// have other numbers of workers; so what is late behind it is the same as well.
func TestSameBehindRepartition(t *testing.T) {
	sameBehindRepartition(t, func(svc string) *topology.Topology { return shop.Topology(svc, topology.Fail) })
}

// So they do where records are combined in front of it: commits do not decide which of them are.
func TestSameCombined(t *testing.T) { sameBehindRepartition(t, shop.Combined) }

func sameBehindRepartition(t *testing.T, topo func(service string) *topology.Topology) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		const partitions = 3
		orders := shop.Orders(4, partitions, 20_000)
		r := rand.New(rand.NewPCG(4, 9))
		for p := range orders {
			for i := range orders[p] {
				if r.IntN(20) == 0 {
					orders[p][i].At -= r.Int64N(3000) // late, or not, by what the others have
				}
			}
		}
		var first map[int32][]string
		var totals []string
		for run, interval := range []time.Duration{2 * time.Millisecond, 150 * time.Millisecond, 20 * time.Millisecond} {
			svc := service("same")
			b.Topic(t, shop.OrdersTopic(svc), partitions)
			for i := range partitions {
				p := (i + run) % partitions
				b.Produce(t, shop.Records(svc, one(p, orders[p]))...)
			}
			c := settings(b, svc, t.TempDir())
			c.Until.End, c.CommitInterval, c.Workers = true, interval, 1+run
			start(t, topo(svc), c).wait(t)
			got, marks := told(t, b.ReadAll(t, shop.RepartitionTopic(svc)))
			var sums []string
			for _, r := range b.ReadAll(t, shop.TotalsTopic(svc)) {
				sums = append(sums, string(r.Value))
			}
			slices.Sort(sums)
			if run == 0 {
				first, totals = got, sums
				if marks < 3*partitions {
					t.Errorf("only %d watermarks", marks)
				}
				continue
			}
			for p := range int32(partitions) {
				if at := firstDifference(first[p], got[p]); at >= 0 {
					t.Fatalf("run %d, partition %d: %d things instead of %d, which differ from number %d on: %q, not %q", run, p, len(got[p]), len(first[p]), at, got[p][at:at+2], first[p][at:at+2])
				}
			}
			if at := firstDifference(totals, sums); at >= 0 {
				t.Errorf("run %d: other totals", run)
			}
		}
	})
}

// Partitions that lie far apart in time wait for each other, and are not fetched meanwhile beyond a bound. Nothing is lost by that.
func TestLanesAreBounded(t *testing.T) {
	defer engine.SetLanesBytes(64 << 10)()
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		const partitions = 3
		svc := service("lanes")
		b.Topic(t, shop.OrdersTopic(svc), partitions)
		orders := shop.Orders(2, partitions, 20_000)
		later(orders[2])
		for i := range orders[1] { // by turns, in long stretches
			if i/2000%2 == 1 {
				orders[1][i].At += 100_000
			}
		}
		b.Produce(t, shop.Records(svc, orders)...)
		c := settings(b, svc, t.TempDir())
		c.Until.End = true
		start(t, shop.Topology(svc, topology.Fail), c).wait(t)
		passedInOrder(t, b, svc, orders)
	})
}

// told are the records of a repartition topic by partition, and the watermarks among them that say something new.
func told(t *testing.T, recs []*kgo.Record) (out map[int32][]string, marks int) {
	t.Helper()
	out = map[int32][]string{}
	last := map[int32]map[int32]int64{}
	for _, r := range recs {
		if r.Key != nil {
			out[r.Partition] = append(out[r.Partition], fmt.Sprintf("%s@%d %x", r.Key, r.Timestamp.UnixMilli(), r.Value))
			continue
		}
		_, from, m, err := watermark.ParseMark(r.Value)
		if err != nil {
			t.Fatal(err)
		}
		if last[r.Partition] == nil {
			last[r.Partition] = map[int32]int64{}
		}
		if was, ok := last[r.Partition][from]; m.Watermark == watermark.None || ok && was >= m.Watermark {
			continue
		}
		last[r.Partition][from] = m.Watermark
		out[r.Partition] = append(out[r.Partition], fmt.Sprintf("%d is at %d", from, m.Watermark))
		marks++
	}
	return out, marks
}

func firstDifference(a, b []string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b))
	}
	return -1
}
