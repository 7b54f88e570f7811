package check

import (
	"slices"

	"github.com/weirstream/weir/spec/types"
)

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
