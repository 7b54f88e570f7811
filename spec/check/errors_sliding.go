package check

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

func everyOfSliding(every, sliding *syntax.Duration) diag.Diagnostic {
	d := problem("WEIR4040", every.Span, "sliding windows lie where records do, so they have no every")
	if every.Value == 0 || every.Value > sliding.Value {
		return hinted(d, "leave it out")
	}
	return hinted(d, "leave it out, or write hopping: %s for a window every %s", syntax.FormatDuration(sliding.Value), syntax.FormatDuration(every.Value))
}

func alignedSliding(at source.Span, key string) diag.Diagnostic {
	return hinted(problem("WEIR4040", at, "sliding windows lie where records do, so they have no %s", key), "leave it out")
}

func maxOfSliding(at source.Span, sliding *syntax.Duration) diag.Diagnostic {
	return hinted(problem("WEIR4040", at, "max is for session windows"), "no records of a sliding window are further apart than %s: leave it out", syntax.FormatDuration(sliding.Value))
}

// madeOf is what windows of a kind are merged of.
func madeOf(k WindowKind) string {
	if k == Sliding {
		return "parts"
	}
	return "slices"
}
