package engine_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kversion"

	"github.com/weirstream/weir/internal/kafkatest"
	"github.com/weirstream/weir/internal/shop"
	"github.com/weirstream/weir/runtime/engine"
	"github.com/weirstream/weir/runtime/kafka"
	"github.com/weirstream/weir/runtime/topology"
)

// Another instance died with a transaction open that holds records and an offset. The one that takes over does not wait for the
// transaction's timeout.
func TestFencesTheDead(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := service("dead")
		b.Topic(t, shop.OrdersTopic(svc), 1)
		b.Topic(t, shop.TotalsTopic(svc), 1)
		ctx := kafkatest.Context(t)
		id := kafka.TransactionalID(svc, "gone", 1, 1)
		dead := b.Client(t, kgo.TransactionalID(id), kgo.TransactionTimeout(10*time.Minute))
		if err := dead.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := dead.ProduceSync(ctx, &kgo.Record{Topic: shop.TotalsTopic(svc), Value: []byte("never")}).FirstErr(); err != nil {
			t.Fatal(err)
		}
		ds, err := kadm.NewClient(dead).ListTopics(ctx, shop.OrdersTopic(svc))
		if err != nil {
			t.Fatal(err)
		}
		ids := kafka.TopicIDs{shop.OrdersTopic(svc): ds[shop.OrdersTopic(svc)].ID}
		at := kafka.Offsets{{Topic: shop.OrdersTopic(svc)}: {At: 100, Epoch: -1, Metadata: "w1 - -"}}
		if err := (kafka.Txn{Client: dead, ID: id}).Commit(ctx, svc, kafka.Member{Generation: -1}, ids, at); err != nil {
			t.Fatal(err)
		}
		orders := shop.Orders(5, 1, 500)
		b.Produce(t, shop.Records(svc, orders)...)
		c := settings(b, svc, t.TempDir())
		c.Until.End = true
		start(t, shop.Topology(svc, topology.Fail), c).wait(t)
		shop.Check(t, b, svc, shop.Expect(shop.Flat(orders)))
	})
}

// The group takes a living instance for dead, over and over: what it has not committed is dropped and read again.
func TestExpelled(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := service("expelled")
		b.Topic(t, shop.OrdersTopic(svc), 2)
		orders := shop.Orders(8, 2, 3000)
		c := settings(b, svc, t.TempDir())
		c.Instance = "one"
		i := start(t, shop.Topology(svc, topology.Fail), c)
		cl, ctx := b.Client(t), kafkatest.Context(t)
		for round := range 5 {
			for p := range orders {
				b.Produce(t, shop.Records(svc, one(p, orders[p][round*600:(round+1)*600]))...)
			}
			n := 0
			kafkatest.Until(t, "the instance is expelled", func() bool {
				got, err := kafka.Expel(ctx, cl, svc, kafka.ClientID(svc, "one"))
				if err != nil {
					t.Fatal(err)
				}
				n += got
				return n > 0
			})
		}
		waitRead(t, b, svc, 3000, 2)
		i.stop(t)
		c.Until.End = true
		start(t, shop.Topology(svc, topology.Fail), c).wait(t)
		shop.Check(t, b, svc, shop.Expect(shop.Flat(orders)))
		noneMovedAside(t, c.StateDir)
	})
}

// The group's offsets were deleted: the service begins again from the start of its sources. Its local state, which is ahead of that, is
// kept aside, and what stands in the changelogs is not taken for the new life's.
func TestOffsetsDeleted(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := service("deleted")
		b.Topic(t, shop.OrdersTopic(svc), 1)
		orders := shop.Orders(8, 1, 1000)
		b.Produce(t, shop.Records(svc, orders)...)
		c := settings(b, svc, t.TempDir())
		topo := shop.Topology(svc, topology.Fail)
		i := start(t, topo, c)
		waitRead(t, b, svc, 1000, 1)
		kafkatest.Until(t, "the changelog is written", func() bool { return endOf(t, b, shop.ChangelogTopic(svc)) > 0 })
		i.stop(t)
		if _, err := kadm.NewClient(b.Client(t)).DeleteGroup(kafkatest.Context(t), svc); err != nil {
			t.Fatal(err)
		}
		// The repartition topic still has the first life's records, so it is emptied as an operator who resets a service does.
		end := endOf(t, b, shop.RepartitionTopic(svc))
		if err := kafka.Purge(kafkatest.Context(t), b.Client(t), map[kafka.TopicPartition]int64{{Topic: shop.RepartitionTopic(svc)}: end + 1}); err != nil {
			t.Fatal(err)
		}
		seen := len(b.ReadAll(t, shop.TotalsTopic(svc)))
		c.Until.End = true
		start(t, topo, c).wait(t)
		stale, err := filepath.Glob(filepath.Join(c.StateDir, "tasks", "totals", "*stale*"))
		if err != nil || len(stale) != 1 {
			t.Errorf("moved aside: %v, %v", stale, err)
		}
		again := map[string]int{}
		for _, r := range b.ReadAll(t, shop.TotalsTopic(svc))[seen:] {
			again[string(r.Value)]++
		}
		want := shop.Expect(shop.Flat(orders))
		if len(again) != len(want) {
			t.Errorf("%d totals the second time, want %d", len(again), len(want))
		}
		for v, n := range again {
			if !want[v] || n != 1 {
				t.Errorf("total %q, %d times", v, n)
			}
		}
	})
}

func endOf(t *testing.T, b *kafkatest.Broker, topic string) int64 {
	t.Helper()
	ends, err := kafka.List(kafkatest.Context(t), b.Client(t), kafka.End, topic)
	if err != nil {
		t.Fatal(err)
	}
	return ends[kafka.TopicPartition{Topic: topic}]
}

// A changelog that was deleted while its state is needed is an error that says so, not a wait without end.
func TestChangelogDeleted(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := service("nolog")
		b.Topic(t, shop.OrdersTopic(svc), 1)
		b.Produce(t, shop.Records(svc, shop.Orders(8, 1, 1000))...)
		c := settings(b, svc, t.TempDir())
		topo := shop.Topology(svc, topology.Fail)
		i := start(t, topo, c)
		waitRead(t, b, svc, 1000, 1)
		kafkatest.Until(t, "the changelog is written", func() bool { return endOf(t, b, shop.ChangelogTopic(svc)) > 0 })
		i.stop(t)
		if err := os.RemoveAll(c.StateDir); err != nil {
			t.Fatal(err)
		}
		if _, err := kadm.NewClient(b.Client(t)).DeleteTopic(kafkatest.Context(t), shop.ChangelogTopic(svc)); err != nil {
			t.Fatal(err)
		}
		again := start(t, topo, c)
		<-again.done
		if again.err == nil || !strings.Contains(again.err.Error(), shop.ChangelogTopic(svc)) {
			t.Errorf("error: %v", again.err)
		}
	})
}

// What was read of a repartition topic is deleted from it, and the service goes on from there.
func TestPurge(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := service("purged")
		b.Topic(t, shop.OrdersTopic(svc), 1)
		orders := shop.Orders(8, 1, 1000)
		c := settings(b, svc, t.TempDir())
		topo := shop.Topology(svc, topology.Fail)
		b.Produce(t, shop.Records(svc, one(0, orders[0][:500]))...)
		i := start(t, topo, c)
		waitRead(t, b, svc, 500, 1)
		cl, ctx := b.Client(t), kafkatest.Context(t)
		topic := shop.RepartitionTopic(svc)
		kafkatest.Until(t, "the repartition topic is emptied", func() bool {
			if err := i.Purge(); err != nil {
				t.Fatal(err)
			}
			starts, err := kafka.List(ctx, cl, kafka.Start, topic)
			if err != nil {
				t.Fatal(err)
			}
			return starts[kafka.TopicPartition{Topic: topic}] > 300
		})
		b.Produce(t, shop.Records(svc, one(0, orders[0][500:]))...)
		waitRead(t, b, svc, 1000, 1)
		i.stop(t)
		c.Until.End = true
		start(t, topo, c).wait(t)
		shop.Check(t, b, svc, shop.Expect(shop.Flat(orders)))
	})
}

// Brokers before 4.0 are told of the group before offsets are committed in a transaction.
func TestOlderBroker(t *testing.T) {
	b := kafkatest.Fake(t, kfake.MaxVersions(kversion.V3_8_0()))
	svc := service("older")
	b.Topic(t, shop.OrdersTopic(svc), 2)
	orders := shop.Orders(8, 2, 2000)
	b.Produce(t, shop.Records(svc, orders)...)
	c := settings(b, svc, t.TempDir())
	c.Until.End = true
	f := &faults{r: rand.New(rand.NewPCG(3, 5)), left: 4, hit: map[string]int{}}
	start(t, shop.Topology(svc, topology.Fail), c, func(o *engine.Options) { o.Fault = f.step }).wait(t)
	shop.Check(t, b, svc, shop.Expect(shop.Flat(orders)))
}
