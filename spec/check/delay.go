package check

import (
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// delayClauses checks what delay stands beside.
func (c *checker) delayClauses(d *syntax.Step, at source.Span) {
	for _, k := range append([]string{"key", "split", "default", "group_by", "window", "aggregate", "having", "emit", "state", "timers", "output", "outputs"}, keepers...) {
		if s, ok := d.Clauses[k]; ok && k != "delay" {
			c.report(delayAnd(s, k, at))
		}
	}
}

// delay checks the clause of that name and types what the step hands on: the records as they are.
func (c *checker) delay(st *Step, d *syntax.Step) {
	st.Out.Type, st.Out.Key, st.Out.Retimed, st.Out.Updates = st.Row, st.RowKey, st.Retimes(), st.From.Updates
	st.Out.Scattered = true // what waited is older than the watermark that it waited for
	if st.From.Spread() {
		c.report(delayOfSpread(d.Clauses["delay"], st.From))
	}
	if d.Delay == nil {
		return
	}
	st.Delay.Span = d.Delay.Span
	st.Delay.Processing = d.Delay.Of != nil && d.Delay.Of.Value == "processing_time"
	if by := d.Delay.By; by != nil {
		switch {
		case by.Value == 0:
			c.report(zeroDuration(by.Span, "delay", "records are held back for at least 1ms; leave the clause out if they are not to be"))
		case by.Value > longest:
			c.report(longDelay(by.Span))
		default:
			st.Delay.By = by.Value
		}
	}
	scope := scopeOf(st.From, st.Row, st.RowKey)
	scope.Vars = append(scope.Vars, letVars(st)...)
	st.Delay.Until = c.typed(d.Delay.Until, scope, place{clause: "delay until", step: st, row: st.Row}, types.TimestampType)
	st.Out.Overdue = st.overdue() || st.Delay.Processing || d.Delay.Until != nil
	c.dropUnreadLets(st)
}

// overdue tells whether what a step hands on may be behind the watermark by however much: a delay in front of it did that, and the records
// were not given another event time since.
func (s *Step) overdue() bool { return s.From.Overdue && s.EventTime == nil }

// inTime checks that a window does not drop what a delay has held back for a time that nobody knows, unless the step says what is to become
// of what is late.
func (c *checker) inTime(st *Step, d *syntax.Step) {
	if !st.overdue() || d.Window == nil || d.Window.Lateness != nil || d.Window.LateTo != nil || st.Window == nil || !st.Window.Bounded() && st.Window.Size == 0 {
		return
	}
	c.report(overdueInWindow(d.Clauses["window"], delayBefore(st.From)))
}

// delayBefore is the step by whose delay a stream is overdue.
func delayBefore(s *Stream) *Step {
	for {
		switch {
		case s.Merged != nil:
			for _, in := range s.Merged {
				if in.Overdue {
					s = in
					break
				}
			}
		case s.LateOf != nil:
			s = s.LateOf.From
		case s.Step.Delay != nil && (s.Step.Delay.Processing || s.Step.Delay.Until != nil || !s.Step.From.Overdue):
			return s.Step
		default:
			s = s.Step.From
		}
	}
}
