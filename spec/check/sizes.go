package check

import (
	"slices"
	"time"

	"github.com/weirstream/weir/spec/syntax"
)

// sizes takes the sizes of windows of several ones, and returns the largest; nil if they can't be.
func (c *checker) sizes(w *Window, d *syntax.Window) *syntax.Duration {
	if len(d.Sizes) == 1 {
		c.report(oneSize(d.Sizes[0]))
		return d.Sizes[0]
	}
	sorted := slices.Clone(d.Sizes)
	slices.SortStableFunc(sorted, func(a, b *syntax.Duration) int { return int(a.Value/time.Millisecond - b.Value/time.Millisecond) })
	for i, size := range sorted {
		switch {
		case size.Value == 0:
			c.report(zeroDuration(size.Span, w.Kind.String(), "a window is at least 1ms long"))
			return nil
		case i > 0 && size.Value == sorted[i-1].Value:
			c.report(sizeTwice(size, sorted[i-1].Span))
			return nil
		}
		w.Sizes = append(w.Sizes, size.Value)
	}
	return sorted[len(sorted)-1]
}

// sizesFit checks that windows of several sizes have slices in common, and says how long these are.
func (c *checker) sizesFit(w *Window, d *syntax.Window) bool {
	if w.Sizes == nil {
		return true
	}
	slice, what := w.Every, d.Every
	if w.Kind == Tumbling {
		slice = w.Sizes[0]
		i := slices.IndexFunc(d.Sizes, func(s *syntax.Duration) bool { return s.Value == slice })
		what = d.Sizes[i]
	}
	windows := int64(0)
	for _, size := range d.Sizes {
		if size.Value%slice != 0 {
			c.report(sizesDoNotFit(size, what, w.Kind))
			return false
		}
		if w.Kind == Tumbling {
			windows++
		} else {
			windows += int64(size.Value / slice)
		}
	}
	if windows > mostWindows {
		c.report(everyTooShort(d.Every, d.Sizes[len(d.Sizes)-1], windows, w.Kind))
		return false
	}
	w.Every = slice
	return true
}
