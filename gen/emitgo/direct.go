package emitgo

import (
	"slices"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/spec/check"
)

// readsHeaders tells whether expressions in a sub-topology read the headers of the source's records, readsPlace whether they read where
// those stand in Kafka.
func (g *generator) readsHeaders(sub *plan.Subtopology) bool {
	return g.readsDirect(sub, check.HeadersVar)
}
func (g *generator) readsPlace(sub *plan.Subtopology) bool {
	return g.readsDirect(sub, check.TopicVar, check.PartitionVar, check.OffsetVar)
}

// readsDirect tells whether expressions in a sub-topology read variables of some kinds, which are those of a record as it was read.
func (g *generator) readsDirect(sub *plan.Subtopology, kinds ...check.VarKind) bool {
	if sub.Source == nil {
		return false
	}
	reads := func(es ...*check.Expr) bool {
		for _, e := range es {
			if e == nil {
				continue
			}
			u := uses(e)
			if slices.ContainsFunc(kinds, func(k check.VarKind) bool { return u[k] }) {
				return true
			}
		}
		return false
	}
	named := func(all []*check.Named) bool {
		for _, n := range all {
			if reads(n.Expr) {
				return true
			}
		}
		return false
	}
	for _, st := range sub.Steps {
		if st.Log != nil && reads(st.Log.Line) || reads(st.Where, st.EventTime, st.Key) || named(st.Let) || named(st.Select) || named(st.GroupBy) || st.Unnest != nil && reads(st.Unnest.Expr) {
			return true
		}
		for _, b := range st.Split {
			if reads(b.When) {
				return true
			}
		}
		for _, a := range st.Aggregate {
			if !st.Repartition && reads(a.Args...) {
				return true
			}
		}
	}
	for _, o := range sub.Outputs {
		if o.Kind == plan.SinkOutput && (reads(o.Sink.Tombstone, o.Sink.By) || named(o.Sink.Headers)) {
			return true
		}
	}
	return false
}
