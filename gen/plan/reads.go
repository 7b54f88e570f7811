package plan

import (
	"sort"
	"strings"

	"github.com/weirstream/weir/gen/expr"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// Use is the set of fields of a record that somebody reads, as paths with dots: "items", "address.city". A path covers all that
// is below it. The path "" stands for the whole record.
type Use map[string]bool

// Field tells whether a top-level field, or something in it, is read.
func (u Use) Field(name string) bool {
	if u[""] {
		return true
	}
	for p := range u {
		if p == name || strings.HasPrefix(p, name+".") {
			return true
		}
	}
	return false
}

// Paths are the paths in order, without those that another one covers.
func (u Use) Paths() []string {
	var ps []string
	for p := range u {
		ps = append(ps, p)
	}
	sort.Strings(ps)
	kept := ps[:0]
	for _, p := range ps {
		covered := u[""] && p != ""
		for i := range p {
			covered = covered || p[i] == '.' && u[p[:i]]
		}
		if !covered {
			kept = append(kept, p)
		}
	}
	return kept
}

func (u Use) addAll(v Use) {
	for p := range v {
		u[p] = true
	}
}

// addExpr adds the fields of the record that an expression reads.
func (u Use) addExpr(e *check.Expr) {
	if e == nil {
		return
	}
	for _, r := range expr.Reads(e.AST) {
		if v, ok := e.Scope.Lookup(r.Var); ok && v.Kind == check.FieldVar {
			u[strings.Join(append([]string{r.Var}, r.Path...), ".")] = true
		}
	}
}

// Reads says which fields of a stream's records are read behind it.
func (pl *Plan) Reads(s *check.Stream) Use { return pl.reads[s] }

// Used are the top-level fields of a stream's record that are read, in their order.
func (pl *Plan) Used(s *check.Stream) []*types.Field {
	var fs []*types.Field
	for _, f := range s.Type.Fields {
		if pl.reads[s].Field(f.Name) {
			fs = append(fs, f)
		}
	}
	return fs
}

// projections computes the reads of every live stream, consumers before producers.
func (pl *Plan) projections() {
	for i := len(pl.Program.Steps) - 1; i >= 0; i-- {
		st := pl.Program.Steps[i]
		if !pl.Runs(st) {
			continue
		}
		pl.addSinkReads(st.Out)
		if st.Late != nil {
			pl.addSinkReads(st.Late)
		}
		pl.use(st.From).addAll(pl.stepReads(st))
	}
	for _, src := range pl.Program.Sources {
		pl.addSinkReads(src.Out)
		u := pl.use(src.Out)
		u.addExpr(src.EventTime)
		if src.KeyField != "" {
			u[src.KeyField] = true
		}
	}
}

func (pl *Plan) use(s *check.Stream) Use {
	if pl.reads[s] == nil {
		pl.reads[s] = Use{}
	}
	return pl.reads[s]
}

func (pl *Plan) addSinkReads(s *check.Stream) {
	for _, sk := range pl.Program.Sinks {
		if sk.From == s {
			pl.use(s)[""] = true
		}
	}
}

// stepReads are the fields of its input that a step reads: by where and select, or by what stands behind them where the record
// passes as it is.
func (pl *Plan) stepReads(st *check.Step) Use {
	in, row := Use{}, Use{}
	in.addExpr(st.Where)
	for _, g := range st.GroupBy {
		row.addExpr(g.Expr)
	}
	for _, a := range st.Aggregate {
		row.addExpr(a.Arg)
	}
	if st.Late != nil {
		row.addAll(pl.use(st.Late))
	}
	if st.Window == nil {
		row.addAll(pl.use(st.Out))
	}
	if st.Select == nil {
		in.addAll(row)
		return in
	}
	for _, s := range st.Select {
		in.addExpr(s.Expr)
	}
	return in
}

// Split takes a path of a [Use] apart; the path of a whole record is empty.
func Split(path string) []string {
	if path == "" {
		return nil
	}
	return strings.Split(path, ".")
}
