package emitgo

import (
	"maps"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

// splitOff prints that a record which begins another window ends the one in the variable a, in which it had been counted for a time.
func (g *generator) splitOff(f *printer.File, c *scope, st *check.Step, place string) error {
	n, e := g.steps[st], st.Window.Split
	in := *c
	in.locals = maps.Clone(c.locals)
	if in.locals == nil {
		in.locals = map[string]string{}
	}
	for _, a := range st.Aggregate {
		if v, ok := e.Scope.Lookup(a.Name); ok && v.Kind == check.FoldVar {
			in.locals[a.Name] = g.aggregator(f, st, a).result()
		}
	}
	undo := "t." + storeField(n) + ".Undo()"
	f.P("if !fresh {")
	split, err := g.valueOf(f, &in, n.method+"Expr", "window split", "split", e, func(x string) string {
		return undo + "\nreturn " + g.at(st, "window split", e, x)
	})
	if err != nil {
		return err
	}
	f.F("if %s { // the record begins another window: this one is as it was", split)
	f.P(undo)
	emit := g.resultOf(st)
	if emit != "nil" && splitTime(st) > 0 {
		emit = "t." + n.method + "Split"
	}
	f.F("if err := t.%s.Complete(group, %s); err != nil {", storeField(n), emit)
	f.P("return err")
	f.P("}")
	f.F("if a, fresh, err = t.%s.Upsert(%s, group); err != nil {", storeField(n), place)
	f.P("return topology.Fatal(err)")
	f.P("}")
	f.P("}")
	f.P("}")
	return nil
}

// splitTime is how much later, in milliseconds, a window of a step ends without a record than the results of a record that ends it are.
func splitTime(st *check.Step) int64 { return st.Window.Size.Milliseconds() - 1 }

// divided prints the method that hands on the result of a window which a record has ended.
func (g *generator) divided(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	if st.Window.Split == nil || splitTime(st) <= 0 || !g.pl.Live(st.Out) {
		return
	}
	n := g.steps[st]
	f.P()
	f.F("// %sSplit hands on the result of a window that a record has ended, by beginning another one.", n.method)
	f.F("func (t *%s) %sSplit(w window.Bounds, key []byte, a *%s) error {", taskName(sub), n.method, stateType(n))
	f.F("w.End -= %s // its time is the highest of the records, not when the group was silent for %s", grouped(splitTime(st)), plan.Duration(st.Window.Size))
	f.F("return t.%sResult(w, key, a)", n.method)
	f.P("}")
}
