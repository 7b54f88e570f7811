package oracle

import (
	"slices"
	"sort"

	"github.com/weirstream/weir/spec/check"
)

// neighbours are the sliding windows of each group.
type neighbours map[string]*near

// near is what there is of one group: what it has at each time, and the windows that these make, by their starts, whose accumulators are
// made when they are asked for.
type near struct {
	at   map[int64][]accumulator
	n    map[int64]int64 // how many records
	wins map[int64]*group
}

// windows are those that a group's times make: one ends with each, and one begins behind it, if there is something in it.
func (g *near) windows(d int64) map[int64]bool {
	starts := map[int64]bool{}
	for t := range g.at {
		starts[t-d] = true
		for u := range g.at {
			if u >= t+1 && u <= t+1+d {
				starts[t+1] = true
			}
		}
	}
	return starts
}

// fold merges what a group has in a window: from the border on, the time in it that is a multiple of its length, to both sides, and then both.
func (g *near) fold(t *task, st *check.Step, win *group) {
	length := st.Window.Size.Milliseconds() + 1
	border := startOf(win.win.end-1, length)
	var front, behind []int64
	for at := range g.at {
		switch {
		case at >= win.win.start && at < border:
			front = append(front, at)
		case at >= border && at < win.win.end:
			behind = append(behind, at)
		}
	}
	slices.Sort(front)
	slices.Sort(behind)
	var left, right []accumulator
	for _, at := range slices.Backward(front) {
		left = mergeAll(t.run.ev, st.Aggregate, g.at[at], left)
	}
	for _, at := range behind {
		right = mergeAll(t.run.ev, st.Aggregate, right, g.at[at])
	}
	win.accs = mergeAll(t.run.ev, st.Aggregate, slices.Clone(left), right)
	win.changes = 0
	for _, at := range slices.Concat(front, behind) {
		win.changes += g.n[at]
	}
	if n := st.UpdateCount; n > 0 {
		win.changed = win.changes%n != 0
	}
}

// lateNeighbour tells whether a record is late for all windows that it would be in.
func (t *task) lateNeighbour(w *window, e *elem) bool {
	d := w.step.Window.Size.Milliseconds()
	with := &near{at: map[int64][]accumulator{e.time: nil}}
	if g := w.neighbours[identity(e.group)]; g != nil {
		for at := range g.at {
			with.at[at] = nil
		}
	}
	for start := range with.windows(d) {
		if start <= e.time && e.time <= start+d && !late(start+d+1, w.lateness(), minus(t.wm, w.delay)) {
			return false
		}
	}
	return true
}

// addNeighbour puts a record that is not late among those of its group.
func (t *task) addNeighbour(w *window, e elem, args []input) {
	st, id := w.step, identity(e.group)
	d := st.Window.Size.Milliseconds()
	g := w.neighbours[id]
	if g == nil {
		g = &near{map[int64][]accumulator{}, map[int64]int64{}, map[int64]*group{}}
		w.neighbours[id] = g
	}
	before := g.windows(d)
	if g.at[e.time] == nil {
		g.at[e.time] = make([]accumulator, len(st.Aggregate))
	}
	for i, a := range st.Aggregate {
		g.at[e.time][i] = g.at[e.time][i].addPart(a.Func, args[i], e.time)
	}
	g.n[e.time]++
	var touched []*group
	for start := range g.windows(d) {
		has := start <= e.time && e.time <= start+d
		if before[start] && !has || late(start+d+1, w.lateness(), minus(t.wm, w.delay)) {
			continue
		}
		if g.wins[start] == nil {
			g.wins[start] = &group{win: bounds{start, start + d + 1}, key: e.group, text: id}
		}
		g.wins[start].changed = true
		touched = append(touched, g.wins[start])
	}
	sort.Slice(touched, func(i, j int) bool { return touched[i].win.end < touched[j].win.end })
	for _, win := range touched {
		g.fold(t, st, win)
		ended := w.ended(win.win, t.wm)
		if n := st.UpdateCount; byCommit(st.Out) || ended || n > 0 && win.changes%n == 0 {
			t.result(w, win)
		}
		win.changed = win.changed && !ended
	}
}

// dueNeighbours are the windows that a watermark closes.
func (t *task) dueNeighbours(w *window, wm int64) (due []*group) {
	d := w.step.Window.Size.Milliseconds()
	for id, g := range w.neighbours {
		for start, win := range g.wins {
			if late(win.win.end, w.lateness(), minus(wm, w.delay)) {
				g.fold(t, w.step, win)
				due = append(due, win)
				delete(g.wins, start)
			}
		}
		for at := range g.at { // of which all windows are over, and the one behind it
			if late(at+d+2, w.lateness(), minus(wm, w.delay)) {
				defer delete(g.at, at)
				defer delete(g.n, at)
			}
		}
		if len(g.at) == 0 {
			delete(w.neighbours, id)
		}
	}
	sort.Slice(due, func(i, j int) bool {
		if due[i].win.end != due[j].win.end {
			return due[i].win.end < due[j].win.end
		}
		return due[i].text < due[j].text
	})
	return due
}

// openNeighbours are the windows that are open, as they are now.
func (t *task) openNeighbours(w *window) (all []*group) {
	for _, g := range w.neighbours {
		for _, win := range g.wins {
			g.fold(t, w.step, win)
			all = append(all, win)
		}
	}
	return all
}
