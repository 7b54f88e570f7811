package check

import (
	"math"
	"slices"
	"time"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/types"
)

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
