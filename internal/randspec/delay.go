package randspec

import (
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// delay ends a step with records that are held back.
func (g *gen) delay(st *Step, row *stream, lets []term) {
	env := g.env(row)
	env.addAll(lets)
	out := *row
	st.Delay = pick(g, "1ms", "2500ms", "10s", "{by: 1m}", "{by: 5s, of: event_time}", "{by: 2s, of: processing_time}")
	if g.chance(40) {
		until := pick(g, `event_time + duration("3s")`, `event_time - duration("1s")`, `timestamp(int(event_time) / 7 * 7 + 7)`, env.gen(types.Timestamp, 2))
		st.Delay = "{until: " + quoted(until) + pick(g, "", "", ", of: processing_time") + "}"
	}
	out.overdue = out.overdue || strings.Contains(st.Delay, "until") || strings.Contains(st.Delay, "processing_time}")
	out.name, out.windowed, out.direct = st.Name, false, false
	out.parts = make([][]string, len(out.parts)) // it is grouped through a topic, whatever the group
	g.used[st.From] = true
	g.spec.Steps = append(g.spec.Steps, st)
	g.streams = append(g.streams, &out)
}
