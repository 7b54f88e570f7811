package oracle

import (
	"fmt"

	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/check"
)

// splits tells whether a record of a group begins another window than the group's.
func (t *task) splits(st *check.Step, g *group, e *elem) (bool, error) {
	so := map[string]ref.Val{}
	for i, a := range st.Aggregate {
		if v, ok := st.Window.Split.Scope.Lookup(a.Name); !ok || v.Kind != check.FoldVar {
			continue
		}
		v, err := g.accs[i].whole(a)
		if err != nil {
			return false, fmt.Errorf("step %s, aggregate %s: %w", st.Name, a.Name, err)
		}
		so[a.Name] = v
	}
	ok, err := t.run.ev.bool(st.Window.Split, t.varsWith(e, so))
	if err != nil {
		return false, fmt.Errorf("step %s, window split: %w", st.Name, err)
	}
	return ok, nil
}
