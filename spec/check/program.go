package check

import (
	"math"
	"slices"
	"time"

	"cel.dev/cel-go/cel"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/types"
)

// Program is a spec that was found right: every name resolved, every expression typed. It is the logical plan's input,
// and what the reference interpreter runs. Nothing changes it after [Check] returned it.
type Program struct {
	File      *source.File
	Service   string
	Types     []*types.Type // declared records and enums, in the order written
	Aliases   []*Alias      // each behind those that it stands for
	Functions []*Function   // in the order written
	Parsed    []string      // names of types that an expression parses texts as, in no order
	Sources   []*Source     // in the order written
	Steps     []*Step       // every step stands behind the steps it reads; otherwise in the order written
	Sinks     []*Sink       // in the order written
}

// Function is a Go function of the user's that expressions call.
type Function struct {
	Name string      // in expressions
	Span source.Span // of the name
	// Package is the import path of its package, PackageName what that calls itself, Dir where it stands, Go the function's name in it.
	Package, PackageName, Dir, Go string
	// Own says that it stands in the package that is generated of the spec, and needs no import there.
	Own    bool
	Params []GoValue
	Result GoValue
	// Fails says that it returns an error behind its result.
	Fails bool
	// Pure says that its result depends on its arguments only and that it does nothing else: calls may be left out and moved.
	Pure bool
}

// GoValue is a parameter or the result of a Go function.
type GoValue struct {
	Type *types.Type
	// Pointer says that Go has a pointer there: nil where an optional is none, or the address of a record.
	Pointer bool
}

// Alias is a type with a name of its own.
type Alias struct {
	Type  *types.Type // with its Alias set
	Where *Expr       // what its values fulfil, a bool over `this`; nil: nothing
}

// Stream is what a source, a step or a late output hands on, or several of them merged: records of one type under one key.
type Stream struct {
	Name string
	Type *types.Type // always a Record
	// Key is what the Kafka key of this stream's records is made of; empty when records have no key.
	Key []KeyPart
	// Direct says that `headers` and `kafka.topic`, `kafka.partition` and `kafka.offset` are in scope: the records are those of sources,
	// and did not travel through a repartition topic.
	Direct bool
	// Windowed says that window.start and window.end are in scope: the records are results of a window, or came too late for one.
	Windowed bool
	// Scattered says that records of one key may be in several partitions: Key was set by a step's key, or streams were merged that
	// are not partitioned alike.
	Scattered bool
	// Retimed says that a step's event_time gave the records theirs, or that their source has its watermark from something else, so they may be
	// older than the watermark that they move.
	Retimed bool
	// Overdue says that a delay handed the records on at a time that has nothing to do with theirs, so the watermark may have passed them by
	// however much.
	Overdue bool
	// Updates says that a key's results may come again with newer values (emit: updates), so nothing may aggregate them.
	Updates bool
	// Exactly one of these made the stream. LateOf is the step whose late records these are, Merged the streams that a step takes as
	// one; their records have the fields of Type, but possibly under another type's name.
	Source *Source
	Step   *Step
	LateOf *Step
	Merged []*Stream
}

// Inputs are the streams whose records a stream brings: itself, or those that are merged in it.
func (s *Stream) Inputs() []*Stream {
	if s.Merged != nil {
		return s.Merged
	}
	return []*Stream{s}
}

// Results tells whether some of a stream's records are, or all of them, results of a window of the same task: they come while the watermark closes
// that window, which is past their own times. Late records are none.
func (s *Stream) Results() (some, all bool) {
	switch st := s.Step; {
	case s.Merged != nil:
		all = true
		for _, in := range s.Merged {
			a, b := in.Results()
			some, all = some || a, all && b
		}
		return some, all
	case s.LateOf != nil || st == nil:
		return false, false
	case st.Window != nil:
		return st.Window.Bounded(), st.Window.Bounded()
	case st.Keeps() && st.Repartition || st.Delay != nil || st.Process != nil:
		return false, false
	default:
		return st.From.Results()
	}
}

// Home is where a stream's records are: with the tasks of a source, or of the step behind whose repartition topic they came. Both
// are nil for streams that were merged of several homes, and for the input of a fragment, which is at home where it is used.
func (s *Stream) Home() (*Source, *Step) {
	switch {
	case s.Source != nil:
		return s.Source, nil
	case s.Merged != nil:
		src, cut := s.Merged[0].Home()
		for _, in := range s.Merged[1:] {
			if a, b := in.Home(); a != src || b != cut {
				return nil, nil
			}
		}
		return src, cut
	}
	st := s.Step
	if s.LateOf != nil {
		st = s.LateOf
	}
	switch {
	case st == nil:
		return nil, nil
	case st.Repartition:
		return nil, st
	}
	return st.From.Home()
}

// Spread reports whether a stream's records are in several sub-topologies at once, since it was merged of streams that are at home in different
// ones.
func (s *Stream) Spread() bool {
	if s.Merged != nil {
		src, cut := s.Merged[0].Home()
		return slices.ContainsFunc(s.Merged, func(in *Stream) bool {
			a, b := in.Home()
			return a != src || b != cut || in.Spread()
		})
	}
	st := s.Step
	if s.LateOf != nil {
		st = s.LateOf
	}
	return st != nil && !st.Repartition && st.From.Spread()
}

// KeyPart is one component of a stream's key: the name under which expressions reach it and the fields that are known to
// equal it.
type KeyPart struct {
	Name   string // "key" for the key of a source, else the name under group_by
	Type   *types.Type
	Fields []string // fields of the stream's record that always equal this component
}

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

// Step is one step of the topology: the clauses that it has, in the order in which they apply.
type Step struct {
	Name   string
	Span   source.Span // of the name
	From   *Stream     // with merge, one that is of this step only
	Where  *Expr       // nil: everything passes
	Let    []*Named    // values that are computed once per record, in order; each is read by something
	Unnest *Unnest     // nil: one record in, one out
	Select []*Named    // nil: the record passes as it is
	// Changes says how the spec wrote Select where it did not write it out: as changes of the record. Nil under select.
	Changes *Changes
	// Row is the record after where and select: what group_by and aggregate arguments see, and where there is no select also the
	// values of let.
	Row *types.Type
	// RowKey is the key of From's stream as it stands behind select (fields renamed or dropped).
	RowKey []KeyPart

	// Log is what is logged of the records, nil if nothing is.
	Log *Log
	// EventTime is the new event time of the records, a timestamp, nil if they keep theirs.
	EventTime *Expr
	// Key is the new key of the records, nil if they keep theirs: a scalar, an enum, or an optional of one. A step with a window has
	// none, as its results are keyed by the group.
	Key *Expr
	// Split are the branches that the records go to, the default last; nil in a step that hands all of them on.
	Split []*Branch

	// Process is the user's Go that takes the records, nil in a step without it. GroupBy and Process come together.
	Process *Process

	// Dedup passes one record of each group, nil in a step without it. GroupBy and Dedup come together.
	Dedup *Dedup

	// Previous gives each record the one of its group before it, nil in a step without changes. GroupBy and Previous come together, and
	// Having may stand beside them.
	Previous *Previous

	// Fold keeps state of each group that its records change, nil in a step without it. GroupBy and Fold come together, and Having may stand
	// beside them.
	Fold *StepFold

	// Top hands on the first rows of each group, nil in a step without it. GroupBy and Top come together, and Emit, Updates or Final, and
	// Retractions stand beside them.
	Top *Ranking

	// Delay holds the records back, nil in a step without it. No group comes with it.
	Delay *Delay

	// The rest is nil or zero in a step without a window or another clause that keeps something. GroupBy, Window and Aggregate come
	// together.
	GroupBy   []*Named
	Window    *Window
	Aggregate []*Aggregate
	Having    *Expr
	Emit      Emit
	// UpdateEvery is how much event time passes between updates, in whole milliseconds; 0: they are handed on with each commit.
	UpdateEvery time.Duration
	// UpdateClock says that it is processing time of which UpdateEvery passes.
	UpdateClock bool
	// UpdateCount is how many records change a result from one update to the next; 0: it is not they that decide.
	UpdateCount int64
	// Corrections says that results are handed on when the watermark comes to the end of their window, if Emit has them handed on once it is over,
	// and then once more with each record that changes them, until the window closes.
	Corrections bool
	// ChangesOnly says that an update is not handed on that is the same as the last one of its group and window.
	ChangesOnly bool
	// Retractions says that in front of an update the last one of its group and window is handed on once more, with the field Retracted. It implies
	// ChangesOnly.
	Retractions bool
	// Tombstones says that, when a window closes, all sinks behind write tombstones under the keys of its results. Then all steps that read the
	// results give them keys, by the group and the window, and no step behind gives them others.
	Tombstones bool
	// Repartition says that group_by is not the partition key, so records travel through a topic named after the step.
	Repartition bool
	// Combines says that records are combined in front of that topic, by group and window, and that what travels through it are partial
	// aggregates.
	Combines bool
	// Late is the stream of records that came too late, nil unless the spec names one (late_to). Its type is Row.
	Late *Stream

	Out *Stream
}

// Keeps tells whether the step keeps something: for each of its groups, or with Delay the records that wait.
func (s *Step) Keeps() bool {
	return s.Window != nil || s.Process != nil || s.Dedup != nil || s.Previous != nil || s.Fold != nil || s.Delay != nil || s.Top != nil
}

// KeyNamesWindow reports whether the key of a group is enough to know a window by: there is one of the group at a time.
func (s *Step) KeyNamesWindow() bool {
	return s.Window != nil && s.Window.Kind == Global && s.Window.Size > 0
}

// Merges reports whether a step's aggregates are merged of parts: of those of its windows, or of what was combined in front of its repartition topic.
func (s *Step) Merges() bool { return s.Window != nil && (s.Combines || s.Window.Merges()) }

// Folded are the expressions over the records that a step keeps something of: the arguments of its aggregates, and what says where a window is,
// those of a fold, until when a record waits, and what decides about rows.
func (s *Step) Folded() []*Expr {
	all := s.Fold.exprs()
	if s.Window != nil {
		for _, e := range []*Expr{s.Window.Gap, s.Window.Start, s.Window.End, s.Window.Split} {
			if e != nil {
				all = append(all, e)
			}
		}
	}
	for _, a := range s.Aggregate {
		all = append(all, a.Args...)
	}
	if s.Delay != nil && s.Delay.Until != nil {
		all = append(all, s.Delay.Until)
	}
	if s.Top != nil {
		for _, e := range []*Expr{s.Top.By, s.Top.ID, s.Top.Remove} {
			if e != nil {
				all = append(all, e)
			}
		}
	}
	return all
}

// Forever is longer than any input: the watermark less as much passes nothing.
const Forever = time.Duration(math.MaxInt64) / time.Millisecond * time.Millisecond // whole milliseconds

// Lateness is how far what the step hands on may stay behind what it reads, in event time: a window's results by its allowed lateness, the
// last record of a group by the time for which it is waited, a record by its delay. Those of a global window wait for the end of the input, or
// those that are not final for the end of their group's time. A delay that has no such bound is [Stream.Overdue].
func (s *Step) Lateness() time.Duration {
	switch {
	case s.Window != nil && s.Window.Kind == Global && s.Window.Size == 0:
		return Forever
	case s.Window != nil && s.Window.Kind == Global && s.Emit != Final:
		return s.Window.Size
	case s.Window != nil:
		return s.Window.Lateness
	case s.Dedup != nil && s.Dedup.Keep == KeepLast:
		return s.Dedup.TTL
	case s.Delay != nil && !s.Delay.Processing:
		return s.Delay.By
	}
	return 0
}

// Repeats reports whether a window's result may be handed on several times.
func (s *Step) Repeats() bool { return s.Emit > Final || s.Corrections }

// Retimes reports whether the records that a step groups or hands on were given their event time by it or by a step before.
func (s *Step) Retimes() bool { return s.EventTime != nil || s.From.Retimed }

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

// Log is a line for each record, of which a task writes some.
type Log struct {
	Line  *Expr  // a string
	Level string // debug, info, warn or error
}

// Unnest makes one record of each element of a list or map. Those of a map come in the order of their keys: false before true,
// numbers by their value, strings by their bytes.
type Unnest struct {
	Name string
	Span source.Span // of the name
	Expr *Expr       // a list or a map
	Elem *types.Type // of the elements; for a map a record with the fields key and value
}

// Changes are a step's set, drop and rename, for those who show a step as it was written. Every clause is about the record that
// comes in.
type Changes struct {
	Set    []*Named
	Drop   []string
	Rename [][2]string // the new name, then the old one
}

// Branch is one way out of a step that splits its records: of those for which When is true, and no branch before has taken.
type Branch struct {
	Name string
	Span source.Span // of the name
	When *Expr       // nil for the default
	Out  *Stream     // STEP.BRANCH
}

// Takes tells whether the records of a stream come into the step.
func (s *Step) Takes(in *Stream) bool { return s.From == in || slices.Contains(s.From.Merged, in) }

// Outs are the streams that a step hands on, late records aside.
func (s *Step) Outs() []*Stream {
	if !s.Parted() {
		outs := []*Stream{s.Out}
		if s.Fold != nil {
			for _, t := range s.Fold.Timers {
				outs = append(outs, t.Out)
			}
		}
		return outs
	}
	var outs []*Stream
	for _, b := range s.Split {
		outs = append(outs, b.Out)
	}
	if s.Process != nil {
		for _, o := range s.Process.Outputs {
			outs = append(outs, o.Out)
		}
	}
	return outs
}

// Parted tells whether what the step hands on is to be read by parts, branches or a processor's outputs: Out then stands for all of
// them, and nothing reads it.
func (s *Step) Parted() bool { return s.Split != nil || s.Process != nil && s.Process.Outputs != nil }

// Named is a name and the expression whose value it takes.
type Named struct {
	Name string
	Span source.Span // of the name
	Expr *Expr
}

// WindowKind says how windows lie on the time line.
type WindowKind uint8

// The kinds of windows.
const (
	Tumbling   WindowKind = iota + 1 // they follow each other without a gap
	Hopping                          // one of Size begins after each Every
	Cumulative                       // as tumbling ones, and in each those that begin with it and end after each Every
	Sliding                          // each group's own: one ends with each record, another one begins behind it
	Session                          // each group's own: they last as long as records come
	Global                           // one for all records of a group
	Counted                          // one for as many records of a group as Records says
	Custom                           // where the record says
	Divided                          // one for the records of a group up to that for which Split is true
)

func (k WindowKind) String() string {
	return [...]string{Tumbling: "tumbling", Hopping: "hopping", Cumulative: "cumulative", Sliding: "sliding", Session: "session", Global: "global", Counted: "count", Custom: "custom", Divided: "split"}[k]
}

// Window is where a step's windows lie in event time.
type Window struct {
	Span source.Span
	Kind WindowKind
	// Size, Every, Offset and Lateness are whole milliseconds. Size is at least one, and so is Every, which is 0 for tumbling windows of one size.
	// Cumulative windows' Size is a multiple of it. A session's Size is the gap that ends it, 0 if that is an expression. A sliding
	// window's first and last records are Size apart at most.
	// Of a global window all are 0, and so are a count's and a divided one's but for Size, the time without a record that ends it: 0 is for ever.
	Size, Every time.Duration
	// Sizes are those of windows of several, ascending; Size is the last then, and each is a multiple of Every, which is the first for tumbling ones.
	Sizes []time.Duration
	Gap   *Expr         // of a session, a duration; nil: it is Size
	Max   time.Duration // the most that a session lasts, whole milliseconds and not less than Size; 0: no bound
	// Offset is that from the Unix epoch; less than Every, or than Size where there is none.
	Offset   time.Duration
	Zone     string // "" for UTC; else Size, Every and Offset are whole days, which begin and end as the zone's
	Lateness time.Duration
	Records  int64 // of a count: that make it complete, 2 or more
	// Slide is after how many records a count has a result, of the last Records, which are a multiple of it; 0: windows follow each other.
	Slide int64
	// Start and End are where a custom window begins and ends, timestamps. Its Size is 0.
	Start, End *Expr
	// Split tells of a record of a group that has a divided window whether it begins another one, a bool. The aggregates of the window, as they are
	// before the record, are FoldVars.
	Split *Expr
}

// Overlap reports whether a record can be in several of the windows.
func (w *Window) Overlap() bool { return w.Sliced() || w.Kind == Sliding }

// Sliced reports whether windows are made of slices, which all groups have in common.
func (w *Window) Sliced() bool { return w.Kind == Hopping || w.Kind == Cumulative || w.Sizes != nil }

// Merges reports whether a window's state is merged of parts: of slices, of what a group has at one time, of sessions that a record has connected, or of the parts of a group's last
// records.
func (w *Window) Merges() bool { return w.Overlap() || w.Kind == Session || w.Slide > 0 }

// Bounded reports whether windows begin and end at times, which results are given.
func (w *Window) Bounded() bool { return w.Kind != Global && !w.ByRecords() }

// ByRecords reports whether a record of the group ends a window, or a time without one.
func (w *Window) ByRecords() bool {
	return w.Kind == Counted || w.Kind == Divided || w.Kind == Global && w.Size > 0
}

// Own reports whether each group has windows of its own, which its records make.
func (w *Window) Own() bool {
	return w.Kind == Sliding || w.Kind == Session || w.Kind == Custom || !w.Bounded()
}

// Aggregate is one aggregate of a step.
type Aggregate struct {
	Name string
	Span source.Span
	Func Func
	Args []*Expr     // those over a record, as the function's signature says; none for count
	Type *types.Type // of the result
	Fold *FoldOf     // of a fold
	// Constants are the arguments behind Args, which are known when the spec is compiled: a limit, say.
	Constants []Constant
}

// Paced reports whether a stream's updates come when event time or the records say so, whenever commits happen. Behind a repartition topic they do not: there
// the watermark moves with the commits of those that write it.
func (s *Stream) Paced() bool {
	for _, in := range s.Merged {
		if in.Updates && !in.Paced() {
			return false
		}
	}
	switch {
	case s.Merged != nil:
		return true
	case s.Step == nil:
		return false
	case s.Step.Top != nil && s.Step.Emit > Final: // its records decide
		return !s.Step.From.Updates || s.Step.From.Paced()
	case s.Step.Repeats():
		return (s.Step.Emit == Final || s.Step.UpdateEvery > 0 && !s.Step.UpdateClock || s.Step.UpdateCount > 0) && !s.Step.behindTopic()
	}
	return s.Step.From.Paced()
}

// behindTopic tells whether the step's records come through a repartition topic, its own or that of a step before.
func (s *Step) behindTopic() bool {
	if s.Repartition {
		return true
	}
	for _, in := range append(s.From.Merged, s.From) {
		if in.Step != nil && in.Step.behindTopic() || in.LateOf != nil && in.LateOf.behindTopic() {
			return true
		}
	}
	return false
}

// Emit says when a window's results are handed on.
type Emit uint8

// The kinds of emission.
const (
	Final         Emit = iota + 1 // once, when the window closes; with corrections, when it ends
	Updates                       // each key that changed, once per commit, each UpdateEvery or UpdateCount
	EarlyAndFinal                 // the same, and each key when the window closes
)

func (e Emit) String() string {
	return [...]string{Final: "final", Updates: "updates", EarlyAndFinal: "early_and_final"}[e]
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

// Expr is a checked CEL expression.
type Expr struct {
	Text string // decoded: without YAML's quotes and escapes
	Span source.Span
	// Offsets maps byte offsets in Text (and its end) to byte offsets in the file: Offsets[i] is where byte i of Text
	// stands. It has len(Text)+1 entries.
	Offsets []int
	AST     *cel.Ast
	Type    *types.Type
	// Scope says what each free identifier of the expression means.
	Scope *Scope
}

// Scope is what an expression can see.
type Scope struct {
	Vars []Var
}

// VarKind says where a variable's value comes from.
type VarKind uint8

// The kinds of variables.
const (
	FieldVar          VarKind = iota + 1 // a field of the record
	KeyVar                               // `key`, the key of the source's record
	EventTimeVar                         // `event_time`
	ProcessingTimeVar                    // `processing_time`
	WindowStartVar                       // `window.start`
	WindowEndVar                         // `window.end`
	GroupKeyVar                          // a name under group_by (in having)
	AggregateVar                         // a name under aggregate (in having)
	ThisVar                              // `this`, the value that an alias's condition is about
	LetVar                               // a name under let
	ElementVar                           // the name under unnest
	HeadersVar                           // `headers`, those of the source's record
	TopicVar                             // `kafka.topic`, where the source's record was read
	PartitionVar                         // `kafka.partition`
	OffsetVar                            // `kafka.offset`
	FoldVar                              // the state of a fold, under the name that it has there
)

// Var is one variable.
type Var struct {
	Name string // as CEL spells it, e.g. "window.start"
	Kind VarKind
	Type *types.Type
	// Union is the union that the record is, for a FieldVar that is a member of it.
	Union *types.Type
}

// Lookup finds a variable by its CEL name.
func (s *Scope) Lookup(name string) (Var, bool) {
	for _, v := range s.Vars {
		if v.Name == name {
			return v, true
		}
	}
	return Var{}, false
}
