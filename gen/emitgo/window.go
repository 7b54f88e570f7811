package emitgo

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

// repartition prints the end of a step's first half: its group becomes the key of a record in the repartition topic.
func (g *generator) repartition(f *printer.File, c *scope, st *check.Step) error {
	groups, err := g.groupValues(f, c, st)
	if err != nil {
		return err
	}
	out := c.sub.Output(planRepartition, st.Name)
	payload := g.pl.Payload(st)
	value := c.row
	if payload != st.Row && !types.Equal(payload, st.Row) {
		f.F("in := %s{", g.typeName(payload))
		for _, fd := range payload.Fields {
			v := c.row + "." + fieldName(fd)
			if st.Row.Field(fd.Name) == nil { // a value of let
				v = c.locals[fd.Name]
			}
			f.F("%s: %s,", fieldName(fd), v)
		}
		f.P("}")
		value = "in"
	}
	f.P("b := t.Out.Begin()")
	f.P("k := len(b)")
	g.appendKey(f, st, "b", groups)
	f.P("v := len(b)")
	f.F("b = %s.appendState(b)", value)
	f.F("t.Out.Send(%s, b, k, v, at)", outputConst(c.sub, out.Index))
	f.P("return nil")
	return nil
}

// groupValues prints the computation of the group's components and returns the Go expressions that hold them.
func (g *generator) groupValues(f *printer.File, c *scope, st *check.Step) ([]string, error) {
	var values []string
	for _, gr := range st.GroupBy {
		v, err := g.value(f, c, st, "group_by "+gr.Name, gr.Name+"_group", gr.Expr)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// value prints what an expression needs and returns the Go expression of its value: a plain one where that is all it takes, else
// a variable.
func (g *generator) value(f *printer.File, c *scope, st *check.Step, clause, name string, e *check.Expr) (string, error) {
	return g.valueOf(f, c, g.steps[st].method+"Expr", clause, name, e, func(x string) string { return "return " + g.at(st, clause, e, x) })
}

// valueOf is value for an expression anywhere; prefix begins the names of functions that it needs.
func (g *generator) valueOf(f *printer.File, c *scope, prefix, clause, name string, e *check.Expr, onErr func(string) string) (string, error) {
	c.prefix = prefix
	code, err := c.compile(e, onErr)
	if err != nil {
		return "", err
	}
	g.codecs.pending = append(g.codecs.pending, code.Decls...)
	if code.CanFail {
		f.Import(module + "topology")
	}
	if code.Stmts == "" {
		return code.Typed, nil
	}
	v := naming.Local(name)
	f.F("var %s %s // %s: %s", v, g.goType(f, e.Type), clause, oneLine(e.Text))
	f.P("{")
	f.P(code.Stmts)
	f.P(v, " = ", code.Value)
	f.P("}")
	return v, nil
}

// addToWindow prints the end of a step that needs no repartitioning: the record goes into its window.
func (g *generator) addToWindow(f *printer.File, c *scope, st *check.Step, row string) error {
	values, err := g.groupValues(f, c, st)
	if err != nil {
		return err
	}
	f.P("group := t.group[:0]")
	g.appendKey(f, st, "group", values)
	f.P("t.group = group")
	return g.fold(f, c, st, row)
}

// fold prints: find the record's window and add the record to its group there. The group's key is in the variable group.
func (g *generator) fold(f *printer.File, c *scope, st *check.Step, row string) error {
	f.Import(module + "topology")
	n := g.steps[st]
	place, err := g.place(f, c, st)
	if err != nil {
		return err
	}
	switch {
	case !st.Window.Bounded() && st.Window.Size == 0: // it takes records however old
	case mayBeLate(st):
		now := "t.Clock.Now()"
		if g.goesByPassed(st) {
			now = "t.Clock.Passed()"
			if d := g.upstreamDelay(c.sub, st); d > 0 {
				f.Import(module + "watermark")
				now = "watermark.Sub(" + now + ", " + grouped(d) + ")"
			}
		}
		if st.Window.Own() {
			f.F("late, err := t.%s.Late(%s, group, %s)", storeField(n), place, now)
			f.P("if err != nil {")
			f.P("return topology.Fatal(err)")
			f.P("}")
			f.P("if late {")
		} else {
			f.F("if t.%s.Late(%s, %s) {", storeField(n), place, now)
		}
		f.P("t.Stats.Late++")
		if st.Late != nil && g.pl.Live(st.Late) {
			arg := row
			if row == "row" {
				arg = "&row"
			}
			if st.Repartition && g.pl.Payload(st) != st.Row {
				arg = g.rowOfPayload(f, st)
			}
			if g.takesBounds(st.Late) {
				f.P("w := ", g.missed(f, st, place))
			}
			g.handOn(f, c.sub, st.Late, arg)
		} else {
			f.P("return nil")
		}
		f.P("}")
	default:
		f.P("// Results come before the watermark that closes their window, so none of them is late.")
	}
	all, err := g.arguments(f, c, st)
	if err != nil {
		return err
	}
	if st.Window.ByRecords() && st.Window.Size > 0 {
		at := "at"
		if more := st.Window.Size.Milliseconds() - 1; st.Window.Kind == check.Global && more > 0 {
			at += "-" + grouped(more)
		}
		f.F("if err := t.%s.Expire(%s, group, %s, %t); err != nil {", storeField(n), at, g.restOf(st), g.onlyChanged(st))
		f.P("return err")
		f.P("}")
	}
	upserted := "a, fresh"
	if st.Window.Slide > 0 {
		upserted = "parts, _"
	}
	f.F("%s, err := t.%s.Upsert(%s, group)", upserted, storeField(n), place)
	f.P("if err != nil {")
	f.P("return topology.Fatal(err)")
	f.P("}")
	if st.Window.Slide > 0 {
		addToParts(f, st)
	}
	if st.Window.Split != nil {
		if err := g.splitOff(f, c, st, place); err != nil {
			return err
		}
	}
	for _, ag := range all {
		if ag.Func == check.Fold {
			if err := ag.step(c, st); err != nil {
				return err
			}
		}
	}
	f.P("if fresh {")
	if st.Window.Kind == check.Counted && st.Window.Slide == 0 {
		f.P("a.records = 1")
	}
	for _, ag := range all {
		f.P(ag.first())
	}
	g.countOne(f, st)
	f.P("}")
	// Sums that can overflow come before anything is changed: a record that fails leaves the window as it was.
	for _, ag := range all {
		if ag.checked() {
			f.F("%s, err := %s", ag.sum(), ag.plus())
			f.P("if err != nil {")
			if !st.Window.Bounded() || st.UpdateEvery > 0 { // the record has no part in it, so it is none of its times either
				f.F("t.%s.Undo()", storeField(n))
			}
			f.P("return ", g.at(st, "aggregate "+ag.Name, ag.Args[0], "err"))
			f.P("}")
		}
	}
	for _, ag := range all {
		if next := ag.next(); next != "" && !ag.checked() {
			f.P(next)
		}
	}
	for _, ag := range all {
		if ag.checked() {
			f.F("%s = %s", ag.field, ag.sum())
		}
	}
	if st.Window.Kind == check.Counted && st.Window.Slide == 0 {
		f.F("if a.records++; a.records >= %s {", grouped(st.Window.Records))
		f.F("return t.%s.Complete(group, %s)", storeField(n), g.resultOf(st))
		f.P("}")
	}
	g.countOne(f, st)
	return nil
}

// mayBeLate tells whether records may come too late for their windows: the results of a window before it in the same task come before the watermark
// that closes the windows that they are in.
func mayBeLate(st *check.Step) bool {
	_, all := st.From.Results()
	return !all || st.Repartition || st.Retimes()
}

// missed is the Go expression of the window that a late record missed; place is what the store knows it by.
func (g *generator) missed(f *printer.File, st *check.Step, place string) string {
	if st.Window.Own() && !st.Window.Overlap() {
		f.Import(module + "window")
		from, to, _ := strings.Cut(place, ", ")
		return fmt.Sprintf("window.Bounds{Start: %s, End: %s}", from, to)
	}
	return fmt.Sprintf("t.%s.Missed(%s)", storeField(g.steps[st]), place)
}

// arguments prints the computation of what the aggregates of a step take of a record. What a fold makes of it comes later.
func (g *generator) arguments(f *printer.File, c *scope, st *check.Step) (all []*aggregator, err error) {
	for _, a := range st.Aggregate {
		ag := g.aggregator(f, st, a)
		if all = append(all, ag); a.Func == check.Fold {
			continue
		}
		for i, e := range a.Args {
			v, err := g.value(f, c, st, "aggregate "+a.Name, a.Name+[...]string{"_of", "_by"}[i], e)
			if err != nil {
				return nil, err
			}
			ag.args = append(ag.args, v)
		}
	}
	return all, nil
}

// place prints the computation of what a store knows a record's window by, and returns the Go arguments of it.
func (g *generator) place(f *printer.File, c *scope, st *check.Step) (string, error) {
	w := st.Window
	size, offset := grouped(w.Size.Milliseconds()), w.Offset.Milliseconds()
	switch {
	case w.Overlap():
		return "at", nil
	case w.Gap != nil:
		return g.gap(f, c, st)
	case w.Kind == check.Global, !w.Bounded() && w.Size == 0:
		return "session.Earliest, at+1", nil
	case w.ByRecords():
		f.F("end := at + %s", size)
		return "session.Earliest, end", nil
	case w.Kind == check.Custom:
		return g.custom(f, c, st)
	case w.Kind == check.Session:
		f.F("end := at + %s", size)
		return "at, end", nil
	case w.Zone != "":
		f.F("start := t.%s.StartOf(at)", storeField(g.steps[st]))
	case offset > 0:
		f.Import(module + "window")
		f.F("start := window.StartOf(at-%s, %s) + %s", grouped(offset), size, grouped(offset))
	default:
		f.Import(module + "window")
		f.F("start := window.StartOf(at, %s)", size)
	}
	return "start", nil
}

// gap prints the computation of where a record's session ends at the earliest, by the gap that the record says.
func (g *generator) gap(f *printer.File, c *scope, st *check.Step) (string, error) {
	gap, err := g.value(f, c, st, "window gap", "gap", st.Window.Gap)
	if err != nil {
		return "", err
	}
	f.Import(module + "session")
	f.F("end, err := session.End(at, %s, %s)", gap, grouped(st.Window.Max.Milliseconds()))
	f.P("if err != nil {")
	f.P("return ", g.at(st, "window gap", st.Window.Gap, "err"))
	f.P("}")
	return "at, end", nil
}

// custom prints the computation of where a record's window begins and ends.
func (g *generator) custom(f *printer.File, c *scope, st *check.Step) (string, error) {
	start, err := g.value(f, c, st, "window start", "start", st.Window.Start)
	if err != nil {
		return "", err
	}
	end, err := g.value(f, c, st, "window end", "end", st.Window.End)
	if err != nil {
		return "", err
	}
	f.Import(module + "session")
	f.F("from, to, err := session.Bounds(%s, %s)", start, end)
	f.P("if err != nil {")
	f.P("return ", g.at(st, "window end", st.Window.End, "err"))
	f.P("}")
	return "from, to", nil
}

// store imports the package of a step's store of windows and returns the store's type, without that of its values.
func (g *generator) store(f *printer.File, st *check.Step) (pkg, typ string) {
	pkg, typ = "window", "Tumbling"
	switch {
	case st.Window.Kind == check.Sliding:
		pkg, typ = "session", "Sliding"
	case st.Window.Own():
		pkg, typ = "session", "Store"
	case st.Window.Overlap():
		typ = "Sliced"
	}
	f.Import(module + pkg)
	return pkg, typ
}

// resultOf is the Go expression of the method that hands on a step's results, nil if nothing reads them.
func (g *generator) resultOf(st *check.Step) string {
	if !g.pl.Live(st.Out) {
		return "nil"
	}
	return "t." + g.steps[st].method + "Result"
}

// restOf is resultOf for windows that close.
func (g *generator) restOf(st *check.Step) string {
	switch emit := "t." + g.steps[st].method; {
	case !g.pl.Live(st.Out):
		return "nil"
	case st.Emit == check.EarlyAndFinal && g.changesOnly(st):
		return emit + "Final"
	case st.Emit == check.Updates && g.counts(st), st.Window.Slide > 0:
		return emit + "Rest"
	}
	return g.resultOf(st)
}

// onlyChanged tells whether a window that closes is handed on only if it has changed since it was.
func (g *generator) onlyChanged(st *check.Step) bool {
	return st.Emit == check.Updates && !g.counts(st)
}

// goesByPassed tells whether a step's windows go by the watermark that has taken effect, not by the one that the record in hand has brought about and
// that is about to: where records may be older than that, as another step made their event time in this task, as results of a window are among them, or
// they say their windows; and where it has to be known which windows were handed on at their ends.
func (g *generator) goesByPassed(st *check.Step) bool {
	if st.Window == nil || st.Repartition {
		return false
	}
	some, all := st.From.Results()
	return st.Retimes() || st.Window.Kind == check.Custom || g.corrects(st) || some && !all
}

// rowOfPayload prints the step's record as it was before its repartition topic, without the values of let that came along.
func (g *generator) rowOfPayload(f *printer.File, st *check.Step) string {
	f.F("late := %s{", g.typeName(st.Row))
	for _, fd := range g.pl.Payload(st).Fields {
		if st.Row.Field(fd.Name) != nil {
			f.F("%s: r.%s,", fieldName(fd), fieldName(fd))
		}
	}
	f.P("}")
	return "&late"
}

func stateType(n stepNames) string         { return n.method + "State" }
func exportedState(n stepNames) string     { return naming.Exported(stateType(n)) }
func storeField(n stepNames) string        { return n.method + "Windows" }
func stateField(a *check.Aggregate) string { return naming.Exported(a.Name) }
func oneLine(s string) string              { return strings.Join(strings.Fields(s), " ") }

// grouped prints a number with underscores between thousands.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "_" + s[i:]
	}
	return s
}
