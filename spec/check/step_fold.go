package check

import (
	"slices"
	"strings"
	"time"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// StepFold is a step's fold: state of each group that its records change one after the other, and the timers that they set. Behind each record the
// state is handed on, as the step's Out, and by each timer that fires, as the timer's.
type StepFold struct {
	Span  source.Span
	State []*FoldState
	// Kept is the record of the states.
	Kept   *types.Type
	Timers []*FoldTimer
	// TTL is how long what is kept of a group stays behind its last record, or until its last timer if that is later, in whole milliseconds;
	// 0: for ever.
	TTL time.Duration
}

// FoldState is one state of a fold.
type FoldState struct {
	Name string
	Span source.Span // of the name
	Init *Expr       // before the first record of a group, which it sees
	Step *Expr       // behind a record, over it and what all states were before; of Init's type
}

// FoldTimer is a timer of a fold. Each record sets it, or cancels it.
type FoldTimer struct {
	Name  string
	Span  source.Span   // of the name
	After time.Duration // the record's time, in whole milliseconds; 0: At says when
	At    *Expr         // a timestamp, or an optional one of which none cancels it
	When  *Expr         // nil: each record sets it; a record for which it is false cancels it
	// Processing says that it goes by processing time, Fixed that a record does not move it while it runs, Forget that the group is forgotten
	// when it has fired.
	Processing, Fixed, Forget bool
	Out                       *Stream // STEP.TIMER
}

// exprs are those over the records.
func (f *StepFold) exprs() []*Expr {
	var all []*Expr
	if f == nil {
		return nil
	}
	for _, s := range f.State {
		all = append(all, s.Init, s.Step)
	}
	for _, t := range f.Timers {
		all = append(all, t.At, t.When)
	}
	return slices.DeleteFunc(all, func(e *Expr) bool { return e == nil })
}

// begins tells whether a name in a clause is that of a state in an init, its own or of one written before it.
func (f *StepFold) begins(clause, name string) bool {
	return clause == "init of "+name || strings.HasPrefix(clause, "init of ") && slices.ContainsFunc(f.State, func(s *FoldState) bool { return s.Name == name })
}

// declareTimers enters the streams of what a fold's timers hand on, under the step's name, a dot and their own.
func (c *checker) declareTimers(st *Step, d *syntax.Step) {
	if d.Fold == nil {
		return
	}
	for _, e := range d.Fold.Timers {
		t := &FoldTimer{Name: e.Name.Value, Span: e.Name.Span, Out: &Stream{Name: st.Name + "." + e.Name.Value, Step: st}}
		st.Fold.Timers = append(st.Fold.Timers, t)
		c.declare(&syntax.Text{Value: t.Out.Name, Span: e.Name.Span}, t.Out)
	}
}

// stepFold checks of the clause fold what needs no input.
func (c *checker) stepFold(st *Step, d *syntax.Step) {
	if d.Fold == nil {
		return
	}
	st.Fold.Span = d.Fold.Span
	st.Fold.TTL = c.life(d.Clauses["fold"], "fold", d.Fold.TTL, d.Fold.Unbounded)
	if d.Fold.State == nil && d.Fold.Timers == nil {
		c.report(emptyFold(d.Clauses["fold"]))
	}
	for i, e := range d.Fold.Timers {
		t := st.Fold.Timers[i]
		t.Processing = e.Of != nil && e.Of.Value == "processing_time"
		t.Fixed, t.Forget = e.Fixed != nil, e.Forget != nil
		switch {
		case e.After == nil:
		case e.After.Value == 0:
			c.report(zeroDuration(e.After.Span, "after", "a timer fires at least 1ms after the record; what is to come with each record is the step's own result"))
		case e.After.Value > longest:
			c.report(longTimer(e.After.Span))
		default:
			t.After = e.After.Value
		}
	}
}

// foldResults checks the expressions of a fold, and types its streams: the group's key and the states.
func (c *checker) foldResults(st *Step, d *syntax.Step) {
	out := &types.Type{Kind: types.Record, Name: st.Name, Derived: true, Span: st.Span}
	kept := &types.Type{Kind: types.Record, Name: c.derivedTypeName(st.Name + "_state"), Derived: true, Span: st.Span}
	for _, n := range st.GroupBy {
		out.Fields = append(out.Fields, derivedField(n))
	}
	scope := &Scope{Vars: fieldVars(st.Row)}
	if st.Repartition { // the key stays on the other side of the topic
		scope.Vars = append(scope.Vars, recordVars(nil)...)
	} else {
		scope = scopeOf(st.From, st.Row, st.RowKey)
	}
	if d.Fold == nil {
		return
	}
	states, valid := &Scope{}, true
	for _, e := range d.Fold.State {
		s := &FoldState{Name: e.Name.Value, Span: e.Name.Span}
		t := &types.Type{Kind: types.Invalid}
		if s.Init = c.expr(e.Init, scope, place{clause: "init of " + s.Name, step: st, row: st.Row, fold: true}); s.Init != nil {
			t = s.Init.Type
		}
		c.derivedName(e.Name)
		if st.Row.Field(s.Name) != nil {
			c.report(stateHidesField(e.Name, st.Row.Field(s.Name)))
			valid = false
		}
		if g := out.Field(s.Name); g != nil {
			c.report(nameTwice(e.Name, g.Span))
			valid = false
			continue
		}
		st.Fold.State = append(st.Fold.State, s)
		f := &types.Field{Name: s.Name, Wire: s.Name, Type: t, Span: s.Span}
		out.Fields, kept.Fields = append(out.Fields, f), append(kept.Fields, f)
		states.Vars = append(states.Vars, Var{Name: s.Name, Kind: FoldVar, Type: t})
	}
	c.uniqueWires(out)
	c.env.Add(out)
	c.env.Add(kept)
	st.Fold.Kept = kept
	c.typeFold(st, out)
	if !valid {
		return
	}
	all := &Scope{Vars: append(slices.Clone(scope.Vars), states.Vars...)}
	for i, s := range st.Fold.State {
		if e := stateNamed(d.Fold, s); s.Init != nil {
			s.Step = c.typed(e.Step, all, place{clause: "step of " + s.Name, step: st, row: st.Row, fold: true}, st.Fold.Kept.Fields[i].Type)
		} else {
			c.expr(e.Step, all, place{clause: "step of " + s.Name, step: st, row: st.Row, fold: true})
		}
	}
	for i, e := range d.Fold.Timers {
		t := st.Fold.Timers[i]
		t.When = c.typed(e.When, all, place{clause: "when of timer " + t.Name, step: st, row: st.Row, fold: true}, types.BoolType)
		t.At = c.expr(e.At, all, place{clause: "at of timer " + t.Name, step: st, row: st.Row, fold: true})
		if t.At != nil && !types.Equal(t.At.Type, types.TimestampType) && !types.Equal(t.At.Type, types.OptionalOf(types.TimestampType)) {
			c.report(badTimerAt(e.At, t.At.Type))
			t.At = nil
		}
	}
	having := &Scope{Vars: append(fieldVars(out), recordVars(nil)...)}
	st.Having = c.typed(d.Having, having, place{clause: "having", step: st, row: out, states: true}, types.BoolType)
}

func stateNamed(d *syntax.Fold, s *FoldState) *syntax.FoldState {
	return d.State[slices.IndexFunc(d.State, func(e *syntax.FoldState) bool { return e.Name.Span == s.Span })]
}

// typeFold types the streams of a fold. What timers hand on is older than the watermark that makes them fire.
func (c *checker) typeFold(st *Step, out *types.Type) {
	for _, s := range st.Outs() {
		s.Type, s.Key, s.Retimed = out, groupKey(st, nil), st.Retimes()
		s.Scattered = s != st.Out
	}
	st.Out.Windowed = st.From.Windowed && !st.Repartition
}

// warnTimers warns of the timers of a step whose results nothing reads, but for those that forget the group. It tells whether some are read.
func (c *checker) warnTimers(st *Step, read map[*Stream]bool) (some bool) {
	if st.Fold == nil {
		return false
	}
	for _, t := range st.Fold.Timers {
		some = some || read[t.Out]
	}
	for _, t := range st.Fold.Timers {
		if (some || read[st.Out]) && !read[t.Out] && !t.Forget {
			c.report(unusedStream("WEIR6002", t.Span, "timer "+t.Out.Name))
		}
	}
	return some
}

// unusedStates warns of the states that nothing reads, neither of the results that out is read of, nor for other states and timers.
func (c *checker) unusedStates(st *Step, out *fieldSet) {
	for i, s := range st.Fold.State {
		read := &fieldSet{names: map[string]bool{}}
		read.add(out)
		read.addExpr(st.Having)
		for j, other := range st.Fold.State {
			if j != i {
				read.addExpr(other.Step)
			}
		}
		for _, t := range st.Fold.Timers {
			read.addExpr(t.At)
			read.addExpr(t.When)
		}
		if !read.has(s.Name) {
			c.report(unusedField(s.Span, s.Name))
		}
	}
}
