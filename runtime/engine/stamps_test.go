package engine

import (
	"bytes"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/kafka"
)

func TestStamps(t *testing.T) {
	const now, hour = 1_700_000_000_000, 3_600_000
	e := &Engine{layout: &kafka.Layout{Limits: map[string]kafka.Limits{
		"any":    {Before: math.MaxInt64, After: math.MaxInt64, Retention: math.MaxInt64},
		"strict": {Before: 24 * hour, After: hour, Retention: math.MaxInt64},
		"now":    {Before: 0, After: 0, Retention: math.MaxInt64},
	}}}
	s := e.stamps(now)
	for _, tt := range []struct {
		topic    string
		at, want int64
	}{
		{"any", now, now}, {"any", 0, 0}, {"any", 9_000_000_000_000, 9_000_000_000_000}, {"any", -1, -1},
		{"strict", now, now}, {"strict", now + hour/2, now + hour/2}, {"strict", now + 2*hour, now + hour - clockSkew}, {"strict", 0, now - 24*hour + clockSkew},
		{"now", now - 1, now}, {"now", now + 1, now}, {"now", now, now},
		{"not known", 5, 5},
	} {
		r := kgo.Record{Topic: tt.topic, Timestamp: time.UnixMilli(tt.at)}
		if s.fit(&r); r.Timestamp.UnixMilli() != tt.want {
			t.Errorf("%s: %d became %d, want %d", tt.topic, tt.at, r.Timestamp.UnixMilli(), tt.want)
		}
	}
}

// What a broker is about to delete is worth a word, and only one.
func TestOldRecords(t *testing.T) {
	const now, day = 1_700_000_000_000, 86_400_000
	var log bytes.Buffer
	e := &Engine{log: slog.New(slog.NewTextHandler(&log, nil)), layout: &kafka.Layout{Limits: map[string]kafka.Limits{
		"week": {Before: math.MaxInt64, After: math.MaxInt64, Retention: 7 * day},
		"ever": {Before: math.MaxInt64, After: math.MaxInt64, Retention: math.MaxInt64},
	}}}
	for range 2 {
		s := e.stamps(now)
		for _, topic := range []string{"ever", "week"} {
			for _, at := range []int64{now, now - 6*day, now - 8*day, now - 9*day, 0} {
				r := kgo.Record{Topic: topic, Timestamp: time.UnixMilli(at)}
				if s.fit(&r); r.Timestamp.UnixMilli() != at {
					t.Errorf("%s: %d became %d", topic, at, r.Timestamp.UnixMilli())
				}
			}
		}
	}
	if said := log.String(); strings.Count(said, "\n") != 1 || !strings.Contains(said, "topic=week event_time=2023-11-06T22:13:20Z retention=168h0m0s") {
		t.Errorf("logged:\n%s", said)
	}
}
