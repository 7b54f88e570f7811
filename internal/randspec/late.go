package randspec

import (
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// putRight adds a step that makes of late records what can be merged with the results that they are missing from, records of the same fields under
// the same key, and most times a window that does.
func (g *gen) putRight(st *Step, out, late *stream) {
	next := &Step{Name: "missed_" + st.Name, From: late.name}
	env := g.env(late)
	for i, f := range out.typ.Fields {
		switch {
		case i < len(st.GroupBy):
			if from := late.typ.Field(st.GroupBy[i].Expr); from == nil || from.Type != f.Type {
				return
			}
			next.Select = append(next.Select, Named{f.Name, st.GroupBy[i].Expr})
		case scalar(f.Type):
			next.Select = append(next.Select, Named{f.Name, env.typed(f.Type, 1)})
		default:
			return
		}
	}
	row := *late
	row.name, row.typ, row.parts, row.regroups = next.Name, out.typ, out.parts, false
	g.used[late.name] = true
	g.spec.Steps = append(g.spec.Steps, next)
	g.streams = append(g.streams, &row)
	if out.deleted || g.chance(20) {
		return
	}
	both := &Step{Name: "both_" + st.Name, From: out.name, Merge: []string{out.name, row.name}}
	if g.chance(50) {
		both.Merge = []string{row.name, out.name}
	}
	all := *out
	all.overdue = out.overdue || late.overdue
	sum := g.window(both, &all, nil)
	if strings.Contains(both.Emit, "tombstones") {
		both.Emit = ""
	}
	g.used[out.name], g.used[row.name] = true, true
	g.spec.Steps = append(g.spec.Steps, both)
	sum.name = both.Name
	g.streams = append(g.streams, &sum)
}

func scalar(t *types.Type) bool {
	for _, s := range types.Scalars {
		if types.Equal(s, t) {
			return true
		}
	}
	return false
}
