package engine

import (
	"math"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/kafka"
)

// stamps moves the timestamps of records into what their topics take now. An event time can be anything, but a broker refuses the
// whole batch of a record whose timestamp is, by default, more than an hour ahead of its clock (KIP-937), and the service would
// not get past it. Event times that stand in the record itself stay as they are.
type stamps struct {
	limits   map[string]kafka.Limits
	now      int64 // all in Unix milliseconds
	from, to int64 // what every topic takes, and keeps
	old      func(topic string, at int64)
}

// clockSkew is how far, in milliseconds, the broker's clock may be from ours without a refusal.
const clockSkew = 60_000

func (e *Engine) stamps(now int64) stamps {
	s := stamps{limits: e.layout.Limits, now: now, from: math.MinInt64, to: math.MaxInt64, old: e.tooOld}
	for topic, l := range s.limits {
		from, to := s.taken(l)
		if _, said := e.old.Load(topic); !said {
			from = max(from, now-l.Retention)
		}
		s.from, s.to = max(s.from, from), min(s.to, to)
	}
	return s
}

// tooOld says, once for a topic, that a broker deletes by timestamps, and these are event times: results of old data are gone minutes
// after they were written.
func (e *Engine) tooOld(topic string, at int64) {
	if _, said := e.old.LoadOrStore(topic, true); said {
		return
	}
	e.log.Warn("records are written whose event time lies further back than the topic keeps records: the broker will delete them soon, "+
		"unless retention.ms of the topic is set higher, or to -1",
		"topic", topic, "event_time", time.UnixMilli(at).UTC().Format(time.RFC3339), "retention", (time.Duration(e.layout.Limits[topic].Retention) * time.Millisecond).String())
}

// taken are the timestamps that a topic takes.
func (s *stamps) taken(l kafka.Limits) (from, to int64) {
	from, to = s.now-l.Before+min(clockSkew, l.Before), math.MaxInt64
	if l.After < math.MaxInt64-s.now {
		to = s.now + l.After - min(clockSkew, l.After)
	}
	return from, to
}

func (s *stamps) fit(r *kgo.Record) {
	at := r.Timestamp.UnixMilli()
	if at >= s.from && at <= s.to {
		return
	}
	if l, ok := s.limits[r.Topic]; ok {
		if at < s.now-l.Retention {
			s.old(r.Topic, at)
		}
		from, to := s.taken(l)
		r.Timestamp = time.UnixMilli(min(max(at, from), to))
	}
}
