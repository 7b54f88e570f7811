package emitgo

import (
	"maps"
	"slices"
	"strings"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// keptStates is the type of what a step with a fold keeps of a group, nil for others.
func keptStates(st *check.Step) *types.Type {
	if st.Fold == nil {
		return nil
	}
	return st.Fold.Kept
}

// typeDoc says what a record is that stands for no stream, "" for others.
func (g *generator) typeDoc(t *types.Type) string {
	for _, st := range g.p.Steps {
		if keptStates(st) == t {
			return "what step " + st.Name + " keeps of a group"
		}
	}
	return ""
}

// foldTimers are the timers of a fold that do something.
func (g *generator) foldTimers(st *check.Step) []*check.FoldTimer {
	return slices.DeleteFunc(slices.Clone(st.Fold.Timers), func(t *check.FoldTimer) bool { return !g.pl.Live(t.Out) && !t.Forget })
}

// foldFields prints the fields of a task that belong to a step with a fold.
func (g *generator) foldFields(f *printer.File, st *check.Step) {
	n := g.steps[st]
	f.Import(module + "process")
	f.F("%s *process.Store", processStore(n))
	f.F("%s *process.Fold[%s]", keptField(n), g.typeName(st.Fold.Kept))
}

// newFold prints the part of a task's constructor that belongs to a step with a fold.
func (g *generator) newFold(f *printer.File, sub *plan.Subtopology, s *plan.Store) {
	st, n := s.Step, g.steps[s.Step]
	g.newStore(f, sub, s)
	timers, fired := "nil", "nil"
	if all := g.foldTimers(st); len(all) > 0 {
		var parts []string
		for _, t := range all {
			parts = append(parts, newTimer(t))
		}
		timers, fired = "[]process.FoldTimer{"+strings.Join(parts, ", ")+"}", "t."+n.method+"Fired"
		if len(all) > 1 {
			timers = "[]process.FoldTimer{\n" + strings.Join(parts, ",\n") + ",\n}"
		}
	}
	name := g.typeName(st.Fold.Kept)
	f.F("t.%s = process.NewFold(t.%s, %s, %s, (*%s).appendState, (*%s).decodeState, %s)",
		keptField(n), processStore(n), grouped(st.Fold.TTL.Milliseconds()), timers, name, name, fired)
}

// newTimer is a timer as the store is told of it.
func newTimer(t *check.FoldTimer) string {
	text := `{Name: "` + t.Name + `"`
	if t.Processing {
		text += ", Processing: true"
	}
	if t.Forget {
		text += ", Forget: true"
	}
	return text + "}"
}

// stepFold prints the methods of the task that take the records of a step with a fold and hand on what is kept of their groups.
func (g *generator) stepFold(f *printer.File, sub *plan.Subtopology, st *check.Step) error {
	if err := g.foldRecord(f, sub, st); err != nil {
		return err
	}
	if g.pl.Live(st.Out) {
		if err := g.foldResult(f, sub, st); err != nil {
			return err
		}
	}
	g.foldFired(f, sub, st)
	g.foldRow(f, st)
	if st.Having != nil && g.pl.Live(st.Out) {
		return g.predicate(f, sub, st, "having", st.Having, st.Out.Type, false)
	}
	return nil
}

// foldRecord prints the method that takes a record.
func (g *generator) foldRecord(f *printer.File, sub *plan.Subtopology, st *check.Step) error {
	n, row := g.steps[st], st.Row
	if st == sub.Cut {
		row = g.inputType(sub)
	}
	params := "key []byte, at int64"
	if st.Out.Windowed {
		params += ", w window.Bounds"
	}
	f.P()
	f.F("// %s takes a record into what is kept of its group, which is key%s.", g.takesByGroup(st), andHandsOn(g.pl.Live(st.Out)))
	f.F("func (t *%s) %s(r *%s, %s) error {", taskName(sub), g.takesByGroup(st), g.typeName(row), params)
	results := "was, next, fresh"
	if st.Fold.State == nil {
		results = "_, next, _"
		if !g.pl.Live(st.Out) {
			results = "_, _, _"
		}
	}
	f.F("%s, err := t.%s.Take(key, at)", results, keptField(n))
	f.P("if err != nil {")
	f.P("return err")
	f.P("}")
	c := &scope{g: g, f: f, sub: sub, row: "r", typ: row, pointer: true, windowed: st.Out.Windowed, key: g.keyVar(sub, st.From), locals: map[string]string{}}
	if st.Fold.State != nil {
		f.P("if fresh {")
		for i, s := range st.Fold.State {
			if err := c.assign("was."+fieldName(st.Fold.Kept.Fields[i]), s.Init, st, "init of "+s.Name); err != nil {
				return err
			}
		}
		f.P("}")
	}
	before, behind := *c, *c
	before.locals, behind.locals = maps.Clone(c.locals), maps.Clone(c.locals)
	for i, s := range st.Fold.State {
		field := fieldName(st.Fold.Kept.Fields[i])
		before.locals[s.Name], behind.locals[s.Name] = "was."+field, "next."+field
	}
	for i, s := range st.Fold.State {
		if err := before.assign("next."+fieldName(st.Fold.Kept.Fields[i]), s.Step, st, "step of "+s.Name); err != nil {
			return err
		}
	}
	for i, t := range g.foldTimers(st) {
		if err := g.setTimer(f, &behind, st, i, t); err != nil {
			return err
		}
	}
	if !g.pl.Live(st.Out) {
		f.F("return t.%s.Put()", keptField(n))
		f.P("}")
		return nil
	}
	f.F("if err := t.%s.Put(); err != nil {", keptField(n))
	f.P("return err")
	f.P("}")
	g.makeRow(f, st, "next")
	args := "&row, key, at"
	if st.Out.Windowed {
		args += ", w"
	}
	f.F("return t.%sFrom(%s)", n.method, args)
	f.P("}")
	return nil
}

func andHandsOn(live bool) string {
	if live {
		return ", and hands on what that is then"
	}
	return ""
}

// setTimer prints that a record sets a timer, the i-th that the store knows of.
func (g *generator) setTimer(f *printer.File, c *scope, st *check.Step, i int, t *check.FoldTimer) error {
	kept := "t." + keptField(g.steps[st])
	f.F("// timer %s: %s", t.Name, plan.TimerText(t))
	if t.When != nil {
		when, err := g.value(f, c, st, "when of timer "+t.Name, t.Name+"_when", t.When)
		if err != nil {
			return err
		}
		f.F("if %s {", when)
	}
	set := "Set"
	switch {
	case t.Fixed:
		set = "Start"
	case t.At == nil:
		set = "Later"
	}
	switch {
	case t.At == nil && t.Processing:
		f.F("%s.%s(%d, t.Processing+%s)", kept, set, i, grouped(t.After.Milliseconds()))
	case t.At == nil:
		f.F("%s.%s(%d, at+%s)", kept, set, i, grouped(t.After.Milliseconds()))
	default:
		at, err := g.value(f, c, st, "at of timer "+t.Name, t.Name+"_at", t.At)
		if err != nil {
			return err
		}
		if t.At.Type.Kind != types.Optional {
			f.F("%s.%s(%d, %s.UnixMilli())", kept, set, i, paren(at))
			break
		}
		f.F("if due := %s; due.Valid {", at)
		f.F("%s.%s(%d, due.Value.UnixMilli())", kept, set, i)
		f.P("} else {")
		f.F("%s.Cancel(%d)", kept, i)
		f.P("}")
	}
	if t.When != nil {
		f.P("} else {")
		f.F("%s.Cancel(%d)", kept, i)
		f.P("}")
	}
	return nil
}

// foldResult prints the method that takes what is kept of a group behind a record to what reads it.
func (g *generator) foldResult(f *printer.File, sub *plan.Subtopology, st *check.Step) error {
	params := "key []byte, at int64"
	if st.Out.Windowed {
		f.Import(module + "window")
		params += ", w window.Bounds"
	}
	f.P()
	f.F("// %sFrom takes what is kept of a group behind a record to what reads it.", g.steps[st].method)
	f.F("func (t *%s) %sFrom(r *%s, %s) error {", taskName(sub), g.steps[st].method, g.typeName(st.Out.Type), params)
	if st.Having != nil {
		c := &scope{g: g, f: f, sub: sub, row: "r", typ: st.Out.Type, pointer: true}
		if err := g.guard(f, c, st, "having", st.Having, "return nil"); err != nil {
			return err
		}
	}
	g.handOn(f, sub, st.Out, "r")
	f.P("}")
	return nil
}

// foldFired prints the methods that hand on what is kept of a group when a timer has fired.
func (g *generator) foldFired(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	n, timers := g.steps[st], g.foldTimers(st)
	if len(timers) == 0 {
		return
	}
	live := slices.ContainsFunc(timers, func(t *check.FoldTimer) bool { return g.pl.Live(t.Out) })
	f.P()
	if !live {
		f.F("// %sFired hands nothing on: no step or sink reads what the timers of step %s do.", n.method, st.Name)
		f.F("func (t *%s) %sFired(int, []byte, int64, *%s) error { return nil }", taskName(sub), n.method, g.typeName(st.Fold.Kept))
		return
	}
	f.F("// %sFired hands on what is kept of a group, of which a timer has fired.", n.method)
	f.F("func (t *%s) %sFired(timer int, key []byte, at int64, s *%s) error {", taskName(sub), n.method, g.typeName(st.Fold.Kept))
	g.makeRow(f, st, "s")
	f.P("r := &row")
	f.P("switch timer {")
	for i, t := range timers {
		if g.pl.Live(t.Out) {
			f.F("case %d: // timer %s", i, t.Name)
			g.handOnOne(f, sub, st, t.Out)
		}
	}
	f.P("}")
	f.P("return nil")
	f.P("}")
	for _, t := range timers {
		if !g.pl.Live(t.Out) {
			continue
		}
		name := n.method + "From" + outputName(st, t.Out)
		f.P()
		f.F("// %s takes what timer %s hands on to what reads it.", name, t.Name)
		f.F("func (t *%s) %s(r *%s, key []byte, at int64) error {", taskName(sub), name, g.typeName(t.Out.Type))
		g.handOn(f, sub, t.Out, "r")
		f.P("}")
	}
}

// makeRow prints that the variable row is what is handed on of a group, whose key is key.
func (g *generator) makeRow(f *printer.File, st *check.Step, states string) {
	if plainKey(st) {
		f.F("row := %sRow(key, %s)", g.steps[st].method, states)
		return
	}
	f.F("row, err := %sRow(key, %s)", g.steps[st].method, states)
	f.P("if err != nil {")
	f.P("return err")
	f.P("}")
}

// foldRow prints the function that makes that.
func (g *generator) foldRow(f *printer.File, st *check.Step) {
	if !slices.ContainsFunc(st.Outs(), g.pl.Live) {
		return
	}
	n, out := g.steps[st], g.typeName(st.Out.Type)
	result, leave := out, "return row"
	if !plainKey(st) {
		f.Import(module + "topology")
		result, leave = "("+out+", error)", "return row, nil"
	}
	f.P()
	f.F("// %sRow is what step %s hands on of a group, of its key and what is kept of it.", n.method, st.Name)
	s := "s"
	if st.Fold.State == nil {
		s = "_"
	}
	f.F("func %sRow(key []byte, %s *%s) %s {", n.method, s, g.typeName(st.Fold.Kept), result)
	if st.Fold.State == nil {
		f.F("var row %s", out)
	} else {
		f.F("row := %s{", out)
		for _, fd := range st.Fold.Kept.Fields {
			f.F("%s: s.%s,", fieldName(st.Out.Type.Field(fd.Name)), fieldName(fd))
		}
		f.P("}")
	}
	var targets []string
	for _, gr := range st.GroupBy {
		targets = append(targets, "row."+fieldName(st.Out.Type.Field(gr.Name)))
	}
	g.readKey(f, st, targets, "return row, topology.Fatal(err)")
	f.P(leave)
	f.P("}")
}
