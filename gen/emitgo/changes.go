package emitgo

import (
	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

// changesFields prints the fields of a task that belong to a step with changes.
func (g *generator) changesFields(f *printer.File, st *check.Step) {
	n := g.steps[st]
	f.Import(module + "process")
	f.F("%s *process.Store", processStore(n))
	f.F("%s process.Previous[%s]", keptField(n), g.typeName(st.Row))
}

// newChanges prints the part of a task's constructor that belongs to a step with changes.
func (g *generator) newChanges(f *printer.File, sub *plan.Subtopology, s *plan.Store) {
	n, name := g.steps[s.Step], g.typeName(s.Step.Row)
	g.newStore(f, sub, s)
	f.F("t.%s = process.NewPrevious(t.%s, %s, (*%s).appendState, (*%s).decodeState)", keptField(n), processStore(n), grouped(s.Step.Previous.TTL.Milliseconds()), name, name)
}

// changes prints the methods of the task that take the records of a step with changes and hand them on with the ones before.
func (g *generator) changes(f *printer.File, sub *plan.Subtopology, st *check.Step) error {
	n, out := g.steps[st], g.typeName(st.Out.Type)
	params, args := "key []byte, at int64", "key, at"
	if st.Out.Windowed {
		params, args = params+", w window.Bounds", args+", w"
	}
	f.P()
	f.F("// %s hands a record on with the one before it of its group, which is key.", g.takesByGroup(st))
	f.F("func (t *%s) %s(r *%s, %s) error {", taskName(sub), g.takesByGroup(st), g.typeName(st.Row), params)
	f.F("before, ok, err := t.%s.Swap(key, at, r)", keptField(n))
	f.P("if err != nil {")
	f.P("return err")
	f.P("}")
	f.F("row := %s{", out)
	for _, fd := range st.Row.Fields {
		f.F("%s: r.%s,", fieldName(fd), fieldName(fd))
	}
	previous := st.Out.Type.Field(check.PreviousField)
	f.F("%s: %s{Value: before, Valid: ok},", fieldName(previous), g.goType(f, previous.Type))
	f.P("}")
	f.F("return t.%sFrom(&row, %s)", n.method, args)
	f.P("}")
	f.P()
	f.F("// %sFrom takes that record to what reads it.", n.method)
	f.F("func (t *%s) %sFrom(r *%s, %s) error {", taskName(sub), n.method, out, params)
	if st.Having != nil {
		c := &scope{g: g, f: f, sub: sub, row: "r", typ: st.Out.Type, pointer: true}
		if err := g.guard(f, c, st, "having", st.Having, "return nil"); err != nil {
			return err
		}
	}
	g.handOn(f, sub, st.Out, "r")
	f.P("}")
	if st.Having != nil {
		return g.predicate(f, sub, st, "having", st.Having, st.Out.Type, false)
	}
	return nil
}
