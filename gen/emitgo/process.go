package emitgo

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/types"
)

// processorNames are the Go names made for a step with a processor.
type processorNames struct {
	iface, context string
	groups         []string                // the context's fields of the group's components
	states         map[*check.State]string // its fields of the state
	stored         map[*check.State]*types.Type
}

// nameProcessors names what the processors of the user's see of the generated package. Their own names are taken before any other.
func (g *generator) nameProcessors() {
	g.processors = map[*check.Step]*processorNames{}
	for _, st := range g.p.Steps {
		if st.Process == nil {
			continue
		}
		base := naming.Exported(st.Name)
		n := &processorNames{
			iface: g.names.Take(base + "Processor"), context: g.names.Take(base + "Context"), states: map[*check.State]string{}, stored: map[*check.State]*types.Type{},
		}
		fields := naming.Set{"Emit": true, "EventTime": true, "Timers": true}
		for _, gr := range st.GroupBy {
			n.groups = append(n.groups, fields.Take(naming.Exported(gr.Name)))
		}
		for _, s := range st.Process.State {
			n.states[s] = fields.Take(naming.Exported(s.Name))
			n.stored[s] = s.Type
			if s.Type.Kind != types.Record {
				n.stored[s] = &types.Type{Kind: types.Record, Name: st.Name + "_" + s.Name + "_state", Derived: true, Span: s.Span,
					Fields: []*types.Field{{Name: "value", Wire: "value", Type: s.Type, Span: s.Span}}}
				g.nameDerived(n.stored[s])
			}
		}
		g.processors[st] = n
	}
}

// storedType is the record that a state is stored as: itself, or one with the only field value.
func (g *generator) storedType(st *check.Step, s *check.State) *types.Type {
	return g.processors[st].stored[s]
}

func processStore(n stepNames) string { return n.method + "Store" }

// processorFields prints the fields of a task that belong to a processor.
func (g *generator) processorFields(f *printer.File, st *check.Step) {
	n := g.steps[st]
	f.Import(module + "process")
	f.F("%s *process.Store", processStore(n))
	f.F("%sProcessor %s", n.method, st.Process.Go)
	f.F("%sContext %s", n.method, g.processors[st].context)
}

// newProcessor prints the part of a task's constructor that belongs to a processor.
func (g *generator) newProcessor(f *printer.File, sub *plan.Subtopology, s *plan.Store) {
	st, n := s.Step, g.steps[s.Step]
	delay := ""
	if d := g.upstreamDelay(sub, st); d > 0 {
		delay = ", Delay: " + grouped(d)
	}
	f.F("t.%s, err = process.New(c, process.Config{Name: %q, Output: %s%s})", processStore(n), st.Name, outputConst(sub, s.Output.Index), delay)
	f.P("if err != nil {")
	f.P("return nil, err")
	f.P("}")
	names := g.processors[st]
	f.F("t.%sContext = %s{", n.method, names.context)
	for _, state := range st.Process.State {
		encode, decode := g.stateFuncs(f, st, state)
		f.F("%s: process.NewValue(t.%s, %q, %s, %s, %s),", names.states[state], processStore(n), state.Name, grouped(state.TTL.Milliseconds()), encode, decode)
	}
	if st.Process.Timers {
		f.F("Timers: process.NewTimers(t.%s),", processStore(n))
	}
	f.F("store: t.%s,", processStore(n))
	f.P("}")
}

// stateFuncs are the Go functions that encode and decode the values of a state.
func (g *generator) stateFuncs(f *printer.File, st *check.Step, s *check.State) (encode, decode string) {
	if s.Type.Kind == types.Record && !holdsBytes(s.Type) {
		name := g.typeName(s.Type)
		return "(*" + name + ").appendState", "(*" + name + ").decodeState"
	}
	name := g.steps[st].method + g.processors[st].states[s]
	return "append" + naming.Exported(name), "decode" + naming.Exported(name)
}

// holdsBytes tells whether a value of a type holds bytes: decoded, they would be those of the state itself, for the user to change.
func holdsBytes(t *types.Type) bool {
	if t.Kind == types.Bytes {
		return true
	}
	for _, f := range t.Fields {
		if holdsBytes(f.Type) {
			return true
		}
	}
	return t.Elem != nil && holdsBytes(t.Elem)
}

// giveToProcessor prints the end of a step that needs no repartitioning: the record goes to the processor.
func (g *generator) giveToProcessor(f *printer.File, c *scope, st *check.Step, row string) error {
	values, err := g.groupValues(f, c, st)
	if err != nil {
		return err
	}
	f.P("group := t.group[:0]")
	g.appendKey(f, st, "group", values)
	f.P("t.group = group")
	if row == "row" {
		row = "&row"
	}
	f.F("return t.%sProcess(%s, group, at)", g.steps[st].method, row)
	return nil
}

// processor prints what the user implements, what it is given, and how the task calls it.
func (g *generator) processor(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	f.Import(module+"process", module+"topology", "time")
	names, out := g.processors[st], g.typeName(st.Out.Type)
	f.P()
	f.F("// %s is what step %s asks of %s, a type of yours in this package:", names.iface, st.Name, st.Process.Go)
	f.P("//")
	f.F("//\ttype %s struct{}", st.Process.Go)
	f.P("//")
	f.F("//\tfunc (*%s) Process(c *%s, r *%s) error { … }", st.Process.Go, names.context, g.typeName(st.Row))
	if st.Process.Timers {
		f.F("//\tfunc (*%s) Timer(c *%s, at time.Time) error { … }", st.Process.Go, names.context)
	}
	f.P("//")
	f.P("// Each task has one, which begins as the zero value and is called by one goroutine at a time. What it keeps in itself is not part of")
	f.P("// the service's state: it is lost with the process, and not undone with a commit that fails.")
	f.F("type %s interface {", names.iface)
	f.P("// Process takes a record. It must not change r, whose strings, bytes, lists and maps live until it returns. An error makes r a")
	f.P("// bad record: what the call changed and emitted is undone.")
	f.F("Process(c *%s, r *%s) error", names.context, g.typeName(st.Row))
	if st.Process.Timers {
		f.P("// Timer is called when the watermark has reached the time of a timer. An error undoes the call, but not that the timer is gone.")
		f.F("Timer(c *%s, at time.Time) error", names.context)
	}
	f.P("}")
	f.P()
	f.F("// Where this line does not compile, %s is missing, or not what step %s asks of it.", st.Process.Go, st.Name)
	f.F("var _ %s = (*%s)(nil)", names.iface, st.Process.Go)
	f.P()
	f.F("// %s is what a call of %s is about: a group, its state and timers. It is to be used during the call only.", names.context, st.Process.Go)
	f.F("type %s struct {", names.context)
	for i, gr := range st.GroupBy {
		f.F("%s %s // %s: %s", names.groups[i], g.goType(f, gr.Expr.Type), g.pos(gr.Expr), oneLine(gr.Expr.Text))
	}
	f.P()
	for _, s := range st.Process.State {
		f.F("%s process.Value[%s] // %s", names.states[s], g.goType(f, s.Type), lifeOf(s))
	}
	if st.Process.Timers {
		f.P("Timers process.Timers")
	}
	f.P()
	f.P("store *process.Store")
	f.F("emitted []%s", out)
	f.P("}")
	f.P()
	f.F("// Emit hands a record on, with the group as its key and the time of the call, when the call has returned without an error.")
	f.F("func (c *%s) Emit(r %s) { c.emitted = append(c.emitted, r) }", names.context, out)
	f.P()
	f.P("// EventTime is the time of the record or timer that the call is for.")
	f.F("func (c *%s) EventTime() time.Time { return time.UnixMilli(c.store.At()).UTC() }", names.context)
	f.P()
	f.P("// begin begins a call.")
	f.F("func (c *%s) begin(key []byte, at int64) error {", names.context)
	f.P("c.store.Begin(key, at)")
	f.P("c.emitted = c.emitted[:0]")
	var targets []string
	for _, name := range names.groups {
		targets = append(targets, "c."+name)
	}
	g.readKey(f, st, targets, "return topology.Fatal(err)")
	f.P("return nil")
	f.P("}")
	g.processorMethods(f, sub, st)
	for _, s := range st.Process.State {
		g.stateFunc(f, st, s)
	}
}

// processorMethods prints the methods of the task around its processor.
func (g *generator) processorMethods(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	n, task := g.steps[st], taskName(sub)
	at := position(st.Process.Span)
	f.P()
	f.F("// %sProcess gives a record to the processor; key is its group.", n.method)
	f.F("func (t *%s) %sProcess(r *%s, key []byte, at int64) error {", task, n.method, g.typeName(st.Row))
	f.F("if err := t.%sContext.begin(key, at); err != nil {", n.method)
	f.P("return err")
	f.P("}")
	f.F("if err := t.%s.End(t.%sProcessor.Process(&t.%sContext, r)); err != nil {", processStore(n), n.method, n.method)
	f.F("return topology.At(%q, %q, err)", "step "+st.Name+", process", at)
	f.P("}")
	f.F("return t.%sEmitted(key, at)", n.method)
	f.P("}")
	if st.Process.Timers {
		f.P()
		f.F("// %sTimer gives a timer that has come to the processor.", n.method)
		f.F("func (t *%s) %sTimer(key []byte, at int64) error {", task, n.method)
		f.F("c := &t.%sContext", n.method)
		f.P("if err := c.begin(key, at); err != nil {")
		f.P("return err")
		f.P("}")
		f.F("if err := t.%s.End(t.%sProcessor.Timer(c, c.EventTime())); err != nil {", processStore(n), n.method)
		f.F("return t.BadResult(0, %q, key, nil, topology.At(%q, %q, err))", st.Name, "step "+st.Name+", timer", at)
		f.P("}")
		f.F("return t.%sEmitted(key, at)", n.method)
		f.P("}")
	}
	out := g.typeName(st.Out.Type)
	f.P()
	f.F("// %sEmitted hands on what a call has emitted.", n.method)
	f.F("func (t *%s) %sEmitted(key []byte, at int64) error {", task, n.method)
	f.F("emitted := t.%sContext.emitted", n.method)
	f.P("for i := range emitted {")
	f.P("r := &emitted[i]")
	f.P("t.Stats.Results++")
	f.F("if err := t.%sFrom(r, key, at); err != nil {", n.method)
	value := "nil"
	if sub.Origin.OnError == check.DeadLetter {
		g.codecs.needJSON(st.Out.Type)
		value = "r.appendJSON(nil)"
	}
	f.F("if err := t.BadResult(0, %q, key, %s, err); err != nil {", st.Name, value)
	f.P("return err")
	f.P("}")
	f.P("}")
	f.P("}")
	f.P("clear(emitted)")
	f.P("return nil")
	f.P("}")
	f.P()
	f.F("// %sFrom takes a record that %s has emitted to what reads it.", n.method, st.Process.Go)
	f.F("func (t *%s) %sFrom(r *%s, key []byte, at int64) error {", task, n.method, out)
	g.handOn(f, sub, st.Out, "r")
	f.P("}")
}

// stateFunc prints the functions that encode and decode a state, if it needs some of its own.
func (g *generator) stateFunc(f *printer.File, st *check.Step, s *check.State) {
	encode, decode := g.stateFuncs(f, st, s)
	if strings.HasPrefix(encode, "(") {
		return
	}
	t, stored := g.goType(f, s.Type), g.typeName(g.storedType(st, s))
	from, in := "v", ""
	if s.Type.Kind != types.Record {
		from = "o"
		in = fmt.Sprintf("o := %s{Value: *v}\n", stored)
	}
	bytes := "b"
	if holdsBytes(s.Type) {
		f.Import("bytes")
		bytes = "bytes.Clone(b)"
	}
	f.P()
	f.F("// %s appends a value of state %s.", encode, s.Name)
	f.F("func %s(v *%s, b []byte) []byte {", encode, t)
	f.P(in + "return " + from + ".appendState(b)")
	f.P("}")
	f.P()
	f.F("// %s reads a value of state %s.", decode, s.Name)
	f.F("func %s(v *%s, b []byte) error {", decode, t)
	if from == "v" {
		f.F("return v.decodeState(%s)", bytes)
	} else {
		f.F("var o %s", stored)
		f.F("err := o.decodeState(%s)", bytes)
		f.P("*v = o.Value")
		f.P("return err")
	}
	f.P("}")
}

// fireTimers prints the part of Advance that belongs to a processor.
func (g *generator) fireTimers(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	n := g.steps[st]
	fire := "nil"
	if st.Process.Timers {
		fire = "t." + n.method + "Timer"
	}
	if d := g.upstreamDelay(sub, st); d > 0 {
		f.Import(module + "watermark")
		f.F("// The results that %s reads come up to %s late.", st.Name, plan.Duration(durationMillis(d)))
		f.F("if wm := watermark.Sub(wm, %s); wm >= t.%s.Due() {", grouped(d), processStore(n))
	} else {
		f.F("if wm >= t.%s.Due() {", processStore(n))
	}
	f.F("if err := t.%s.Advance(wm, %s); err != nil {", processStore(n), fire)
	f.P("return err")
	f.P("}")
	f.P("}")
}

func lifeOf(s *check.State) string {
	if s.TTL == 0 {
		return "unbounded"
	}
	return "lives " + plan.Duration(s.TTL) + " after it was last set"
}

// position is where something stands in the spec.
func position(at source.Span) string {
	from := at.From()
	return fmt.Sprintf("%s:%d:%d", baseName(at.File), from.Line, from.Col)
}
