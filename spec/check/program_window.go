package check

import (
	"time"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/types"
)

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
