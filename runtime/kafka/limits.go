package kafka

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/weirstream/weir/runtime/topology"
)

// DefaultMaxBytes is the largest batch that a topic takes unless it is told otherwise (max.message.bytes).
const DefaultMaxBytes = 1048588

// The topic configurations of KIP-937.
const (
	timestampBefore = "message.timestamp.before.max.ms"
	timestampAfter  = "message.timestamp.after.max.ms"
)

// retention is the topic configuration for the time that records are kept.
const retention = "retention.ms"

// defaultAfter is one hour, in milliseconds.
const defaultAfter = 3_600_000

// anyTime is the value of timestampAfter for the topics that are created here: timestamps are event times, however far ahead.
var anyTime = strconv.FormatInt(math.MaxInt64, 10)

// internalMaxBytes is what internal topics are created with. A record of a source may grow in them: a long string can stand in the
// group key, in the value and once more in the state.
const internalMaxBytes = 16 << 20

// deadLetterBytes is more than the headers of a dead letter take: the largest record of a source must fit into its dead letter topic
// together with them.
const deadLetterBytes = topology.MaxMessage + 3<<10

// Limits are what a topic takes.
type Limits struct {
	MaxBytes int32 // of a batch (max.message.bytes)
	// Before and After are how far, in milliseconds, the timestamp of a record may be from the broker's clock
	// (message.timestamp.before.max.ms, message.timestamp.after.max.ms).
	Before, After int64
	// Retention is how long a record is kept, in milliseconds from its timestamp (retention.ms); math.MaxInt64: for good, or as long as
	// its key has no newer one.
	Retention int64
}

// limitsOf asks for the topics' limits. Those whose configuration may not be seen are taken to have the defaults of Kafka 4.
func limitsOf(ctx context.Context, adm *kadm.Client, topics ...string) (map[string]Limits, error) {
	m := map[string]Limits{}
	if len(topics) == 0 {
		return m, nil
	}
	rs, err := adm.DescribeTopicConfigs(ctx, topics...)
	if err != nil {
		return nil, fmt.Errorf("describe topic configs: %w", err)
	}
	for _, r := range rs {
		l := Limits{MaxBytes: DefaultMaxBytes, Before: math.MaxInt64, After: math.MaxInt64, Retention: math.MaxInt64} // brokers before 3.6 know no other
		deletes := true
		if errors.Is(r.Err, kerr.TopicAuthorizationFailed) {
			l.After = defaultAfter
		} else if r.Err != nil {
			return nil, fmt.Errorf("describe config of topic %s: %w", r.Name, r.Err)
		}
		for _, c := range r.Configs {
			if c.Value == nil {
				continue
			}
			n, bits := int64(0), 64
			var err error
			switch c.Key {
			case "max.message.bytes":
				bits = 32
				fallthrough
			case timestampBefore, timestampAfter, retention:
				if n, err = strconv.ParseInt(*c.Value, 10, bits); err != nil {
					return nil, fmt.Errorf("topic %s: %s: %w", r.Name, c.Key, err)
				}
			}
			switch c.Key {
			case "max.message.bytes":
				l.MaxBytes = int32(n)
			case timestampBefore:
				l.Before = n
			case timestampAfter:
				l.After = n
			case retention:
				if n >= 0 {
					l.Retention = n
				}
			case "cleanup.policy":
				deletes = strings.Contains(*c.Value, "delete")
			}
		}
		if !deletes {
			l.Retention = math.MaxInt64
		}
		m[r.Name] = l
	}
	return m, nil
}

// deadLetterNeeds is the limit that each dead letter topic should have at least.
func (p *preparer) deadLetterNeeds() (map[string]int32, error) {
	var sources []string
	from := map[string][]string{}
	for _, s := range p.t.Subtopologies {
		for _, in := range s.Inputs {
			if in.OnError == topology.DeadLetter && !in.Repartition {
				sources = append(sources, in.Topic)
				dlq := s.Outputs[in.DeadLetter].Topic
				from[dlq] = append(from[dlq], in.Topic)
			}
		}
	}
	limits, err := limitsOf(p.ctx, p.adm, sources...)
	if err != nil {
		return nil, err
	}
	needs := map[string]int32{}
	for dlq, topics := range from {
		for _, t := range topics {
			needs[dlq] = max(needs[dlq], limits[t].MaxBytes+deadLetterBytes)
		}
	}
	return needs, nil
}

// limits takes in what the topics that are written to can hold, and notes dead letter topics that are too narrow.
func (p *preparer) limits(needs map[string]int32) error {
	var written []string
	for _, s := range p.t.Subtopologies {
		for _, out := range s.Outputs {
			written = append(written, out.Topic)
		}
	}
	var err error
	if p.l.Limits, err = limitsOf(p.ctx, p.adm, written...); err != nil {
		return err
	}
	for dlq, need := range needs {
		if n := p.l.Limits[dlq].MaxBytes; n < need {
			p.l.Notes = append(p.l.Notes, fmt.Sprintf("topic %s cannot take the largest records of its source as dead letters, with their headers, and such a record "+
				"would stop the service: set its max.message.bytes, which is %d, to %d", dlq, n, need))
		}
	}
	return nil
}
