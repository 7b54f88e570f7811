package emitgo

import (
	"slices"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// restoresKey tells whether the value of `key` has to be made again of the bytes for records that a step has held back: something behind
// reads it, and the record in hand is another one by then.
func (g *generator) restoresKey(st *check.Step) bool {
	return st.Delay != nil && len(st.Out.Key) == 1 && st.Out.Key[0].Name == "key" && g.readsKey(st.Out)
}

// readsKey tells whether something that takes the records of a stream reads `key`.
func (g *generator) readsKey(s *check.Stream) bool {
	reads := func(es ...*check.Expr) bool {
		return slices.ContainsFunc(es, func(e *check.Expr) bool { return e != nil && uses(e)[check.KeyVar] })
	}
	named := func(all []*check.Named) bool {
		return slices.ContainsFunc(all, func(n *check.Named) bool { return reads(n.Expr) })
	}
	steps, sinks := g.pl.Consumers(s)
	for _, sk := range sinks {
		if reads(sk.Tombstone, sk.By) || named(sk.Headers) {
			return true
		}
	}
	for _, st := range steps {
		if reads(st.Where, st.EventTime, st.Key) || reads(st.Folded()...) || named(st.Let) || named(st.Select) || named(st.GroupBy) {
			return true
		}
		if st.Log != nil && reads(st.Log.Line) || st.Unnest != nil && reads(st.Unnest.Expr) {
			return true
		}
		if st.Key != nil || st.Keeps() && st.Delay == nil { // behind it the key is another one
			continue
		}
		for _, b := range st.Split {
			if reads(b.When) {
				return true
			}
		}
		if slices.ContainsFunc(st.Outs(), g.readsKey) {
			return true
		}
	}
	return false
}

// delayFields prints the fields of a task that belong to a step with delay.
func (g *generator) delayFields(f *printer.File, _ *plan.Subtopology, st *check.Step) {
	n := g.steps[st]
	f.Import(module + "process")
	f.F("%s *process.Store", processStore(n))
	f.F("%s *process.Delayed[%s]", keptField(n), g.typeName(st.Row))
	if g.restoresKey(st) {
		f.F("%s %s // of the record in hand that step %s had held back", rekeyField(n), g.goType(f, st.Out.Key[0].Type), st.Name)
	}
}

// newDelay prints the part of a task's constructor that belongs to a step with delay.
func (g *generator) newDelay(f *printer.File, sub *plan.Subtopology, s *plan.Store) {
	n, name := g.steps[s.Step], g.typeName(s.Step.Row)
	g.newStore(f, sub, s)
	what := "NewDelayed"
	if s.Step.Delay.Processing {
		what = "NewDelayedByClock"
	}
	f.F("t.%s = process.%s(t.%s, (*%s).appendState, (*%s).decodeState)", keptField(n), what, processStore(n), name, name)
}

// hold prints the end of a step with delay: the record is kept or, where its time has come before it, handed on.
func (g *generator) hold(f *printer.File, c *scope, st *check.Step, row string) error {
	n, d := g.steps[st], st.Delay
	if row == "row" {
		row = "&row"
	}
	switch {
	case d.Until != nil:
		v, err := g.value(f, c, st, "delay until", "until", d.Until)
		if err != nil {
			return err
		}
		f.F("due := %s.UnixMilli()", paren(v))
	case d.Processing:
		f.F("due := t.Processing + %s", grouped(d.By.Milliseconds()))
	default:
		f.F("due := at + %s", grouped(d.By.Milliseconds()))
	}
	f.F("held, err := t.%s.Hold(due, key, at, %s)", keptField(n), row)
	f.P("if err != nil || held {")
	f.P("return err")
	f.P("}")
	f.F("return t.%sFrom(%s, key, at)", n.method, row)
	return nil
}

// delayParts prints the methods of the task that hand on what a step with delay has held back.
func (g *generator) delayParts(f *printer.File, sub *plan.Subtopology, st *check.Step) error {
	n, typ := g.steps[st], g.typeName(st.Row)
	f.P()
	f.F("// %sRelease hands on a record whose time has come.", n.method)
	f.F("func (t *%s) %sRelease(r *%s, key []byte, at int64) error {", taskName(sub), n.method, typ)
	g.handOnOne(f, sub, st, st.Out)
	f.P("return nil")
	f.P("}")
	f.P()
	f.F("// %sFrom takes that record to what reads it.", n.method)
	f.F("func (t *%s) %sFrom(r *%s, key []byte, at int64) error {", taskName(sub), n.method, typ)
	if g.restoresKey(st) {
		g.restoreKey(f, st)
	}
	g.handOn(f, sub, st.Out, "r")
	f.P("}")
	return nil
}

// restoreKey prints that the value of `key` is read from its bytes once more.
func (g *generator) restoreKey(f *printer.File, st *check.Step) {
	if st.Out.Key[0].Type.Kind != types.Optional { // else it has an err of its own
		f.P("var err error")
	}
	g.keyFromText(f, st.Out.Key[0].Type, "key", "t."+rekeyField(g.steps[st]), false, "return topology.Fatal(topology.InKey(err))")
}
