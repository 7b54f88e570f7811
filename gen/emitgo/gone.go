package emitgo

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/gen/expr"
	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

// tombstones tells whether sinks behind a step are to delete the results of windows that close.
func (g *generator) tombstones(st *check.Step) bool {
	return len(g.deleting(st)) > 0 || len(g.ofGroups(st)) > 0
}

// moves tells whether what was handed on of a window has to be deleted before it closes: sessions grow and become one, and then have another key.
func (g *generator) moves(st *check.Step) bool {
	return st.Window.Kind == check.Session && g.tombstones(st)
}

// notes tells whether handing a result on changes what is kept of it.
func (g *generator) notes(st *check.Step) bool { return g.changesOnly(st) || g.moves(st) }

// deleting are the steps that give the results of a step with tombstones keys, under which sinks delete them.
func (g *generator) deleting(st *check.Step) []*check.Step {
	if !st.Tombstones || !g.pl.Live(st.Out) {
		return nil
	}
	readers, _ := g.pl.Consumers(st.Out)
	return slices.DeleteFunc(readers, func(r *check.Step) bool { return r.Key == nil || len(g.sinksBehind(r)) == 0 })
}

// ofGroups are the sinks that delete the results of a step with tombstones under the keys of their groups, where these name a window.
func (g *generator) ofGroups(st *check.Step) []*check.Sink {
	if !st.Tombstones || !st.KeyNamesWindow() || !g.pl.Live(st.Out) {
		return nil
	}
	readers, sinks := g.pl.Consumers(st.Out)
	all := slices.Clone(sinks)
	for _, r := range readers {
		if r.Key != nil || r.Keeps() {
			continue
		}
		for _, sk := range g.sinksBehind(r) {
			if !slices.Contains(all, sk) {
				all = append(all, sk)
			}
		}
	}
	return all
}

// gone prints the methods that write tombstones for a group's window that has closed: one of the step, and one of each step that gives its
// results a key, from which on nothing matters but the key.
func (g *generator) gone(f *printer.File, sub *plan.Subtopology, st *check.Step) error {
	if !g.tombstones(st) {
		return nil
	}
	n := g.steps[st]
	readers := g.deleting(st)
	f.P()
	at, value := "w.End-1", ""
	if st.Window.Own() {
		value = ", _ *" + g.keptType(st)
	}
	f.F("// %sGone deletes the results of a group in a window that has closed: a tombstone comes under each key that they had.", n.method)
	if g.moves(st) {
		f.F("func (t *%s) %sGone(w window.Bounds, key []byte, a *%s) error {", taskName(sub), n.method, stateType(n))
		f.F("if err := t.%sLeft(key, w.End-1, w, a); err != nil {", n.method)
		f.P("return err")
		f.P("}")
		f.F("return t.%sDelete(key, w.End-1, w)", n.method)
		f.P("}")
		g.moved(f, sub, st)
		f.F("func (t *%s) %sDelete(key []byte, at int64, w window.Bounds) error {", taskName(sub), n.method)
		at = "at"
	} else {
		f.F("func (t *%s) %sGone(w window.Bounds, key []byte%s) error {", taskName(sub), n.method, value)
	}
	if st.KeyNamesWindow() && st.Window.Size.Milliseconds() > 1 {
		at = "w.End+" + grouped(st.Window.Size.Milliseconds()-2)
	}
	g.groupGone(f, sub, st, at)
	if len(readers) > 0 {
		f.F("var row %s", g.typeName(st.Out.Type))
		g.decodeKey(f, st, "row")
	}
	_, win := windowParam(st)
	for _, r := range readers {
		f.F("if err := t.%sGone(&row, %s%s); err != nil {", g.steps[r].method, at, win)
		f.F("return t.BadResult(0, %q, key, nil, err)", st.Name)
		f.P("}")
	}
	f.P("return nil")
	f.P("}")
	for _, r := range readers {
		if err := g.keyGone(f, sub, r); err != nil {
			return err
		}
	}
	return nil
}

// groupGone prints the tombstones under a group's key.
func (g *generator) groupGone(f *printer.File, sub *plan.Subtopology, st *check.Step, at string) {
	var outputs []string
	for _, sk := range g.ofGroups(st) {
		for _, o := range sub.SinkOutputs(sk) {
			outputs = append(outputs, outputConst(sub, o.Index))
		}
	}
	text := g.keyText(st)
	switch {
	case len(outputs) == 0:
	case text == "":
		for _, o := range outputs {
			f.F("t.tombstone(%s, key, %s)", o, at)
		}
	default:
		f.Import(module + "topology")
		output := outputs[0]
		if len(outputs) > 1 {
			output = "output"
			f.F("for _, output := range [...]int{%s} {", strings.Join(outputs, ", "))
		}
		f.P("b := t.Out.Begin()")
		f.P("k := len(b)")
		f.F("b, err := %s(b, key)", text)
		f.P("if err != nil {")
		f.P("return topology.Fatal(err)")
		f.P("}")
		f.F("t.Out.SendTombstone(%s, b, k, %s)", output, at)
		if len(outputs) > 1 {
			f.P("}")
		}
	}
}

// moved prints the methods that delete results under the keys of bounds that a session does not have any more, and the comment of the one that deletes
// those of some bounds.
func (g *generator) moved(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	n := g.steps[st]
	f.Import(module + "stateenc")
	f.Import(module + "topology")
	f.P()
	f.F("// %sMoved takes note that a result of a session is handed on. What was handed on with other bounds is deleted.", n.method)
	f.F("func (t *%s) %sMoved(key []byte, at int64, w window.Bounds, a *%s) error {", taskName(sub), n.method, stateType(n))
	f.F("err := t.%sLeft(key, at, w, a)", n.method)
	f.P("a.named = stateenc.AppendInt(stateenc.AppendInt(a.named[:0], w.Start), w.End)")
	f.P("return err")
	f.P("}")
	f.P()
	f.F("// %sLeft deletes what was handed on of a session with other bounds than w.", n.method)
	f.F("func (t *%s) %sLeft(key []byte, at int64, w window.Bounds, a *%s) error {", taskName(sub), n.method, stateType(n))
	f.P("for i := 0; i < len(a.named); {")
	f.P("var was window.Bounds")
	f.P("was.Start, i = stateenc.Int(a.named, i)")
	f.P("if was.End, i = stateenc.Int(a.named, i); i < 0 {")
	f.P("return topology.Fatal(stateenc.Done(a.named, i))")
	f.P("}")
	f.P("if was == w {")
	f.P("continue")
	f.P("}")
	f.F("if err := t.%sDelete(key, at, was); err != nil {", n.method)
	f.P("return err")
	f.P("}")
	f.P("}")
	f.P("return nil")
	f.P("}")
	f.P()
	f.F("// %sDelete writes tombstones under the keys that the results of a group had in a session with bounds w.", n.method)
}

// keyGone prints the method that gives a tombstone the key which step r gives results.
func (g *generator) keyGone(f *printer.File, sub *plan.Subtopology, r *check.Step) error {
	param, what := "", "group"
	if r.From.Windowed {
		f.Import(module + "window")
		param, what = ", w window.Bounds", "group and window"
	}
	f.P()
	f.F("// %sGone writes tombstones under the key that step %s gives the results of a %s.", g.steps[r].method, r.Name, what)
	f.F("func (t *%s) %sGone(r *%s, at int64%s) error {", taskName(sub), g.steps[r].method, g.typeName(r.From.Type), param)
	c := &scope{g: g, f: f, sub: sub, row: "r", typ: r.From.Type, windowed: r.From.Windowed, pointer: true, key: g.keyVar(sub, r.From)}
	if r.Select != nil {
		f.F("var row %s", g.typeName(r.Row))
		for _, s := range r.Select { // those that the key is made of
			if !slices.ContainsFunc(expr.Reads(r.Key.AST), func(x expr.Read) bool { return x.Var == s.Name }) {
				continue
			}
			if err := c.assign("row."+fieldName(r.Row.Field(s.Name)), s.Expr, r, rowClause(r)+" "+s.Name); err != nil {
				return err
			}
		}
		c.row, c.typ, c.pointer = "row", r.Row, false
	}
	if err := g.rekey(f, c, r); err != nil {
		return err
	}
	for _, sk := range g.sinksBehind(r) {
		for _, o := range sub.SinkOutputs(sk) {
			f.F("t.tombstone(%s, key, at)", outputConst(sub, o.Index))
		}
	}
	f.P("return nil")
	f.P("}")
	return nil
}

// sinksBehind are the sinks that the results of a step get to, whatever is between.
func (g *generator) sinksBehind(st *check.Step) (all []*check.Sink) {
	for _, out := range st.Outs() {
		steps, sinks := g.pl.Consumers(out)
		all = append(all, sinks...)
		for _, behind := range steps {
			if behind.Keeps() { // what it hands on is its own
				continue
			}
			for _, sk := range g.sinksBehind(behind) {
				if !slices.Contains(all, sk) {
					all = append(all, sk)
				}
			}
		}
	}
	return all
}

// tombstone prints the method that writes one, if a step of the task needs it.
func (g *generator) tombstone(f *printer.File, sub *plan.Subtopology) {
	if !slices.ContainsFunc(sub.Stores, func(s *plan.Store) bool {
		return len(g.deleting(s.Step)) > 0 || len(g.ofGroups(s.Step)) > 0 && g.keyText(s.Step) == ""
	}) {
		return
	}
	f.P()
	f.P("// tombstone writes a null value under a key.")
	f.F("func (t *%s) tombstone(output int, key []byte, at int64) {", taskName(sub))
	f.P("b := t.Out.Begin()")
	f.P("k := len(b)")
	f.P("t.Out.SendTombstone(output, append(b, key...), k, at)")
	f.P("}")
}
