package oracle

import (
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/check"
)

// input is what a record is to an aggregate: the values of its arguments, or of a fold the step.
type input struct {
	args []ref.Val
	fold func(acc ref.Val) (ref.Val, error) // nil stands for no state yet
}

// folding is the step of a fold for a record.
func (t *task) folding(a *check.Aggregate, e *elem) func(ref.Val) (ref.Val, error) {
	vs := t.vars(e)
	return func(acc ref.Val) (ref.Val, error) {
		if acc == nil {
			var err error
			if acc, err = t.run.ev.eval(a.Fold.Init, &vars{}); err != nil {
				return nil, err
			}
		}
		in := *vs
		in.locals = map[string]ref.Val{a.Fold.Acc: acc}
		for name, v := range vs.locals {
			in.locals[name] = v
		}
		return t.run.ev.eval(a.Args[0], &in)
	}
}

// mergeFold is merge for a fold.
func (a accumulator) mergeFold(ev *evaluator, f *check.FoldOf, b accumulator) accumulator {
	switch {
	case a.err != nil:
	case b.err != nil:
		a.err = b.err
	default:
		a.val, a.err = ev.eval(f.Merge, &vars{locals: map[string]ref.Val{f.Acc: a.val, f.Other: b.val}})
	}
	return a
}
