package check

import (
	"slices"
	"strconv"

	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// mostRows bounds the top: each record may have all of it handed on.
const mostRows = 10_000

// top checks what the clause of that name, and emit beside it, say without the record.
func (c *checker) top(st *Step, d *syntax.Step) {
	st.Emit = Updates
	if d.Top == nil {
		return
	}
	t := st.Top
	t.Span, t.Ascending = d.Top.Span, d.Top.Order != nil && d.Top.Order.Value == "ascending"
	if d.Top.N != nil {
		if t.N, _ = strconv.ParseInt(d.Top.N.Value, 10, 64); t.N > mostRows { // what is no number was reported
			c.report(tooManyRows(d.Top.N))
		}
	}
	t.TTL = c.life(d.Clauses["top"], "top", d.Top.TTL, d.Top.Unbounded)
	if d.Top.Remove != nil && d.Top.ID == nil {
		c.report(removeNeedsID(d.Top.Remove))
	}
	if e := d.Emit; e != nil {
		c.emitTop(st, e)
		if st.Emit == Final && d.Top.Unbounded != nil {
			c.report(finalForEver(d.Top.Unbounded, e.Span))
		}
	}
	if st.Emit == Updates && !st.Retractions && d.Top.Remove != nil {
		c.report(removeInSilence(d.Top.Remove))
	}
}

// emitTop checks when ranks are handed on.
func (c *checker) emitTop(st *Step, e *syntax.Emit) {
	switch e.Kind {
	case "final":
		st.Emit = Final
	case "early_and_final":
		c.report(topEmits(e.Span, "early_and_final", "ranks are handed on when they change, emit: updates, or once when the time of their group is over, emit: final"))
	}
	st.Retractions = e.Retractions != nil
	if e.Every != nil {
		c.report(topEmits(e.Every.Span, "every", "each change is handed on with the record that makes it"))
	}
	if e.Count != nil {
		c.report(topEmits(e.Count.Span, "count", "each change is handed on with the record that makes it"))
	}
	if e.Only != nil {
		c.report(topEmits(e.Only.Span, "changes_only", "only ranks that have changed are handed on in any case"))
	}
	if e.Tombstones != nil {
		c.report(topEmits(e.Tombstones.Span, "tombstones", "a step behind can give ranks keys, and its sink write tombstones for those that are taken back: emit: {updates: {retractions: true}} here, and tombstone: retracted there"))
	}
}

// ranked types the stream of a step with top, the records with their rank, and checks what decides about rows, which sees the record.
func (c *checker) ranked(st *Step, d *syntax.Step) {
	out := &types.Type{Kind: types.Record, Name: st.Name, Derived: true, Span: st.Span, Fields: slices.Clone(st.Row.Fields)}
	if f := out.Field(RankField); f != nil {
		c.report(rankTwice(d.Clauses["top"], f))
	} else {
		out.Fields = append(out.Fields, &types.Field{Name: RankField, Wire: RankField, Type: types.IntType, Span: st.Top.Span})
	}
	if st.Retractions {
		c.retracted(out, d.Emit.Retractions.Span)
	}
	c.uniqueWires(out)
	c.passed(st)
	st.Out.Type, st.Out.Updates, st.Out.Windowed, st.Out.Direct = out, st.Emit == Updates, false, false
	if st.Emit == Final { // when the group's time is over is the time of its rows
		st.Out.Retimed, st.Out.Overdue = true, false
	}
	c.env.Add(out)
	if d.Top == nil {
		return
	}
	scope := &Scope{Vars: append(fieldVars(st.Row), recordVars(nil)...)}
	at := func(key string) place { return place{clause: "top " + key, step: st, row: st.Row} }
	if e := c.expr(d.Top.By, scope, at("by")); e != nil && !e.Type.Scalar() {
		c.report(badOrder(d.Top.By, e.Type))
	} else {
		st.Top.By = e
	}
	if e := c.expr(d.Top.ID, scope, at("id")); e != nil && !e.Type.Keyable() {
		c.report(badID(d.Top.ID, e.Type))
	} else {
		st.Top.ID = e
	}
	st.Top.Remove = c.typed(d.Top.Remove, scope, at("remove"), types.BoolType)
}
