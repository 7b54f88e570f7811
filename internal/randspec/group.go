package randspec

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// group picks what a step groups by.
func (g *gen) group(row *stream, env *env, add func(expr string, t *types.Type)) {
	switch {
	case row.key != nil && row.key.Kind != types.Optional && g.chance(70):
		add("key", row.key)
	case row.windowed && row.key == nil && len(row.parts) > 0 && !slices.ContainsFunc(row.parts, func(p []string) bool { return len(p) == 0 }) && g.chance(60):
		for _, p := range row.parts { // the key of the window before
			n := pick(g, p...)
			add(n, row.typ.Field(n).Type)
		}
	default:
		for range 1 + g.r.IntN(2) {
			e, t := env.keyable()
			add(e, t)
		}
	}
}

// once ends a step with the first or the last record of each group, or with each record and the one before it.
func (g *gen) once(st *Step, row *stream, lets []term) {
	env := g.env(row)
	env.addAll(lets)
	name := g.uniqueNames()
	g.group(row, env, func(expr string, _ *types.Type) { st.GroupBy = append(st.GroupBy, Named{name(), expr}) })
	life := "ttl: " + pick(g, "1ms", "1s", "2500ms", "10s", "1m", "1h")
	out := *row
	switch {
	case g.chance(30) && row.typ.Field("previous") == nil:
		st.Changes = pick(g, life, life, "unbounded: true")
		out.typ = &types.Type{Kind: types.Record, Name: st.Name, Derived: true, Fields: append(slices.Clone(row.typ.Fields),
			&types.Field{Name: "previous", Wire: "previous", Type: types.OptionalOf(row.typ)})}
	case g.chance(40):
		st.Dedup, out.windowed, out.direct = "keep: last, "+life, false, false
	case g.chance(20):
		st.Dedup = "unbounded: true"
	default:
		st.Dedup = pick(g, "", "keep: first, ") + life
	}
	out.name, out.key, out.parts, out.regroups = st.Name, nil, groupParts(st.GroupBy, row.typ), true
	if !sameKey(st.GroupBy, row.parts) {
		out.windowed, out.direct, out.mixed, out.spread = false, false, true, false
	}
	if st.Changes != "" && g.chance(50) {
		having := out
		having.windowed, having.direct = false, false
		st.Having = g.env(&having).gen(types.Bool, 2)
	}
	if strings.HasPrefix(st.Dedup, "keep: last") {
		out.parts = make([][]string, len(out.parts)) // it is grouped through a topic again, whatever the group
	}
	g.used[st.From] = true
	g.spec.Steps = append(g.spec.Steps, st)
	g.streams = append(g.streams, &out)
}

// sameKey tells whether a group is the key of the stream, so that nothing is repartitioned.
func sameKey(group []Named, parts [][]string) bool {
	if len(group) != len(parts) {
		return false
	}
	for i, n := range group {
		if !slices.Contains(parts[i], n.Expr) {
			return false
		}
	}
	return true
}

// movedParts is what is known of a key's components behind a select.
func movedParts(parts [][]string, selected []Named) [][]string {
	var moved [][]string
	for _, p := range parts {
		var names []string
		if slices.Contains(p, "key") {
			names = append(names, "key")
		}
		for _, n := range selected {
			if slices.Contains(p, n.Expr) {
				names = append(names, n.Name)
			}
		}
		moved = append(moved, names)
	}
	return moved
}

// groupParts is what is known of the components of a group as the key of late records.
func groupParts(group []Named, row *types.Type) [][]string {
	var parts [][]string
	for _, n := range group {
		var names []string
		if row.Field(n.Expr) != nil {
			names = append(names, n.Expr)
		}
		parts = append(parts, names)
	}
	return parts
}
