package emitgo

import (
	"fmt"
	"slices"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

func (g *generator) advance(f *printer.File, sub *plan.Subtopology) {
	f.P()
	if len(sub.Stores) == 0 {
		f.P("// Advance has nothing to close: there are no windows here.")
		f.F("func (t *%s) Advance(wm int64) error { return nil }", taskName(sub))
		return
	}
	f.F("// Advance %s the watermark has passed, those of earlier steps first.", passing(sub))
	f.F("func (t *%s) Advance(wm int64) error {", taskName(sub))
	for _, s := range sub.Stores {
		if inProcessStore(s.Step) {
			g.fireTimers(f, sub, s.Step)
		} else {
			g.closeWindows(f, sub, s.Step)
		}
	}
	if slices.ContainsFunc(sub.Steps, g.goesByPassed) || slices.ContainsFunc(sub.Stores, func(s *plan.Store) bool { return inProcessStore(s.Step) }) {
		f.P("t.Clock.Pass(wm)")
	}
	f.P("return nil")
	f.P("}")
}

// passing says what a task does with what the watermark passes.
func passing(sub *plan.Subtopology) string {
	windows, others := false, false
	for _, s := range sub.Stores {
		windows, others = windows || s.Step.Window != nil, others || inProcessStore(s.Step)
	}
	switch {
	case windows && others:
		return "closes the windows and fires the timers that"
	case others:
		return "fires the timers, and ends the state, that"
	}
	return "closes the windows that"
}

func (g *generator) closeWindows(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	n := g.steps[st]
	d := g.upstreamDelay(sub, st)
	emit := g.restOf(st)
	if d > 0 {
		f.Import(module + "watermark")
		f.F("// The results that %s reads come up to %s late.", st.Name, plan.Duration(durationMillis(d)))
		f.F("if wm := watermark.Sub(wm, %s); wm >= t.%s.Due() {", grouped(d), storeField(n))
	} else {
		f.F("if wm >= t.%s.Due() {", storeField(n))
	}
	if st.UpdateEvery > 0 && !st.UpdateClock && emit != "nil" {
		f.F("// Results that changed are handed on every %s, too.", plan.Duration(st.UpdateEvery))
	}
	if g.corrects(st) {
		f.F("// Results are handed on at the ends of windows, which close %s later.", plan.Duration(st.Window.Lateness))
	}
	f.F("if err := t.%s.Close(wm, %s, %t); err != nil {", storeField(n), emit, g.onlyChanged(st))
	f.P("return err")
	f.P("}")
	f.P("}")
}

// upstreamDelay is how far in milliseconds the records of a step in this sub-topology may stay behind the task's watermark.
func (g *generator) upstreamDelay(sub *plan.Subtopology, st *check.Step) int64 {
	if st == sub.Cut {
		return 0
	}
	return g.pl.Delay(sub, st.From).Milliseconds()
}

func (g *generator) seal(f *printer.File, sub *plan.Subtopology) {
	f.P()
	if len(sub.Stores) == 0 {
		f.P("// Seal has nothing to write: there is no state here.")
		f.F("func (t *%s) Seal() error { return nil }", taskName(sub))
		return
	}
	f.P("// Seal writes what changed since the last commit.")
	f.F("func (t *%s) Seal() error {", taskName(sub))
	var calls []string
	for _, s := range sub.Stores {
		n := g.steps[s.Step]
		if inProcessStore(s.Step) {
			calls = append(calls, fmt.Sprintf("t.%s.Seal()", processStore(n)))
			continue
		}
		emit := "nil"
		if s.Step.Emit != check.Final && s.Step.UpdateEvery == 0 && s.Step.UpdateCount == 0 && g.pl.Live(s.Step.Out) {
			emit = "t." + n.method + "Result"
		}
		calls = append(calls, fmt.Sprintf("t.%s.Seal(%s)", storeField(n), emit))
	}
	g.chain(f, calls)
	f.P("}")
}
