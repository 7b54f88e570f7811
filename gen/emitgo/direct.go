package emitgo

import (
	"slices"

	"github.com/weirstream/weir/gen/expr"
	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/spec/check"
)

// readsHeaderMap tells whether an expression reads the headers of the source's record as a map, readsRecord whether it looks at the
// record itself, for single headers or for where it stands in Kafka.
func readsHeaderMap(e *check.Expr) bool {
	if !uses(e)[check.HeadersVar] {
		return false
	}
	_, whole := expr.Looks(e.AST, "headers")
	return whole
}

func readsRecord(e *check.Expr) bool {
	u := uses(e)
	if u[check.TopicVar] || u[check.PartitionVar] || u[check.OffsetVar] {
		return true
	}
	keys, _ := expr.Looks(e.AST, "headers")
	return keys && u[check.HeadersVar]
}

// readsDirect tells whether an expression of a sub-topology is one of those.
func (g *generator) readsDirect(sub *plan.Subtopology, is func(*check.Expr) bool) bool {
	if sub.Source == nil {
		return false
	}
	reads := func(es ...*check.Expr) bool {
		return slices.ContainsFunc(es, func(e *check.Expr) bool { return e != nil && is(e) })
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
		if !st.Repartition && reads(st.Folded()...) {
			return true
		}
	}
	for _, o := range sub.Outputs {
		if o.Kind == plan.SinkOutput && (reads(o.Sink.Tombstone, o.Sink.By) || named(o.Sink.Headers)) {
			return true
		}
	}
	return false
}
