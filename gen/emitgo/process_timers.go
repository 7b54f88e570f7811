package emitgo

import (
	"slices"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

// fireTimers prints the part of Advance that belongs to a step with a store of package process.
func (g *generator) fireTimers(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	n := g.steps[st]
	fire := "nil"
	if st.Process != nil && st.Process.Timers || st.Dedup != nil && st.Dedup.Keep == check.KeepLast {
		fire = "t." + n.method + "Timer"
	}
	if d := g.upstreamDelay(sub, st); d > 0 {
		f.Import(module + "watermark")
		f.F("// The results that %s reads come up to %s late.", st.Name, plan.Duration(durationMillis(d)))
		f.F("if wm := watermark.Sub(wm, %s); wm >= t.%s.Due() {", grouped(d), processStore(n))
	} else {
		f.F("if wm >= t.%s.Due() {", processStore(n))
	}
	switch {
	case st.Top != nil:
		if st.Emit == check.Final {
			fire = "t." + n.method + "End"
		}
		f.F("if err := t.%s.Advance(wm, %s); err != nil {", keptField(n), fire)
	case st.Delay != nil:
		f.F("if err := t.%s.Advance(wm, t.%sRelease); err != nil {", keptField(n), n.method)
	default:
		f.F("if err := t.%s.Advance(wm, %s); err != nil {", processStore(n), fire)
	}
	f.P("return err")
	f.P("}")
	f.P("}")
}

// hasProcessingTimers tells whether a store is that of a processor with timers in processing time, or of a delay that goes by it.
func hasProcessingTimers(s *plan.Store) bool {
	return s.Step.Process != nil && s.Step.Process.ProcessingTimers || s.Step.Delay != nil && s.Step.Delay.Processing
}

// tick prints the method that fires timers in processing time, if there are some.
func (g *generator) tick(f *printer.File, sub *plan.Subtopology) {
	if !slices.ContainsFunc(sub.Stores, hasProcessingTimers) {
		return
	}
	f.P()
	f.P("// Tick fires the timers that processing time has reached, and what they set for a watermark that has passed.")
	f.F("func (t *%s) Tick() error {", taskName(sub))
	for _, s := range sub.Stores {
		if !hasProcessingTimers(s) {
			continue
		}
		n := g.steps[s.Step]
		f.F("if t.Processing >= t.%s.ProcessingDue() {", processStore(n))
		if s.Step.Delay != nil {
			f.F("if err := t.%s.Tick(t.Processing, t.%sRelease); err != nil {", keptField(n), n.method)
		} else {
			f.F("if err := t.%s.Tick(t.Processing, t.%sProcessingTimer); err != nil {", processStore(n), n.method)
		}
		f.P("return err")
		f.P("}")
		f.P("}")
	}
	f.P("return t.Advance(t.Clock.Now())")
	f.P("}")
}
