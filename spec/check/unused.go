package check

import (
	"slices"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// warnUnused warns of what is written and leads nowhere.
func (c *checker) warnUnused() {
	read := map[*Stream]bool{}
	for _, s := range c.p.Steps {
		for _, in := range s.From.Inputs() {
			read[in] = true
		}
	}
	for _, s := range c.p.Sinks {
		read[s.From] = true
	}
	for _, s := range c.p.Sources {
		if !read[s.Out] {
			c.report(unusedStream("WEIR6001", s.Span, "source "+s.Name))
		}
	}
	for _, s := range c.p.Steps {
		for _, b := range s.Split {
			if !read[b.Out] {
				c.report(unusedStream("WEIR6002", b.Span, "branch "+b.Out.Name))
			}
		}
		if s.Process != nil {
			for _, o := range s.Process.Outputs {
				if !read[o.Out] {
					c.report(unusedStream("WEIR6002", o.Span, "output "+o.Out.Name))
				}
			}
		}
		if s.Parted() {
			continue
		}
		timed := c.warnTimers(s, read)
		if !read[s.Out] && !timed && (s.Late == nil || !read[s.Late]) {
			c.report(unusedStream("WEIR6002", s.Span, "step "+s.Name))
		}
	}
	for _, d := range c.tree.Steps {
		if late := c.steps[d].Late; late != nil && !read[late] {
			c.report(unusedLate(d.Window.LateTo))
		}
	}

	used := map[*types.Type]bool{}
	use := func(t *types.Type) { reach(t, used) }
	for _, s := range c.p.Sources {
		use(s.Value)
		use(s.Key)
	}
	for _, s := range c.p.Steps {
		if s.Process != nil {
			for _, out := range s.Outs() {
				use(out.Type)
			}
			for _, state := range s.Process.State {
				use(state.Key)
				use(state.Type)
			}
		}
	}
	for _, name := range c.p.Parsed {
		use(c.p.Named(name))
	}
	called := map[string]bool{}
	declared := map[*types.Type]bool{} // by fragments, of what comes in and of parameters
	for _, f := range c.fragments {
		reach(f.input.Type, declared)
		for _, v := range f.params {
			reach(v.Type, declared)
		}
	}
	for _, e := range c.exprs {
		use(e.Type)
		for _, ref := range e.AST.NativeRep().ReferenceMap() {
			for _, id := range ref.OverloadIDs {
				if name, ok := celenv.UserFunc(id); ok {
					called[name] = true
				}
			}
			// constants of enums
			for _, t := range c.p.Types {
				for _, v := range t.Values {
					if ref.Name == t.Name+"."+v {
						use(t)
					}
				}
			}
		}
	}
	for _, f := range c.p.Functions {
		if !called[f.Name] {
			c.report(unusedFunction(f))
			continue
		}
		for _, v := range append(slices.Clone(f.Params), f.Result) {
			use(v.Type)
		}
	}
	c.p.Types = slices.DeleteFunc(c.p.Types, func(t *types.Type) bool { // of the imported types, those that matter stay
		return !used[t] && (t.Span.File != c.p.File || declared[t])
	})
	for _, t := range c.p.Types {
		if !used[t] {
			c.report(unusedType(t))
		}
	}
	for _, a := range c.p.Aliases {
		if !used[a.Type] && !declared[a.Type] && a.Type.Alias.Span.File == c.p.File {
			c.report(unusedAlias(a.Type))
		}
	}
}

// reach adds a type, and all that it is made of, to a set.
func reach(t *types.Type, set map[*types.Type]bool) {
	for ; t != nil && !set[t]; t = t.Elem {
		set[t] = true
		if t.Alias != nil {
			reach(t.Alias.Of, set)
		}
		for _, f := range t.Fields {
			reach(f.Type, set)
		}
	}
}
