package check

import "github.com/weirstream/weir/spec/syntax"

// corrections checks that there is a time in which records can correct a result that was handed on.
func (c *checker) corrections(st *Step, d *syntax.Emit) {
	if d.Corrections == nil || st.Window == nil { // a window that is wrong was reported
		return
	}
	at := d.Corrections.Span
	switch k := st.Window.Kind; {
	case !st.Window.Bounded():
		c.report(correctionsOfTimeless(at, k))
	case st.Window.Lateness == 0:
		c.report(correctionsNever(at, st))
	default:
		st.Corrections = true
	}
}
