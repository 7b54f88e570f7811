package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/kafkatest"
)

// maxBatch is the largest batch that a broker takes by default (message.max.bytes); around a single record it needs some 80 bytes.
const maxBatch = 1048588

// Whatever stands in a topic goes where on_error says, unchanged and with the reason, and the records around it are processed.
func TestBadInput(t *testing.T) {
	order := func(change, to string) string {
		good := `{"order_id":"o","customer_id":"c1","amount_cents":250,"status":"paid","items":[{"sku":"s","qty":1}],"ts":1767261600000}`
		if !strings.Contains(good, change) {
			t.Fatalf("the order has no %s", change)
		}
		return strings.Replace(good, change, to, 1)
	}
	huge := maxBatch - 120
	bad := map[string]struct {
		key, value []byte
		message    string // what the dead letter's header begins with
	}{
		"not JSON":           {[]byte("c1"), []byte(`{"order_id":`), "field order_id: expected a string, found the end of the record (at byte 12)"},
		"not an object":      {[]byte("c1"), []byte(`[1]`), "expected an object"},
		"nothing":            {[]byte("c1"), []byte{}, "expected an object"},
		"a tombstone":        {[]byte("c1"), nil, "expected an object, found the end of the record"},
		"no key":             {nil, []byte(order("c1", "c1")), "key: is null"},
		"another key":        {[]byte("c2"), []byte(order("c1", "c1")), "field customer_id: differs"},
		"a wrong type":       {[]byte("c1"), []byte(order("250", `"250"`)), `field amount_cents: expected an int, found the string "250"`},
		"out of range":       {[]byte("c1"), []byte(order("250", "9223372036854775808")), "field amount_cents: "},
		"an unknown value":   {[]byte("c1"), []byte(order(`"paid"`, `"payd"`)), "field status: "},
		"a missing field":    {[]byte("c1"), []byte(order(`"status":"paid",`, "")), "field status: required, but missing"},
		"a time too late":    {[]byte("c1"), []byte(order("1767261600000", "9223372036854775807")), "field ts: timestamp out of range"},
		"a time too early":   {[]byte("c1"), []byte(order("1767261600000", "-9223372036854775808")), "field ts: timestamp out of range"},
		"huge and not JSON":  {[]byte("c1"), bytes.Repeat([]byte("x"), huge), "expected an object"},
		"a huge wrong value": {[]byte("c1"), []byte(order(`"paid"`, `"`+strings.Repeat("p", huge-200)+`"`)), "field status: "},
	}
	s := compile(t, "../../examples/orders/orders.weir.yaml")
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		s.source(t, b, 1)
		var recs []*kgo.Record
		add := func(key, value []byte, headers ...kgo.RecordHeader) {
			recs = append(recs, &kgo.Record{Topic: "orders", Key: key, Value: value, Headers: headers})
		}
		for name, r := range bad {
			add([]byte("c1"), []byte(order(`"o"`, fmt.Sprintf("%q", name)))) // a good one between the bad ones
			add(r.key, r.value, kgo.RecordHeader{Key: "case", Value: []byte(name)})
		}
		// Far away, but possible times are no errors: the first and the last there are.
		for i, at := range []string{"-62135596800000", "-1", "253402300799999"} {
			key := fmt.Sprintf("far%d", i)
			add([]byte(key), []byte(strings.NewReplacer("c1", key, "1767261600000", at).Replace(order("o", "o"))))
		}
		// A good record of the largest size is processed like any other.
		add([]byte("c1"), []byte(order(`"o"`, `"`+strings.Repeat("o", huge-200)+`"`)))
		cl := b.Client(t, kgo.ProducerBatchMaxBytes(maxBatch))
		if err := cl.ProduceSync(kafkatest.Context(t), recs...).FirstErr(); err != nil {
			t.Fatal(err)
		}
		s.run(t, b, t.TempDir(), "--until=end")
		s.compare(t, b, 1, s.input(t, b, s.program.Sources[0]))

		sent := maps.Clone(bad)
		for _, r := range b.ReadAll(t, "orders.dlq") {
			h := gotOf(r).Headers
			want, ok := sent[h["case"]]
			delete(sent, h["case"])
			if !ok || !bytes.Equal(r.Key, want.key) || !bytes.Equal(r.Value, want.value) || (r.Value == nil) != (want.value == nil) {
				t.Errorf("%s: the dead letter is not the record", h["case"])
			}
			at := recs[0]
			for _, rec := range recs {
				if len(rec.Headers) > 0 && string(rec.Headers[0].Value) == h["case"] {
					at = rec
				}
			}
			if m := h["__streams.errors.message"]; !strings.HasPrefix(m, want.message) || len(m) > 2000 {
				t.Errorf("%s: message of %d bytes: %.200q", h["case"], len(m), m)
			}
			if h["__streams.errors.topic"] != "orders" || h["__streams.errors.partition"] != "0" || h["__streams.errors.offset"] != fmt.Sprint(at.Offset) || h["__streams.errors.exception"] == "" {
				t.Errorf("%s: headers %v", h["case"], h)
			}
		}
		for name := range sent {
			t.Errorf("%s: is in no dead letter", name)
		}
	})
}

// A topic of the user's own takes, by default, no timestamp that is more than an hour ahead of the broker's clock. Results with such
// an event time get there all the same.
func TestAheadOfTheClock(t *testing.T) {
	s := compile(t, "../../examples/orders/orders.weir.yaml")
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		s.source(t, b, 1)
		b.Topic(t, "revenue-per-minute", 1)
		value := `{"order_id":"o","customer_id":"c","amount_cents":250,"status":"paid","items":[],"ts":7258118400000}` // the year 2200
		rec := &kgo.Record{Topic: "orders", Key: []byte("c"), Value: []byte(value), Timestamp: time.Now()}
		if err := b.Client(t).ProduceSync(kafkatest.Context(t), rec).FirstErr(); err != nil {
			t.Fatal(err)
		}
		s.run(t, b, t.TempDir(), "--until=end")
		out := b.ReadAll(t, "revenue-per-minute")
		if len(out) != 1 || !strings.Contains(string(out[0].Value), `"cents":250`) {
			t.Fatalf("results: %v", out)
		}
		if ahead := time.Until(out[0].Timestamp); !b.Embedded && ahead > time.Hour {
			t.Errorf("the timestamp is %v ahead", ahead)
		}
	})
}
