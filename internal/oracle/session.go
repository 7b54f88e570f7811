package oracle

import (
	"fmt"
	"slices"
	"sort"

	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/check"
)

// sessions are the open session windows of each group, in order of their starts.
type sessions map[string][]*group

// sessionOf is the window that a record makes alone.
func (t *task) sessionOf(w *window, e *elem) (bounds, error) {
	def := w.step.Window
	gap := def.Size
	if def.Gap != nil {
		v, err := t.run.ev.eval(def.Gap, t.vars(e))
		if err != nil {
			return bounds{}, fmt.Errorf("step %s, window gap: %w", w.step.Name, err)
		}
		gap = v.(celtypes.Duration).Duration
	}
	ms := gap.Milliseconds()
	if ms < 1 {
		return bounds{}, fmt.Errorf("step %s, window gap: %v is too short", w.step.Name, gap)
	}
	if def.Max > 0 {
		ms = min(ms, def.Max.Milliseconds())
	}
	return bounds{e.time, e.time + ms}, nil
}

// joined tells whether two windows are one, and which.
func joined(def *check.Window, a, b bounds) (bounds, bool) {
	both := bounds{min(a.start, b.start), max(a.end, b.end)}
	return both, a.start < b.end && b.start < a.end && (def.Max == 0 || both.end-both.start <= def.Max.Milliseconds())
}

// lateSession tells whether a record is late: its own window is closed, and it is part of no other.
func (t *task) lateSession(w *window, e *elem, own bounds) bool {
	return late(own.end, w.lateness(), minus(t.wm, w.delay)) && !slices.ContainsFunc(w.sessions[identity(e.group)], func(g *group) bool {
		_, ok := joined(w.step.Window, g.win, own)
		return ok
	})
}

// addToSession puts a record that is not late into its window.
func (t *task) addToSession(w *window, e elem, own bounds, args []input) {
	st, id := w.step, identity(e.group)
	g := &group{win: own, key: e.group, text: id}
	var apart []*group
	for _, old := range w.sessions[id] {
		both, ok := joined(st.Window, old.win, g.win)
		if !ok {
			apart = append(apart, old)
			continue
		}
		if byCommit(st.Out) && old.win.end != both.end {
			t.superseded(w, old)
		}
		g.win, g.accs, g.changes = both, mergeAll(t.run.ev, st.Aggregate, g.accs, old.accs), g.changes+old.changes
		g.last, g.named = append(g.last, old.last...), append(g.named, old.named...)
		g.handed = old.handed // of several it does not matter: none had this window
	}
	if g.accs == nil {
		g.accs = make([]accumulator, len(st.Aggregate))
	}
	accs := slices.Clone(g.accs)
	for i, a := range st.Aggregate {
		accs[i] = accs[i].addPart(a.Func, args[i], e.time)
	}
	g.accs = accs
	w.sessions[id] = append(apart, g)
	sort.SliceStable(w.sessions[id], func(i, j int) bool { return w.sessions[id][i].win.start < w.sessions[id][j].win.start })
	t.touched(w, g)
}

// superseded notes that a window has become part of another one, or longer, so that its state need not come by.
func (t *task) superseded(w *window, g *group) {
	t.filtered(w.step, elem{kafkaKey: groupText(w.step, g.key), time: resultTime(w.step, g)})
}

// dueSessions are the windows that a watermark closes.
func (t *task) dueSessions(w *window, wm int64) (due []*group) {
	for id, wins := range w.sessions {
		open := slices.DeleteFunc(wins, func(g *group) bool {
			over := late(g.win.end, w.lateness(), minus(wm, w.delay))
			if over {
				due = append(due, g)
			}
			return over
		})
		if w.sessions[id] = open; len(open) == 0 {
			delete(w.sessions, id)
		}
	}
	sort.Slice(due, func(i, j int) bool {
		a, b := due[i], due[j]
		if a.win.end != b.win.end {
			return a.win.end < b.win.end
		}
		if a.text != b.text {
			return a.text < b.text
		}
		return a.win.start < b.win.start
	})
	return due
}
