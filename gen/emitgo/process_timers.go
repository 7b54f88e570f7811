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
	if st.Fold != nil {
		fire = "t." + keptField(n) + ".Wake"
	}
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

// hasProcessingTimers tells whether a store is that of a step with timers in processing time, or of a delay that goes by it.
func (g *generator) hasProcessingTimers(s *plan.Store) bool {
	if s.Step.Fold != nil {
		return slices.ContainsFunc(g.foldTimers(s.Step), func(t *check.FoldTimer) bool { return t.Processing })
	}
	return s.Step.Process != nil && s.Step.Process.ProcessingTimers || s.Step.Delay != nil && s.Step.Delay.Processing
}

// hasRounds tells whether a store's results that changed are handed on by the clock.
func (g *generator) hasRounds(s *plan.Store) bool { return s.Step.UpdateClock && g.pl.Live(s.Step.Out) }

// tick prints the method that fires timers in processing time, and hands on results by it, if there are some.
func (g *generator) tick(f *printer.File, sub *plan.Subtopology) {
	timers, rounds := slices.ContainsFunc(sub.Stores, g.hasProcessingTimers), slices.ContainsFunc(sub.Stores, g.hasRounds)
	f.P()
	switch {
	case timers && rounds:
		f.P("// Tick hands on results that changed, each time that processing time comes to a multiple of their every, and fires the timers that it has reached.")
	case timers:
		f.P("// Tick fires the timers that processing time has reached, and what they set for a watermark that has passed.")
	case rounds:
		f.P("// Tick hands on results that changed, each time that processing time comes to a multiple of their every.")
	default:
		return
	}
	f.F("func (t *%s) Tick() error {", taskName(sub))
	for _, s := range sub.Stores {
		n := g.steps[s.Step]
		if g.hasRounds(s) {
			f.F("if t.Processing >= t.%s.TickDue() {", storeField(n))
			f.F("if err := t.%s.Tick(t.Processing); err != nil {", storeField(n))
			f.P("return err")
			f.P("}")
			f.P("}")
		}
		if !g.hasProcessingTimers(s) {
			continue
		}
		f.F("if t.Processing >= t.%s.ProcessingDue() {", processStore(n))
		fire := "t." + n.method + "ProcessingTimer"
		store := processStore(n)
		switch {
		case s.Step.Fold != nil:
			fire = "t." + keptField(n) + ".WakeProcessing"
		case s.Step.Delay != nil:
			fire, store = "t."+n.method+"Release", keptField(n)
		}
		f.F("if err := t.%s.Tick(t.Processing, %s); err != nil {", store, fire)
		f.P("return err")
		f.P("}")
		f.P("}")
	}
	if slices.ContainsFunc(sub.Stores, func(s *plan.Store) bool { return inProcessStore(s.Step) }) { // a result may have set a timer
		f.P("return t.Advance(t.Clock.Now())")
	} else {
		f.P("return nil")
	}
	f.P("}")
}
