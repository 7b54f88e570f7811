package syntax

import (
	"github.com/weirstream/weir/spec/source"
)

// Step is an entry of steps. One that uses a fragment has a name, Use, From and With, and nothing else.
type Step struct {
	Use  *Text
	With []*Entry // the parameters of the fragment and their values

	Name, From    *Text
	Merge         []*Text
	Where, Having *Text
	Let, Unnest   []*Entry // of Unnest one is allowed
	Select, Set   []*Entry
	Drop          []*Text
	Rename        []*Entry // Expr is the field that gets the name
	Log           *Text    // the line
	LogLevel      *Text    // nil: info
	EventTime     *Text
	Key           *Text
	Split         []*Entry
	Default       *Text // the name of the branch of all others
	GroupBy       []*Entry
	Aggregate     []*Entry
	PreAggregate  *Text // pre_aggregate: true, or nil
	Window        *Window
	Emit          *Emit
	Process       *Text
	State         []*State
	Timers        []*Text
	Output        *Text
	Outputs       []*Entry
	Dedup         *Dedup
	Changes       *Changes
	Fold          *Fold
	Delay         *Delay
	Top           *Top
	// Clauses are the places of the keys that were written.
	Clauses map[string]source.Span

	node *node // what it was made of
}

// Map is the step as it would be if each of its scalars were what f makes of it. Keys, and so names, stay.
func (s *Step) Map(f func(*Text) *Text) *Step { return builder{}.step(s.Name, s.node.mapped(f)) }

// State is an entry of a step's state.
type State struct {
	Name             *Text
	Value, List, Map *Text // one of them
	Key              *Text // of a map
	TTL              *Duration
	Unbounded        bool
}

// Window is a step's window.
type Window struct {
	Span                          source.Span // of what stands under window
	Tumbling, Hopping, Cumulative *Duration   // one of them, or of the next line
	Sizes                         []*Duration // where tumbling or hopping is a list, of which that has the first
	Sliding, Session              *Duration
	Gap                           *Text // of sessions
	Global                        *Global
	Count                         *Count
	Start, End                    *Text // of custom windows: both, or nil
	Divided                       *Divided
	Every, Offset, Max            *Duration
	Zone                          *Text
	Lateness                      *Duration
	LateTo                        *Text
}

// Global is what stands under a window's global.
type Global struct {
	Span      source.Span
	TTL       *Duration
	Unbounded *Text // true, or nil
}

// Divided is what stands under a window's custom that has split.
type Divided struct {
	Span      source.Span
	Split     *Text
	TTL       *Duration
	Unbounded *Text // true, or nil
}

// Count is what stands under a window's count.
type Count struct {
	Span      source.Span
	Size      *Text // a whole number
	Every     *Text // another one, or nil
	TTL       *Duration
	Unbounded *Text // true, or nil
}

// Emit is what stands under a step's emit.
type Emit struct {
	Span  source.Span
	Kind  string    // final, updates or early_and_final
	Every *Duration // how often there are updates
	Of    *Text     // which time every is of: event_time or processing_time; nil: event_time
	Count *Text     // or after how many records
	Only  *Text     // changes_only: true, or nil

	Retractions *Text // retractions: true, or nil
	Corrections *Text // corrections: true, or nil
	// Tombstones is true, or nil.
	Tombstones *Text
}

// Dedup is what stands under a step's dedup.
type Dedup struct {
	Span      source.Span
	Keep      *Text // nil: first
	TTL       *Duration
	Unbounded *Text // true, or nil
}

// Changes is what stands under a step's changes.
type Changes struct {
	Span      source.Span
	TTL       *Duration
	Unbounded *Text // true, or nil
}

// Fold is what stands under a step's fold.
type Fold struct {
	Span      source.Span
	State     []*FoldState
	Timers    []*FoldTimer
	TTL       *Duration
	Unbounded *Text // true, or nil
}

// FoldState is an entry of a fold's state.
type FoldState struct{ Name, Init, Step *Text }

// FoldTimer is an entry of a fold's timers.
type FoldTimer struct {
	Name          *Text
	After         *Duration // or At
	At, When      *Text
	Of            *Text // event_time or processing_time; nil: event_time
	Fixed, Forget *Text // true, or nil
}

// Delay is what stands under a step's delay.
type Delay struct {
	Span  source.Span
	By    *Duration // this or Until
	Until *Text
	Of    *Text // event_time or processing_time; nil: event_time
}

// Top is what stands under a step's top.
type Top struct {
	Span       source.Span
	N          *Text // a whole number
	By         *Text
	Order      *Text // descending or ascending; nil: descending
	ID, Remove *Text
	TTL        *Duration
	Unbounded  *Text // true, or nil
}

// Entry is a name and an expression.
type Entry struct {
	Name, Expr *Text
}

// Inputs are the streams that the step names: under from or merge.
func (s *Step) Inputs() []*Text {
	if s.From != nil {
		return []*Text{s.From}
	}
	return s.Merge
}
