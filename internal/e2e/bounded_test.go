package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/kafkatest"
)

// boundedInput are records of two sources with three partitions each. They are out of order, some of them by more than the lag, and the
// partitions do not cover the same times.
func boundedInput() (parts [][]*kgo.Record) {
	r := rand.New(rand.NewPCG(11, 3))
	id := 0
	for s, topic := range []string{"bounded-web", "bounded-store"} {
		for p := range 3 {
			var recs []*kgo.Record
			at := int64(1_767_225_600_000) + int64(p)*60_000
			for range 6000 / (1 + s + p) {
				id++
				at += r.Int64N(100)
				t := at - r.Int64N(1000)
				if r.IntN(30) == 0 {
					t -= r.Int64N(120_000)
				}
				recs = append(recs, &kgo.Record{Topic: topic, Partition: int32(p), Key: fmt.Appendf(nil, "c%d", id%7),
					Value: fmt.Appendf(nil, `{"id":%d,"shop":"s%d","cents":%d,"at":%q}`, id, r.IntN(5), r.IntN(1000), time.UnixMilli(t).UTC().Format(time.RFC3339Nano))})
			}
			parts = append(parts, recs)
		}
	}
	return parts
}

// The results of a bounded run are the same whatever the order of arrival between partitions, the number of workers and the time of
// commits, also where they depend on which record comes first and which is late, behind a repartition topic.
func TestBoundedRunIsCertain(t *testing.T) {
	s := compile(t, "testdata/bounded.weir.yaml")
	var want map[string][]string
	for run, args := range [][]string{
		{"--until=end", "--workers=1", "--commit-interval=5ms"},
		{"--until=end", "--workers=3", "--commit-interval=300ms"},
		{"--until=2100-01-01T00:00:00Z", "--workers=2", "--commit-interval=40ms", "--overlay-bytes=1MiB"},
		{"--until=bounded-web/0=6000,bounded-store/2=1500", "--workers=2"},
	} {
		b := kafkatest.Fake(t)
		parts := boundedInput()
		b.Topic(t, "bounded-web", 3)
		b.Topic(t, "bounded-store", 3)
		for i := range parts {
			b.Produce(t, parts[(i*5+run)%len(parts)]...)
		}
		s.run(t, b, t.TempDir(), args...)
		got := map[string][]string{}
		for _, topic := range []string{"bounded-moves", "bounded-firsts", "bounded-totals", "bounded-lates"} {
			for _, r := range b.ReadAll(t, topic) {
				of := fmt.Sprintf("%s of %s", topic, r.Key)
				got[of] = append(got[of], string(r.Value))
			}
		}
		if run == 0 {
			if want = got; len(want) != 4*5 {
				t.Fatalf("results are of %d groups: the input is no good for this test", len(want))
			}
			continue
		}
		for of, w := range want {
			if !slices.Equal(got[of], w) {
				t.Errorf("%v: %s: %d records, which are not the %d of the first run", args, of, len(got[of]), len(w))
			}
		}
	}
}
