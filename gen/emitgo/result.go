package emitgo

import (
	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

// result prints the method that hands on the result of one group and window, with the step's having.
func (g *generator) result(f *printer.File, sub *plan.Subtopology, st *check.Step) error {
	if !g.pl.Live(st.Out) {
		return nil
	}
	f.Import(module + "window")
	n := g.steps[st]
	out := st.Out.Type
	f.P()
	f.F("// %sResult hands on the result of one group%s.", n.method, dated(st))
	f.F("func (t *%s) %sResult(w window.Bounds, key []byte, a *%s) error {", taskName(sub), n.method, stateType(n))
	f.F("var row %s", g.typeName(out))
	g.decodeKey(f, st, "row")
	declared := !plainKey(st) // reading the key declares err
	for _, a := range st.Aggregate {
		ag := g.aggregator(f, st, a)
		if !ag.wide() && !ag.flagged() {
			f.F("row.%s = %s", fieldName(out.Field(a.Name)), ag.result())
			continue
		}
		if !declared {
			f.P("var err error")
			declared = true
		}
		f.Import(module + "topology")
		f.F("if row.%s, err = %s; err != nil {", fieldName(out.Field(a.Name)), ag.result())
		f.F("return t.BadResult(0, %q, key, nil, %s)", st.Name, g.at(st, "aggregate "+a.Name, a.Args[0], "err"))
		f.P("}")
	}
	f.P("t.Stats.Results++")
	at := "w.End-1"
	if silence := silenceOf(st); silence > 1 {
		at = "w.End+" + grouped(silence-2)
	}
	if w := st.Window; w.Kind == check.Counted && w.Size > 0 && w.Slide == 0 {
		at = "at"
		f.P("at := w.End - 1")
		f.F("if a.records >= %s {", grouped(w.Records))
		f.F("at = w.End - %s", grouped(w.Size.Milliseconds()))
		f.P("}")
	}
	param, win := windowParam(st)
	state := ""
	if g.notes(st) {
		state, param = ", a", param+", a *"+stateType(n)
	}
	f.F("if err := t.%sFrom(&row, key, %s%s%s); err != nil {", n.method, at, win, state)
	value := "nil"
	if sub.Origin.OnError == check.DeadLetter {
		g.codecs.needJSON(out)
		value = "row.appendJSON(nil)"
	}
	f.F("return t.BadResult(0, %q, key, %s, err)", st.Name, value)
	f.P("}")
	f.P("return nil")
	f.P("}")
	f.P()
	f.F("// %sFrom takes a result of step %s to what reads it.", n.method, st.Name)
	f.F("func (t *%s) %sFrom(r *%s, key []byte, at int64%s) error {", taskName(sub), n.method, g.typeName(out), param)
	if st.Having != nil {
		c := &scope{g: g, f: f, sub: sub, row: "r", typ: out, windowed: st.Out.Windowed, pointer: true}
		turnedAway := "return nil"
		if g.retracts(st) {
			turnedAway = "return t." + n.method + "Retract(key, at" + win + ", a)"
		}
		if err := g.guard(f, c, st, "having", st.Having, turnedAway); err != nil {
			return err
		}
	}
	if g.changesOnly(st) {
		g.unlessSame(f, st)
	}
	if g.moves(st) {
		f.F("if err := t.%sMoved(key, at, w, a); err != nil {", n.method)
		f.P("return err")
		f.P("}")
	}
	if g.retracts(st) {
		f.F("return t.%sReaders(r, key, at%s)", n.method, win)
	} else {
		g.handOn(f, sub, st.Out, "r")
	}
	f.P("}")
	if st.Having != nil {
		return g.predicate(f, sub, st, "having", st.Having, out, true)
	}
	return nil
}

// dated says what the event time of a window's result is.
func dated(st *check.Step) string {
	switch w := st.Window; {
	case w.Bounded():
		return " and window; its event time is the last millisecond of the window"
	case silenceOf(st) > 0:
		return "; its event time is when the group was silent for " + plan.Duration(w.Size)
	case w.ByRecords() && w.Size > 0 && w.Kind != check.Global:
		return "; its event time is the highest of its records, or when the group was silent for " + plan.Duration(w.Size)
	}
	return "; its event time is the highest of its records"
}

// silenceOf is how many milliseconds behind the last record of a global window its result comes, which is final; 0 where results have the highest
// event time of the records.
func silenceOf(st *check.Step) int64 {
	if st.Window.Kind == check.Global && st.Emit == check.Final {
		return st.Window.Size.Milliseconds()
	}
	return 0
}
