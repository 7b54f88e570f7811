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

// add adds a path.
func (u Use) add(path ...string) { u[strings.Join(path, ".")] = true }

// addExpr adds the fields of the record that an expression reads. Where it reads of an element of un, that is read of the list.
func (u Use) addExpr(e *check.Expr, un *check.Unnest) {
	if e == nil {
		return
	}
	for _, r := range expr.Reads(e.AST) {
		v, ok := e.Scope.Lookup(r.Var)
		if !ok {
			continue
		}
		switch v.Kind {
		case check.FieldVar:
			u.add(append([]string{r.Var}, r.Path...)...)
		case check.ElementVar:
			u.addElement(un, r.Path)
		}
	}
}

// addElement adds what is read of the elements of a list that is a part of the record. Other lists are read whole.
func (u Use) addElement(un *check.Unnest, path []string) {
	if v, list, ok := elements(un); ok {
		u.add(append(append([]string{v}, list...), path...)...)
	}
}

// elements is the list in the record that unnest takes apart, if it is one.
func elements(un *check.Unnest) (field string, path []string, ok bool) {
	v, path, ok := un.Expr.Path()
	return v.Name, path, ok && v.Kind == check.FieldVar && un.Expr.Type.Kind == types.List
}

// below are the paths that are read below a field, "" for the field itself.
func (u Use) below(field string) []string {
	if u[""] || u[field] {
		return []string{""}
	}
	var ps []string
	for p := range u {
		if rest, ok := strings.CutPrefix(p, field+"."); ok {
			ps = append(ps, rest)
		}
	}
	return ps
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
		for _, out := range st.Outs() {
			pl.addSinkReads(out)
		}
		for _, b := range st.Split {
			pl.use(st.Out).addAll(pl.use(b.Out))
			pl.use(st.Out).addExpr(b.When, nil)
		}
		if st.Late != nil {
			pl.addSinkReads(st.Late)
		}
		reads := pl.stepReads(st)
		for _, in := range st.From.Inputs() {
			pl.use(in).addAll(reads)
		}
	}
	for _, src := range pl.Program.Sources {
		pl.addSinkReads(src.Out)
		u := pl.use(src.Out)
		u.addExpr(src.EventTime, nil)
		u.addExpr(src.WatermarkFrom, nil)
		if src.KeyField != "" {
			u[src.KeyField] = true
		}
	}
	for _, src := range pl.Program.Sources { // those with values of one type share its decoder
		for _, other := range pl.Program.Sources {
			if other.Value == src.Value {
				pl.use(src.Out).addAll(pl.use(other.Out))
			}
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

// stepReads are the fields of its input that a step reads: by where, let, unnest and select, or by what stands behind them where
// the record passes as it is. A field that select only copies is read if the copy is.
func (pl *Plan) stepReads(st *check.Step) Use {
	in, row := Use{}, Use{}
	in.addExpr(st.Where, nil)
	for _, l := range st.Let {
		in.addExpr(l.Expr, nil)
	}
	if st.Log != nil {
		row.addExpr(st.Log.Line, nil)
	}
	row.addExpr(st.EventTime, nil)
	row.addExpr(st.Key, nil)
	for _, g := range st.GroupBy {
		row.addExpr(g.Expr, nil)
	}
	for _, e := range st.Folded() {
		row.addExpr(e, nil)
	}
	if st.Late != nil {
		row.addAll(pl.use(st.Late))
	}
	switch {
	case st.Process != nil:
		row.add() // what Go reads is not known
	case st.Dedup != nil && st.Dedup.Keep == check.KeepLast:
		row.add() // what is read of a stored record may change before it is handed on
	case st.Previous != nil, st.Delay != nil, st.Top != nil:
		row.add() // for the same reason
	case st.Fold != nil: // it hands on what it keeps
	case st.Window == nil:
		row.addAll(pl.use(st.Out))
	}
	pl.rows[st] = row
	if st.Select == nil {
		in.addAll(row)
		return in
	}
	for _, s := range st.Select {
		v, path, ok := s.Expr.Path()
		switch {
		case ok && v.Kind == check.FieldVar:
			for _, b := range row.below(s.Name) {
				in.add(Split(join(v.Name, join(strings.Join(path, "."), b)))...)
			}
		case ok && v.Kind == check.ElementVar:
			for _, b := range row.below(s.Name) {
				in.addElement(st.Unnest, Split(join(strings.Join(path, "."), b)))
			}
		default:
			in.addExpr(s.Expr, st.Unnest)
		}
	}
	if st.Unnest != nil {
		v, list, ok := elements(st.Unnest)
		if whole := strings.Join(append([]string{v}, list...), "."); !ok || len(in.below(whole)) == 0 { // else some of it is read already
			in.addExpr(st.Unnest.Expr, nil)
		}
	}
	return in
}

// join is a path with another one below it; either may be empty.
func join(path, below string) string {
	if path == "" || below == "" {
		return path + below
	}
	return path + "." + below
}

// RowReads tells whether something reads a field of a step's row; one that nothing reads is not copied into it.
func (pl *Plan) RowReads(st *check.Step, field string) bool { return pl.rows[st].Field(field) }

// Split takes a path of a [Use] apart; the path of a whole record is empty.
func Split(path string) []string {
	if path == "" {
		return nil
	}
	return strings.Split(path, ".")
}
