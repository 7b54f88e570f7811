package check

import (
	"time"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/types"
)

// Keep says which record of a group is handed on.
type Keep uint8

// The records that dedup keeps.
const (
	KeepFirst Keep = iota + 1 // the one that was processed first, at once
	KeepLast                  // the latest one by event time, when the time to live is over
)

func (k Keep) String() string { return [...]string{KeepFirst: "first", KeepLast: "last"}[k] }

// Dedup passes one record of each group.
type Dedup struct {
	Span source.Span
	Keep Keep
	// TTL is how long a group is remembered after the record that it began with, in whole milliseconds; 0: for ever, which only goes
	// with KeepFirst.
	TTL time.Duration
}

// RankField is the field of what a step with top hands on that says which rank the row has.
const RankField = "rank"

// Ranking hands on the first rows of each group.
type Ranking struct {
	Span source.Span
	N    int64 // how many, 1 or more
	// By is what they are ordered by, a scalar. Of rows with the same value the one that came first is in front.
	By        *Expr
	Ascending bool
	// ID is what a row is of, a scalar or an enum: another record of it replaces the row. Nil: each record is a row of its own. Remove tells
	// the records that take a row away, a bool; nil: none does.
	ID, Remove *Expr
	TTL        time.Duration // how long a group is kept after its last record, in whole milliseconds; 0: for ever
}

// Delay holds records back, each up to a time.
type Delay struct {
	Span source.Span
	// By is how long, in whole milliseconds, and 0 if Until says up to when, a timestamp.
	By    time.Duration
	Until *Expr
	// Processing says that the clock has to reach the time, and not the watermark; By counts from when the record is processed then.
	Processing bool
}

// PreviousField is the field of what a step with changes hands on that has the record before.
const PreviousField = "previous"

// Previous hands on each record with the one of its group that was processed before it.
type Previous struct {
	Span source.Span
	TTL  time.Duration // how long that is kept, in whole milliseconds; 0: for ever
}

// Process is a processor: a Go type of the user's in the generated package.
type Process struct {
	Span source.Span
	// Dir is the directory of the generated package, Go the type's name in it.
	Dir, Go string
	State   []*State
	// Timers says that it sets timers in event time, ProcessingTimers in processing time.
	Timers, ProcessingTimers bool
	// Outputs are what it hands on, where that is of several kinds; nil for one kind, which is the step's Out.
	Outputs []*Output
}

// Output is one kind of record that a processor hands on.
type Output struct {
	Name string
	Span source.Span // of the name
	Out  *Stream     // STEP.OUTPUT
}

// StateKind is what a processor keeps for a group.
type StateKind uint8

// The kinds of state.
const (
	ValueState StateKind = iota + 1 // one value
	ListState                       // a list of them
	MapState                        // values by keys
)

// State is what a processor keeps for each group.
type State struct {
	Name string
	Span source.Span // of the name
	Kind StateKind
	Key  *types.Type // of a map's keys, a scalar or an enum
	Type *types.Type // of the values
	// TTL is how long a value lives after it was last set, in whole milliseconds; 0: until it is deleted.
	TTL time.Duration
}
