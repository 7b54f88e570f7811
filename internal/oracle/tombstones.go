package oracle

import (
	"slices"

	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/check"
)

// deleted has the sinks behind a step delete the results of a group's window that has closed.
func (t *task) deleted(w *window, g *group) {
	st := w.step
	if !st.Tombstones || !t.run.live[st.Out] {
		return
	}
	e := elem{kafkaKey: groupText(st, g.key), time: g.win.end - 1, win: &g.win, rec: &record{Of: st.Out.Type, Fields: map[string]ref.Val{}}}
	for i, n := range st.GroupBy {
		e.rec.Fields[n.Name] = g.key[i]
	}
	for _, r := range t.run.consumers(st.Out) {
		if len(t.sinksBehind(r)) == 0 {
			continue
		}
		if err := t.deleteKey(r, e); err != nil {
			t.bad(nil, err)
		}
	}
}

// deleteKey writes tombstones under the key that a step gives what it is handed on.
func (t *task) deleteKey(r *check.Step, e elem) error {
	if r.Select != nil {
		row := &record{Of: r.Row, Fields: map[string]ref.Val{}}
		for _, n := range r.Select {
			if v, err := t.run.ev.eval(n.Expr, t.vars(&e)); err == nil { // aggregates are not known any more, and the key has none of them
				row.Fields[n.Name] = v
			}
		}
		e.rec = row
	}
	if err := t.rekey(r, &e); err != nil {
		return err
	}
	for _, sk := range t.sinksBehind(r) {
		for _, topic := range sk.TopicNames() {
			t.out(topic, Out{Key: e.kafkaKey, Time: e.time, Value: tombstone, mixed: true})
		}
	}
	return nil
}

// sinksBehind are the sinks that the results of a step get to.
func (t *task) sinksBehind(st *check.Step) (all []*check.Sink) {
	for _, out := range st.Outs() {
		for _, sk := range t.run.p.Sinks {
			if sk.From == out && !slices.Contains(all, sk) {
				all = append(all, sk)
			}
		}
		for _, behind := range t.run.consumers(out) {
			if behind.Keeps() { // what it hands on is its own
				continue
			}
			for _, sk := range t.sinksBehind(behind) {
				if !slices.Contains(all, sk) {
					all = append(all, sk)
				}
			}
		}
	}
	return all
}
