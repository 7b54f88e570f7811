package emitgo

import (
	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// topFields prints the fields of a task that belong to a step with top.
func (g *generator) topFields(f *printer.File, st *check.Step) {
	n := g.steps[st]
	f.Import(module + "process")
	f.F("%s *process.Store", processStore(n))
	f.F("%s *process.Ranking[%s]", keptField(n), g.typeName(st.Row))
	f.F("%sBy []byte // what decides the place of the record in hand", n.method)
	if st.Top.ID != nil {
		f.F("%sID []byte // the row that it is of", n.method)
	}
}

// newTop prints the part of a task's constructor that belongs to a step with top.
func (g *generator) newTop(f *printer.File, sub *plan.Subtopology, s *plan.Store) {
	n, t, name := g.steps[s.Step], s.Step.Top, g.typeName(s.Step.Row)
	g.newStore(f, sub, s)
	f.F("t.%s = process.NewRanking(t.%s, process.RankingConfig{", keptField(n), processStore(n))
	f.F("N: %s,", grouped(t.N))
	if !t.Ascending {
		f.P("Descending: true,")
	}
	if t.ID != nil {
		f.P("IDs: true,")
	}
	if s.Step.Retractions {
		f.P("Old: true,")
	}
	if t.TTL > 0 {
		f.F("TTL: %s,", grouped(t.TTL.Milliseconds()))
	}
	f.F("}, (*%s).appendState, (*%s).decodeState)", name, name)
}

// top prints the methods of the task that take the records of a step with top and hand on ranks.
func (g *generator) top(f *printer.File, sub *plan.Subtopology, st *check.Step) error {
	n := g.steps[st]
	f.P()
	f.F("// %s ranks a record among those of its group, which is key.", g.takesByGroup(st))
	f.F("func (t *%s) %s(r *%s, key []byte, at int64) error {", taskName(sub), g.takesByGroup(st), g.typeName(st.Row))
	c := &scope{g: g, f: f, sub: sub, row: "r", typ: st.Row, pointer: true}
	if st.Top.ID != nil {
		if err := g.orderedBytes(f, c, st, "id", n.method+"ID", st.Top.ID); err != nil {
			return err
		}
	}
	gone := ""
	if st.Top.Remove != nil {
		var err error
		if gone, err = g.value(f, c, st, "top remove", "gone", st.Top.Remove); err != nil {
			return err
		}
	}
	if gone != "" {
		f.F("if %s { // remove: %s", gone, oneLine(st.Top.Remove.Text))
		g.rankChanges(f, st, "Remove(key, at, t."+n.method+"ID)")
		f.P("}")
	}
	if err := g.orderedBytes(f, c, st, "by", n.method+"By", st.Top.By); err != nil {
		return err
	}
	id := "nil"
	if st.Top.ID != nil {
		id = "t." + n.method + "ID"
	}
	g.rankChanges(f, st, "Put(key, at, t."+n.method+"By, "+id+", r)")
	f.P("}")
	if st.Emit == check.Final {
		g.finalRanks(f, sub, st)
	} else {
		g.changedRanks(f, sub, st)
	}
	g.rank(f, sub, st)
	return nil
}

// orderedBytes prints that a value is encoded, as keys are, into a field of the task.
func (g *generator) orderedBytes(f *printer.File, c *scope, st *check.Step, key, field string, e *check.Expr) error {
	f.Import(module + "keyenc")
	v, err := g.value(f, c, st, "top "+key, key+"_value", e)
	if err != nil {
		return err
	}
	name := codecName[e.Type.Kind]
	if e.Type.Kind == types.Enum {
		name, v = "String", paren(v)+".String()"
	}
	f.F("t.%s = keyenc.Append%s(t.%s[:0], %s) // %s: %s", field, name, field, v, key, oneLine(e.Text))
	return nil
}

// rankChanges prints the end of that method: the call that changes the ranking, and that what it changed is handed on.
func (g *generator) rankChanges(f *printer.File, st *check.Step, call string) {
	n := g.steps[st]
	if st.Emit == check.Final {
		f.F("over, err := t.%s.Over(key, at)", keptField(n))
		f.P("if err != nil {")
		f.P("return err")
		f.P("}")
		f.P("if over {")
		f.F("if err := t.%sEnd(key); err != nil {", n.method)
		f.P("return err")
		f.P("}")
		f.P("}")
		f.F("_, err = t.%s.%s", keptField(n), call)
		f.P("return err")
		return
	}
	f.F("changes, err := t.%s.%s", keptField(n), call)
	f.P("if err != nil {")
	f.P("return err")
	f.P("}")
	f.F("return t.%sChanged(changes, key, at)", n.method)
}

// changedRanks prints the method that hands on the ranks that a record has changed.
func (g *generator) changedRanks(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	n := g.steps[st]
	was, is := "", ""
	if st.Retractions {
		was, is = "true, ", "false, "
	}
	f.P()
	if st.Retractions {
		f.F("// %sChanged hands on the rows of ranks that have changed, in front of each the one that was there, as retracted.", n.method)
	} else {
		f.F("// %sChanged hands on the rows of ranks that have changed.", n.method)
	}
	f.F("func (t *%s) %sChanged(changes []process.Change[%s], key []byte, at int64) error {", taskName(sub), n.method, g.typeName(st.Row))
	f.P("for i := range changes {")
	f.P("c := &changes[i]")
	if st.Retractions {
		f.P("if c.Was {")
		f.F("if err := t.%sRank(&c.Old, c.Rank, %skey, at); err != nil {", n.method, was)
		f.P("return err")
		f.P("}")
		f.P("}")
		f.P("if c.Is {")
	}
	f.F("if err := t.%sRank(&c.New, c.Rank, %skey, at); err != nil {", n.method, is)
	f.P("return err")
	f.P("}")
	if st.Retractions {
		f.P("}")
	}
	f.P("}")
	f.P("return nil")
	f.P("}")
}

// finalRanks prints the method that hands on the top of a group whose time is over.
func (g *generator) finalRanks(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	n := g.steps[st]
	f.P()
	f.F("// %sEnd hands on the top of a group, %s after its last record.", n.method, plan.Duration(st.Top.TTL))
	f.F("func (t *%s) %sEnd(key []byte) error {", taskName(sub), n.method)
	f.F("rows, at, err := t.%s.End(key)", keptField(n))
	f.P("if err != nil {")
	f.P("return err")
	f.P("}")
	f.P("for i := range rows {")
	f.F("if err := t.%sRank(&rows[i], int64(i)+1, key, at); err != nil {", n.method)
	f.P("return err")
	f.P("}")
	f.P("}")
	f.P("return nil")
	f.P("}")
}

// rank prints the methods that make a result of a row and its rank and take it to what reads it.
func (g *generator) rank(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	n, out := g.steps[st], st.Out.Type
	param := ""
	if st.Retractions {
		param = "retracted bool, "
	}
	f.P()
	f.F("// %sRank hands on the row of a rank.", n.method)
	f.F("func (t *%s) %sRank(row *%s, rank int64, %skey []byte, at int64) error {", taskName(sub), n.method, g.typeName(st.Row), param)
	f.F("r := &%s{", g.typeName(out))
	for _, fd := range st.Row.Fields {
		f.F("%s: row.%s,", fieldName(fd), fieldName(fd))
	}
	f.F("%s: rank,", fieldName(out.Field(check.RankField)))
	if st.Retractions {
		f.F("%s: retracted,", fieldName(out.Field(check.Retracted)))
	}
	f.P("}")
	g.handOnOne(f, sub, st, st.Out)
	f.P("return nil")
	f.P("}")
	f.P()
	f.F("// %sFrom takes it to what reads it.", n.method)
	f.F("func (t *%s) %sFrom(r *%s, key []byte, at int64) error {", taskName(sub), n.method, g.typeName(out))
	g.handOn(f, sub, st.Out, "r")
	f.P("}")
}
