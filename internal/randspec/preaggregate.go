package randspec

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/check"
)

// combine has records combined in front of the repartition topic of a step, where there is one and its windows allow it. Elsewhere it would be a
// warning at the most.
func (g *gen) combine(st *Step, row *stream) {
	if !row.mixed || row.overdue && st.Lateness == "" { // late records, which it has to say something of, can't be kept apart
		return
	}
	if strings.Contains(st.Size, "{ttl:") || st.Kind == "session" || st.Kind == "count" || st.Kind == "sliding" || strings.Contains(st.Size, splitHere) || !g.chance(60) {
		return
	}
	st.Combine, st.LateTo = true, ""
}

// combines tells whether a step of a program combines records, so that it should have groups with very many of them.
func combines(p *check.Program) bool {
	return slices.ContainsFunc(p.Steps, func(st *check.Step) bool { return st.Combines })
}

// warm makes most of the records much like the first one of their source, in all partitions: by what they are grouped, too.
func (g *inputs) warm(s *check.Source, m, first members) {
	for _, f := range s.Value.Fields {
		if v, ok := first[f.Name]; ok && f.Name != s.KeyField && g.chance(85) {
			m[f.Name] = v
		}
	}
}
