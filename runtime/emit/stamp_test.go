package emit

import (
	"math"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Every event time survives a repartition topic, and no timestamp is one that the client or Kafka would read as something else.
func TestEventTime(t *testing.T) {
	year := func(y int) int64 { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() }
	for _, at := range []int64{0, 1, -1, year(1), year(1) - 1, year(1600), year(1969), year(2026), year(2261), MaxStamp, MaxStamp + 1, year(9999), math.MinInt64, math.MaxInt64} {
		e := New(NewPool(1), []Target{{Topic: "re", Partitions: 3, Fixed: -1}, {Topic: "out", Fixed: -1}})
		for i := range 2 {
			e.Send(i, append(e.Begin(), "kv"...), 0, 1, at)
		}
		e.SendRecord(1, &kgo.Record{Value: []byte("v"), Timestamp: time.UnixMilli(at)})
		rs := e.Take()[0].Records()
		if got := EventTime(&rs[0]); got != at {
			t.Errorf("%d became %d", at, got)
		}
		if len(rs[1].Headers) > 0 {
			t.Errorf("%d: a record of a sink has headers %v", at, rs[1].Headers)
		}
		for _, r := range rs {
			if ms := r.Timestamp.UnixNano() / 1e6; r.Timestamp.IsZero() || ms < 0 || ms != r.Timestamp.UnixMilli() || at >= 0 && at <= MaxStamp && ms != at {
				t.Errorf("%d: timestamp %v in %s", at, r.Timestamp, r.Topic)
			}
		}
	}
}
