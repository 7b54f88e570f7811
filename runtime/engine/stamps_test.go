package engine

import (
	"math"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/kafka"
)

func TestStamps(t *testing.T) {
	const now, hour = 1_700_000_000_000, 3_600_000
	e := &Engine{layout: &kafka.Layout{Limits: map[string]kafka.Limits{
		"any":    {Before: math.MaxInt64, After: math.MaxInt64},
		"strict": {Before: 24 * hour, After: hour},
		"now":    {Before: 0, After: 0},
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
