package check

import (
	"slices"

	"github.com/weirstream/weir/spec/syntax"
)

// preAggregateClauses checks that pre_aggregate stands beside aggregates.
func (c *checker) preAggregateClauses(d *syntax.Step, windowed bool) {
	if d.PreAggregate == nil {
		return
	}
	at := d.Clauses["pre_aggregate"]
	switch k, other := keeper(d); {
	case k != "":
		c.report(preAggregateAnd(at, k, other))
	case !windowed:
		c.report(preAggregateAlone(at))
	}
}

// preAggregate decides whether records are combined in front of the step's repartition topic.
func (c *checker) preAggregate(st *Step, d *syntax.Step) {
	if d.PreAggregate == nil || st.Window == nil {
		return
	}
	at := d.Clauses["pre_aggregate"]
	if !st.Repartition {
		if !slices.ContainsFunc(st.GroupBy, func(n *Named) bool { return n.Expr == nil }) { // what is wrong with them was reported
			c.report(preAggregatesNothing(at))
		}
		return
	}
	switch k := st.Window.Kind; {
	case k == Session || k == Sliding || st.Window.ByRecords(): // where a record belongs goes by those before it
		c.report(preAggregateOfKind(at, k, d.Window.Span))
		return
	default:
		st.Combines = true
	}
	if late := d.Window.LateTo; late != nil {
		c.report(lateOfCombined(late, at))
	}
	if st.Corrections {
		c.report(correctionsOfCombined(d.Emit.Corrections, at))
	}
	if st.UpdateCount > 0 {
		c.report(countOfCombined(d.Emit.Count, at))
	}
}

// combinable checks that what is made of a group's records in front of the repartition topic, in each of several tasks, can be put together behind it.
func (c *checker) combinable(st *Step, d *syntax.Step) {
	if !st.Combines || st.Window.Merges() { // of which the same was asked
		return
	}
	for _, a := range st.Aggregate {
		i := slices.IndexFunc(d.Aggregate, func(e *syntax.Entry) bool { return e.Name.Value == a.Name })
		switch {
		case a.Func == FirstArrived || a.Func == LastArrived:
			c.report(arrivalOfCombined(d.Aggregate[i].Expr, a.Func, d.Clauses["pre_aggregate"]))
		case a.Func == Fold && a.Fold.Merge == nil:
			c.report(foldOfCombined(d.Aggregate[i].Expr, d.Clauses["pre_aggregate"]))
		}
	}
}
