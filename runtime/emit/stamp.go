package emit

import (
	"encoding/binary"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// MaxStamp is the latest timestamp of a record, in Unix milliseconds: in the year 2262, as the client counts in nanoseconds. The
// earliest is 0, as Kafka's other clients take what is below for no timestamp or for an error.
const MaxStamp = 9_223_372_036_000

// TimeHeader holds the event time of a record in a repartition topic where its timestamp cannot: eight bytes, big endian, the two's
// complement of Unix milliseconds.
const TimeHeader = "__weir.time"

// stamp gives a record the timestamp at, or the nearest one there is.
func stamp(r *kgo.Record, at int64) { r.Timestamp = time.UnixMilli(min(max(at, 0), MaxStamp)) }

// stampFar is stamp for times that cannot be a timestamp. In repartition topics, where the timestamp is the event time of what
// follows, a header says what it is.
func (t *Target) stampFar(r *kgo.Record, at int64) {
	stamp(r, at)
	if t.Partitions > 0 {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: TimeHeader, Value: binary.BigEndian.AppendUint64(nil, uint64(at))})
	}
}

// EventTime is the event time of a record read from a repartition topic, in Unix milliseconds.
func EventTime(r *kgo.Record) int64 {
	at := r.Timestamp.UnixMilli()
	if len(r.Headers) > 0 && (at == 0 || at == MaxStamp) {
		for _, h := range r.Headers {
			if h.Key == TimeHeader && len(h.Value) == 8 {
				return int64(binary.BigEndian.Uint64(h.Value))
			}
		}
	}
	return at
}
