package oracle

import (
	"fmt"
	"maps"
	"sort"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/check"
)

// folded is what a step with a fold keeps of a group.
type folded struct {
	key     []ref.Val
	text    string // of the key, to order groups
	highest int64  // event time of its records
	states  map[string]ref.Val
	timers  map[*check.FoldTimer]int64 // those that are running
}

// next is the first timer in event time that is due, nil if none is. Those in processing time never come: no time passes here.
func (g *folded) next(st *check.Step, now int64) *check.FoldTimer {
	var first *check.FoldTimer
	for _, tm := range st.Fold.Timers {
		at, ok := g.timers[tm]
		if ok && !tm.Processing && at <= now && (first == nil || at < g.timers[first]) {
			first = tm
		}
	}
	return first
}

// over tells whether the time of a group is over, and nothing is waited for.
func (g *folded) over(st *check.Step, now int64) bool {
	return st.Fold.TTL > 0 && g.highest+st.Fold.TTL.Milliseconds() <= now && len(g.timers) == 0
}

// foldTimers are the timers that are of consequence.
func (t *task) foldTimers(st *check.Step) (all []*check.FoldTimer) {
	for _, tm := range st.Fold.Timers {
		if t.run.live[tm.Out] || tm.Forget {
			all = append(all, tm)
		}
	}
	return all
}

// foldStep gives a record to a step with a fold.
func (t *task) foldStep(w *window, e elem) error {
	st := w.step
	if e.group == nil {
		var err error
		if e.group, err = t.group(st, &e); err != nil {
			return err
		}
	}
	if t.cut != nil && st != t.cut && st.Retimes() && !lasting(st) {
		t.uncertain(st) // what has fired, or is forgotten, goes by how far the watermark was, and it came in steps
	}
	id := identity(e.group)
	at := max(e.time, minus(t.wm, w.delay))
	for g := w.folds[id]; g != nil; g = w.folds[id] {
		tm := g.next(st, at)
		if tm == nil {
			break
		}
		t.fireFold(w, g, tm)
	}
	was := w.folds[id]
	next := &folded{key: e.group, text: id, highest: at, states: map[string]ref.Val{}, timers: map[*check.FoldTimer]int64{}}
	before := map[string]ref.Val{}
	if was != nil && !was.over(st, at) {
		next.highest, next.timers, before = max(at, was.highest), maps.Clone(was.timers), was.states
	} else {
		for _, s := range st.Fold.State {
			v, err := t.run.ev.eval(s.Init, t.vars(&e))
			if err != nil {
				return fmt.Errorf("step %s, init of %s: %w", st.Name, s.Name, err)
			}
			before[s.Name] = v
		}
	}
	for _, s := range st.Fold.State {
		v, err := t.run.ev.eval(s.Step, t.varsWith(&e, before))
		if err != nil {
			return fmt.Errorf("step %s, step of %s: %w", st.Name, s.Name, err)
		}
		next.states[s.Name] = v
	}
	for _, tm := range t.foldTimers(st) {
		if err := t.setTimer(st, next, tm, &e); err != nil {
			return fmt.Errorf("step %s, timer %s: %w", st.Name, tm.Name, err)
		}
	}
	w.folds[id] = next
	if !t.run.live[st.Out] {
		return nil
	}
	out := t.foldedRow(st, next)
	out.time, out.win, out.missed = e.time, e.win, e.missed
	if st.Repartition {
		out.win = nil
	}
	if st.Having != nil {
		ok, err := t.run.ev.bool(st.Having, t.vars(&out))
		if err != nil {
			return fmt.Errorf("step %s, having: %w", st.Name, err)
		}
		if !ok {
			return nil
		}
	}
	return t.push(st.Out, out)
}

// varsWith is vars with states beside the record.
func (t *task) varsWith(e *elem, states map[string]ref.Val) *vars {
	v := *t.vars(e)
	v.locals = maps.Clone(v.locals)
	if v.locals == nil {
		v.locals = map[string]ref.Val{}
	}
	maps.Copy(v.locals, states)
	return &v
}

// setTimer sets or cancels a timer by a record.
func (t *task) setTimer(st *check.Step, g *folded, tm *check.FoldTimer, e *elem) error {
	if tm.When != nil {
		ok, err := t.run.ev.bool(tm.When, t.varsWith(e, g.states))
		if err != nil {
			return err
		}
		if !ok {
			delete(g.timers, tm)
			return nil
		}
	}
	now := e.time
	if tm.Processing {
		now = t.run.ev.processing.UnixMilli()
	}
	at := now + tm.After.Milliseconds()
	if tm.At != nil {
		v, err := t.run.ev.eval(tm.At, t.varsWith(e, g.states))
		if err != nil {
			return err
		}
		if o, ok := v.(*celtypes.Optional); ok {
			if !o.HasValue() {
				delete(g.timers, tm)
				return nil
			}
			v = o.GetValue()
		}
		at = v.(celtypes.Timestamp).UnixMilli()
	}
	running, ok := g.timers[tm]
	switch {
	case ok && tm.Fixed:
	case ok && tm.At == nil && running > at: // out of order
	default:
		g.timers[tm] = at
	}
	return nil
}

// foldedRow is what is handed on of a group.
func (t *task) foldedRow(st *check.Step, g *folded) elem {
	rec := &record{Of: st.Out.Type, Fields: maps.Clone(g.states)}
	for i, n := range st.GroupBy {
		rec.Fields[n.Name] = g.key[i]
	}
	return elem{rec: rec, kafkaKey: groupText(st, g.key)}
}

// fireFold fires a timer of a group.
func (t *task) fireFold(w *window, g *folded, tm *check.FoldTimer) {
	e := t.foldedRow(w.step, g)
	e.time, e.waited = g.timers[tm], true
	delete(g.timers, tm)
	if tm.Forget {
		delete(w.folds, g.text)
	}
	if !t.run.live[tm.Out] {
		return
	}
	if err := t.push(tm.Out, e); err != nil {
		t.bad(nil, fmt.Errorf("result of step %s: %w", tm.Out.Name, err))
	}
}

// fireFolds fires what the watermark has reached, in the order of time. Groups whose time is over are forgotten when their next record comes.
func (t *task) fireFolds(w *window, wm int64) {
	now := minus(wm, w.delay)
	for {
		type timer struct {
			g  *folded
			tm *check.FoldTimer
		}
		var due []timer
		for _, g := range w.folds {
			if tm := g.next(w.step, now); tm != nil {
				due = append(due, timer{g, tm})
			}
		}
		if due == nil {
			return
		}
		sort.Slice(due, func(i, j int) bool {
			a, b := due[i], due[j]
			if at, bt := a.g.timers[a.tm], b.g.timers[b.tm]; at != bt {
				return at < bt
			}
			return a.g.text < b.g.text
		})
		t.fireFold(w, due[0].g, due[0].tm)
	}
}
