package emitgo

import (
	"slices"

	"github.com/weirstream/weir/gen/expr"
	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

// tombstones tells whether sinks behind a step are to delete the results of windows that close.
func (g *generator) tombstones(st *check.Step) bool {
	return len(g.deleting(st)) > 0 || len(g.ofGroups(st)) > 0
}

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
	f.F("// %sGone deletes the results of a group in a window that has closed: a tombstone comes under each key that they had.", n.method)
	f.F("func (t *%s) %sGone(w window.Bounds, key []byte) error {", taskName(sub), n.method)
	at := "w.End-1"
	if st.KeyNamesWindow() && st.Window.Size.Milliseconds() > 1 {
		at = "w.End+" + grouped(st.Window.Size.Milliseconds()-2)
	}
	for _, sk := range g.ofGroups(st) {
		for _, o := range sub.SinkOutputs(sk) {
			f.F("t.tombstone(%s, key, %s)", outputConst(sub, o.Index), at)
		}
	}
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
	if !slices.ContainsFunc(sub.Stores, func(s *plan.Store) bool { return g.tombstones(s.Step) }) {
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
