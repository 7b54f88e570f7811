package oracle

import (
	"slices"
	"strings"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/check"
)

// picking is a record of a group: its event time, and the aggregate's arguments over it. Here all are kept, in the order in which they came,
// and limits are looked at last: that a service may forget what is beyond them as it goes is for a test to find out.
type picking struct {
	at   int64
	args []ref.Val
}

// several tells whether an aggregate picks several records.
func several(f check.Func) bool { return f >= check.Collect && f != check.Fold }

// picked is the result of an aggregate over all records of a group.
func picked(g *check.Aggregate, all []picking) ref.Val {
	all = slices.Clone(all)
	switch g.Func {
	case check.Quantile, check.Median:
		return quantile(g, all)
	case check.ApproxCountDistinct:
		return cardinality(all)
	case check.Histogram:
		return histogram(g.Bounds(), all)
	case check.Top:
		slices.SortStableFunc(all, func(a, b picking) int { return order(b.args[1], a.args[1]) })
	case check.Collect, check.StringAgg:
		slices.SortStableFunc(all, func(a, b picking) int { return int(max(-1, min(1, a.at-b.at))) })
	case check.CollectSet, check.CountDistinct:
		all = different(all)
	}
	if all = all[:min(len(all), g.Limit())]; g.Func == check.CountDistinct {
		return celtypes.Int(len(all))
	}
	values := make([]ref.Val, len(all))
	for i, m := range all {
		values[i] = m.args[0]
	}
	if g.Func == check.StringAgg {
		var texts []string
		for _, v := range values {
			texts = append(texts, string(v.(celtypes.String)))
		}
		return celtypes.String(strings.Join(texts, g.Separator()))
	}
	return celtypes.NewRefValList(celtypes.DefaultTypeAdapter, values)
}

// histogram counts the values from each bound to the next one, and those below the first and from the last one on.
func histogram(bounds []ref.Val, all []picking) ref.Val {
	counts := make([]ref.Val, len(bounds)+1)
	for i := range counts {
		n := celtypes.Int(0)
		for _, p := range all {
			if (i == 0 || !less(p.args[0], bounds[i-1])) && (i == len(bounds) || less(p.args[0], bounds[i])) {
				n++
			}
		}
		counts[i] = n
	}
	return celtypes.NewRefValList(celtypes.DefaultTypeAdapter, counts)
}

// different are the different values in their order.
func different(all []picking) []picking {
	slices.SortStableFunc(all, func(a, b picking) int { return order(a.args[0], b.args[0]) })
	return slices.CompactFunc(all, func(a, b picking) bool { return order(a.args[0], b.args[0]) == 0 })
}

func order(a, b ref.Val) int {
	switch {
	case less(a, b):
		return -1
	case less(b, a):
		return 1
	}
	return 0
}
