// Package kafkatest gives tests a Kafka broker: a real Apache Kafka ([Real]), which it assembles and starts by itself, or the
// embedded one ([Fake]). [Each] runs a test on both.
//
// The real broker's jars are resolved by Maven, from whatever registry it is configured with, into the user's cache directory,
// once. A test process starts one broker when the first test asks, and shares it. The broker ends with the test process, however
// that ends: a shell holds it, which reads from a pipe that only the test process can write to, and kills it when the pipe closes.
//
// Where Java 17 or Maven is missing a test is skipped, and says so; with CI=true it fails.
package kafkatest

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Broker is a running broker.
type Broker struct {
	// Addr is its host:port, plaintext.
	Addr string
	// Embedded says that it is not a real Kafka.
	Embedded bool
	// Log is the file with a real broker's log.
	Log string
}

// Timeout bounds everything that a test waits for here.
const Timeout = 90 * time.Second

// Each runs f on the embedded broker and on a real one, as subtests.
func Each(t *testing.T, f func(t *testing.T, b *Broker)) {
	t.Run("embedded", func(t *testing.T) { f(t, Fake(t)) })
	t.Run("kafka", func(t *testing.T) {
		if testing.Short() {
			t.Skip("a real Kafka is not for short tests")
		}
		f(t, Real(t))
	})
}

// Context ends with the test, or after Timeout.
func Context(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), Timeout)
	t.Cleanup(cancel)
	return ctx
}

// Client is a client of the broker; it is closed with the test.
func (b *Broker) Client(t testing.TB, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(b.Addr), kgo.DisableClientMetrics()}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

// Topic makes a topic.
func (b *Broker) Topic(t testing.TB, name string, partitions int32) {
	t.Helper()
	ctx := Context(t)
	adm := kadm.NewClient(b.Client(t))
	// The tests' event times are old; a broker must not delete by them.
	keep := "-1"
	if _, err := adm.CreateTopic(ctx, partitions, -1, map[string]*string{"retention.ms": &keep}, name); err != nil {
		t.Fatalf("create topic %s: %v", name, err)
	}
	Until(t, "topic "+name+" is known", func() bool {
		d, err := adm.ListTopics(ctx, name)
		return err == nil && d.Has(name) && len(d[name].Partitions) == int(partitions)
	})
}

// Produce writes records, each into the partition that it names.
func (b *Broker) Produce(t testing.TB, recs ...*kgo.Record) {
	t.Helper()
	cl := b.Client(t, kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0))
	if err := cl.ProduceSync(Context(t), recs...).FirstErr(); err != nil {
		t.Fatalf("produce: %v", err)
	}
}

// Read reads committed records of a topic from its start until enough says so of those read so far, in the order of their
// offsets within a partition.
func (b *Broker) Read(t testing.TB, topic string, enough func([]*kgo.Record) bool) []*kgo.Record {
	t.Helper()
	cl := b.Client(t, kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxWait(100*time.Millisecond))
	ctx := Context(t)
	var recs []*kgo.Record
	for !enough(recs) {
		fs := cl.PollFetches(ctx)
		if ctx.Err() != nil {
			t.Fatalf("topic %s: gave up waiting after %d records", topic, len(recs))
		}
		recs = append(recs, fs.Records()...)
	}
	return recs
}

// ReadAll reads what is committed in a topic now, transactions that are just being ended included.
func (b *Broker) ReadAll(t testing.TB, topic string) []*kgo.Record {
	t.Helper()
	cl := b.Client(t)
	ctx := Context(t)
	adm := kadm.NewClient(cl)
	left := map[int32]int64{}
	// A commit is acknowledged before its markers stand in the partitions.
	Until(t, "no transaction is open in topic "+topic, func() bool {
		stable, err := adm.ListCommittedOffsets(ctx, topic)
		if err != nil {
			return false
		}
		ends, err := adm.ListEndOffsets(ctx, topic)
		if err != nil {
			return false
		}
		open := false
		ends.Each(func(o kadm.ListedOffset) {
			s, ok := stable.Lookup(topic, o.Partition)
			open = open || !ok || s.Offset < o.Offset
			if o.Offset > 0 {
				left[o.Partition] = o.Offset
			}
		})
		return !open
	})
	parts := map[int32]kgo.Offset{}
	for p := range left {
		parts[p] = kgo.NewOffset().AtStart()
	}
	if len(parts) == 0 {
		return nil
	}
	// Control records are kept because a partition may end with one.
	cons := b.Client(t, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: parts}), kgo.KeepControlRecords(),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.FetchMaxWait(100*time.Millisecond))
	var recs []*kgo.Record
	for len(left) > 0 {
		fs := cons.PollFetches(ctx)
		if ctx.Err() != nil {
			t.Fatalf("topic %s: gave up reading to the end, still to come: %v", topic, left)
		}
		fs.EachRecord(func(r *kgo.Record) {
			if r.Offset+1 >= left[r.Partition] {
				delete(left, r.Partition)
			}
			if !r.Attrs.IsControl() {
				recs = append(recs, r)
			}
		})
	}
	return recs
}

// Until waits until a condition holds, and fails the test when it does not in time.
func Until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(Timeout)
	defer end.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("gave up waiting until %s", what)
		}
	}
}
