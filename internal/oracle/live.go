package oracle

import (
	"maps"

	"cel.dev/cel-go/common/ast"

	"github.com/weirstream/weir/spec/check"
)

// liveness tells which streams lead to a sink. What doesn't is not run at all.
func liveness(p *check.Program) map[*check.Stream]bool {
	live := map[*check.Stream]bool{}
	var mark func(s *check.Stream)
	mark = func(s *check.Stream) {
		if live[s] {
			return
		}
		live[s] = true
		for _, in := range s.Merged {
			mark(in)
		}
		if s.Step != nil {
			live[s.Step.Out] = true // of which s may be a branch
			mark(s.Step.From)
		}
		if s.LateOf != nil {
			mark(s.LateOf.From)
		}
	}
	for _, s := range p.Sinks {
		mark(s.From)
	}
	return live
}

// consumers are the steps that read a stream and are run.
func (r *run) consumers(s *check.Stream) []*check.Step {
	var sts []*check.Step
	for _, st := range r.p.Steps {
		if st.Takes(s) && (r.live[st.Out] || st.Late != nil && r.live[st.Late]) {
			sts = append(sts, st)
		}
	}
	return sts
}

// fieldsRead are the fields of a source's records that something reads, or reads of another source's of the same type. The others
// may be missing or wrong without harm.
func fieldsRead(p *check.Program, live map[*check.Stream]bool, s *check.Source) map[string]bool {
	r := &run{p: p, live: live}
	read := map[string]bool{}
	for _, same := range p.Sources {
		if same.Value != s.Value {
			continue
		}
		maps.Copy(read, r.reads(same.Out))
		mention(read, same.EventTime)
		if same.KeyField != "" {
			read[same.KeyField] = true
		}
	}
	return read
}

// reads are the fields of a stream's records that its readers need.
func (r *run) reads(s *check.Stream) map[string]bool {
	read := map[string]bool{}
	for _, sink := range r.p.Sinks {
		if sink.From == s {
			for _, f := range s.Type.Fields {
				read[f.Name] = true
			}
		}
	}
	for _, st := range r.consumers(s) {
		mention(read, st.Where)
		for _, l := range st.Let {
			mention(read, l.Expr)
		}
		if st.Unnest != nil {
			mention(read, st.Unnest.Expr)
		}
		row := map[string]bool{} // of the step's record
		mention(row, st.Key)
		for _, g := range st.GroupBy {
			mention(row, g.Expr)
		}
		for _, a := range st.Aggregate {
			for _, e := range a.Args {
				mention(row, e)
			}
		}
		behind := []*check.Stream{st.Late}
		if st.Window == nil {
			behind = append(behind, st.Outs()...)
		}
		for _, b := range st.Split {
			mention(row, b.When)
		}
		for _, b := range behind {
			if b != nil && r.live[b] {
				maps.Copy(row, r.reads(b))
			}
		}
		if st.Select == nil {
			maps.Copy(read, row)
			continue
		}
		for _, n := range st.Select {
			if name, ok := copied(n.Expr); !ok {
				mention(read, n.Expr)
			} else if row[n.Name] {
				read[name] = true
			}
		}
	}
	return read
}

// copied tells whether an expression only copies a field, or a part of it, and which. It counts as read if the copy is.
func copied(e *check.Expr) (field string, ok bool) {
	v, _, ok := e.Path()
	return v.Name, ok && v.Kind == check.FieldVar
}

// mention adds the fields that an expression names.
func mention(read map[string]bool, e *check.Expr) {
	if e == nil {
		return
	}
	ast.PreOrderVisit(e.AST.NativeRep().Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() != ast.IdentKind {
			return
		}
		if v, ok := e.Scope.Lookup(x.AsIdent()); ok && v.Kind == check.FieldVar {
			read[v.Name] = true
		}
	}))
}
