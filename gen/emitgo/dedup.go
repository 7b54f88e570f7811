package emitgo

import (
	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

// inProcessStore tells whether what a step keeps is in a store of package process, as opposed to windows.
func inProcessStore(st *check.Step) bool { return st.Keeps() && st.Window == nil }

// takesByGroup is the method of the task that takes a record of a step with its group, behind a repartition topic or in front.
func (g *generator) takesByGroup(st *check.Step) string {
	switch {
	case st.Process != nil:
		return g.steps[st].method + "Process"
	case st.Previous != nil:
		return g.steps[st].method + "Changes"
	case st.Fold != nil:
		return g.steps[st].method + "Fold"
	case st.Top != nil:
		return g.steps[st].method + "Top"
	}
	return g.steps[st].method + "Dedup"
}

// keptField is the field of a task with the handle of what a step keeps.
func keptField(n stepNames) string { return n.method + "Kept" }

// dedupFields prints the fields of a task that belong to a step with dedup.
func (g *generator) dedupFields(f *printer.File, st *check.Step) {
	n := g.steps[st]
	f.Import(module + "process")
	f.F("%s *process.Store", processStore(n))
	if st.Dedup.Keep == check.KeepFirst {
		f.F("%s process.Seen", keptField(n))
	} else {
		f.F("%s process.Latest[%s]", keptField(n), g.typeName(st.Row))
	}
}

// newDedup prints the part of a task's constructor that belongs to a step with dedup.
func (g *generator) newDedup(f *printer.File, sub *plan.Subtopology, s *plan.Store) {
	st, n := s.Step, g.steps[s.Step]
	g.newStore(f, sub, s)
	ttl := grouped(st.Dedup.TTL.Milliseconds())
	if st.Dedup.Keep == check.KeepFirst {
		f.F("t.%s = process.NewSeen(t.%s, %s)", keptField(n), processStore(n), ttl)
		return
	}
	name := g.typeName(st.Row)
	f.F("t.%s = process.NewLatest(t.%s, %s, (*%s).appendState, (*%s).decodeState)", keptField(n), processStore(n), ttl, name, name)
}

// dedup prints the methods of the task that take the records of a step with dedup and hand on some.
func (g *generator) dedup(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	n := g.steps[st]
	f.P()
	if st.Dedup.Keep == check.KeepFirst {
		f.F("// %s hands a record on if it is the first one of its group, which is key, for %s.", g.takesByGroup(st), rememberedFor(st))
		f.F("func (t *%s) %s(%s) error {", taskName(sub), g.takesByGroup(st), g.params(st.Out))
		f.F("first, err := t.%s.First(key, at)", keptField(n))
		f.P("if err != nil {")
		f.P("return err")
		f.P("}")
		f.P("if !first {")
		f.P("t.Stats.Filtered++")
		f.P("return nil")
		f.P("}")
		g.handOn(f, sub, st.Out, "r")
		f.P("}")
		return
	}
	f.F("// %s keeps a record if it is the latest one of its group, which is key.", g.takesByGroup(st))
	f.F("func (t *%s) %s(r *%s, key []byte, at int64) error {", taskName(sub), g.takesByGroup(st), g.typeName(st.Row))
	f.F("last, was, over, err := t.%s.Add(key, at, r)", keptField(n))
	f.P("if err != nil || !over {")
	f.P("return err")
	f.P("}")
	f.F("return t.%sLast(&last, key, was)", n.method)
	f.P("}")
	f.P()
	f.F("// %sTimer hands on the last record of a group, %s after the first.", n.method, plan.Duration(st.Dedup.TTL))
	f.F("func (t *%s) %sTimer(key []byte, _ int64) error {", taskName(sub), n.method)
	f.F("last, was, err := t.%s.End(key)", keptField(n))
	f.P("if err != nil {")
	f.P("return err")
	f.P("}")
	f.F("return t.%sLast(&last, key, was)", n.method)
	f.P("}")
	f.P()
	f.F("// %sLast hands on a record of a group whose time is over.", n.method)
	f.F("func (t *%s) %sLast(r *%s, key []byte, at int64) error {", taskName(sub), n.method, g.typeName(st.Row))
	g.handOnOne(f, sub, st, st.Out)
	f.P("return nil")
	f.P("}")
	f.P()
	f.F("// %sFrom takes that record to what reads it.", n.method)
	f.F("func (t *%s) %sFrom(r *%s, key []byte, at int64) error {", taskName(sub), n.method, g.typeName(st.Row))
	g.handOn(f, sub, st.Out, "r")
	f.P("}")
}

// rememberedFor says how long a step remembers its groups.
func rememberedFor(st *check.Step) string {
	if st.Dedup.TTL == 0 {
		return "ever"
	}
	return plan.Duration(st.Dedup.TTL)
}

// giveWithGroup prints the end of a step that needs no repartitioning: the record goes to the method that takes those of a group.
func (g *generator) giveWithGroup(f *printer.File, c *scope, st *check.Step, row string) error {
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
	args := row + ", group, at"
	if st.Out.Windowed {
		args += ", w"
	}
	f.F("return t.%s(%s)", g.takesByGroup(st), args)
	return nil
}

// newStore prints that the task opens the store of a step.
func (g *generator) newStore(f *printer.File, sub *plan.Subtopology, s *plan.Store) {
	delay := ""
	if d := g.upstreamDelay(sub, s.Step); d > 0 {
		delay = ", Delay: " + grouped(d)
	}
	f.F("t.%s, err = process.New(c, process.Config{Name: %q, Output: %s%s})", processStore(g.steps[s.Step]), s.Step.Name, outputConst(sub, s.Output.Index), delay)
	f.P("if err != nil {")
	f.P("return nil, err")
	f.P("}")
}
