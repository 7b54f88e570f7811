package oracle

import (
	"fmt"
	"maps"

	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/check"
)

// changes gives a record to a step with changes.
func (t *task) changes(w *window, e elem) error {
	st := w.step
	if e.group == nil {
		var err error
		if e.group, err = t.group(st, &e); err != nil {
			return err
		}
	}
	id := identity(e.group)
	e.key, e.kafkaKey, e.group = nil, groupText(st, e.group), nil
	at := max(e.time, minus(t.wm, w.delay))
	previous := celtypes.OptionalNone
	g := w.onces[id]
	if g != nil && (st.Previous.TTL == 0 || g.began+st.Previous.TTL.Milliseconds() > at) {
		previous, at = celtypes.OptionalOf(g.last.rec), max(at, g.began)
	}
	w.onces[id] = &once{began: at, text: id, last: e}
	if st.Repartition {
		e.win = nil
	}
	e.rec = &record{Of: st.Out.Type, Fields: maps.Clone(e.rec.Fields)}
	e.rec.Fields[check.PreviousField] = previous
	if st.Having != nil {
		ok, err := t.run.ev.bool(st.Having, t.vars(&e))
		if err != nil {
			return fmt.Errorf("step %s, having: %w", st.Name, err)
		}
		if !ok {
			return nil
		}
	}
	return t.push(st.Out, e)
}
