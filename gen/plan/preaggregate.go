package plan

import (
	"strings"

	"github.com/weirstream/weir/spec/check"
)

// combinedPer says for what there is a partial aggregate.
func combinedPer(st *check.Step) string {
	per := strings.Join(groupNames(st), ", ")
	switch {
	case st.Window.Overlap():
		return per + " and slice"
	case st.Window.Kind == check.Global: // there is one window
		return per
	}
	return per + " and window"
}

func aggregateNames(st *check.Step) (names []string) {
	for _, a := range st.Aggregate {
		names = append(names, a.Name)
	}
	return names
}
