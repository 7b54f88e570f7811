package check

import (
	"slices"
	"strconv"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// declareSteps enters the streams that steps make, so that a step can read one that is written below it.
func (c *checker) declareSteps() {
	for _, d := range c.tree.Steps {
		st := &Step{Name: d.Name.Value, Span: d.Name.Span}
		st.Out = &Stream{Name: st.Name, Step: st}
		c.steps[d], c.at = st, c.instances[d]
		c.declare(d.Name, st.Out)
		c.declareBranches(st, d)
		if d.Clauses["process"] != (source.Span{}) {
			st.Process = &Process{}
			c.declareOutputs(st, d)
		}
		if d.Clauses["dedup"] != (source.Span{}) {
			st.Dedup = &Dedup{}
		}
		if d.Clauses["changes"] != (source.Span{}) {
			st.Previous = &Previous{}
		}
		if d.Clauses["fold"] != (source.Span{}) {
			st.Fold = &StepFold{}
			c.declareTimers(st, d)
		}
		if d.Clauses["delay"] != (source.Span{}) {
			st.Delay = &Delay{}
		}
		if d.Clauses["top"] != (source.Span{}) {
			st.Top = &Ranking{}
		}
		if d.Window != nil && d.Window.LateTo != nil {
			st.Late = &Stream{Name: d.Window.LateTo.Value, LateOf: st}
			c.declare(d.Window.LateTo, st.Late)
		}
	}
	c.at = nil
}

// checkSteps checks each step behind those that it reads, and puts them into the program in that order.
func (c *checker) checkSteps() {
	const (
		entered = iota + 1
		done
	)
	trees := map[*Step]*syntax.Step{}
	for _, d := range c.tree.Steps {
		trees[c.steps[d]] = d
	}
	state := map[*Step]int{}
	var path []*syntax.Step
	var visit func(d *syntax.Step)
	visit = func(d *syntax.Step) {
		st := c.steps[d]
		if state[st] == done {
			return
		}
		if state[st] == entered {
			c.report(c.cycle(path[slices.Index(path, d):]))
			return
		}
		state[st] = entered
		path = append(path, d)
		for _, in := range d.Inputs() {
			if up := c.maker(in); up != nil && trees[up] != nil {
				visit(trees[up])
			}
		}
		path = path[:len(path)-1]
		if state[st] != done {
			state[st] = done
			c.at = c.instances[d]
			c.step(st, d)
			c.at = nil
			c.p.Steps = append(c.p.Steps, st)
		}
	}
	for _, d := range c.tree.Steps {
		visit(d)
	}
}

// maker is the step that makes a stream, its late records included; nil if it is none of a step's.
func (c *checker) maker(name *syntax.Text) *Step {
	s := c.streams[name.Value]
	switch {
	case s == nil:
		return nil
	case s.LateOf != nil:
		return s.LateOf
	}
	return s.Step
}

// step checks one step. Where its input is broken, only what needs no input is checked.
func (c *checker) step(st *Step, d *syntax.Step) {
	windowed := c.clauses(d)
	c.preAggregateClauses(d, windowed)
	keeper, _ := keeper(d)
	if keeper == "" {
		c.splitClauses(d, windowed)
	}
	st.From = c.input(d)
	st.Emit, st.UpdateEvery, st.UpdateClock, st.UpdateCount = 0, 0, false, 0
	st.Corrections, st.ChangesOnly, st.Retractions, st.Tombstones = false, false, false, false
	switch keeper {
	case "process":
		windowed = false
		c.processor(st, d)
	case "dedup":
		windowed = false
		c.dedup(st, d)
	case "changes":
		windowed = false
		c.previous(st, d)
	case "fold":
		windowed = false
		c.stepFold(st, d)
	case "delay":
		windowed = false
	case "top":
		windowed = false
		c.top(st, d)
	}
	if windowed {
		c.window(st, d)
		c.emit(st, d.Emit)
	}
	if st.From == nil || !c.useFits(st, d) {
		return
	}
	st.Where = c.typed(d.Where, scopeOf(st.From, st.From.Type, st.From.Key), place{clause: "where", step: st, row: st.From.Type}, types.BoolType)
	c.row(st, d, windowed || st.Previous != nil || st.Fold != nil || st.Top != nil)
	c.log(st, d)
	c.eventTime(st, d)
	if keeper == "delay" {
		c.delay(st, d)
		return
	}
	if keeper != "" {
		switch {
		case keeper == "process" || !st.From.Updates:
		case keeper != "top":
			c.report(c.aggregatesUpdates(d, keeper))
		case d.Top != nil && d.Top.ID == nil:
			c.report(c.ranksUpdates(d))
		}
		c.groupBy(st, d)
		c.dropUnreadLets(st)
		for _, n := range d.GroupBy {
			c.derivedName(n.Name)
		}
		switch keeper {
		case "dedup":
			c.passed(st)
			return
		case "changes":
			c.withPrevious(st, d)
			return
		case "fold":
			c.foldResults(st, d)
			return
		case "top":
			c.ranked(st, d)
			return
		}
		for _, out := range st.Outs() {
			out.Key, out.Scattered, out.Overdue = groupKey(st, out.Type), true, st.overdue()
		}
		return
	}
	if !windowed {
		st.Out.Type, st.Out.Key = st.Row, st.RowKey
		st.Out.Windowed, st.Out.Updates, st.Out.Scattered = st.From.Windowed, st.From.Updates, st.From.Scattered
		st.Out.Retimed, st.Out.Direct, st.Out.Overdue = st.Retimes(), st.From.Direct, st.overdue()
		c.rekey(st, d)
		c.branches(st, d)
		c.dropUnreadLets(st)
		return
	}
	if st.From.Updates {
		c.report(c.aggregatesUpdates(d, ""))
	}
	c.inTime(st, d)
	c.groupBy(st, d)
	c.preAggregate(st, d)
	c.aggregates(st, d)
	c.mergeable(st, d)
	c.combinable(st, d)
	c.having(st, d)
	c.dropUnreadLets(st)
	if st.Late != nil {
		st.Late.Type, st.Late.Key, st.Late.Retimed = st.Row, st.RowKey, st.Retimes()
		st.Late.Windowed = st.Window.Bounded()
		st.Late.Direct, st.Late.Overdue = st.From.Direct && !st.Repartition, st.overdue()
		if st.Repartition { // late records are found out behind the topic, where the group is the key
			st.Late.Key = groupKey(st, st.Row)
		}
	}
}

// log checks the line that is logged of records, which sees the record that the clauses before it made.
func (c *checker) log(st *Step, d *syntax.Step) {
	if d.Log == nil {
		return
	}
	scope := scopeOf(st.From, st.Row, st.RowKey)
	scope.Vars = append(scope.Vars, letVars(st)...)
	if line := c.typed(d.Log, scope, place{clause: "log", step: st, row: st.Row}, types.StringType); line != nil {
		st.Log = &Log{Line: line, Level: "info"}
		if d.LogLevel != nil {
			st.Log.Level = d.LogLevel.Value
		}
	}
}

// logged is the line of a step, nil if it logs nothing.
func (s *Step) logged() *Expr {
	if s.Log == nil {
		return nil
	}
	return s.Log.Line
}

// eventTime checks the event time that a step gives its records, which sees the record that the clauses before it made.
func (c *checker) eventTime(st *Step, d *syntax.Step) {
	scope := scopeOf(st.From, st.Row, st.RowKey)
	scope.Vars = append(scope.Vars, letVars(st)...)
	st.EventTime = c.typed(d.EventTime, scope, place{clause: "event_time", step: st, row: st.Row}, types.TimestampType)
}

// clauses checks which clauses stand together. It tells whether the step is one that keeps something for groups.
func (c *checker) clauses(d *syntax.Step) bool {
	window := []string{"group_by", "window", "aggregate"}
	switch k, at := keeper(d); k {
	case "":
	case "process":
		c.processClauses(d, at)
		return true
	case "delay":
		c.delayClauses(d, at)
		return true
	default:
		c.keeperClauses(d, k, at)
		return true
	}
	for _, k := range []string{"state", "timers", "output", "outputs"} {
		if s, ok := d.Clauses[k]; ok {
			c.report(clauseWithoutProcess(s, k))
		}
	}
	var have, lack []string
	var at source.Span
	for _, k := range window {
		if s, ok := d.Clauses[k]; ok {
			have = append(have, k)
			if at.IsZero() || s.Start < at.Start {
				at = s
			}
		} else {
			lack = append(lack, k)
		}
	}
	if len(have) > 0 && len(lack) > 0 {
		c.report(clausesTogether(at, have, lack))
	}
	if len(have) == 0 {
		for _, k := range []string{"having", "emit"} {
			if s, ok := d.Clauses[k]; ok {
				c.report(clauseWithoutWindow(s, k))
			}
		}
	}
	return len(have) > 0
}

// derivedName checks a name under select, group_by or aggregate.
func (c *checker) derivedName(name *syntax.Text) {
	if hidden[name.Value] != "" {
		c.report(hidesName(name.Span, name.Value, false, source.Span{}))
	}
	if slices.Contains(reserved, name.Value) {
		c.report(reservedWord(name, false))
	}
	if _, ok := c.param(name.Value); ok {
		c.report(hidesParam(name, c.defines.tree))
	}
}

func (c *checker) groupBy(st *Step, d *syntax.Step) {
	scope := scopeOf(st.From, st.Row, st.RowKey)
	scope.Vars = append(scope.Vars, letVars(st)...)
	for _, e := range d.GroupBy {
		n := &Named{Name: e.Name.Value, Span: e.Name.Span}
		n.Expr = c.expr(e.Expr, scope, place{clause: "group_by " + n.Name, step: st, row: st.Row})
		if n.Expr != nil && !n.Expr.Type.Keyable() {
			c.report(badGroupType(e.Expr, n.Expr.Type))
			n.Expr = nil
		}
		st.GroupBy = append(st.GroupBy, n)
	}
	st.Repartition = st.From.Scattered || !sameKey(st.GroupBy, st.RowKey)
}

// aggregates makes the step's result: the group's key and the aggregates.
func (c *checker) aggregates(st *Step, d *syntax.Step) {
	out := &types.Type{Kind: types.Record, Name: st.Name, Derived: true, Span: st.Span}
	for i, n := range st.GroupBy {
		c.derivedName(d.GroupBy[i].Name)
		out.Fields = append(out.Fields, derivedField(n))
	}
	scope := &Scope{Vars: fieldVars(st.Row)}
	key := st.RowKey
	if st.Repartition {
		key = nil // it stays on the other side of the topic
	}
	scope.Vars = append(append(scope.Vars, recordVars(key)...), letVars(st)...)
	if st.From.Direct && !st.Repartition {
		scope.Vars = append(scope.Vars, directVars...)
	}
	c.said(st, d, scope)
	for _, e := range d.Aggregate {
		a := c.aggregate(e, scope, place{clause: "aggregate " + e.Name.Value, step: st, row: st.Row, args: true})
		f := &types.Field{Name: e.Name.Value, Wire: e.Name.Value, Span: e.Name.Span, Type: &types.Type{Kind: types.Invalid}}
		if a != nil {
			st.Aggregate = append(st.Aggregate, a)
			f.Type = a.Type
		}
		c.derivedName(e.Name)
		if g := out.Field(f.Name); g != nil {
			c.report(nameTwice(e.Name, g.Span))
			continue
		}
		out.Fields = append(out.Fields, f)
	}
	if st.Retractions {
		c.retracted(out, d.Emit.Retractions.Span)
	}
	c.splitting(st, d, scope)
	c.uniqueWires(out)
	st.Out.Type, st.Out.Key = out, groupKey(st, nil)
	st.Out.Windowed, st.Out.Updates = true, st.Repeats()
	if st.Window != nil && !st.Window.Bounded() { // its results have the event times of records that are long past
		st.Out.Windowed, st.Out.Retimed = false, true
	}
	c.env.Add(out)
}

// Retracted is the field of results with retractions that says of a record which of the two it is.
const Retracted = "retracted"

// retracted adds the field that tells retractions from results.
func (c *checker) retracted(out *types.Type, at source.Span) {
	if f := out.Field(Retracted); f != nil {
		c.report(retractedTwice(f.Span, at))
		return
	}
	out.Fields = append(out.Fields, &types.Field{Name: Retracted, Wire: Retracted, Span: at, Type: types.BoolType})
}

// emit checks when results are handed on.
func (c *checker) emit(st *Step, d *syntax.Emit) {
	st.Emit = Final
	if d == nil {
		return
	}
	switch d.Kind {
	case "updates":
		st.Emit = Updates
	case "early_and_final":
		st.Emit = EarlyAndFinal
	}
	if d.Count != nil {
		st.UpdateCount, _ = strconv.ParseInt(d.Count.Value, 10, 64) // what is no number was reported
	}
	c.corrections(st, d)
	st.Tombstones = d.Tombstones != nil
	if st.Retractions = d.Retractions != nil; st.Retractions && st.Emit == EarlyAndFinal {
		c.report(retractionsOfFinal(d.Retractions.Span))
		st.Retractions = false
	}
	st.ChangesOnly = d.Only != nil || st.Retractions
	if st.Window != nil && st.Window.Overlap() { // a window that is wrong was reported
		for _, last := range []struct {
			key *syntax.Text
			is  string
		}{{d.Only, "changes_only"}, {d.Retractions, "retractions"}} {
			if last.key != nil {
				c.report(changesOfOverlap(last.key.Span, last.is, st.Window))
			}
		}
	}
	if d.Every == nil {
		if d.Of != nil {
			c.report(timeOfNothing(d.Of))
		}
		return
	}
	st.UpdateClock = d.Of != nil && d.Of.Value == "processing_time"
	if st.UpdateEvery = d.Every.Value; st.UpdateEvery == 0 {
		c.report(zeroDuration(d.Every.Span, "every", "updates are 1ms apart at least; emit: "+d.Kind+" hands them on with each commit"))
	}
}

func (c *checker) having(st *Step, d *syntax.Step) {
	scope := &Scope{}
	for _, f := range st.Out.Type.Fields {
		kind := AggregateVar
		if slices.ContainsFunc(st.GroupBy, func(n *Named) bool { return n.Name == f.Name }) {
			kind = GroupKeyVar
		}
		scope.Vars = append(scope.Vars, Var{Name: f.Name, Kind: kind, Type: f.Type})
	}
	if st.Out.Windowed {
		scope.Vars = append(scope.Vars, windowVars...)
	}
	st.Having = c.typed(d.Having, scope, place{clause: "having", step: st, row: st.Row, group: true}, types.BoolType)
}

// updatesFrom is the step that hands on updates, from which a stream comes, and where it says so.
func (c *checker) updatesFrom(s *Stream) (*Step, source.Span) {
	for s != nil && (s.Step != nil || s.Merged != nil) {
		if s.Merged != nil {
			s = s.Merged[slices.IndexFunc(s.Merged, func(in *Stream) bool { return in.Updates })]
			continue
		}
		if s.Step.Top != nil && s.Step.Emit > Final {
			return s.Step, s.Step.Top.Span
		}
		if s.Step.Repeats() {
			for _, d := range c.tree.Steps {
				if c.steps[d] == s.Step && d.Emit != nil {
					return s.Step, d.Emit.Span
				}
			}
		}
		s = s.Step.From
	}
	return nil, source.Span{}
}
