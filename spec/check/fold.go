package check

import (
	"strings"

	"github.com/weirstream/weir/spec/syntax"
)

// FoldOf is what a fold has besides its step, which is the first of its aggregate's Args: the state that the record makes of the one before.
type FoldOf struct {
	Acc  string // the name of the state in the step
	Init *Expr  // the state before the first record; it reads none
	// Other and Merge are the name of the state of later records, and what the two make together; nil where no windows are merged.
	Other string
	Merge *Expr
}

// fold checks fold(acc, init, step) and fold(acc, init, step, other, merge).
func (c *checker) fold(d *syntax.Entry, args []part, scope *Scope, at place) *Aggregate {
	sub := func(i int) *syntax.Text { return d.Expr.Sub(args[i].lo, args[i].hi) }
	a := &Aggregate{Name: d.Name.Value, Span: d.Name.Span, Func: Fold, Fold: &FoldOf{}}
	names := map[string]bool{}
	named := func(i int, name *string) bool {
		text := sub(i)
		*name = text.Value
		if !isName(text.Value) {
			c.report(foldName(text))
			return false
		}
		if c.derivedName(text); hidden[text.Value] != "" {
			return false
		}
		if v, ok := scope.Lookup(text.Value); ok || names[text.Value] {
			what := "the variable"
			if ok && v.Kind == FieldVar {
				what = "the field"
			}
			c.report(foldHides(text, what))
			return false
		}
		names[text.Value] = true
		return true
	}
	if !named(0, &a.Fold.Acc) {
		return nil
	}
	in := at
	in.init = true
	if a.Fold.Init = c.expr(sub(1), &Scope{}, in); a.Fold.Init == nil {
		return nil
	}
	a.Type = a.Fold.Init.Type
	acc := Var{Name: a.Fold.Acc, Kind: FoldVar, Type: a.Type}
	in.init = false
	in.clause = "the step of " + at.clause
	step := c.typed(sub(2), &Scope{Vars: append([]Var{acc}, scope.Vars...)}, in, a.Type)
	if step == nil {
		return nil
	}
	a.Args = []*Expr{step}
	if len(args) == 5 {
		if !named(3, &a.Fold.Other) {
			return nil
		}
		in.clause = "the merge of " + at.clause
		other := Var{Name: a.Fold.Other, Kind: FoldVar, Type: a.Type}
		if a.Fold.Merge = c.typed(sub(4), &Scope{Vars: []Var{acc, other}}, in, a.Type); a.Fold.Merge == nil {
			return nil
		}
	}
	return a
}

func isName(s string) bool {
	return s != "" && (s[0] < '0' || s[0] > '9') && strings.IndexFunc(s, func(r rune) bool { return r > 127 || !isWord(byte(r)) }) < 0
}
