package oracle

import (
	"slices"

	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/check"
)

// deleted has the sinks behind a step delete the results of a group's window that has closed.
func (t *task) deleted(w *window, g *group) {
	if !w.step.Tombstones || !t.run.live[w.step.Out] {
		return
	}
	t.left(w, g, g.win.end-1)
	t.deletedOf(w, g, g.win, g.win.end-1)
}

// left has results deleted that were handed on of a session with other bounds than it has.
func (t *task) left(w *window, g *group, at int64) {
	for _, was := range g.named {
		if was != g.win {
			t.deletedOf(w, g, was, at)
		}
	}
}

func (t *task) deletedOf(w *window, g *group, win bounds, at int64) {
	st := w.step
	e := elem{kafkaKey: groupText(st, g.key), time: at, rec: &record{Of: st.Out.Type, Fields: map[string]ref.Val{}}}
	for i, n := range st.GroupBy {
		e.rec.Fields[n.Name] = g.key[i]
	}
	var own []*check.Sink // which delete them under the keys of groups
	if st.Window.Bounded() {
		e.win = &win
	} else {
		for _, sk := range t.run.p.Sinks {
			if sk.From == st.Out {
				own = append(own, sk)
			}
		}
	}
	for _, r := range t.run.consumers(st.Out) {
		behind := t.sinksBehind(r)
		if r.Key == nil && !r.Keeps() {
			for _, sk := range behind {
				if !slices.Contains(own, sk) {
					own = append(own, sk)
				}
			}
		}
		if r.Key == nil || len(behind) == 0 {
			continue
		}
		if err := t.deleteKey(r, e); err != nil {
			t.bad(nil, err)
		}
	}
	t.delete(own, e)
}

// delete writes tombstones under the key that a record has.
func (t *task) delete(sinks []*check.Sink, e elem) {
	for _, sk := range sinks {
		for _, topic := range sk.TopicNames() {
			t.out(topic, Out{Key: e.kafkaKey, Time: e.time, Value: tombstone, mixed: true})
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
	t.delete(t.sinksBehind(r), e)
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
