package oracle

import (
	"fmt"
	"sort"

	celtypes "cel.dev/cel-go/common/types"
)

// waiting is a record that a step with delay holds back, and until when.
type waiting struct {
	due int64
	e   elem
}

// delay gives a record to a step with delay.
func (t *task) delay(w *window, e elem) error {
	st, d := w.step, w.step.Delay
	if byCommit(st.From) { // which states come by, and so which are held back, depends on the commits
		t.markLoose(st.Out)
	}
	due, now := e.time+d.By.Milliseconds(), minus(t.wm, w.delay)
	if d.Processing {
		now = t.run.ev.processing.UnixMilli()
		due = now + d.By.Milliseconds()
	}
	if d.Until != nil {
		v, err := t.run.ev.eval(d.Until, t.vars(&e))
		if err != nil {
			return fmt.Errorf("step %s, delay until: %w", st.Name, err)
		}
		due = v.(celtypes.Timestamp).UnixMilli()
	}
	e.win, e.source, e.in, e.locals = nil, nil, nil, nil
	e.mixed = e.mixed || t.cut != nil // there time goes in steps, and what is handed on at once is not the same
	if due <= now {
		return t.push(st.Out, e)
	}
	w.waits = append(w.waits, waiting{due, e})
	return nil
}

// release hands on what a watermark is waited for with.
func (t *task) release(w *window, wm int64) {
	sort.SliceStable(w.waits, func(i, j int) bool { return w.waits[i].due < w.waits[j].due })
	for len(w.waits) > 0 {
		next := w.waits[0]
		if wm != endOfTime && (w.step.Delay.Processing || next.due > minus(wm, w.delay)) {
			return
		}
		w.waits = w.waits[1:]
		if err := t.push(w.step.Out, next.e); err != nil {
			t.bad(nil, fmt.Errorf("result of step %s: %w", w.step.Name, err))
		}
	}
}
