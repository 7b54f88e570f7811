package check

import (
	"slices"
	"strconv"
	"time"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
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
	case d.Window.Sliding != nil:
		w.Kind, size = Sliding, d.Window.Sliding
	case d.Window.Session != nil || d.Window.Gap != nil:
		w.Kind, size = Session, d.Window.Session
	case d.Window.Global != nil:
		w.Kind = Global
	case d.Window.Count != nil:
		w.Kind = Counted
	case d.Window.Divided != nil:
		w.Kind = Divided
	case d.Window.Start != nil || d.Window.End != nil:
		w.Kind = Custom
	}
	if d.Window.Lateness != nil {
		w.Lateness = d.Window.Lateness.Value
	}
	switch {
	case w.Kind == Session:
		c.session(w, d.Window)
	case w.Kind == Sliding:
		c.sliding(d.Window)
	case w.Kind == Global:
		c.global(w, d)
	case w.Kind == Counted:
		c.count(w, d)
	case w.Kind == Divided:
		c.divided(w, d)
	case w.Kind == Custom:
		c.timeless(d.Window, Custom)
		if w.Lateness > longest {
			c.report(windowTooLong(d.Window.Span))
		}
	case d.Window.Max != nil:
		c.report(maxOfOthers(d.Window.Max.Span, w.Kind))
	}
	if len(d.Window.Sizes) > 0 {
		size = c.sizes(w, d.Window)
	}
	if size == nil {
		return
	}
	w.Size = size.Value
	if w.Size == 0 {
		c.report(zeroDuration(size.Span, w.Kind.String(), "a window is at least 1ms long"))
		return
	}
	if w.Lateness > longest-w.Size {
		c.report(windowTooLong(d.Window.Span))
	}
	if w.Kind == Session || w.Kind == Sliding {
		return
	}
	if c.every(w, d.Window, size) && c.sizesFit(w, d.Window) {
		c.alignment(w, d.Window, size)
	}
}

// session checks what only session windows have, and that they have nothing of the others.
func (c *checker) session(w *Window, d *syntax.Window) {
	if d.Every != nil {
		c.report(everyOfSession(d.Every.Span))
	}
	if d.Offset != nil {
		c.report(alignedSession(d.Offset.Span, "offset"))
	}
	if d.Zone != nil {
		c.report(alignedSession(d.Zone.Span, "time_zone"))
	}
	if d.Max == nil {
		return
	}
	w.Max = d.Max.Value
	switch gap := d.Session; {
	case w.Max == 0:
		c.report(zeroDuration(d.Max.Span, "max", "a window is at least 1ms long"))
	case w.Max > longest-w.Lateness:
		c.report(windowTooLong(d.Span))
	case gap != nil && w.Max < gap.Value:
		c.report(maxTooShort(d.Max, gap))
	}
}

// global checks windows that nothing ends, or silence alone.
func (c *checker) global(w *Window, d *syntax.Step) {
	n := d.Window.Global
	w.Size = c.life(n.Span, "global", n.TTL, n.Unbounded)
	c.timeless(d.Window, Global)
	if n.Unbounded == nil {
		return
	}
	if d.Window.LateTo != nil {
		c.report(lateForTimeless(d.Window.LateTo.Span, Global, "late_to"))
	}
	if d.Emit == nil {
		c.report(globalAtTheEnd(d.Window.Span))
	}
}

// count checks windows that end with a record.
func (c *checker) count(w *Window, d *syntax.Step) {
	n := d.Window.Count
	w.Size = c.life(n.Span, "count", n.TTL, n.Unbounded)
	if n.Size != nil {
		w.Records, _ = strconv.ParseInt(n.Size.Value, 10, 64) // what is no number was reported
		if w.Records == 1 {
			c.report(countOfOne(n.Size))
		}
	}
	if n.Every != nil && n.Size != nil {
		c.slide(w, n)
	}
	c.timeless(d.Window, Counted)
	if n.Unbounded != nil && d.Window.LateTo != nil {
		c.report(lateForTimeless(d.Window.LateTo.Span, Counted, "late_to"))
	}
	if d.Emit != nil && (d.Emit.Kind == "updates" || d.Emit.Kind == "early_and_final") {
		c.report(updatesOfCount(d.Emit.Span))
	}
}

// mostParts bounds how many parts the last records of a group have, which are merged for each result and written with each commit.
const mostParts = 1000

// slide checks after how many records there is a result of the last ones.
func (c *checker) slide(w *Window, n *syntax.Count) {
	every, _ := strconv.ParseInt(n.Every.Value, 10, 64)
	switch {
	case every == 0 || w.Records == 0: // was reported
	case every > w.Records:
		c.report(slideTooLong(n))
	case w.Records%every != 0:
		c.report(slideUneven(n))
	case w.Records/every > mostParts:
		c.report(slideTooShort(n, w.Records))
	case every < w.Records:
		w.Slide = every
	}
}

// timeless checks that nothing is said of windows that go by records which has to do with windows that go by time.
func (c *checker) timeless(w *syntax.Window, k WindowKind) {
	if w.Max != nil {
		c.report(maxOfOthers(w.Max.Span, k))
	}
	if w.Every != nil {
		c.report(everyOfTimeless(w.Every.Span, k))
	}
	if w.Offset != nil {
		c.report(alignedTimeless(w.Offset.Span, k, "offset"))
	}
	if w.Zone != nil {
		c.report(alignedTimeless(w.Zone.Span, k, "time_zone"))
	}
	if w.Lateness != nil && k != Custom {
		c.report(lateForTimeless(w.Lateness.Span, k, "allowed_lateness"))
	}
}

// said checks what each record says of where its window is.
func (c *checker) said(st *Step, d *syntax.Step, scope *Scope) {
	if d.Window == nil || st.Window == nil {
		return
	}
	typed := func(text *syntax.Text, key string, t *types.Type) *Expr {
		return c.typed(text, scope, place{clause: "window " + key, step: st, row: st.Row, args: true}, t)
	}
	st.Window.Gap = typed(d.Window.Gap, "gap", types.DurationType)
	st.Window.Start = typed(d.Window.Start, "start", types.TimestampType)
	st.Window.End = typed(d.Window.End, "end", types.TimestampType)
}

// every checks how far apart windows are that overlap.
func (c *checker) every(w *Window, d *syntax.Window, size *syntax.Duration) bool {
	overlap := w.Kind == Hopping || w.Kind == Cumulative // of a window of two kinds the other one was reported
	switch {
	case d.Every == nil && overlap:
		c.report(everyMissing(d.Span, w.Kind))
		return false
	case d.Every == nil:
		return true
	case !overlap:
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
		c.report(everyTooShort(d.Every, size, int64(w.Size/w.Every), w.Kind))
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
	for _, x := range append([]*syntax.Duration{size, d.Every, d.Offset}, d.Sizes...) {
		if x != nil && x.Value%day != 0 {
			c.report(zoneOfParts(x, d.Zone))
			return
		}
	}
}

// mergeable checks that aggregates over windows that are merged do not depend on what of.
func (c *checker) mergeable(st *Step, d *syntax.Step) {
	if st.Window == nil || !st.Window.Merges() {
		return
	}
	for _, a := range st.Aggregate {
		i := slices.IndexFunc(d.Aggregate, func(e *syntax.Entry) bool { return e.Name.Value == a.Name })
		switch {
		case a.Func == FirstArrived || a.Func == LastArrived:
			c.report(arrivalInOverlap(d.Aggregate[i].Expr, a.Func, st.Window.Kind))
		case a.Func == Fold && a.Fold.Merge == nil:
			c.report(foldWithoutMerge(d.Aggregate[i].Expr, st.Window.Kind))
		}
	}
}
