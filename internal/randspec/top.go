package randspec

import (
	"fmt"
	"slices"

	"github.com/weirstream/weir/spec/types"
)

// top ends a step with the first rows of each group.
func (g *gen) top(st *Step, row *stream, lets []term) {
	env := g.env(row)
	env.addAll(lets)
	name := g.uniqueNames()
	g.group(row, env, func(expr string, _ *types.Type) { st.GroupBy = append(st.GroupBy, Named{name(), expr}) })
	seen := *row
	seen.windowed, seen.direct, seen.key = false, false, nil
	env = g.env(&seen)
	by, t := env.keyable()
	if t.Kind == types.Enum {
		by = "event_time"
	}
	life := "ttl: " + pick(g, "1ms", "1s", "2500ms", "10s", "1m", "1h")
	st.Emit = pick(g, "", "updates", "{updates: {retractions: true}}", "{updates: {retractions: true}}", "final")
	if st.Emit != "final" && g.chance(25) {
		life = "unbounded: true"
	}
	st.Top = fmt.Sprintf("n: %d, by: %s%s, %s", 1+g.r.IntN(4), quoted(by), pick(g, "", ", order: ascending", ", order: descending"), life)
	if row.updates || g.chance(60) {
		id, _ := env.keyable()
		st.Top += ", id: " + quoted(id)
		if st.Emit != "" && st.Emit != "updates" && g.chance(40) {
			st.Top += ", remove: " + quoted(env.gen(types.Bool, 1))
		}
	}
	out := *row
	out.typ = &types.Type{Kind: types.Record, Name: st.Name, Derived: true, Fields: append(slices.Clone(row.typ.Fields),
		&types.Field{Name: "rank", Wire: "rank", Type: types.IntType})}
	if st.Emit == "{updates: {retractions: true}}" {
		out.typ.Fields = append(out.typ.Fields, &types.Field{Name: "retracted", Wire: "retracted", Type: types.BoolType})
	}
	out.name, out.key, out.parts, out.regroups = st.Name, nil, groupParts(st.GroupBy, row.typ), true
	out.windowed, out.direct, out.deleted, out.updates = false, false, false, st.Emit != "final"
	if !sameKey(st.GroupBy, row.parts) {
		out.mixed, out.spread = true, false
	}
	if !out.updates {
		out.overdue = false
	}
	g.used[st.From] = true
	g.spec.Steps = append(g.spec.Steps, st)
	g.streams = append(g.streams, &out)
}
