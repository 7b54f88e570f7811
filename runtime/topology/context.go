package topology

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"unicode/utf8"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/watermark"
)

// Task is one partition of one sub-topology. Generated code implements it; one goroutine at a time calls it.
type Task interface {
	// Process takes one record of an input through the graph, windows that its event time closes included. A record that
	// can't be processed goes where the policy says and is no error; an error is fatal to the task, and nothing since the
	// last commit counts.
	Process(input int, rec *kgo.Record) error
	// Advance closes what a watermark (Unix milliseconds) closes. The driver calls it when the watermark moved without a
	// record: by a control record, by idleness, at the end of a bounded run.
	Advance(watermark int64) error
	// Seal hands on pending updates and encodes what changed since the last Seal, for the changelogs and the local store.
	Seal() error
}

// Clocked is a task that does something when processing time moves.
type Clocked interface {
	Task
	// Tick does what is due by Context.Processing. The driver calls it when that has moved.
	Tick() error
}

// Timed is a task that can say the event time of a record before it processes it. A bounded run takes records of several sources and
// partitions in that order.
type Timed interface {
	Task
	// EventTime is the record's event time in Unix milliseconds. It is an error for a record that has none.
	EventTime(rec *kgo.Record) (int64, error)
}

// Context is what a task lives in. It belongs to the task's goroutine.
type Context struct {
	Subtopology *Subtopology
	Partition   int32
	Clock       *watermark.Clock
	Out         *emit.Emitter
	DB          *store.DB
	// Processing is processing time in Unix milliseconds: what the clock said when the commit began that is under way, so that it is
	// the same for all that the commit is made of.
	Processing int64
	// OverlayBytes bounds what the stores of this task keep in memory besides dirty entries; 0 is no bound.
	OverlayBytes int64
	// CombineBytes is how much a buffer of partial aggregates holds before it writes them.
	CombineBytes int64
	Stats        Stats
	Log          *slog.Logger

	// Stores are the task's open stores, for the driver. Stores add themselves.
	Stores []State
	// Buffers are what the task holds back of its repartition topics, for the driver. They add themselves.
	Buffers []Buffer
	// Lines are what the task's steps log, for the driver. They add themselves.
	Lines []*Lines

	work   *Work // that is under way
	pauses int   // before it is asked whether its piece is over
}

// State is what a driver needs to know of a store.
type State interface {
	// Name is the store's name in the topology.
	Name() string
	// Reset forgets everything in memory, committed or not; what is needed is read again from the DB.
	Reset()
	// Committed says that the oldest seal not yet reported is in the DB, so what is clean may be evicted.
	Committed()
	// Size is an estimate of the memory used, in bytes.
	Size() int64
}

// Buffer is what a driver needs to know of records that a task has combined and not written yet. They belong in front of each watermark that the
// driver writes into a repartition topic, and into the commit of the records that were combined.
type Buffer interface {
	// Flush writes what is held.
	Flush() error
	// Held is how much that is, 0 for nothing.
	Held() int
	// Reset forgets it.
	Reset()
	// Size is an estimate of the memory used, in bytes.
	Size() int64
}

// Stats counts what happened in a task. Plain integers: only the task's goroutine touches them, the driver copies them out.
type Stats struct {
	Records, Bytes int64 // read
	Filtered       int64 // times that a where turned a record away, or a dedup dropped one
	Late           int64 // records that came after their window had closed
	Skipped        int64 // bad records dropped by on_error: skip
	DeadLetters    int64 // bad records written to a dead letter topic
	Combined       int64 // records that were combined in front of a repartition topic
	Partials       int64 // what they were combined into
	Results        int64 // results of windows, of what waits for a timer and of rankings handed on
	WindowsClosed  int64
	Timers         int64 // timers of steps that fired
	Expired        int64 // entries of stores of package process whose time to live was over
}

// FatalError is an error that is no record's fault: a disk that fails, state that can't be decoded. It stops the task
// whatever on_error says.
type FatalError struct{ Err error }

func (e *FatalError) Error() string { return e.Err.Error() }
func (e *FatalError) Unwrap() error { return e.Err }

// Fatal wraps err so that on_error does not apply to it; nil stays nil.
func Fatal(err error) error {
	if err == nil {
		return nil
	}
	return &FatalError{err}
}

// RecordError says which record could not be processed, and why.
type RecordError struct {
	Topic     string
	Partition int32
	Offset    int64
	Err       error
}

func (e *RecordError) Error() string {
	return fmt.Sprintf("topic %s, partition %d, offset %d: %v", e.Topic, e.Partition, e.Offset, e.Err)
}
func (e *RecordError) Unwrap() error { return e.Err }

// At says where in the topology err came up: what failed, and its position in the spec. It is called only when something failed.
func At(what, position string, err error) error {
	return fmt.Errorf("%s (%s): %w", what, position, err)
}

// ErrNullKey is the error of a record without a key where the spec says that there is one.
var ErrNullKey = errors.New("key: is null")

// NoTopic is the error of a record for which a sink has no topic.
func NoTopic(by string) error { return fmt.Errorf("there is no topic for %q", by) }

// InKey says that err is about a record's key.
func InKey(err error) error { return fmt.Errorf("key: %w", err) }

// KeyDiffers is the error of a record whose key is not what its field says, so that it stands in the wrong partition.
func KeyDiffers(field string) error {
	return fmt.Errorf("field %s: differs from the record's key, which the spec says it equals", field)
}

// Headers of a dead letter, the names of KIP-1034.
const (
	HeaderException = "__streams.errors.exception"
	HeaderMessage   = "__streams.errors.message"
	HeaderTopic     = "__streams.errors.topic"
	HeaderPartition = "__streams.errors.partition"
	HeaderOffset    = "__streams.errors.offset"
)

// Bad takes a record that failed where the input's on_error says. It returns nil when that is dealt with, and the error
// itself under the policy fail or when it is fatal. The record's key, value and headers go into the dead letter unchanged.
func (c *Context) Bad(input int, rec *kgo.Record, err error) error {
	if _, ok := errors.AsType[*FatalError](err); ok {
		return err
	}
	in := &c.Subtopology.Inputs[input]
	full := &RecordError{rec.Topic, rec.Partition, rec.Offset, err}
	switch in.OnError {
	case Skip:
		c.Stats.Skipped++
		c.Log.Debug("record skipped", "source", in.Name, "error", full)
		return nil
	case DeadLetter:
		c.Stats.DeadLetters++
		c.Out.SendRecord(in.DeadLetter, &kgo.Record{
			Key: rec.Key, Value: rec.Value, Timestamp: rec.Timestamp,
			Headers: append(rec.Headers[:len(rec.Headers):len(rec.Headers)], dlqHeaders(full)...),
		})
		return nil
	}
	return full
}

// BadResult is Bad for a result of step that could not be computed after its window: there is no input record any more, so
// a dead letter holds the result's key and value as far as they are known.
func (c *Context) BadResult(input int, step string, key, value []byte, err error) error {
	if _, ok := errors.AsType[*FatalError](err); ok {
		return err
	}
	in := &c.Subtopology.Inputs[input]
	rec := &kgo.Record{Topic: in.Topic, Partition: c.Partition, Offset: -1, Key: key, Value: value}
	return c.Bad(input, rec, fmt.Errorf("result of step %s: %w", step, err))
}

// MaxMessage is the most bytes of an error's text that go into a dead letter: it may quote the data.
const MaxMessage = 1 << 10

func message(err error) []byte {
	s := err.Error()
	if len(s) <= MaxMessage {
		return []byte(s)
	}
	const mark = "…"
	cut := MaxMessage - len(mark)
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return append([]byte(s[:cut]), mark...)
}

func dlqHeaders(e *RecordError) []kgo.RecordHeader {
	return []kgo.RecordHeader{
		{Key: HeaderException, Value: []byte(fmt.Sprintf("%T", rootOf(e.Err)))},
		{Key: HeaderMessage, Value: message(e.Err)},
		{Key: HeaderTopic, Value: []byte(e.Topic)},
		{Key: HeaderPartition, Value: strconv.AppendInt(nil, int64(e.Partition), 10)},
		{Key: HeaderOffset, Value: strconv.AppendInt(nil, e.Offset, 10)},
	}
}

// rootOf is the innermost error of a chain: its type is what the exception header names.
func rootOf(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
