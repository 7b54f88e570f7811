package oracle

import (
	"slices"
	"sort"

	"github.com/weirstream/weir/spec/check"
)

// byCommit tells whether a stream has updates of which the commits decide which there are.
func byCommit(s *check.Stream) bool { return s.Updates && !s.Paced() }

// touched notes that a record changed a group, whose result is handed on now if it may be with any commit.
func (t *task) touched(w *window, g *group) {
	g.changed = true
	g.changes++
	switch n := w.step.UpdateCount; {
	case byCommit(w.step.Out):
		t.result(w, g)
	case w.ended(g.win, t.wm):
		t.result(w, g)
		g.changed, g.changes = false, 0
	case n > 0 && g.changes >= n:
		t.result(w, g)
		g.changed, g.changes = false, 0
	}
}

// passes tells whether there is a multiple of every behind the time old that the time now has come to. The first time there is passes one.
func passes(old, now, every int64) bool {
	switch {
	case now == noTime || now == endOfTime || now <= old:
		return false
	case old == noTime:
		return true
	}
	return startOf(now, every) > startOf(old, every)
}

// round hands on what changed since the last one, of the windows that are open when the watermark is wm.
func (t *task) round(w *window, wm int64) {
	var all []*group
	switch {
	case w.overlap != nil:
		all = t.changedInSlices(w, wm)
	case w.neighbours != nil:
		all = t.openNeighbours(w)
	case w.sessions != nil:
		for _, wins := range w.sessions {
			all = append(all, wins...)
		}
	default:
		for _, g := range w.groups {
			all = append(all, g)
		}
	}
	all = slices.DeleteFunc(all, func(g *group) bool { return !g.changed })
	sort.Slice(all, func(i, j int) bool {
		a, b := all[i].win, all[j].win
		if w.overlap != nil { // of several sizes, the smaller ones first
			return a.end < b.end || a.end == b.end && a.start > b.start
		}
		return a.start < b.start || a.start == b.start && a.end < b.end
	})
	for _, g := range all {
		if w.ended(g.win, wm) {
			continue
		}
		t.result(w, g)
		g.changed = false
	}
	if o := w.overlap; o != nil {
		for _, part := range o.parts {
			for _, g := range part {
				g.changed = false
			}
		}
	}
}

// changedInSlices are the windows that are open and in which a group changed.
func (t *task) changedInSlices(w *window, wm int64) (all []*group) {
	o := w.overlap
	found := map[bounds]map[string]bool{}
	for n, part := range o.parts {
		for _, win := range o.cal.windows(o.lines[n]) {
			if late(o.cal.time(win.end), w.lateness(), minus(wm, w.delay)) {
				continue
			}
			if found[win] == nil {
				found[win] = map[string]bool{}
			}
			for id, g := range part {
				if g.changed && !found[win][id] {
					found[win][id] = true
					all = append(all, o.group(t.run.ev, w.step, win, g))
				}
			}
		}
	}
	return all
}
