package check

import "slices"

// fieldSet is what somebody reads of a stream's records: some fields, or with all set every one.
type fieldSet struct {
	all   bool
	names map[string]bool
}

func (s *fieldSet) has(name string) bool { return s.all || s.names[name] }

func (s *fieldSet) add(o *fieldSet) {
	s.all = s.all || o.all
	for name := range o.names {
		s.names[name] = true
	}
}

// addExpr adds the variables that an expression reads. The name of a macro's own variable may be among them.
func (s *fieldSet) addExpr(e *Expr) {
	if e == nil {
		return
	}
	for _, ref := range e.AST.NativeRep().ReferenceMap() {
		s.names[ref.Name] = true
	}
}

// warnUnusedFields warns of what select or aggregate computes and nothing behind it reads. A sink writes whole records, so it
// reads every field. Steps that nothing reads have a warning of their own.
func (c *checker) warnUnusedFields() {
	reads := map[*Stream]*fieldSet{}
	of := func(s *Stream) *fieldSet {
		if reads[s] == nil {
			reads[s] = &fieldSet{names: map[string]bool{}}
		}
		return reads[s]
	}
	for _, s := range c.p.Sinks {
		of(s.From).all = true
	}
	for i := len(c.p.Steps) - 1; i >= 0; i-- {
		st := c.p.Steps[i]
		for _, b := range st.Split {
			if reads[b.Out] != nil {
				of(st.Out).add(reads[b.Out])
			}
			of(st.Out).addExpr(b.When)
		}
		if st.Process != nil {
			for _, o := range st.Process.Outputs {
				if reads[o.Out] != nil {
					of(st.Out).add(reads[o.Out])
				}
			}
		}
		if st.Fold != nil {
			for _, t := range st.Fold.Timers {
				if reads[t.Out] != nil {
					of(st.Out).add(reads[t.Out])
				}
			}
		}
		live := reads[st.Out] != nil || st.Late != nil && reads[st.Late] != nil
		in, row := &fieldSet{names: map[string]bool{}}, &fieldSet{names: map[string]bool{}}
		in.addExpr(st.Where)
		for _, l := range st.Let {
			in.addExpr(l.Expr)
		}
		if st.Unnest != nil {
			in.addExpr(st.Unnest.Expr)
		}
		switch {
		case st.Process != nil, st.Previous != nil, st.Top != nil:
			row.all = true
		case st.Fold != nil:
			if live {
				c.unusedStates(st, of(st.Out))
			}
		case st.Window == nil:
			row.add(of(st.Out))
		default:
			c.unusedAggregates(st, of(st.Out), live)
		}
		row.addExpr(st.logged())
		row.addExpr(st.EventTime)
		row.addExpr(st.Key)
		for _, g := range st.GroupBy {
			row.addExpr(g.Expr)
		}
		for _, e := range st.Folded() {
			row.addExpr(e)
		}
		if st.Late != nil {
			row.add(of(st.Late))
		}
		if st.Select == nil {
			in.add(row)
		}
		for _, n := range st.Select {
			// A field that stays, or is renamed, was not computed here.
			computed := st.Changes == nil || slices.Contains(st.Changes.Set, n)
			if live && computed && !row.has(n.Name) {
				c.report(unusedField(n.Span, n.Name))
			}
			in.addExpr(n.Expr)
		}
		for _, s := range st.From.Inputs() {
			of(s).add(in)
		}
	}
}

// unusedAggregates is about the aggregates of a step, of whose results out is read. What having reads is of use.
func (c *checker) unusedAggregates(st *Step, out *fieldSet, live bool) {
	read := &fieldSet{names: map[string]bool{}}
	read.add(out)
	read.addExpr(st.Having)
	for _, a := range st.Aggregate {
		if live && !read.has(a.Name) {
			c.report(unusedField(a.Span, a.Name))
		}
	}
}
