package emitgo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// params are the parameters of the method that takes a record of stream s.
func (g *generator) params(s *check.Stream) string {
	return g.paramsWith(s, "key")
}

// paramsWith are those parameters with another name for the key, "_" where nothing reads it.
func (g *generator) paramsWith(s *check.Stream, key string) string {
	p := "r *" + g.typeName(s.Type) + ", " + key + " []byte, at int64"
	if s.Windowed {
		p += ", w window.Bounds"
	}
	return p
}

// stepParams are the parameters of the method, or of the part of it behind unnest, that ends step st: one that gives its records
// another key has no use for the bytes of the old one.
func (g *generator) stepParams(st *check.Step) string {
	if st.Key != nil {
		return g.paramsWith(st.From, "_")
	}
	return g.params(st.From)
}

// handOn prints the calls that give a record to everything that reads stream s. The record is in the variable row; key, at and
// w are in scope under their own names.
func (g *generator) handOn(f *printer.File, sub *plan.Subtopology, s *check.Stream, row string) {
	args := row + ", key, at"
	if s.Windowed {
		args += ", w"
	}
	steps, sinks := g.pl.Consumers(s)
	var calls []string
	for _, st := range steps {
		calls = append(calls, g.entry(sub, st, s, row))
	}
	for _, sk := range sinks {
		calls = append(calls, fmt.Sprintf("t.%s(%s)", g.sinks[sk], args))
	}
	g.chain(f, calls)
}

// takesBounds tells whether something that reads stream s takes the bounds of windows: a step that merges it with others may not.
func (g *generator) takesBounds(s *check.Stream) bool {
	steps, sinks := g.pl.Consumers(s)
	return s.Windowed && (len(sinks) > 0 || slices.ContainsFunc(steps, func(st *check.Step) bool { return st.From.Windowed }))
}

// chain prints calls that each return an error, the last one as the function's result. A call may have lines before it.
func (g *generator) chain(f *printer.File, calls []string) {
	if len(calls) == 0 {
		f.P("return nil")
		return
	}
	for i, c := range calls {
		if end := strings.LastIndexByte(c, '\n'); end >= 0 {
			f.P(c[:end])
			c = c[end+1:]
		}
		if i == len(calls)-1 {
			f.P("return ", c)
			return
		}
		f.P("if err := ", c, "; err != nil {")
		f.P("return err")
		f.P("}")
	}
}

// step prints the method that takes a record of st's input, and the functions of its expressions.
func (g *generator) step(f *printer.File, sub *plan.Subtopology, st *check.Step) error {
	n := g.steps[st]
	f.P()
	f.F("// %s is step %s: %s.", n.method, st.Name, g.describe(st))
	params := g.stepParams(st)
	if st.Unnest != nil { // it hands the old key to the part that takes an element
		params = g.params(st.From)
	}
	if st.Unnest == nil {
		params = retimedParams(st, params)
	}
	f.F("func (t *%s) %s(%s) error {", taskName(sub), n.method, params)
	if st.From.Windowed {
		f.Import(module + "window")
	}
	c := &scope{g: g, f: f, sub: sub, row: "r", typ: st.From.Type, windowed: st.From.Windowed, key: g.keyVar(sub, st.From)}
	if st.Where != nil {
		if err := g.whereCall(f, c, st); err != nil {
			return err
		}
	}
	if err := g.lets(f, c, st); err != nil {
		return err
	}
	if st.Unnest != nil {
		if err := g.unnest(f, c, sub, st); err != nil {
			return err
		}
	}
	row, rowType := "r", st.From.Type
	if st.Select != nil {
		if err := g.selectBlock(f, c, st); err != nil {
			return err
		}
		row, rowType = "row", st.Row
	}
	c = &scope{g: g, f: f, sub: sub, row: row, typ: rowType, windowed: st.From.Windowed, pointer: row == "r", key: c.key, locals: c.locals, lets: c.lets}
	if st.Log != nil {
		if err := g.logLine(f, c, st); err != nil {
			return err
		}
	}
	if st.EventTime != nil {
		if err := g.retime(f, c, st); err != nil {
			return err
		}
	}
	var err error
	switch {
	case st.Combines:
		err = g.combine(f, c, st)
	case st.Repartition:
		err = g.repartition(f, c, st)
	case st.Delay != nil:
		err = g.hold(f, c, st, row)
	case inProcessStore(st):
		err = g.giveWithGroup(f, c, st, row)
	case st.Window != nil:
		err = g.addToWindow(f, c, st, row)
	default:
		if row == "row" {
			row = "&row"
		}
		if st.Key != nil {
			if err = g.rekey(f, c, st); err != nil {
				break
			}
			c.key = g.keyVar(sub, st.Out)
		}
		if st.Split != nil {
			err = g.split(f, c, st, row)
		} else {
			g.handOn(f, sub, st.Out, row)
		}
	}
	f.P("}")
	for _, l := range slices.Backward(c.lets) {
		f.UseFrom(l.mark, l.name) // what an expression reads may turn out to be decided without it
	}
	if err != nil {
		return err
	}
	if st.Where != nil && !g.usedBy[n.method+"Where"] { // the step may be in several sub-topologies
		g.usedBy[n.method+"Where"] = true
		if err := g.predicate(f, sub, st, "where", st.Where, st.From.Type, st.From.Windowed); err != nil {
			return err
		}
	}
	return nil
}

// retime prints that a record gets the event time that its step gives it.
func (g *generator) retime(f *printer.File, c *scope, st *check.Step) error {
	v, err := g.value(f, c, st, "event_time", "new_time", st.EventTime)
	if err != nil {
		return err
	}
	assign := ":="
	if readsTime(st) {
		assign = "="
	}
	f.F("at %s %s.UnixMilli()", assign, paren(v))
	return nil
}

// retimedParams are the parameters of the method in which a step gives records another event time: the old one has no name where nothing reads it.
func retimedParams(st *check.Step, params string) string {
	if st.EventTime == nil || readsTime(st) {
		return params
	}
	return strings.Replace(params, ", at int64", ", _ int64", 1)
}

// readsTime tells whether a step that gives records another event time reads the old one in the same method: with unnest, that of an
// element.
func readsTime(st *check.Step) bool {
	es := []*check.Expr{st.EventTime}
	if st.Log != nil {
		es = append(es, st.Log.Line)
	}
	for _, n := range st.Select {
		es = append(es, n.Expr)
	}
	if st.Unnest == nil {
		es = append(es, st.Where)
		for _, n := range st.Let {
			es = append(es, n.Expr)
		}
	}
	return slices.ContainsFunc(es, func(e *check.Expr) bool { return e != nil && uses(e)[check.EventTimeVar] })
}

// describe says in a few words what a step does.
func (g *generator) describe(st *check.Step) string {
	var parts []string
	if st.Where != nil {
		parts = append(parts, "filters "+st.From.Name)
	}
	switch {
	case st.Unnest != nil:
		parts = append(parts, "makes a "+g.typeName(st.Row)+" of each "+st.Unnest.Name)
	case st.Select != nil:
		parts = append(parts, "makes a "+g.typeName(st.Row))
	}
	if st.EventTime != nil {
		parts = append(parts, "gives it another event time")
	}
	switch {
	case st.Combines:
		parts = append(parts, "combines it with others of its group, for topic "+g.pl.RepartitionTopic(st))
	case st.Repartition:
		parts = append(parts, "sends it on by group, through topic "+g.pl.RepartitionTopic(st))
	case st.Process != nil:
		parts = append(parts, "gives it to "+st.Process.Go)
	case st.Fold != nil:
		parts = append(parts, "takes it into what is kept of its group")
	case st.Previous != nil:
		parts = append(parts, "brings it together with the one before it of its group")
	case st.Top != nil:
		parts = append(parts, "ranks it in its group")
	case st.Delay != nil:
		parts = append(parts, "holds it back "+plan.HeldFor(st.Delay))
	case st.Dedup != nil:
		parts = append(parts, "passes the "+st.Dedup.Keep.String()+" one of its group")
	case st.Window != nil:
		word := "window"
		switch {
		case st.Window.Overlap():
			word = "windows"
		case !st.Window.Bounded():
			word = "totals"
		}
		parts = append(parts, "adds it to its group's "+word)
	case st.Key != nil:
		parts = append(parts, "gives it another key")
		if st.Split != nil {
			parts = append(parts, "picks its branch")
		}
	case st.Split != nil:
		parts = append(parts, "picks its branch")
	}
	if len(parts) == 0 {
		return "passes " + st.From.Name + " on"
	}
	return strings.Join(parts, ", ")
}

// whereCall prints the call of the step's predicate and what follows from it.
func (g *generator) whereCall(f *printer.File, c *scope, st *check.Step) error {
	return g.guard(f, c, st, "where", st.Where, "t.Stats.Filtered++\nreturn nil")
}

// guard prints what to do, and to return, unless the predicate holds.
func (g *generator) guard(f *printer.File, c *scope, st *check.Step, clause string, e *check.Expr, otherwise string) error {
	fails, err := g.canFail(c, g.predicateName(st, clause), e)
	if err != nil {
		return err
	}
	call := g.predicateName(st, clause) + "(" + strings.Join(c.arguments(e), ", ") + ")"
	if !fails {
		f.P("if !", call, " {")
		f.P(otherwise)
		f.P("}")
		return nil
	}
	f.P("ok, err := ", call)
	f.P("if err != nil {")
	f.P("return ", g.at(st, clause, e, "err"))
	f.P("}")
	f.P("if !ok {")
	f.P(otherwise)
	f.P("}")
	return nil
}

func (g *generator) predicateName(st *check.Step, clause string) string {
	return g.steps[st].method + strings.ToUpper(clause[:1]) + clause[1:]
}

// at is the Go expression that says where in the spec an error came up.
func (g *generator) at(st *check.Step, clause string, e *check.Expr, err string) string {
	return fmt.Sprintf("topology.At(%q, %q, %s)", "step "+st.Name+", "+clause, g.pos(e), err)
}

// predicate prints a boolean expression as a function of its own, under its text and position in the spec.
func (g *generator) predicate(f *printer.File, sub *plan.Subtopology, st *check.Step, clause string, e *check.Expr, row *types.Type, windowed bool) error {
	name := g.predicateName(st, clause)
	c := &scope{g: g, f: f, sub: sub, row: "r", typ: row, windowed: windowed, prefix: name, free: true}
	code, err := c.compile(e, func(x string) string { return "return false, " + x })
	if err != nil {
		return err
	}
	f.P()
	for _, d := range code.Decls {
		g.declare(f, d)
	}
	f.F("// %s is %s", name, g.pos(e))
	f.P("//")
	for _, l := range strings.Split(strings.TrimSpace(e.Text), "\n") {
		f.P("//\t", strings.TrimSpace(l))
	}
	result := "bool"
	if code.CanFail {
		result = "(bool, error)"
	}
	f.F("func %s(%s) %s {", name, strings.Join(c.parameters(e), ", "), result)
	if code.Stmts != "" {
		f.P(code.Stmts)
	}
	if code.CanFail {
		f.P("return ", code.Value, ", nil")
	} else {
		f.P("return ", code.Value)
	}
	f.P("}")
	return nil
}

// declare prints a package-level declaration that an expression needs, once.
func (g *generator) declare(f *printer.File, d string) {
	if !g.usedBy[d] {
		g.usedBy[d] = true
		f.P(d)
		f.P()
	}
}
