package check

import (
	"time"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/syntax"
)

// mostWindows bounds how many windows a record can be in.
const mostWindows = 100_000

const day = 24 * time.Hour

// window checks the clause of that name.
func (c *checker) window(st *Step, d *syntax.Step) {
	if d.Window == nil {
		return
	}
	w := &Window{Span: d.Window.Span, Kind: Tumbling}
	st.Window = w
	size := d.Window.Tumbling
	switch {
	case d.Window.Hopping != nil:
		w.Kind, size = Hopping, d.Window.Hopping
	case d.Window.Cumulative != nil:
		w.Kind, size = Cumulative, d.Window.Cumulative
	}
	if size == nil {
		return
	}
	w.Size = size.Value
	if w.Size == 0 {
		c.report(zeroDuration(size.Span, w.Kind.String(), "a window is at least 1ms long"))
		return
	}
	if d.Window.Lateness != nil {
		w.Lateness = d.Window.Lateness.Value
		if w.Lateness > longest-w.Size {
			c.report(windowTooLong(d.Window.Span))
		}
	}
	if c.every(w, d.Window, size) {
		c.alignment(w, d.Window, size)
	}
}

// every checks how far apart windows are that overlap.
func (c *checker) every(w *Window, d *syntax.Window, size *syntax.Duration) bool {
	switch {
	case d.Every == nil && w.Overlap():
		c.report(everyMissing(d.Span, w.Kind))
		return false
	case d.Every == nil:
		return true
	case !w.Overlap():
		c.report(everyOfTumbling(d.Every.Span, d.Tumbling))
		return false
	case d.Every.Value == 0:
		c.report(zeroDuration(d.Every.Span, "every", "windows are at least 1ms apart"))
		return false
	}
	w.Every = d.Every.Value
	switch {
	case w.Every > w.Size:
		c.report(everyTooLong(d.Every, size, w.Kind))
		return false
	case w.Kind == Cumulative && w.Size%w.Every != 0:
		c.report(everyUneven(d.Every, size))
		return false
	case w.Size/w.Every > mostWindows:
		c.report(everyTooShort(d.Every, size, w.Kind))
		return false
	}
	return true
}

// alignment checks where windows begin.
func (c *checker) alignment(w *Window, d *syntax.Window, size *syntax.Duration) {
	hop := w.Size
	if w.Kind == Hopping {
		hop = w.Every
	}
	if d.Offset != nil {
		if w.Offset = d.Offset.Value; w.Offset >= hop {
			c.report(offsetTooLong(d.Offset, hop))
		}
	}
	if d.Zone == nil {
		return
	}
	w.Zone = d.Zone.Value
	if _, err := celenv.Zone(w.Zone); err != nil {
		c.report(badZone(d.Zone))
		return
	}
	for _, x := range []*syntax.Duration{size, d.Every, d.Offset} {
		if x != nil && x.Value%day != 0 {
			c.report(zoneOfParts(x, d.Zone))
			return
		}
	}
}

// mergeable checks that aggregates over windows that overlap do not depend on what a window is merged of.
func (c *checker) mergeable(st *Step, d *syntax.Step) {
	if st.Window == nil || !st.Window.Overlap() {
		return
	}
	for _, a := range st.Aggregate {
		if a.Func == FirstArrived || a.Func == LastArrived {
			for _, e := range d.Aggregate {
				if e.Name.Value == a.Name {
					c.report(arrivalInOverlap(e.Expr, a.Func, st.Window.Kind))
				}
			}
		}
	}
}
