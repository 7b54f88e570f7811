package emitgo

import (
	"strings"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
)

// emittedField is the context's field with what was emitted for a stream.
func emittedField(st *check.Step, out *check.Stream) string {
	if !st.Parted() {
		return "emitted"
	}
	return "emitted" + outputName(st, out)
}

// outputName is the exported name of one of several outputs, or of a fold's timer, "" for what the step itself stands for.
func outputName(st *check.Step, out *check.Stream) string {
	if out == st.Out {
		return ""
	}
	return naming.Exported(strings.TrimPrefix(out.Name, st.Name+"."))
}

// emittedFields prints the fields of a context that hold what a call emits. Those of several outputs come in the order of the calls.
func (g *generator) emittedFields(f *printer.File, st *check.Step) {
	if st.Parted() {
		f.P("order []uint8 // the outputs of what was emitted, by their place in the spec")
	}
	for _, out := range st.Outs() {
		if g.pl.Live(out) {
			f.F("%s []%s", emittedField(st, out), g.typeName(out.Type))
		}
	}
}

// forgetEmitted prints that nothing was emitted yet.
func (g *generator) forgetEmitted(f *printer.File, st *check.Step) {
	if st.Parted() {
		f.P("c.order = c.order[:0]")
	}
	for _, out := range st.Outs() {
		if field := emittedField(st, out); g.pl.Live(out) {
			f.F("c.%s = c.%s[:0]", field, field)
		}
	}
}

// emitMethods prints the methods by which a processor emits.
func (g *generator) emitMethods(f *printer.File, st *check.Step) {
	for i, out := range st.Outs() {
		name, field := "Emit"+outputName(st, out), emittedField(st, out)
		f.P()
		if !g.pl.Live(out) {
			f.F("// %s does nothing: no step or sink reads %s.", name, out.Name)
			f.F("func (c *%s) %s(%s) {}", g.processors[st].context, name, g.typeName(out.Type))
			continue
		}
		f.F("// %s hands a record on, with the group as its key and the time of the call, when the call has returned without an error.", name)
		if !st.Parted() {
			f.F("func (c *%s) %s(r %s) { c.emitted = append(c.emitted, r) }", g.processors[st].context, name, g.typeName(out.Type))
			continue
		}
		f.F("func (c *%s) %s(r %s) {", g.processors[st].context, name, g.typeName(out.Type))
		f.F("c.order, c.%s = append(c.order, %d), append(c.%s, r)", field, i, field)
		f.P("}")
	}
}

// handOnEmitted prints the methods of the task that hand on what a call has emitted.
func (g *generator) handOnEmitted(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	n, task := g.steps[st], taskName(sub)
	f.P()
	f.F("// %sEmitted hands on what a call has emitted.", n.method)
	f.F("func (t *%s) %sEmitted(key []byte, at int64) error {", task, n.method)
	if st.Parted() {
		g.emittedInOrder(f, sub, st)
	} else {
		f.F("emitted := t.%sContext.emitted", n.method)
		f.P("for i := range emitted {")
		f.P("r := &emitted[i]")
		g.handOnOne(f, sub, st, st.Out)
		f.P("}")
		f.P("clear(emitted)")
	}
	f.P("return nil")
	f.P("}")
	for _, out := range st.Outs() {
		if !g.pl.Live(out) {
			continue
		}
		name := n.method + "From" + outputName(st, out)
		f.P()
		f.F("// %s takes a record that %s has emitted to what reads it.", name, st.Process.Go)
		f.F("func (t *%s) %s(r *%s, key []byte, at int64) error {", task, name, g.typeName(out.Type))
		g.handOn(f, sub, out, "r")
		f.P("}")
	}
}

// emittedInOrder prints the body of that method for several outputs.
func (g *generator) emittedInOrder(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	f.F("c := &t.%sContext", g.steps[st].method)
	var live []*check.Stream
	var counts []string
	for _, out := range st.Outs() {
		if g.pl.Live(out) {
			live = append(live, out)
			counts = append(counts, "next"+outputName(st, out))
		}
	}
	f.F("var %s int", strings.Join(counts, ", "))
	f.P("for _, output := range c.order {")
	f.P("switch output {")
	next := 0
	for i, out := range st.Outs() {
		if !g.pl.Live(out) {
			continue
		}
		f.F("case %d: // %s", i, out.Name)
		f.F("r := &c.%s[%s]", emittedField(st, out), counts[next])
		f.F("%s++", counts[next])
		next++
		g.handOnOne(f, sub, st, out)
	}
	f.P("}")
	f.P("}")
	for _, out := range live {
		f.F("clear(c.%s)", emittedField(st, out))
	}
}

// handOnOne prints that r is handed on. A record that fails behind the processor is bad by itself: the call stands.
func (g *generator) handOnOne(f *printer.File, sub *plan.Subtopology, st *check.Step, out *check.Stream) {
	f.P("t.Stats.Results++")
	f.F("if err := t.%sFrom%s(r, key, at); err != nil {", g.steps[st].method, outputName(st, out))
	value := "nil"
	if sub.Origin.OnError == check.DeadLetter {
		g.codecs.needJSON(out.Type)
		value = "r.appendJSON(nil)"
	}
	f.F("if err := t.BadResult(0, %q, key, %s, err); err != nil {", out.Name, value)
	f.P("return err")
	f.P("}")
	f.P("}")
}
