package emitgo

import (
	"fmt"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/spec/check"
)

// entry is the call that gives a record of stream s to step st: key, at and w are in scope. A step that merges takes its records as
// those of the first stream, whose struct those of the others have under another name. Its bounds are dropped where other streams
// have none, and its key stands where the step looks for it, which may take a line before the call.
func (g *generator) entry(sub *plan.Subtopology, st *check.Step, s *check.Stream, row string) string {
	before := ""
	if from := st.From; from != s {
		if g.typeName(from.Type) != g.typeName(s.Type) {
			row = fmt.Sprintf("(*%s)(%s)", g.typeName(from.Type), row)
		}
		if field := g.mergedKey(sub, st); field != "" {
			before = fmt.Sprintf("t.%s = %s\n", field, g.keyVar(sub, s))
		}
	}
	args := row + ", key, at"
	if st.From.Windowed {
		args += ", w"
	}
	return fmt.Sprintf("%st.%s(%s)", before, g.steps[st].method, args)
}

// mergedKey is the field of the task that holds the value of `key` for a step that merges streams; "" where that of all of them stands
// in one variable anyway.
func (g *generator) mergedKey(sub *plan.Subtopology, st *check.Step) string {
	key := st.From.Key
	if st.From.Merged == nil || len(key) != 1 || key[0].Name != "key" {
		return ""
	}
	first := ""
	for _, in := range st.From.Merged {
		if !g.pl.In(sub, in) {
			continue
		}
		v := g.keyVar(sub, in)
		if first == "" {
			first = v
		}
		if v != first {
			return g.steps[st].method + "InputKey"
		}
	}
	return ""
}

// mergedKeyVar is the Go variable of the key of merged streams.
func (g *generator) mergedKeyVar(sub *plan.Subtopology, s *check.Stream) string {
	for _, st := range g.p.Steps {
		if st.From == s {
			if field := g.mergedKey(sub, st); field != "" {
				return "t." + field
			}
		}
	}
	for _, in := range s.Merged {
		if g.pl.In(sub, in) {
			return g.keyVar(sub, in)
		}
	}
	return "t.key"
}
