package check

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

func oneSize(size *syntax.Duration) diag.Diagnostic {
	return hinted(problem("WEIR4064", size.Span, "a list of sizes has two or more"), "without the brackets it is the windows' size")
}

func sizeTwice(size *syntax.Duration, first source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR4064", size.Span, "there are windows of %s already", syntax.FormatDuration(size.Value)), "name each size once"), first, "here")
}

func sizesDoNotFit(size, slice *syntax.Duration, k WindowKind) diag.Diagnostic {
	d := problem("WEIR4064", size.Span, "%s is no multiple of %s", syntax.FormatDuration(size.Value), syntax.FormatDuration(slice.Value))
	if k == Tumbling {
		return related(hinted(d, "windows of several sizes share what is kept: each is a multiple of the smallest. Sizes that have nothing in common are for two steps"), slice.Span, "the smallest size")
	}
	return related(hinted(d, "windows of several sizes share what is kept: each is a multiple of every"), slice.Span, "how far windows are apart")
}
