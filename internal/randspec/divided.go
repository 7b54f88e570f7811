package randspec

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// splitHere is where the condition of a divided window comes to stand, when it is known what there is to be read.
const splitHere = "SPLIT"

// divide writes the condition that divides a group's records into windows, over a record and the aggregates so far.
func (g *gen) divide(st *Step, env *env, records *stream, lets []term, out *types.Type) {
	for i := range st.Aggregate {
		a := &st.Aggregate[i]
		f := out.Field(a.Name)
		if records.typ.Field(a.Name) != nil || slices.ContainsFunc(lets, func(l term) bool { return l.text == a.Name }) {
			a.Name += "_so_far"
			f.Name, f.Wire = a.Name, a.Name
		}
		env.add(a.Name, f.Type, 0, true)
	}
	st.Size = strings.Replace(st.Size, splitHere, quoted(env.gen(types.Bool, 2)), 1)
}
