package randspec

import (
	"fmt"

	"github.com/weirstream/weir/spec/types"
)

// sinks writes out every stream that nothing reads, and some others.
func (g *gen) sinks() {
	for i, s := range g.streams {
		if g.used[s.name] && g.chance(70) {
			continue
		}
		sink := &Sink{Name: fmt.Sprintf("sink_%d", i), From: s.name, Topic: fmt.Sprintf("out-%d", i)}
		if flat(s.typ) && g.chance(20) {
			sink.CSV = g.csv()
			if sink.CSV.Columns != nil { // some of the fields, in another order
				for _, f := range s.typ.Fields {
					sink.CSV.Columns = append(sink.CSV.Columns, f.Wire)
				}
				g.r.Shuffle(len(sink.CSV.Columns), func(i, j int) {
					c := sink.CSV.Columns
					c[i], c[j] = c[j], c[i]
				})
				sink.CSV.Columns = sink.CSV.Columns[:1+g.r.IntN(len(sink.CSV.Columns))]
			}
		}
		g.choices(sink, s)
		g.spec.Sinks = append(g.spec.Sinks, sink)
	}
}

func flat(t *types.Type) bool {
	for _, f := range t.Fields {
		ft := f.Type
		if ft.Kind == types.Optional {
			ft = ft.Elem
		}
		if !ft.Keyable() {
			return false
		}
	}
	return true
}

// choices adds what a sink can compute of its records.
func (g *gen) choices(sink *Sink, s *stream) {
	env := g.env(s)
	if g.chance(10) {
		sink.Tombstone = env.gen(types.Bool, 1)
	}
	if g.chance(15) {
		sink.Header = env.gen(types.String, 1)
	}
	if g.chance(10) {
		sink.By = fmt.Sprintf("%s ? %q : %s", env.gen(types.Bool, 1), "a", env.gen(types.String, 1))
		sink.Topics = []Named{{"a", sink.Topic}, {"b", sink.Topic + "-b"}, {"k1", sink.Topic + "-b"}, {"", sink.Topic + "-none"}}
	}
}
