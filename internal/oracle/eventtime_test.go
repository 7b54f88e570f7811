package oracle

import (
	"testing"
	"time"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/source"
)

// TestEventTimes: the time of a record is told whatever else is wrong with it, as far as it can be told here.
func TestEventTimes(t *testing.T) {
	p, diags := check.Check(source.New("s.weir.yaml", []byte(`
weir: v1
service: s
functions:
  upper: {go: strings.ToUpper, pure: true}
types:
  A: {id: string, at: timestamp, n: int}
sources:
  stamped: {kafka: {topic: a}, value: A}
  plain: {kafka: {topic: b}, value: A, event_time: at}
  computed: {kafka: {topic: c}, value: {type: A, format: csv}, event_time: 'at + duration(string(n) + "s")'}
  called: {kafka: {topic: d}, value: A, event_time: timestamp(upper(id))}
steps:
  all: {merge: [stamped, plain, computed, called], where: n > 0}
sinks:
  all: {from: all, kafka: {topic: out}}
`)))
	if p == nil {
		t.Fatal(diags)
	}
	at := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		source string
		rec    Record
		want   time.Duration // behind at; -1: it has none
	}{
		{"stamped", Record{Value: []byte("{"), Timestamp: at}, 0},
		{"plain", Record{Value: []byte(`{"at": "2026-05-01T10:00:01Z", "n": "none"}`)}, time.Second},
		{"plain", Record{Value: []byte(`{"at": "today"}`)}, -1},
		{"plain", Record{}, -1},
		{"computed", Record{Value: []byte("x,2026-05-01T10:00:01Z,5")}, 6 * time.Second},
		{"computed", Record{Value: []byte("x,2026-05-01T10:00:01Z,five")}, -1},
		{"called", Record{Value: []byte(`{"id": "2026-05-01t10:00:00z"}`)}, -1}, // only the service has the function
	} {
		for _, s := range p.Sources {
			if s.Name != c.source {
				continue
			}
			times, err := EventTimes(p, s)
			if err != nil {
				t.Fatal(err)
			}
			got, err := times(c.rec)
			if (err != nil) != (c.want < 0) || err == nil && got != at.Add(c.want).UnixMilli() {
				t.Errorf("%s %s: %d, %v", c.source, c.rec.Value, got, err)
			}
		}
	}
}
