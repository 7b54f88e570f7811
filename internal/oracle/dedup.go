package oracle

import (
	"fmt"
	"sort"

	"github.com/weirstream/weir/spec/check"
)

// once is what a step with dedup or changes knows of a group: when its time began, and with keep: last the record to hand on. With changes
// that is the record before, and the time begins with each record anew.
type once struct {
	began int64
	text  string // of the group, to order groups
	last  elem
}

// dedup gives a record to a step with dedup.
func (t *task) dedup(w *window, e elem) error {
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
	g := w.onces[id]
	over := g != nil && st.Dedup.TTL > 0 && g.began+st.Dedup.TTL.Milliseconds() <= at
	next := &once{began: at, text: id, last: e}
	if st.Dedup.Keep == check.KeepFirst {
		if g != nil && !over {
			return nil
		}
		w.onces[id] = next
		if st.Repartition {
			e.win = nil
		}
		return t.push(st.Out, e)
	}
	switch {
	case over:
		t.last(w, g)
	case g != nil && e.time < g.last.time:
		return nil
	case g != nil:
		next.began = g.began
	}
	w.onces[id] = next
	return nil
}

// last hands on the last record of a group whose time is over. If it is bad, no other is.
func (t *task) last(w *window, g *once) {
	e := g.last
	e.win, e.waited = nil, true
	if err := t.push(w.step.Out, e); err != nil {
		t.bad(nil, fmt.Errorf("result of step %s: %w", w.step.Name, err))
	}
}

// lasts hands on what the watermark ends, in the order of time. The groups of keep: first are forgotten when their next record comes.
func (t *task) lasts(w *window, wm int64) {
	if w.step.Dedup.Keep == check.KeepFirst {
		return
	}
	var due []*once
	for id, g := range w.onces {
		if g.began+w.step.Dedup.TTL.Milliseconds() <= minus(wm, w.delay) {
			due = append(due, g)
			delete(w.onces, id)
		}
	}
	sort.Slice(due, func(i, j int) bool {
		if due[i].began != due[j].began {
			return due[i].began < due[j].began
		}
		return due[i].text < due[j].text
	})
	for _, g := range due {
		t.last(w, g)
	}
}
