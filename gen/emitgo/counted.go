package emitgo

import (
	"fmt"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

// counts tells whether records decide when a step's results are handed on while their windows are open.
func (g *generator) counts(st *check.Step) bool { return st.UpdateCount > 0 && g.pl.Live(st.Out) }

// tally is the field of a step's state that counts its records, with a comment, "" if there is none. Windows that overlap share slices, so
// there it is the slices' records that are counted, and a window has a multiple of them when its result is handed on.
func (g *generator) tally(st *check.Step) (field, comment string) {
	switch {
	case st.Window.Kind == check.Counted && st.Window.Slide == 0 || g.counts(st) && st.Window.Overlap():
		return "records", "that it has"
	case g.counts(st):
		return "changes", "records since its result was handed on"
	}
	return "", ""
}

// countOne prints the end of a record that is in its window: the result is handed on if it was time.
func (g *generator) countOne(f *printer.File, st *check.Step) {
	n := g.steps[st]
	switch {
	case st.Window.Slide > 0 && g.pl.Live(st.Out):
		f.F("return t.%sAdded(group, parts)", n.method)
	case g.takesLate(st) && st.Window.Overlap() && !g.counts(st):
		f.F("return t.%s.Correct(group, t.%sResult)", storeField(n), n.method)
	case g.takesLate(st) && !g.counts(st):
		f.F("return t.%sCorrected(group, a)", n.method)
	case !g.counts(st):
		f.P("return nil")
	case st.Window.Overlap():
		f.P("a.records++")
		if g.takesLate(st) {
			f.F("if err := t.%s.Correct(group, t.%sResult); err != nil {", storeField(n), n.method)
			f.P("return err")
			f.P("}")
		}
		f.F("return t.%s.Counted(group, %s, t.%sResult)", storeField(n), grouped(st.UpdateCount), n.method)
	default:
		f.F("return t.%sChanged(group, a)", n.method)
	}
}

// changesOnly tells whether a result is only handed on if it is not the same as the last time.
func (g *generator) changesOnly(st *check.Step) bool { return st.ChangesOnly && g.pl.Live(st.Out) }

// unlessSame prints that a result which is the same as the one that was handed on last goes no further. A session's window is part of it.
func (g *generator) unlessSame(f *printer.File, st *check.Step) {
	f.Import("bytes")
	g.codecs.needState(st.Out.Type)
	f.P("// The same as what was handed on last is not handed on again.")
	if g.severalHanded(st) {
		f.Import(module + "stateenc")
		f.P("t.result = stateenc.AppendInt(stateenc.AppendInt(t.result[:0], w.Start), w.End)")
		f.P("t.result = r.appendState(t.result)")
		f.P("if last, i := stateenc.Bytes(a.handed, 0); i == len(a.handed) && bytes.Equal(t.result, last) {")
		f.P("return nil")
		f.P("}")
		g.retractLast(f, st)
		f.P("a.handed = stateenc.AppendString(a.handed[:0], t.result)")
		return
	}
	if st.Window.Kind == check.Session {
		f.Import(module + "stateenc")
		f.P("t.result = stateenc.AppendInt(stateenc.AppendInt(t.result[:0], w.Start), w.End)")
		f.P("t.result = r.appendState(t.result)")
	} else {
		f.P("t.result = r.appendState(t.result[:0])")
	}
	f.P("if bytes.Equal(t.result, a.handed) {")
	f.P("return nil")
	f.P("}")
	if g.retracts(st) {
		g.retractLast(f, st)
	}
	f.P("a.handed = append(a.handed[:0], t.result...)")
}

// final prints the method that hands on the results of windows that close in any case, where their updates are handed on only if they are not
// the same as the last time.
func (g *generator) final(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	if !g.changesOnly(st) || st.Emit != check.EarlyAndFinal {
		return
	}
	n := g.steps[st]
	f.P()
	f.F("// %sFinal hands on the result of a window that closes, whatever was handed on before.", n.method)
	f.F("func (t *%s) %sFinal(w window.Bounds, key []byte, a *%s) error {", taskName(sub), n.method, stateType(n))
	f.P("a.handed = nil")
	f.F("return t.%sResult(w, key, a)", n.method)
	f.P("}")
}

// counted prints the methods that hand on results by how many records have changed them.
func (g *generator) counted(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	if !g.counts(st) {
		return
	}
	n := g.steps[st]
	pending := "a.changes == 0"
	if st.Window.Overlap() {
		pending = "a.records%" + grouped(st.UpdateCount) + " == 0"
	} else {
		f.P()
		late, open := "", ""
		if g.takesLate(st) {
			late, open = ", or its window has ended", fmt.Sprintf(" && !t.%s.Ended()", storeField(n))
		}
		f.F("// %sChanged takes note that a record has changed a result, and hands it on if that makes %s of them%s.", n.method, grouped(st.UpdateCount), late)
		f.F("func (t *%s) %sChanged(key []byte, a *%s) error {", taskName(sub), n.method, stateType(n))
		f.F("if a.changes++; a.changes < %s%s {", grouped(st.UpdateCount), open)
		f.P("return nil")
		f.P("}")
		f.P("a.changes = 0")
		f.F("return t.%sResult(t.%s.Bounds(), key, a)", n.method, storeField(n))
		f.P("}")
	}
	if st.Emit != check.Updates {
		return
	}
	f.P()
	if st.Window.Overlap() && st.UpdateCount == 1 {
		f.F("// %sRest hands nothing on when a window closes: each change of its result was handed on with the record that made it.", n.method)
		f.F("func (t *%s) %sRest(window.Bounds, []byte, *%s) error { return nil }", taskName(sub), n.method, stateType(n))
		return
	}
	f.F("// %sRest hands on the result of a window that closes, if it has changed since it was handed on.", n.method)
	f.F("func (t *%s) %sRest(w window.Bounds, key []byte, a *%s) error {", taskName(sub), n.method, stateType(n))
	f.F("if %s {", pending)
	f.P("return nil")
	f.P("}")
	f.F("return t.%sResult(w, key, a)", n.method)
	f.P("}")
}
