package emitgo

import (
	"fmt"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

// keptType is the Go type of what a step's store has for each group and window.
func (g *generator) keptType(st *check.Step) string {
	if st.Window.Slide > 0 {
		return "session.Parts[" + stateType(g.steps[st]) + "]"
	}
	return stateType(g.steps[st])
}

// addToParts prints that a record finds its part, in the variable a, of what its group has in the variable parts.
func addToParts(f *printer.File, st *check.Step) {
	f.F("a, fresh := parts.Add(%s, %s)", grouped(st.Window.Records), grouped(st.Window.Slide))
}

// sliding prints the methods that hand on results of a group's last records.
func (g *generator) sliding(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	if st.Window == nil || st.Window.Slide == 0 || !g.pl.Live(st.Out) {
		return
	}
	n, w := g.steps[st], st.Window
	merge := "merge" + exportedState(n)
	f.P()
	f.F("// %sAdded hands on the result of the last %s of a group, if %s more of them have come.", n.method, plan.Records(w.Records), plan.Number(w.Slide))
	f.F("func (t *%s) %sAdded(key []byte, parts *%s) error {", taskName(sub), n.method, g.keptType(st))
	f.F("if !parts.Complete(%s) {", grouped(w.Slide))
	f.P("return nil")
	f.P("}")
	f.F("w := t.%s.Bounds()", storeField(n))
	if ms := w.Size.Milliseconds(); ms > 1 {
		f.F("w.End -= %s // its time is the highest of the records, not when the group was silent for %s", grouped(ms-1), plan.Duration(w.Size))
	}
	f.F("return t.%sResult(w, key, parts.Whole(%s))", n.method, merge)
	f.P("}")
	f.P()
	f.F("// %sRest hands on the result of a group's last records when no more are waited for, if there was none with the last one.", n.method)
	f.F("func (t *%s) %sRest(w window.Bounds, key []byte, parts *%s) error {", taskName(sub), n.method, g.keptType(st))
	f.F("if parts.Complete(%s) {", grouped(w.Slide))
	f.P("return nil")
	f.P("}")
	f.F("return t.%sResult(w, key, parts.Whole(%s))", n.method, merge)
	f.P("}")
}

// codecOf prints the functions of a store's configuration that read, write and weigh what it keeps.
func (g *generator) codecOf(f *printer.File, st *check.Step) {
	state := exportedState(g.steps[st])
	heap := g.heapBytes(f, st)
	if st.Window.Slide == 0 {
		f.F("Append: append%s,", state)
		f.F("Decode: decode%s,", state)
		if st.Window.Merges() {
			f.F("Merge: merge%s,", state)
		}
		if g.counts(st) && st.Window.Overlap() {
			f.F("Records: func(a *%s) int64 { return a.records },", stateType(g.steps[st]))
		}
		if heap != "" {
			f.F("Bytes: %s,", heap)
		}
		return
	}
	if heap == "" {
		heap = "nil"
	}
	kept := g.keptType(st)
	f.F("Append: func(b []byte, p *%s) []byte { return p.Append(b, append%s) },", kept, state)
	f.F("Decode: func(b []byte, p *%s) error { return p.Decode(b, decode%s) },", kept, state)
	f.P(fmt.Sprintf("Bytes: func(p *%s) int { return p.Bytes(%s) },", kept, heap))
}
