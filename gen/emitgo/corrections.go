package emitgo

import (
	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

// corrects tells whether a step's results are handed on at the ends of windows, and corrected until these close.
func (g *generator) corrects(st *check.Step) bool { return st.Corrections && g.pl.Live(st.Out) }

// takesLate tells whether there may be records that correct results.
func (g *generator) takesLate(st *check.Step) bool { return g.corrects(st) && mayBeLate(st) }

// corrected prints the method that hands on a result which a late record has changed.
func (g *generator) corrected(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	if !g.takesLate(st) || g.counts(st) || st.Window.Overlap() {
		return
	}
	n := g.steps[st]
	f.P()
	f.F("// %sCorrected hands on the result that a record has changed, if its window has ended: then it was handed on before the record.", n.method)
	f.F("func (t *%s) %sCorrected(key []byte, a *%s) error {", taskName(sub), n.method, stateType(n))
	f.F("if !t.%s.Ended() {", storeField(n))
	f.P("return nil")
	f.P("}")
	f.F("return t.%sResult(t.%s.Bounds(), key, a)", n.method, storeField(n))
	f.P("}")
}
