package check

import (
	"slices"
	"time"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/types"
)

// Format is how a Kafka value is written.
type Format uint8

// The value formats.
const (
	JSON Format = iota + 1
	CSV
)

// Policy says what becomes of a record that can't be processed.
type Policy uint8

// The policies of on_error.
const (
	Fail Policy = iota + 1
	Skip
	DeadLetter
)

// StricterThan orders the policies by how little they let pass: fail, dead_letter, skip. Where records of several sources meet,
// the strictest one applies.
func (p Policy) StricterThan(q Policy) bool {
	strictness := [...]int{Fail: 3, DeadLetter: 2, Skip: 1}
	return strictness[p] > strictness[q]
}

// Source is a Kafka topic that is read.
type Source struct {
	Name      string
	Span      source.Span // of the name
	Topic     string
	TopicSpan source.Span
	// Key is nil when the spec declares none: keys are carried as bytes for dead letters only. A scalar or enum, or an
	// optional of one (null keys allowed).
	Key *types.Type
	// KeyField, if not empty, names the field of the value that the key always equals; records where it doesn't are bad.
	KeyField string
	Value    *types.Type // a Record
	Format   Format
	CSV      CSVOptions
	// EventTime is a timestamp expression over the value; nil means the record's own timestamp.
	EventTime *Expr
	// WatermarkFrom is up to when a record says that its partition is complete, a timestamp or an optional one, over the value and its event
	// time; nil means up to the event time.
	WatermarkFrom *Expr
	// StreamTime says that time is the highest event time seen, behind repartition topics by any of the tasks that write to them: Kafka Streams'
	// rule. WatermarkFrom, Lag, IdleAfter and MaxDrift are not set then.
	StreamTime bool
	// Lag is how far the watermark stays behind the highest event time seen, or what WatermarkFrom said, 0 or more.
	Lag time.Duration
	// IdleAfter is how long a partition may be silent before its watermark steps aside; 0 means it never does.
	IdleAfter time.Duration
	// MaxDrift is how far a partition may be ahead of the slowest one of all sources that have it, in event time; 0 means as far as it comes.
	MaxDrift time.Duration
	// SkipTombstones says that records with a null value are passed over, instead of being bad ones.
	SkipTombstones bool
	OnError        Policy
	// DeadLetterTopic is set when OnError is DeadLetter.
	DeadLetterTopic string
	Out             *Stream
}

// CSVOptions are set when the format is CSV.
type CSVOptions struct {
	// Columns names the columns of a record in order. Without `columns` in the spec they are the type's wire names.
	Columns   []string
	Delimiter byte
	// Nulls are the unquoted cell texts that mean null, the empty text by default.
	Nulls []string
}

// Sink is a Kafka topic that is written.
type Sink struct {
	Name string
	Span source.Span
	From *Stream
	// Topics are those that it writes: one, or one for each value of By, a string or an enum.
	Topics    []SinkTopic
	By        *Expr
	Format    Format
	CSV       CSVOptions
	Tombstone *Expr    // the records whose values are written as null, a bool; nil: none
	Headers   []*Named // a string, bytes, or an optional of one
}

// SinkTopic is a topic that a sink writes.
type SinkTopic struct {
	Value string // that the sink's By has for the topic's records
	Topic string
	Span  source.Span // of the topic's name
}

// TopicNames are the sink's topics, each once, in the order of the spec.
func (s *Sink) TopicNames() []string {
	var names []string
	for _, t := range s.Topics {
		if !slices.Contains(names, t.Topic) {
			names = append(names, t.Topic)
		}
	}
	return names
}
