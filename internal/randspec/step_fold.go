package randspec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// Fold is what stands under a step's fold.
type Fold struct {
	State  []FoldState
	Timers []Named // what stands between a timer's braces
	Life   string
}

// FoldState is a state of a fold.
type FoldState struct{ Name, Init, Step string }

func (f *Fold) text(p func(format string, args ...any)) {
	p("    fold:")
	if f.State != nil {
		p("      state:")
		for _, s := range f.State {
			p("        %s: {init: %s, step: %s}", s.Name, quoted(s.Init), quoted(s.Step))
		}
	}
	if f.Timers != nil {
		p("      timers:")
		for _, t := range f.Timers {
			p("        %s: {%s}", t.Name, t.Expr)
		}
	}
	p("      %s", f.Life)
}

// smaller lists folds with one thing less.
func (f *Fold) smaller() []*Fold {
	var all []*Fold
	for i := range f.State {
		n := *f
		n.State = slices.Delete(slices.Clone(f.State), i, i+1)
		all = append(all, &n)
	}
	for i := range f.Timers {
		n := *f
		n.Timers = slices.Delete(slices.Clone(f.Timers), i, i+1)
		all = append(all, &n)
	}
	return all
}

// stepFold ends a step with a fold. What states are made of is bounded, whatever the number of records.
func (g *gen) stepFold(st *Step, row *stream, lets []term) {
	grouping := g.env(row)
	grouping.addAll(lets)
	name := g.uniqueNames()
	out := stream{name: st.Name, fail: row.fail, typ: &types.Type{Kind: types.Record, Name: st.Name, Derived: true}}
	add := func(name string, t *types.Type) {
		out.typ.Fields = append(out.typ.Fields, &types.Field{Name: name, Wire: name, Type: t})
	}
	g.group(row, grouping, func(expr string, t *types.Type) {
		n := Named{name(), expr}
		st.GroupBy = append(st.GroupBy, n)
		out.parts = append(out.parts, []string{n.Name})
		add(n.Name, t)
	})
	seen := *row
	if !sameKey(st.GroupBy, row.parts) {
		seen.key, seen.windowed, seen.direct, out.mixed = nil, false, false, true
	}
	out.windowed = seen.windowed
	records, all := g.env(&seen), g.env(&seen)
	f := &Fold{Life: pick(g, "unbounded: true", "ttl: 1ms", "ttl: 2500ms", "ttl: 10s", "ttl: 1m", "ttl: 1h")}
	for i := range g.r.IntN(4) {
		s := FoldState{Name: fmt.Sprintf("kept_%d_%d", len(g.spec.Steps), i)}
		var t *types.Type
		switch g.r.IntN(6) {
		case 0, 1: // it may be made of the states before it as well
			t = pick(g, types.IntType, types.BoolType, types.TimestampType)
			s.Init, s.Step = records.gen(t.Kind, 1), all.gen(t.Kind, 2)
			if t == types.IntType && g.chance(50) && !records.safe {
				s.Step = s.Name + " * 31 + (" + s.Step + ")"
			}
		case 2:
			t = types.IntType
			s.Init, s.Step = "0", s.Name+" < 1000000 ? "+s.Name+" + 1 : 0"
		case 3:
			t = types.StringType
			s.Init, s.Step = records.gen(t.Kind, 1), fmt.Sprintf(`%[1]s.size() > 20 ? (%[2]s) : %[1]s + "," + (%[2]s)`, s.Name, records.gen(t.Kind, 1))
		case 4:
			t = types.ListOf(types.IntType)
			s.Init, s.Step = "[1]", fmt.Sprintf("%[1]s.size() > 3 ? [%[2]s] : %[1]s + [%[2]s]", s.Name, records.gen(types.Int, 1))
		case 5:
			of := pick(g, seen.typ.Fields...)
			t, s.Init, s.Step = of.Type, of.Name, pick(g, of.Name, fmt.Sprintf("%s ? %s : %s", all.gen(types.Bool, 1), of.Name, s.Name))
		}
		f.State = append(f.State, s)
		add(s.Name, t)
		if t.Kind != types.String && t.Kind != types.List {
			all.add(s.Name, t, 0, true)
		}
	}
	for i := range g.r.IntN(4) {
		f.Timers = append(f.Timers, Named{fmt.Sprintf("timer_%d", i), g.foldTimer(all)})
	}
	if f.State == nil && f.Timers == nil {
		f.Timers = []Named{{"timer_0", "after: 3s"}}
	}
	st.Fold = f
	if g.chance(40) {
		having := out
		having.windowed = false
		st.Having = g.env(&having).gen(types.Bool, 1)
	}
	g.used[st.From] = true
	g.spec.Steps = append(g.spec.Steps, st)
	g.streams = append(g.streams, &out)
	for _, t := range f.Timers {
		fired := out
		fired.name, fired.windowed, fired.mixed = st.Name+"."+t.Name, false, true
		fired.parts = make([][]string, len(out.parts)) // it is grouped through a topic again, whatever the group
		g.streams = append(g.streams, &fired)
	}
}

// foldTimer is what stands between the braces of a timer.
func (g *gen) foldTimer(env *env) string {
	parts := []string{"after: " + pick(g, "1ms", "500ms", "1s", "2500ms", "5s", "10s", "1m", "1h")}
	if g.chance(40) {
		parts[0] = "at: " + quoted(pick(g, `event_time + duration("3s")`, `event_time - duration("1s")`, `timestamp(int(event_time) / 7 * 7 + 7)`,
			`event_time.getSeconds() % 3 == 0 ? optional.none() : optional.of(event_time + duration("4s"))`, env.gen(types.Timestamp, 1)))
	}
	if g.chance(15) { // the clock stands still where it is compared, at a time that may be behind one of the records'
		parts = []string{"after: " + pick(g, "1ms", "5s", "1h"), "of: processing_time"}
	}
	if g.chance(30) {
		parts = append(parts, "when: "+quoted(env.gen(types.Bool, 1)))
	}
	if g.chance(30) {
		parts = append(parts, "fixed: true")
	}
	if g.chance(20) {
		parts = append(parts, "forget: true")
	}
	return strings.Join(parts, ", ")
}
