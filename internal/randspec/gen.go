package randspec

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// New makes the spec of a seed. Size, from 1 up, is roughly the number of steps.
func New(seed uint64, size int) *Spec {
	g := &gen{r: rand.New(rand.NewPCG(seed, 1)), spec: &Spec{Service: fmt.Sprintf("svc-%d", seed), seed: seed}}
	g.types()
	for i := range 1 + g.r.IntN(2) {
		g.source(i)
	}
	for range 1 + g.r.IntN(max(size, 1)*2) {
		g.step()
	}
	g.sinks()
	g.spec.StreamTime = g.chance(15)
	return g.spec
}

type gen struct {
	r       *rand.Rand
	spec    *Spec
	enums   []*types.Type
	aliases []*types.Type
	streams []*stream
	used    map[string]bool // streams that a step reads
}

// stream is what the generator knows of a stream: enough to write expressions over its records.
type stream struct {
	name     string
	typ      *types.Type
	key      *types.Type // of `key`, nil when it is not in scope
	parts    [][]string  // for each component of the key the expressions that are known to equal it
	windowed bool
	updates  bool
	fail     bool // on_error is fail: expressions had better not fail
	direct   bool // its records are those of sources as they were read: there is kafka.topic
	regroups bool // a step that hands records on as they are gave the parts of the key names of its own
	deleted  bool // results are deleted under the key that they have, so they keep it
	spread   bool // it was merged of several, which may be at home in different tasks
	overdue  bool // a delay handed its records on at any time
	mixed    bool // its records come through a repartition topic: in which order is not certain
}

func (g *gen) chance(percent int) bool { return g.r.IntN(100) < percent }

func pick[T any](g *gen, from ...T) T { return from[g.r.IntN(len(from))] }

// step adds a step over a random stream.
func (g *gen) step() {
	if g.used == nil {
		g.used = map[string]bool{}
	}
	in := g.streams[g.r.IntN(len(g.streams))]
	if g.chance(50) {
		in = g.streams[len(g.streams)-1]
	}
	n := len(g.spec.Steps)
	st := &Step{Name: fmt.Sprintf("%s_%d", pick(g, "paid", "per_user", "order", "type", "func"), n), From: in.name}
	if g.chance(30) {
		in = g.merge(st, in)
	}
	row := *in
	env := g.env(in)
	cascade := in.windowed && !in.updates && g.chance(60) // a window straight behind a window
	if !cascade && g.chance(45) {
		st.Where = env.gen(types.Bool, 2)
	}
	split := g.chance(15)
	var lets []term
	if !cascade {
		lets = g.row(st, in, &row, env)
	}
	if g.chance(10) {
		st.Log, st.LogLevel = g.env(&row).gen(types.String, 2), pick(g, "", "debug", "info", "warn", "error")
	}
	if g.chance(8) {
		st.EventTime = g.eventTime(&row)
		row.overdue = false
	}
	out := row
	if rekey := g.chance(12); rekey && !in.deleted && (split || st.Where != "" || remakes(st)) {
		g.rekey(st, &row, lets)
		if !split {
			row.name = st.Name
			g.used[in.name] = true
			g.spec.Steps = append(g.spec.Steps, st)
			g.streams = append(g.streams, &row)
			return
		}
	}
	if split {
		g.split(st, &row, lets)
		return
	}
	if !in.updates && g.chance(12) {
		g.stepFold(st, &row, lets)
		return
	}
	if !row.spread && !in.deleted && g.chance(10) {
		g.delay(st, &row, lets)
		return
	}
	if g.chance(9) && row.typ.Field("rank") == nil && row.typ.Field("retracted") == nil {
		g.top(st, &row, lets)
		return
	}
	if !in.updates && g.chance(20) {
		g.once(st, &row, lets)
		return
	}
	if !in.updates && (g.chance(55) || st.Where == "" && !remakes(st)) {
		out = g.window(st, &row, lets)
	} else if st.Where == "" && !remakes(st) {
		st.Where = g.env(in).gen(types.Bool, 2)
	}
	out.name = st.Name
	g.used[in.name] = true
	g.spec.Steps = append(g.spec.Steps, st)
	if strings.Contains(st.Emit, "tombstones") {
		g.named(st, &out)
	} else {
		g.streams = append(g.streams, &out)
	}
	if st.LateTo != "" {
		late := row
		late.name, late.windowed = st.LateTo, st.times()
		if !sameKey(st.GroupBy, row.parts) {
			late.key, late.parts, late.direct, late.spread, late.regroups = nil, groupParts(st.GroupBy, row.typ), false, false, true
		}
		g.streams = append(g.streams, &late)
		if late.windowed && late.regroups && !out.updates {
			g.putRight(st, &out, &late)
		}
	}
}

// merge lets a step read other streams besides in, if there are some like it, and returns what they are together.
func (g *gen) merge(st *Step, in *stream) *stream {
	all := *in
	for _, s := range g.streams {
		if s.name == in.name || s.typ != in.typ || s.key != in.key || len(s.parts) != len(in.parts) || g.chance(30) {
			continue
		}
		if s.key == nil && len(s.parts) > 0 && (!s.windowed || !in.windowed || s.regroups || in.regroups) { // keys that may have other names
			continue
		}
		if st.Merge == nil {
			st.Merge = []string{in.name}
		}
		st.Merge = append(st.Merge, s.name)
		g.used[s.name] = true
		all.windowed, all.updates, all.fail, all.direct = all.windowed && s.windowed, all.updates || s.updates, all.fail || s.fail, all.direct && s.direct
		all.deleted, all.overdue, all.spread = all.deleted || s.deleted, all.overdue || s.overdue, true
	}
	if st.Merge != nil {
		all.parts = make([][]string, len(in.parts)) // nothing that is known of all of them
	}
	return &all
}

// eventTime is a new event time, near the old one or far from it.
func (g *gen) eventTime(row *stream) string {
	for _, f := range row.typ.Fields {
		if f.Type.Kind == types.Timestamp && g.chance(30) {
			return f.Name
		}
	}
	return pick(g, `event_time + duration("1s")`, `event_time - duration("2500ms")`, `event_time - duration("1h")`, "event_time")
}
