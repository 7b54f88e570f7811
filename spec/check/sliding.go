package check

import "github.com/weirstream/weir/spec/syntax"

// sliding checks that nothing is said of windows which lie where their records do that is about others.
func (c *checker) sliding(d *syntax.Window) {
	if d.Max != nil {
		c.report(maxOfSliding(d.Max.Span, d.Sliding))
	}
	if d.Every != nil {
		c.report(everyOfSliding(d.Every, d.Sliding))
	}
	if d.Offset != nil {
		c.report(alignedSliding(d.Offset.Span, "offset"))
	}
	if d.Zone != nil {
		c.report(alignedSliding(d.Zone.Span, "time_zone"))
	}
}
