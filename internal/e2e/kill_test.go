package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/chaos"
	"github.com/weirstream/weir/internal/kafkatest"
)

// TestKills is the promise: two instances are killed with SIGKILL at random moments while a million records flow; what is
// committed is what it would have been without, nothing lost, nothing twice, and no local state was wiped.
func TestKills(t *testing.T) {
	s := compile(t, "testdata/shop.weir.yaml")
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		const records, kills = 1_000_000, 12
		s.source(t, b, partitions)
		c := chaos.Start(t, chaos.Options{
			Binary: s.bin, Brokers: b.Addr, Instances: 2, Seed: 1, Pause: 1500 * time.Millisecond, Restart: 300 * time.Millisecond,
			Args: s.args(b, "--commit-interval", "50ms"),
		})
		produced := make(chan struct{})
		go func() {
			defer close(produced)
			produceOrders(t, b, records)
		}()
		var read func() bool
		c.KillUntil(func() bool {
			select {
			case <-produced:
			default:
				return false
			}
			if read == nil {
				read = chaos.ReadAll(t, b, s.program.Service, "orders")
			}
			return read()
		}, kills)
		report := c.Stop()
		t.Logf("%d kills, %d starts", report.Kills, report.Starts)
		for _, crash := range report.Crashes {
			t.Errorf("a service ended by itself: %s", crash)
		}
		for _, dir := range report.MovedAside {
			t.Errorf("local state was moved aside: %s", dir)
		}
		if t.Failed() {
			return
		}
		// A last instance, with a disk of its own, closes what is still open.
		s.run(t, b, t.TempDir(), "--until=end")
		s.compare(t, b, partitions, s.input(t, b, s.program.Sources[0]))
	})
}

// produceOrders writes n orders, slowly enough that the services are killed while they come. Event times advance by a
// millisecond a record and are up to 3 s out of order, one record in 10,000 is malformed. The
// watermark's lag covers the disorder, so no record is late however partitions interleave.
func produceOrders(t *testing.T, b *kafkatest.Broker, n int) {
	cl := b.Client(t, kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)), kgo.DefaultProduceTopic("orders"), kgo.MaxBufferedRecords(20_000))
	base := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC).UnixMilli()
	for i := range n {
		x := mix(uint64(i))
		customer := fmt.Sprintf("c%d", x%5000)
		value := fmt.Appendf(nil, `{"order_id":%d,"customer":%q,"sku":"s%d","cents":%d,"paid":%t,"at":%d}`,
			i, customer, x>>20%200, x>>30%10_000, x>>50%10 < 7, base+int64(i)-int64(x>>8%3000))
		if i%10_000 == 4321 {
			value = value[:len(value)-5]
		}
		cl.Produce(t.Context(), &kgo.Record{Key: []byte(customer), Value: value, Timestamp: time.UnixMilli(base + int64(i))}, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Errorf("produce: %v", err)
			}
		})
	}
	if err := cl.Flush(kafkatest.Context(t)); err != nil {
		t.Errorf("flush: %v", err)
	}
}

// mix is splitmix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}
