package emitgo

import (
	"fmt"

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
		fields := naming.Set{"Emit": true, "EventTime": true, "Timers": true, "ProcessingTimers": true}
		for _, o := range st.Process.Outputs {
			fields["Emit"+naming.Exported(o.Name)] = true
		}
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
	g.newStore(f, sub, s)
	names := g.processors[st]
	f.F("t.%sContext = %s{", n.method, names.context)
	for _, state := range st.Process.State {
		f.F("%s: %s,", names.states[state], g.newState(f, st, state))
	}
	if st.Process.Timers {
		f.F("Timers: process.NewTimers(t.%s),", processStore(n))
	}
	if st.Process.ProcessingTimers {
		f.F("ProcessingTimers: process.NewProcessingTimers(t.%s),", processStore(n))
	}
	f.F("store: t.%s,", processStore(n))
	f.P("}")
}

// processor prints what the user implements, what it is given, and how the task calls it.
func (g *generator) processor(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	f.Import(module+"process", module+"topology", "time")
	names := g.processors[st]
	f.P()
	f.F("// %s is what step %s asks of %s, a type of yours in this package:", names.iface, st.Name, st.Process.Go)
	f.P("//")
	f.F("//\ttype %s struct{}", st.Process.Go)
	f.P("//")
	f.F("//\tfunc (*%s) Process(c *%s, r *%s) error { … }", st.Process.Go, names.context, g.typeName(st.Row))
	if st.Process.Timers {
		f.F("//\tfunc (*%s) Timer(c *%s, at time.Time) error { … }", st.Process.Go, names.context)
	}
	if st.Process.ProcessingTimers {
		f.F("//\tfunc (*%s) ProcessingTimer(c *%s, at time.Time) error { … }", st.Process.Go, names.context)
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
	if st.Process.ProcessingTimers {
		f.P("// ProcessingTimer is called when processing time has reached the time of a timer. An error undoes the call, but not that the timer is gone.")
		f.F("ProcessingTimer(c *%s, at time.Time) error", names.context)
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
		f.F("%s %s // %s", names.states[s], g.stateHandle(f, s), lifeOf(s))
	}
	if st.Process.Timers {
		f.P("Timers process.Timers")
	}
	if st.Process.ProcessingTimers {
		f.P("ProcessingTimers process.ProcessingTimers")
	}
	f.P()
	f.P("store *process.Store")
	g.emittedFields(f, st)
	f.P("}")
	g.emitMethods(f, st)
	f.P()
	if st.Process.ProcessingTimers {
		f.P("// EventTime is the time of the record or timer that the call is for. For a timer in processing time it is the watermark, or what it was")
		f.P("// for the call that set the timer if that is later.")
	} else {
		f.P("// EventTime is the time of the record or timer that the call is for.")
	}
	f.F("func (c *%s) EventTime() time.Time { return time.UnixMilli(c.store.At()).UTC() }", names.context)
	f.P()
	f.P("// begin begins a call.")
	f.F("func (c *%s) begin(key []byte, at int64) error {", names.context)
	f.P("c.store.Begin(key, at)")
	g.forgetEmitted(f, st)
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
		g.stateKeyFuncs(f, st, s)
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
	if st.Process.ProcessingTimers {
		f.P()
		f.F("// %sProcessingTimer gives a timer in processing time that has come to the processor.", n.method)
		f.F("func (t *%s) %sProcessingTimer(key []byte, due, at int64) error {", task, n.method)
		f.F("c := &t.%sContext", n.method)
		f.P("if err := c.begin(key, at); err != nil {")
		f.P("return err")
		f.P("}")
		f.F("if err := t.%s.End(t.%sProcessor.ProcessingTimer(c, time.UnixMilli(due).UTC())); err != nil {", processStore(n), n.method)
		f.F("return t.BadResult(0, %q, key, nil, topology.At(%q, %q, err))", st.Name, "step "+st.Name+", processing_time timer", at)
		f.P("}")
		f.F("return t.%sEmitted(key, at)", n.method)
		f.P("}")
	}
	g.handOnEmitted(f, sub, st)
}

// position is where something stands in the spec.
func position(at source.Span) string {
	from := at.From()
	return fmt.Sprintf("%s:%d:%d", baseName(at.File), from.Line, from.Col)
}
