package oracle

import (
	"sort"

	"github.com/weirstream/weir/spec/check"
)

// ended tells whether a window's result was handed on at its end, as the watermark has come there.
func (w *window) ended(win bounds, wm int64) bool {
	return w.step.Corrections && win.end <= minus(wm, w.delay)
}

// ends hands on the results of the windows whose ends are behind the watermark old, and not behind wm, in order of these.
func (t *task) ends(w *window, old, wm int64) {
	var all []*group
	switch {
	case w.overlap != nil:
		all = t.endingSlices(w)
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
	sort.Slice(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if a.win.end != b.win.end {
			return a.win.end < b.win.end
		}
		if w.overlap != nil && a.win.start != b.win.start { // the smaller ones first
			return a.win.start > b.win.start
		}
		if a.text != b.text {
			return a.text < b.text
		}
		return a.win.start < b.win.start
	})
	for _, g := range all {
		if w.ended(g.win, wm) && !w.ended(g.win, old) {
			g.handed, g.changes = forgotten(w, g), 0
			t.result(w, g)
			g.changed = false
		}
	}
}

// forgotten is what a group whose window ends is compared with: nothing where it has a result in any case.
func forgotten(w *window, g *group) string {
	if w.step.Emit == check.EarlyAndFinal {
		return ""
	}
	return g.handed
}

// endingSlices are all windows with all their groups.
func (t *task) endingSlices(w *window) (all []*group) {
	o := w.overlap
	found := map[bounds]map[string]bool{}
	for n, part := range o.parts {
		for _, win := range o.cal.windows(o.lines[n]) {
			if found[win] == nil {
				found[win] = map[string]bool{}
			}
			for id, g := range part {
				if !found[win][id] {
					found[win][id] = true
					all = append(all, o.group(t.run.ev, w.step, win, g))
				}
			}
		}
	}
	return all
}
