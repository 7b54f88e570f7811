package check

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

func tooManyRows(n *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4046", n.Span, "top has %d rows at most, not %s", mostRows, n.Value), "each record may have all of them handed on; a longer ranking is one for a query, not for a stream")
}

func rankTwice(at source.Span, f *types.Field) diag.Diagnostic {
	d := hinted(problem("WEIR4046", at, "top gives records a field %s, and these have one", RankField), "rename it: rename: {old_rank: rank}, say")
	return related(d, f.Span, RankField+" is declared here")
}

func badOrder(text *syntax.Text, t *types.Type) diag.Diagnostic {
	d := problem("WEIR4046", text.Span, "rows can't be ordered by %s", a(t))
	if t.Kind == types.Optional {
		return hinted(d, "it may be missing: add .orValue(…) with what to take then, or leave the record out with where")
	}
	return hinted(d, "%s", scalars)
}

func badID(text *syntax.Text, t *types.Type) diag.Diagnostic {
	d := problem("WEIR4046", text.Span, "%s can't be the id of a row", a(t))
	if t.Kind == types.Optional {
		return hinted(d, "it may be missing: add .orValue(…) with what to take then, or leave the record out with where")
	}
	return hinted(d, "%s, and enums", scalars)
}

func removeNeedsID(remove *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4046", remove.Span, "without id there is no row that a record could take away"), "say what rows are of: id: sku, say")
}

func finalForEver(unbounded *syntax.Text, emit source.Span) diag.Diagnostic {
	d := hinted(problem("WEIR4046", unbounded.Span, "final ranks are handed on when the time of their group is over, which needs a ttl"), "say how long to wait: ttl: 1h, say")
	return related(d, emit, "they are to be final here")
}

// ranksUpdates is about updates that come into a step with top whose rows have no ids.
func (c *checker) ranksUpdates(d *syntax.Step) diag.Diagnostic {
	return hinted(c.aggregatesUpdates(d, "a top whose rows have no id"), "say what a row is of, so that an update takes its place: id: …; or use emit: final there")
}

func topEmits(at source.Span, what, instead string) diag.Diagnostic {
	return hinted(problem("WEIR4047", at, "%s is nothing for top", what), "%s", instead)
}

func removeInSilence(remove *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4047", remove.Span, "when rows go, a rank may have none any more, which an update can't say"),
		"write emit: {updates: {retractions: true}}, which takes rows back, or emit: final")
}
