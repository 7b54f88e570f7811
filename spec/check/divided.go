package check

import (
	"slices"

	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// divided checks windows that a record of the group ends by what it says.
func (c *checker) divided(w *Window, d *syntax.Step) {
	n := d.Window.Divided
	w.Size = c.life(n.Span, "split", n.TTL, n.Unbounded)
	c.timeless(d.Window, Divided)
	if n.Unbounded != nil && d.Window.LateTo != nil {
		c.report(lateForTimeless(d.Window.LateTo.Span, Divided, "late_to"))
	}
	if d.Emit != nil && (d.Emit.Kind == "updates" || d.Emit.Kind == "early_and_final") {
		c.report(updatesOfDivided(d.Emit.Span))
	}
}

// splitting checks the condition that divides a group's records into windows. It sees the record, as the aggregates do, and beside it these.
func (c *checker) splitting(st *Step, d *syntax.Step, records *Scope) {
	if d.Window == nil || st.Window == nil || d.Window.Divided == nil {
		return
	}
	scope := &Scope{Vars: slices.Clone(records.Vars)}
	for _, a := range st.Aggregate {
		if _, ok := records.Lookup(a.Name); !ok {
			scope.Vars = append(scope.Vars, Var{Name: a.Name, Kind: FoldVar, Type: a.Type})
		}
	}
	for _, e := range d.Aggregate { // one that is wrong has no type, and was reported
		if _, ok := scope.Lookup(e.Name.Value); !ok {
			scope.Vars = append(scope.Vars, Var{Name: e.Name.Value, Kind: FoldVar, Type: &types.Type{Kind: types.Invalid}})
		}
	}
	split := d.Window.Divided.Split
	e := c.typed(split, scope, place{clause: "window split", step: st, row: st.Row, args: true}, types.BoolType)
	if e == nil {
		return
	}
	for _, a := range st.Aggregate {
		if v, ok := records.Lookup(a.Name); ok && e.Reads(a.Name) {
			c.report(splitOfTwo(split, a, v, st.Row.Field(a.Name)))
			return
		}
	}
	st.Window.Split = e
}
