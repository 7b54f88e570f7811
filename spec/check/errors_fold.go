package check

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

func emptyFold(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4050", at, "fold keeps nothing and has no timers"), "write state: {records: {init: 0, step: records + 1}}, say, or timers: {silent: {after: 5m}}")
}

func stateHidesField(name *syntax.Text, f *types.Field) diag.Diagnostic {
	d := hinted(problem("WEIR4051", name.Span, "%s is a field of the records, which the steps of states see by its name", name.Value), "call the state last_%s, say", name.Value)
	return related(d, f.Span, "the field")
}

func badTimerAt(text *syntax.Text, t *types.Type) diag.Diagnostic {
	return hinted(problem("WEIR4052", text.Span, "a timer fires at a timestamp, not at %s", a(t)), "an optional timestamp will do as well: where there is none the timer is cancelled")
}

func longTimer(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4052", at, "a timer can't wait for more than 100 years"), "leave it out if it is never to fire")
}
