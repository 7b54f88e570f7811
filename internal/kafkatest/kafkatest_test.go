package kafkatest

import (
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

func TestEach(t *testing.T) {
	Each(t, func(t *testing.T, b *Broker) {
		b.Topic(t, "greetings", 2)
		for p := range int32(2) {
			b.Produce(t, &kgo.Record{Topic: "greetings", Partition: p, Value: fmt.Append(nil, "hello ", p)})
		}
		if recs := b.ReadAll(t, "greetings"); len(recs) != 2 {
			t.Errorf("%d records, want 2", len(recs))
		}
		b.Read(t, "greetings", func(recs []*kgo.Record) bool { return len(recs) == 2 })
	})
}
