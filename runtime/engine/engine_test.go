package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/kafkatest"
	"github.com/weirstream/weir/internal/shop"
	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/runtime/engine"
	"github.com/weirstream/weir/runtime/topology"
)

func TestUntilEnd(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		for _, guarantee := range []config.Guarantee{config.ExactlyOnce, config.AtLeastOnce} {
			svc := service("untilend")
			b.Topic(t, shop.OrdersTopic(svc), 3)
			orders := shop.Orders(1, 3, 2000)
			b.Produce(t, shop.Records(svc, orders)...)
			c := settings(b, svc, t.TempDir())
			c.Until.End, c.Guarantee = true, guarantee
			start(t, shop.Topology(svc, topology.Fail), c).wait(t)
			shop.Check(t, b, svc, shop.Expect(shop.Flat(orders)))
		}
	})
}

// A bounded run over sources that are empty, or in part, ends too; and one that has nothing left to do.
func TestUntilEndOfNothing(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := service("nothing")
		b.Topic(t, shop.OrdersTopic(svc), 2)
		c := settings(b, svc, t.TempDir())
		c.Until.End = true
		start(t, shop.Topology(svc, topology.Fail), c).wait(t)
		orders := shop.Orders(2, 1, 100)
		b.Produce(t, shop.Records(svc, orders)...)
		start(t, shop.Topology(svc, topology.Fail), c).wait(t)
		start(t, shop.Topology(svc, topology.Fail), c).wait(t)
		shop.Check(t, b, svc, shop.Expect(shop.Flat(orders)))
	})
}

// The input comes in three parts with an orderly stop between them; between two the state directory is deleted. The end result is
// that of one run.
func TestRestart(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		for _, kind := range []string{config.Pebble, config.Memory} {
			svc := service("restart")
			b.Topic(t, shop.OrdersTopic(svc), 2)
			orders := shop.Orders(3, 2, 3000)
			dir := t.TempDir()
			c := settings(b, svc, dir)
			c.StateStore = kind
			for part := range 3 {
				for p := range orders {
					b.Produce(t, shop.Records(svc, one(p, orders[p][part*1000:(part+1)*1000]))...)
				}
				i := start(t, shop.Topology(svc, topology.Fail), c)
				waitRead(t, b, svc, int64((part+1)*1000), 2)
				i.stop(t)
				if part == 1 {
					if err := os.RemoveAll(dir); err != nil {
						t.Fatal(err)
					}
				}
			}
			c.Until.End = true
			start(t, shop.Topology(svc, topology.Fail), c).wait(t)
			shop.Check(t, b, svc, shop.Expect(shop.Flat(orders)))
		}
	})
}

// one places a list of orders in one partition.
func one(p int, list []shop.Order) [][]shop.Order {
	out := make([][]shop.Order, p+1)
	out[p] = list
	return out
}

// waitRead waits until the group has committed n records of each source partition.
func waitRead(t *testing.T, b *kafkatest.Broker, svc string, n int64, partitions int32) {
	t.Helper()
	adm := kadm.NewClient(b.Client(t))
	ctx := kafkatest.Context(t)
	kafkatest.Until(t, fmt.Sprintf("%d records of each partition are committed", n), func() bool {
		offs, err := adm.FetchOffsets(ctx, svc)
		if err != nil {
			return false
		}
		for p := range partitions {
			if o, ok := offs.Lookup(shop.OrdersTopic(svc), p); !ok || o.At < n {
				return false
			}
		}
		return true
	})
}

// faults makes steps of commits fail at random, a number of times.
type faults struct {
	mu   sync.Mutex
	r    *rand.Rand
	left int
	hit  map[string]int
}

var errInjected = errors.New("injected")

func (f *faults) step(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left == 0 || f.r.IntN(4) > 0 {
		return nil
	}
	f.left--
	f.hit[name]++
	return errInjected
}

// Commits fail at every step, before and after Kafka has committed. Nothing is lost and nothing comes twice.
func TestFailingCommits(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		for seed := range uint64(5) {
			svc := service("faults")
			b.Topic(t, shop.OrdersTopic(svc), 3)
			orders := shop.Orders(seed, 3, 4000)
			f := &faults{r: rand.New(rand.NewPCG(seed, 5)), left: 8, hit: map[string]int{}}
			c := settings(b, svc, t.TempDir())
			c.Until.End = true
			c.CommitInterval = 5 * time.Millisecond
			b.Produce(t, shop.Records(svc, orders)...)
			topo := shop.Topology(svc, topology.Fail)
			if seed >= 3 { // what was combined is lost with the commit, and combined again
				topo = shop.Combined(svc)
			}
			start(t, topo, c, func(o *engine.Options) { o.Fault = f.step }).wait(t)
			shop.Check(t, b, svc, shop.Expect(shop.Flat(orders)))
			t.Logf("injected: %v", f.hit)
			if f.left > 4 {
				t.Errorf("only %d faults were met", 8-f.left)
			}
			noneMovedAside(t, c.StateDir)
		}
	})
}

func noneMovedAside(t *testing.T, dir string) {
	t.Helper()
	for _, sub := range []string{"orders", "totals"} {
		es, err := os.ReadDir(dir + "/tasks/" + sub)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		for _, e := range es {
			if strings.Contains(e.Name(), "stale") {
				t.Errorf("local state was moved aside: %s", e.Name())
			}
		}
	}
}

// Instances come and go while records flow. Staying tasks go on, moving tasks take their state along.
func TestRebalance(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := service("rebalance")
		const partitions, n = 4, 6000
		b.Topic(t, shop.OrdersTopic(svc), partitions)
		orders := shop.Orders(9, partitions, n)
		feed := make(chan struct{})
		go func() {
			defer close(feed)
			cl, err := kgo.NewClient(kgo.SeedBrokers(b.Addr), kgo.RecordPartitioner(kgo.ManualPartitioner()))
			if err != nil {
				t.Error(err)
				return
			}
			defer cl.Close()
			pace := time.NewTicker(25 * time.Millisecond)
			defer pace.Stop()
			for at := 0; at < n; at += 50 {
				part := make([][]shop.Order, partitions)
				for p := range part {
					part[p] = orders[p][at : at+50]
				}
				if err := cl.ProduceSync(kafkatest.Context(t), shop.Records(svc, part)...).FirstErr(); err != nil {
					t.Error(err)
					return
				}
				<-pace.C
			}
		}()
		topo := shop.Topology(svc, topology.Fail)
		dirs := []string{t.TempDir(), t.TempDir(), t.TempDir()}
		first := start(t, topo, settings(b, svc, dirs[0]))
		running := func(i *instance, least int) {
			t.Helper()
			kafkatest.Until(t, "tasks run", func() bool { s := i.Status(); return s.Ready() && s.Tasks >= least })
		}
		running(first, 2*partitions)
		second := start(t, topo, settings(b, svc, dirs[1]))
		running(second, partitions)
		third := start(t, topo, settings(b, svc, dirs[2]))
		running(third, 2)
		first.stop(t)
		running(third, partitions)
		first = start(t, topo, settings(b, svc, dirs[0]))
		running(first, 2)
		<-feed
		waitRead(t, b, svc, n, partitions)
		for _, i := range []*instance{third, second, first} {
			i.stop(t)
		}
		c := settings(b, svc, dirs[1])
		c.Until.End = true
		start(t, topo, c).wait(t)
		shop.Check(t, b, svc, shop.Expect(shop.Flat(orders)))
		for _, d := range dirs {
			noneMovedAside(t, d)
		}
	})
}

// Bad records go to the dead letter topic with the original bytes, in the transaction of what came with them.
func TestDeadLetters(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := service("dead")
		b.Topic(t, shop.OrdersTopic(svc), 1)
		orders := shop.Orders(4, 1, 500)
		recs := shop.Records(svc, orders)
		bad := []*kgo.Record{
			{Topic: shop.OrdersTopic(svc), Key: []byte("k1"), Value: []byte("no commas")},
			{Topic: shop.OrdersTopic(svc), Value: []byte("p,12x,5"), Headers: []kgo.RecordHeader{{Key: "trace", Value: []byte("t")}}},
			{Topic: shop.OrdersTopic(svc)},
		}
		mixed := append(append(append([]*kgo.Record{}, recs[:200]...), bad...), recs[200:]...)
		b.Produce(t, mixed...)
		f := &faults{r: rand.New(rand.NewPCG(1, 5)), left: 4, hit: map[string]int{}}
		c := settings(b, svc, t.TempDir())
		c.Until.End = true
		start(t, shop.Topology(svc, topology.DeadLetter), c, func(o *engine.Options) { o.Fault = f.step }).wait(t)
		shop.Check(t, b, svc, shop.Expect(shop.Flat(orders)))
		dead := b.ReadAll(t, shop.DeadTopic(svc))
		if len(dead) != len(bad) {
			t.Fatalf("%d dead letters, want %d", len(dead), len(bad))
		}
		for i, d := range dead {
			if string(d.Key) != string(bad[i].Key) || string(d.Value) != string(bad[i].Value) {
				t.Errorf("dead letter %d: key %q, value %q", i, d.Key, d.Value)
			}
			h := map[string]string{}
			for _, x := range d.Headers {
				h[x.Key] = string(x.Value)
			}
			if h[topology.HeaderTopic] != shop.OrdersTopic(svc) || h[topology.HeaderPartition] != "0" || h[topology.HeaderOffset] != fmt.Sprint(200+i) {
				t.Errorf("dead letter %d: headers %v", i, h)
			}
			if i == 1 && (h["trace"] != "t" || !strings.Contains(h[topology.HeaderMessage], "field amount")) {
				t.Errorf("dead letter %d: headers %v", i, h)
			}
		}
	})
}

// Under on_error: fail the service stops with an error that names the record, and nothing behind it is committed.
func TestFailOnBadRecord(t *testing.T) {
	b := kafkatest.Fake(t)
	svc := service("fail")
	b.Topic(t, shop.OrdersTopic(svc), 1)
	recs := shop.Records(svc, shop.Orders(4, 1, 10))
	recs[7].Value = []byte("p,many,5")
	b.Produce(t, recs...)
	c := settings(b, svc, t.TempDir())
	i := start(t, shop.Topology(svc, topology.Fail), c)
	<-i.done
	if i.err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{shop.OrdersTopic(svc), "partition 0", "offset 7", "field amount"} {
		if !strings.Contains(i.err.Error(), want) {
			t.Errorf("error %q does not name %q", i.err, want)
		}
	}
}

func TestStateDirIsExclusive(t *testing.T) {
	b := kafkatest.Fake(t)
	svc := service("lock")
	b.Topic(t, shop.OrdersTopic(svc), 1)
	c := settings(b, svc, t.TempDir())
	first := start(t, shop.Topology(svc, topology.Fail), c)
	kafkatest.Until(t, "the first instance runs", func() bool { return first.Status().Ready() })
	second := start(t, shop.Topology(svc, topology.Fail), c)
	<-second.done
	if second.err == nil || !strings.Contains(second.err.Error(), "another process uses it") {
		t.Errorf("error: %v", second.err)
	}
	first.stop(t)
}
