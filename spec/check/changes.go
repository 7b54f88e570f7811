package check

import (
	"slices"

	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// previous checks the clause changes.
func (c *checker) previous(st *Step, d *syntax.Step) {
	if d.Changes != nil {
		st.Previous.Span = d.Changes.Span
		st.Previous.TTL = c.life(d.Clauses["changes"], "changes", d.Changes.TTL, d.Changes.Unbounded)
	}
}

// withPrevious types the stream of a step with changes: the records with a further field, the one of their group before.
func (c *checker) withPrevious(st *Step, d *syntax.Step) {
	out := &types.Type{Kind: types.Record, Name: st.Name, Derived: true, Span: st.Span, Fields: slices.Clone(st.Row.Fields)}
	if f := out.Field(PreviousField); f != nil {
		c.report(previousTwice(d.Clauses["changes"], f))
	} else {
		out.Fields = append(out.Fields, &types.Field{Name: PreviousField, Wire: PreviousField, Type: types.OptionalOf(st.Row), Span: st.Previous.Span})
	}
	c.uniqueWires(out)
	c.passed(st)
	st.Out.Type = out
	c.env.Add(out)
	scope := &Scope{Vars: append(fieldVars(out), recordVars(nil)...)}
	st.Having = c.typed(d.Having, scope, place{clause: "having", step: st, row: st.Row}, types.BoolType)
}
