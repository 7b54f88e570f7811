package emitgo

import (
	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

// What a step with pre_aggregate has besides other steps with windows. The task in front of the repartition topic has a buffer of partial
// aggregates, of the state that the store behind the topic keeps; the task behind it merges them into its windows.

// partialsField is the task's buffer of a step's partial aggregates.
func partialsField(n stepNames) string { return n.method + "Partials" }

// combining are the steps whose records a task combines.
func combining(sub *plan.Subtopology) (steps []*check.Step) {
	for _, st := range sub.Steps {
		if st.Combines {
			steps = append(steps, st)
		}
	}
	return steps
}

// newPartials prints the making of a buffer.
func (g *generator) newPartials(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	n, w := g.steps[st], st.Window
	state := stateType(n)
	f.Import(module + "window")
	f.F("t.%s, err = window.NewPartials(c, window.PartialsConfig[%s]{", partialsField(n), state)
	f.F("Name: %q,", st.Name)
	f.F("Output: %s,", outputConst(sub, sub.Output(planRepartition, st.Name).Index))
	if w.Size > 0 {
		g.grid(f, w)
	}
	f.F("Append: append%s,", exportedState(n))
	if heap := g.heapBytes(f, st); heap != "" {
		f.F("Bytes: %s,", heap)
	}
	f.P("})")
	f.P("if err != nil {")
	f.P("return nil, err")
	f.P("}")
}

// combine prints the end of a step's first half: the record is taken into the partial aggregate of its group and window.
func (g *generator) combine(f *printer.File, c *scope, st *check.Step) error {
	f.Import(module + "topology")
	values, err := g.groupValues(f, c, st)
	if err != nil {
		return err
	}
	f.P("group := t.part[:0]") // a record that is a result may come while t.group is that of the record which brought it about
	g.appendKey(f, st, "group", values)
	f.P("t.part = group")
	upsert, place := "Upsert", "at"
	if st.Window.Kind == check.Custom {
		bounds, err := g.custom(f, c, st)
		if err != nil {
			return err
		}
		upsert, place = "UpsertIn", bounds+", at"
	}
	all, err := g.arguments(f, c, st)
	if err != nil {
		return err
	}
	f.F("a, fresh, err := t.%s.%s(%s, group)", partialsField(g.steps[st]), upsert, place)
	f.P("if err != nil {")
	f.P("return err")
	f.P("}")
	return takeIn(f, c, st, all, func() { f.P("return nil") })
}

// takeIn prints how a record changes the aggregates of the state a, none of which can fail.
func takeIn(f *printer.File, c *scope, st *check.Step, all []*aggregator, end func()) error {
	for _, ag := range all {
		if ag.Func == check.Fold {
			if err := ag.step(c, st); err != nil {
				return err
			}
		}
	}
	f.P("if fresh {")
	for _, ag := range all {
		f.P(ag.first())
	}
	end()
	f.P("}")
	for _, ag := range all {
		if next := ag.next(); next != "" {
			f.P(next)
		}
	}
	end()
	return nil
}

// readPartial prints the decoding of a partial aggregate into t.in.
func (g *generator) readPartial(f *printer.File, sub *plan.Subtopology) {
	st := sub.Cut
	f.Import(module+"emit", module+"window")
	f.P()
	f.F("// read decodes a partial aggregate and gives the event time of its latest record in Unix milliseconds, which records in %s carry.", sub.Topic)
	f.F("func (t *%s) read(rec *kgo.Record) (at int64, err error) {", taskName(sub))
	f.P("if t.partial, err = window.ReadPartial(rec.Value); err != nil {")
	f.P("return 0, topology.Fatal(err)")
	f.P("}")
	bytes := "t.partial.State"
	if g.heapBytes(f, st) != "" { // it may keep parts of them
		bytes = "t.partial.Copy()"
	}
	f.F("t.in = %s{}", stateType(g.steps[st]))
	f.F("if err := decode%s(%s, &t.in); err != nil {", exportedState(g.steps[st]), bytes)
	f.P("return 0, topology.Fatal(err)")
	f.P("}")
	f.P("return emit.EventTime(rec), nil")
	f.P("}")
}

// takePartial prints the method that merges a partial aggregate into its group's window.
func (g *generator) takePartial(f *printer.File, sub *plan.Subtopology) error {
	st := sub.Cut
	n := g.steps[st]
	f.F("// take merges a partial aggregate into its group's window; its group is its key.")
	f.F("func (t *%s) take(r *%s, key []byte, at int64) error {", taskName(sub), stateType(n))
	c := &scope{g: g, f: f, sub: sub}
	place := "t.partial.Window.Start, t.partial.Window.End"
	if st.Window.Kind != check.Custom {
		var err error
		if place, err = g.place(f, c, st); err != nil {
			return err
		}
	}
	if st.Window.Kind != check.Global {
		if st.Window.Own() {
			f.F("late, err := t.%s.Late(%s, key, t.Clock.Now())", storeField(n), place)
			f.P("if err != nil {")
			f.P("return topology.Fatal(err)")
			f.P("}")
			f.P("if late {")
		} else {
			f.F("if t.%s.Late(%s, t.Clock.Now()) {", storeField(n), place)
		}
		f.P("t.Stats.Late += t.partial.Records")
		f.P("return nil")
		f.P("}")
	}
	f.F("a, fresh, err := t.%s.Upsert(%s, key)", storeField(n), place)
	f.P("if err != nil {")
	f.P("return topology.Fatal(err)")
	f.P("}")
	f.P("if fresh {")
	f.P("*a = *r")
	f.P("return nil")
	f.P("}")
	f.F("merge%s(a, r)", exportedState(n))
	f.P("return nil")
	f.P("}")
	return nil
}
