package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/kafkatest"
	"github.com/weirstream/weir/internal/shop"
	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/runtime/topology"
)

func until(t *testing.T, text string) config.Until {
	t.Helper()
	u, err := config.ParseUntil(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// later moves orders an hour on, behind the windows that a run before has closed.
func later(orders []shop.Order) {
	for i := range orders {
		orders[i].At += 3_600_000
	}
}

// A run up to offsets of some partitions reads the others to their ends. Another run up to the same point adds nothing, and one that
// goes on to the end reads the rest.
func TestUntilOffsets(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := service("untiloffsets")
		topic := shop.OrdersTopic(svc)
		b.Topic(t, topic, 3)
		orders := shop.Orders(5, 3, 1000)
		later(orders[0][400:])
		later(orders[1])
		b.Produce(t, shop.Records(svc, orders)...)
		c := settings(b, svc, t.TempDir())
		c.Until = until(t, topic+"/0=400,"+topic+"/1=0")
		read := shop.Expect(append(orders[0][:400:400], orders[2]...))
		for range 2 {
			start(t, shop.Topology(svc, topology.Fail), c).wait(t)
			shop.Check(t, b, svc, read)
		}
		c.Until = until(t, "end")
		start(t, shop.Topology(svc, topology.Fail), c).wait(t)
		for v := range shop.Expect(append(orders[0][400:], orders[1]...)) {
			read[v] = true
		}
		shop.Check(t, b, svc, read)
	})
}

// A run up to a time reads of each partition what stands before the first record with a timestamp that late, in the order of the
// partition; what comes behind it is not read though it is older.
func TestUntilTime(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := service("untiltime")
		b.Topic(t, shop.OrdersTopic(svc), 4)
		orders := shop.Orders(6, 4, 300)
		orders[3] = nil
		recs := shop.Records(svc, orders)
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for i, r := range recs {
			r.Timestamp = at.Add(-time.Hour)
			switch {
			case r.Partition == 0 && i == 100: // those behind it are older again
				r.Timestamp = at
			case r.Partition == 1: // all of it
				r.Timestamp = at.Add(-time.Millisecond)
			case r.Partition == 2: // none of it
				r.Timestamp = at.Add(time.Minute)
			}
		}
		b.Produce(t, recs...)
		c := settings(b, svc, t.TempDir())
		// Half a millisecond more than the last record that counts has; Kafka's timestamps are whole ones.
		c.Until = until(t, "2025-12-31T23:59:59.9995Z")
		start(t, shop.Topology(svc, topology.Fail), c).wait(t)
		shop.Check(t, b, svc, shop.Expect(append(orders[0][:100:100], orders[1]...)))
	})
}

// Where the run ends can lie among records that no reader is given, and behind those of a transaction that is not finished yet.
func TestUntilTransactions(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := service("untiltxn")
		topic := shop.OrdersTopic(svc)
		b.Topic(t, topic, 1)
		orders := shop.Orders(7, 1, 30)
		later(orders[0][20:])
		recs := shop.Records(svc, orders)
		ctx := kafkatest.Context(t)
		tx := b.Client(t, kgo.TransactionalID(svc+"-producer"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		write := func(recs []*kgo.Record) {
			t.Helper()
			if err := tx.BeginTransaction(); err != nil {
				t.Fatal(err)
			}
			if err := tx.ProduceSync(ctx, recs...).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		end := func(how kgo.TransactionEndTry) {
			t.Helper()
			if err := tx.EndTransaction(ctx, how); err != nil {
				t.Fatal(err)
			}
		}
		write(recs[:10])
		end(kgo.TryCommit) // 0 to 9, its marker at 10
		write(recs[10:20])
		end(kgo.TryAbort) // 11 to 20, its marker at 21
		b.Produce(t, shop.Records(svc, [][]shop.Order{orders[0][20:21]})...)
		c := settings(b, svc, t.TempDir())
		c.Until = until(t, topic+"/0=15")
		start(t, shop.Topology(svc, topology.Fail), c).wait(t)
		want := shop.Expect(orders[0][:10])
		shop.Check(t, b, svc, want)

		write(shop.Records(svc, [][]shop.Order{orders[0][21:]})) // 23 to 31
		c.Until = until(t, topic+"/0=30")
		i := start(t, shop.Topology(svc, topology.Fail), c)
		waitRead(t, b, svc, 23, 1)
		end(kgo.TryCommit)
		i.wait(t)
		for v := range shop.Expect(orders[0][20:28]) {
			want[v] = true
		}
		shop.Check(t, b, svc, want)
	})
}

// What can't be is said at the start, all of it.
func TestUntilRefused(t *testing.T) {
	b := kafkatest.Fake(t)
	svc := service("untilrefused")
	topic := shop.OrdersTopic(svc)
	b.Topic(t, topic, 2)
	b.Produce(t, shop.Records(svc, shop.Orders(1, 2, 10))...)
	c := settings(b, svc, t.TempDir())
	c.Until = until(t, topic+"/0=10,"+topic+"/1=11,"+topic+"/2=0,"+shop.RepartitionTopic(svc)+"/0=0")
	i := start(t, shop.Topology(svc, topology.Fail), c)
	<-i.done
	want := []string{
		"until: " + topic + "/1=11: the partition ends at offset 10, so the run would wait for records that are not there",
		"until: " + topic + `/2=0: topic "` + topic + `" has no partition 2; it has 0 to 1`,
		"until: " + shop.RepartitionTopic(svc) + `/0=0: the service has no source of topic "` + shop.RepartitionTopic(svc) + `"; it has ` + topic,
	}
	if i.err == nil || i.err.Error() != strings.Join(want, "\n") {
		t.Errorf("error: %v", i.err)
	}
}
