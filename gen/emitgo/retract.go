package emitgo

import (
	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

// retracts tells whether what was handed on last of a group and window is handed on once more, as retracted, before another result is.
func (g *generator) retracts(st *check.Step) bool { return st.Retractions && g.pl.Live(st.Out) }

// severalHanded tells whether several results of what is one window now may have been handed on: of the sessions that have become one.
func (g *generator) severalHanded(st *check.Step) bool {
	return g.retracts(st) && st.Window.Kind == check.Session
}

// windowParam is what a step's methods have of the window of a result, as a parameter and as an argument.
func windowParam(st *check.Step) (param, arg string) {
	if st.Out.Windowed {
		return ", w window.Bounds", ", w"
	}
	return "", ""
}

// retractLast prints that what was handed on last is retracted, in front of another result.
func (g *generator) retractLast(f *printer.File, st *check.Step) {
	_, w := windowParam(st)
	f.F("if err := t.%sRetract(key, at%s, a); err != nil {", g.steps[st].method, w)
	f.P("return err")
	f.P("}")
}

// retract prints the method that retracts what was handed on last. Its errors are its own: that of a retraction which fails behind the step keeps
// no result back.
func (g *generator) retract(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	if !g.retracts(st) {
		return
	}
	n := g.steps[st]
	param, arg := windowParam(st)
	f.Import(module + "topology")
	f.P()
	f.F("// %sRetract takes back what was handed on last of a group%s, if anything was: it is handed on once more, as retracted.", n.method, andWindow(st))
	f.F("func (t *%s) %sRetract(key []byte, at int64%s, a *%s) error {", taskName(sub), n.method, param, stateType(n))
	if g.severalHanded(st) {
		f.Import(module + "stateenc")
		f.P("for i := 0; i < len(a.handed); { // sessions that have become one were handed on each")
		f.P("var last []byte")
		f.P("last, i = stateenc.Bytes(a.handed, i)")
		f.P("var from int")
		f.P("w.Start, from = stateenc.Int(last, 0)")
		f.P("w.End, from = stateenc.Int(last, from)")
		f.P("if i < 0 || from < 0 {")
		f.P("return topology.Fatal(stateenc.Done(last, min(i, from)))")
		f.P("}")
		f.F("var row %s", g.typeName(st.Out.Type))
		f.P("if err := row.decodeState(last[from:]); err != nil {")
	} else {
		f.P("if len(a.handed) == 0 {")
		f.P("return nil")
		f.P("}")
		f.F("var row %s", g.typeName(st.Out.Type))
		f.P("if err := row.decodeState(a.handed); err != nil {")
	}
	f.P("return topology.Fatal(err)")
	f.P("}")
	f.F("row.%s = true", fieldName(st.Out.Type.Field(check.Retracted)))
	f.P("t.Stats.Results++")
	f.F("if err := t.%sReaders(&row, key, at%s); err != nil {", n.method, arg)
	value := "nil"
	if sub.Origin.OnError == check.DeadLetter {
		value = "row.appendJSON(nil)"
	}
	f.F("if err := t.BadResult(0, %q, key, %s, err); err != nil {", st.Name, value)
	f.P("return err")
	f.P("}")
	f.P("}")
	if g.severalHanded(st) {
		f.P("}")
	}
	f.P("a.handed = a.handed[:0]")
	f.P("return nil")
	f.P("}")
	f.P()
	f.F("// %sReaders takes a result, or a retraction, to what reads step %s.", n.method, st.Name)
	f.F("func (t *%s) %sReaders(r *%s, key []byte, at int64%s) error {", taskName(sub), n.method, g.typeName(st.Out.Type), param)
	g.handOn(f, sub, st.Out, "r")
	f.P("}")
}

func andWindow(st *check.Step) string {
	if st.Window.Bounded() {
		return " and window"
	}
	return ""
}
