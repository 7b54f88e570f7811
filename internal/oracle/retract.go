package oracle

import (
	"fmt"
	"maps"

	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/check"
)

// retraction is what takes back a result, as it is now.
func (e *elem) retraction() elem {
	r := *e
	if e.win != nil { // a session's goes on to change
		win := *e.win
		r.win = &win
	}
	r.rec = &record{Of: e.rec.Of, Fields: maps.Clone(e.rec.Fields)}
	r.rec.Fields[check.Retracted] = celtypes.True
	return r
}

// retract takes back what was handed on last of a group and window, with the event time of what comes in its place. One that fails behind the
// step is bad on its own account.
func (t *task) retract(st *check.Step, g *group, at int64) {
	for _, e := range g.last {
		e.time = at
		if err := t.push(st.Out, e); err != nil {
			t.bad(nil, fmt.Errorf("result of %w", err))
		}
	}
	g.last = nil
}
