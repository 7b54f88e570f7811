package check

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

func keeperNeedsGroup(at source.Span, clause string) diag.Diagnostic {
	return hinted(problem("WEIR4024", at, "a step with %s also needs group_by", clause), "say what the groups are: group_by: {customer: customer_id}, say")
}

func keeperAnd(at source.Span, clause string, keeper source.Span, name string) diag.Diagnostic {
	d := hinted(problem("WEIR4024", at, "%s does not go with %s", clause, name), "put it into a step in front of this one or behind it")
	return related(d, keeper, name+" stands here")
}

func previousTwice(at source.Span, f *types.Field) diag.Diagnostic {
	d := hinted(problem("WEIR4024", at, "changes gives records a field previous, and these have one"), "rename it: rename: {before: previous}, say")
	return related(d, f.Span, "here")
}

func unboundedClause(at source.Span, clause string) diag.Diagnostic {
	return hinted(problem("WEIR4020", at, "what %s keeps could grow for ever: it has no time to live", clause), "write ttl: 30d, say, or unbounded: true if there are few groups")
}

func clauseBoundedTwice(unbounded *syntax.Text, clause string) diag.Diagnostic {
	return hinted(problem("WEIR4020", unbounded.Span, "%s is unbounded and has a time to live", clause), "remove one of the two")
}

func lastForEver(unbounded *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4020", unbounded.Span, "the last record of a group is handed on when its time is over, which needs a ttl"), "say how long to wait: ttl: 1h, say")
}
