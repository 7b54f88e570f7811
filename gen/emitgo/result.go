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
	f.F("// %sResult hands on the result of one group and window; its event time is the last millisecond of the window.", n.method)
	f.F("func (t *%s) %sResult(w window.Bounds, key []byte, a *%s) error {", taskName(sub), n.method, stateType(n))
	f.F("var row %s", g.typeName(out))
	g.decodeKey(f, st, "row")
	declared := !plainKey(st) // reading the key declares err
	for _, a := range st.Aggregate {
		ag := g.aggregator(f, st, a)
		if !ag.wide() {
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
	f.F("if err := t.%sFrom(&row, key, w.End-1, w); err != nil {", n.method)
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
	f.F("func (t *%s) %sFrom(r *%s, key []byte, at int64, w window.Bounds) error {", taskName(sub), n.method, g.typeName(out))
	if st.Having != nil {
		c := &scope{g: g, f: f, sub: sub, row: "r", typ: out, windowed: true, pointer: true}
		if err := g.guard(f, c, st, "having", st.Having); err != nil {
			return err
		}
	}
	g.handOn(f, sub, st.Out, "r")
	f.P("}")
	if st.Having != nil {
		return g.predicate(f, sub, st, "having", st.Having, out, true)
	}
	return nil
}
