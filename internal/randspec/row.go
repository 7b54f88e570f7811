package randspec

import (
	"slices"

	"github.com/weirstream/weir/spec/types"
)

// row adds the clauses that make records of others: let, unnest, and select or set, drop and rename. It changes row to what they
// make of it, and returns the values of let where they are in scope behind them.
func (g *gen) row(st *Step, in, row *stream, env *env) []term {
	name := g.freshNames(in.typ)
	var lets []term
	for range g.r.IntN(3) {
		if g.chance(70) {
			continue
		}
		expr, t := env.any()
		n := name()
		st.Let = append(st.Let, Named{n, expr})
		lets = append(lets, term{n, t})
		env.addAll(lets[len(lets)-1:])
	}
	fields := slices.Clone(in.typ.Fields)
	if g.chance(25) {
		if elem, n := g.unnest(st, env, name); elem != nil {
			env.addAll([]term{{n, elem}})
			fields = append(fields, &types.Field{Name: n, Wire: n, Type: elem})
		}
	}
	switch {
	case g.chance(35):
		row.typ = g.selected(st, env)
		row.parts = movedParts(in.parts, st.Select)
	case st.Unnest != nil || g.chance(20):
		g.changed(st, in, row, env, fields, name)
	default:
		return lets
	}
	return nil
}

// remakes tells whether a step does more to a record than let it pass.
func remakes(st *Step) bool {
	return st.Select != nil || st.Unnest != nil || st.Set != nil || st.Drop != nil || st.Rename != nil
}

// unnest picks a list or a map of scalars or records, and returns the type of its elements.
func (g *gen) unnest(st *Step, env *env, name func() string) (*types.Type, string) {
	var fits []term
	for _, t := range env.all {
		if t.typ.Kind == types.List || t.typ.Kind == types.Map {
			fits = append(fits, t)
		}
	}
	if len(fits) == 0 {
		return nil, ""
	}
	list, n := pick(g, fits...), name()
	st.Unnest = []Named{{n, list.text}}
	if list.typ.Kind == types.List {
		return list.typ.Elem, n
	}
	return &types.Type{Kind: types.Record, Name: st.Name + "_" + n, Derived: true, Fields: []*types.Field{
		{Name: "key", Wire: "key", Type: list.typ.Key}, {Name: "value", Wire: "value", Type: list.typ.Elem},
	}}, n
}

func (g *gen) selected(st *Step, env *env) *types.Type {
	t := &types.Type{Kind: types.Record, Name: st.Name, Derived: true}
	name := g.uniqueNames()
	for range 1 + g.r.IntN(5) {
		f := &types.Field{Name: name()}
		f.Wire = f.Name
		var expr string
		expr, f.Type = env.any()
		t.Fields = append(t.Fields, f)
		st.Select = append(st.Select, Named{f.Name, expr})
	}
	return t
}

// changed adds set, drop and rename: each field of the record may meet one of them.
func (g *gen) changed(st *Step, in, row *stream, env *env, fields []*types.Field, name func() string) {
	t := &types.Type{Kind: types.Record, Name: st.Name, Derived: true}
	var kept []Named // as a select would write them
	for _, f := range fields {
		n := &types.Field{Name: f.Name, Wire: f.Wire, Type: f.Type, As: f.As}
		expr := f.Name
		switch g.r.IntN(8) {
		case 0:
			if len(t.Fields) > 0 { // something is left
				st.Drop = append(st.Drop, f.Name)
				continue
			}
		case 1:
			n.Name = name()
			n.Wire = n.Name
			st.Rename = append(st.Rename, Named{n.Name, f.Name})
		case 2:
			expr, n.Type = env.any()
			st.Set = append(st.Set, Named{f.Name, expr})
			if n.Type.String() != f.Type.String() {
				n.As = types.RFC3339
			}
		}
		t.Fields = append(t.Fields, n)
		kept = append(kept, Named{n.Name, expr})
	}
	for range g.r.IntN(2) {
		f := &types.Field{Name: name()}
		f.Wire = f.Name
		var expr string
		expr, f.Type = env.any()
		st.Set = append(st.Set, Named{f.Name, expr})
		t.Fields = append(t.Fields, f)
		kept = append(kept, Named{f.Name, expr})
	}
	if !remakes(st) {
		f := &types.Field{Name: name(), Type: types.IntType}
		f.Wire = f.Name
		st.Set = append(st.Set, Named{f.Name, "1"})
		t.Fields = append(t.Fields, f)
	}
	row.typ, row.parts = t, movedParts(in.parts, kept)
}

// split ends a step with branches, and adds a stream for each.
func (g *gen) split(st *Step, row *stream, lets []term) {
	env := g.env(row)
	env.addAll(lets)
	names := []string{"big", "func", "err", "rest"}
	n := 1 + g.r.IntN(3)
	for _, name := range names[:n] {
		st.Split = append(st.Split, Named{name, env.gen(types.Bool, 2)})
	}
	if g.chance(60) {
		st.Default = names[n]
		n++
	}
	g.used[st.From] = true
	g.spec.Steps = append(g.spec.Steps, st)
	for _, name := range names[:n] {
		out := *row
		out.name = st.Name + "." + name
		g.streams = append(g.streams, &out)
	}
}

// rekey gives the records of a step a key that they are not partitioned by: no group is the same as it.
func (g *gen) rekey(st *Step, row *stream, lets []term) {
	env := g.env(row)
	env.addAll(lets)
	st.Key, row.key = env.keyable()
	row.parts = nil
}
