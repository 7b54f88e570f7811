package check

import (
	"slices"

	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// tombstones checks that what the sinks behind a step have of a window can be deleted when that closes: their keys have to name it, and be
// known from the group and the window alone.
func (c *checker) tombstones() {
	for _, d := range c.tree.Steps {
		st := c.steps[d]
		if !st.Tombstones || st.Out.Type == nil || st.Window == nil { // what is wrong was reported
			continue
		}
		at := d.Emit.Tombstones.Span
		w := st.Window
		if w.Kind == Global && w.Size == 0 {
			c.report(tombstonesOfUnbounded(at))
			continue
		}
		for _, s := range c.p.Sinks {
			if s.From == st.Out && !st.KeyNamesWindow() {
				c.report(keyOfGroup(at, st, s.Name, s.Span))
			}
		}
		for _, r := range c.p.Steps {
			if r.From != nil && r.Takes(st.Out) {
				c.namesWindow(st, r, d.Emit)
			}
		}
	}
}

// namesWindow checks that a step which reads results with tombstones gives them keys that name their window.
func (c *checker) namesWindow(st, r *Step, d *syntax.Emit) {
	at := d.Tombstones.Span
	switch {
	case r.From != st.Out && st.KeyNamesWindow():
		c.report(deletedAmongOthers(at, st, r))
		return
	case r.Key == nil && !c.sayKey(r) && st.KeyNamesWindow():
		c.keptAs(r, st, d)
		return
	case r.From != st.Out || r.Key == nil && !c.sayKey(r):
		c.report(keyOfGroup(at, st, r.Name, r.Span))
		return
	case r.Key == nil: // it is wrong, and was reported
		return
	case r.Unnest != nil:
		c.report(keyOfElement(at, r))
		return
	}
	if r.Key.Type.Kind == types.Optional {
		c.report(keyMissing(at, r))
		return
	}
	reads := map[VarKind]bool{}
	if v := c.keyReads(st, r, r.Key, false, reads); v != "" {
		c.report(keyOfMore(at, r, v))
		return
	}
	end := reads[WindowEndVar] || reads[EventTimeVar]
	switch k := st.Window.Kind; {
	case st.KeyNamesWindow():
	case k == Custom && !(reads[WindowStartVar] && end):
		c.report(keyOfNoWindow(at, r, "window.start and window.end", ": custom windows can have either in common"))
	case k == Cumulative && !end:
		c.report(keyOfNoWindow(at, r, "window.end", ": cumulative windows have their starts in common"))
	case !end && !reads[WindowStartVar]:
		c.report(keyOfNoWindow(at, r, "window.start", ""))
	}
	for _, out := range r.Outs() {
		c.keyedOnce(out, r, d)
	}
}

// sayKey tells whether the spec gives a step a key.
func (c *checker) sayKey(r *Step) bool {
	return slices.ContainsFunc(c.tree.Steps, func(d *syntax.Step) bool { return c.steps[d] == r && d.Key != nil })
}

// keyedOnce checks that no step behind r gives the records of a stream another key.
func (c *checker) keyedOnce(s *Stream, r *Step, d *syntax.Emit) {
	for _, st := range c.p.Steps {
		if st.From != nil && st.Takes(s) {
			c.keptAs(st, r, d)
		}
	}
}

// keptAs checks that step st, and what is behind it, leaves records the key that r gave them.
func (c *checker) keptAs(st, r *Step, d *syntax.Emit) {
	switch {
	case st.Delay != nil:
		c.report(deletedBefore(d.Tombstones.Span, st))
	case st.Keeps(): // what it hands on is its own
	case st.Key != nil:
		c.report(keyedAgain(d.Tombstones.Span, r, st))
	default:
		for _, out := range st.Outs() {
			c.keyedOnce(out, r, d)
		}
	}
}

// keyReads notes what an expression of step r reads, which reads the results of st. It returns the name of what is known neither by the group
// nor by the window, "" if there is none. In a field of select, fields are those of the results.
func (c *checker) keyReads(st, r *Step, e *Expr, inSelect bool, reads map[VarKind]bool) string {
	for _, ref := range e.AST.NativeRep().ReferenceMap() {
		v, ok := e.Scope.Lookup(ref.Name)
		if !ok {
			continue
		}
		reads[v.Kind] = true
		named := func(list []*Named) *Named {
			if i := slices.IndexFunc(list, func(n *Named) bool { return n.Name == v.Name }); i >= 0 {
				return list[i]
			}
			return nil
		}
		switch v.Kind {
		case WindowStartVar, WindowEndVar:
		case EventTimeVar:
			if r.EventTime != nil {
				return v.Name
			}
		case FieldVar:
			n := named(st.GroupBy)
			if !inSelect && r.Select != nil {
				n = named(r.Select)
				if n == nil || n.Expr == nil {
					return v.Name
				}
				if bad := c.keyReads(st, r, n.Expr, true, reads); bad != "" {
					return bad
				}
			}
			if n == nil {
				return v.Name
			}
		default:
			return v.Name
		}
	}
	return ""
}
