package randspec

import (
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// named adds the step that gives results whose windows are deleted a key of the group and the window, or one that leaves them the group's where that
// is enough.
func (g *gen) named(st *Step, out *stream) {
	next := &Step{Name: "named_" + st.Name, From: st.Name}
	if next.Key = "string(window.start) + string(window.end)"; !out.windowed {
		next.Key = `""`
	}
	for _, f := range out.typ.Fields[:len(st.GroupBy)] {
		if k := f.Type.Kind; k == types.String || k == types.Int {
			next.Key += " + string(" + f.Name + ")"
		}
	}
	row := *out
	row.name, row.deleted = next.Name, true
	if !out.windowed && g.chance(60) {
		next.Key, next.Where = "", g.env(out).gen(types.Bool, 1)
	} else {
		row.key, row.parts = types.StringType, nil
	}
	g.used[out.name] = true
	g.spec.Steps = append(g.spec.Steps, next)
	g.streams = append(g.streams, &row)
}

// overlaps reports whether a record may be in several windows of a step.
func (st *Step) overlaps() bool { return st.Every != "" || strings.HasPrefix(st.Size, "[") }

// times reports whether a step's windows have a start and an end.
func (st *Step) times() bool {
	return st.Kind != "global" && st.Kind != "count" && !strings.HasPrefix(st.Size, "{split: ")
}

// layout says where the windows of a step lie.
func (g *gen) layout(st *Step) {
	st.Kind, st.Size = "tumbling", pick(g, "1s", "5s", "7s", "1m", "1500ms", "1h")
	switch g.r.IntN(11) {
	case 7:
		st.Kind, st.Size = "sliding", pick(g, "1s", "2s", "3s", "500ms", "10s", "1ms", "1m")
		return
	case 5:
		if st.Kind = "custom"; g.chance(50) {
			st.Size = "{split: " + splitHere + ", " + pick(g, "unbounded: true", "ttl: 1ms", "ttl: 1s", "ttl: 5s", "ttl: 1500ms", "ttl: 10m") + "}"
		}
		return
	case 4:
		st.Kind, st.Size = "count", "{size: "+pick(g, "2", "3", "5", "20", "4, every: 2", "3, every: 1", "12, every: 4")+", "+pick(g, "unbounded: true", "ttl: 1s", "ttl: 5s", "ttl: 1500ms", "ttl: 10m")+"}"
		return
	case 0:
		st.Kind = "hopping"
		st.Size, st.Every = g.pair([][2]string{{"10s", "5s"}, {"7s", "3s"}, {"1m", "10s"}, {"1500ms", "400ms"}, {"5s", "5s"}, {"30s", "2s"}, {"[10s, 1m, 2s]", "2s"}, {"[3s, 3500ms]", "500ms"}})
	case 6:
		st.Size = pick(g, "[1s, 5s]", "[2s, 6s, 10s]", "[7s, 1m10s, 3m30s]", "[500ms, 1m]")
	case 1:
		st.Kind = "cumulative"
		st.Size, st.Every = g.pair([][2]string{{"10s", "5s"}, {"1m", "10s"}, {"5s", "5s"}, {"1h", "10m"}, {"900ms", "300ms"}})
	case 3:
		st.Kind, st.Size = "global", pick(g, "{unbounded: true}", "{ttl: 1ms}", "{ttl: 1s}", "{ttl: 5s}", "{ttl: 1500ms}", "{ttl: 10m}")
		return
	case 2:
		st.Kind, st.Size = "session", pick(g, "1s", "2s", "5s", "7s", "1500ms", "10m")
		if g.chance(25) {
			st.Max = pick(g, "10m", "17m", "1h")
		}
		return
	}
	switch {
	case g.chance(20):
		st.Offset = pick(g, "1s", "333ms")
		if st.Every == "400ms" || st.Every == "500ms" || st.Size == "900ms" || st.Kind == "tumbling" && st.Size == "1s" {
			st.Offset = "333ms"
		}
	case g.chance(10):
		st.Zone = pick(g, "Europe/Paris", "America/Sao_Paulo", "Asia/Kolkata")
		switch st.Size, st.Every = "1d", ""; st.Kind {
		case "hopping":
			st.Size, st.Every = g.pair([][2]string{{"3d", "2d"}, {"2d", "1d"}})
		case "cumulative":
			st.Size, st.Every = "7d", "1d"
		}
	}
}

func (g *gen) pair(of [][2]string) (string, string) {
	p := of[g.r.IntN(len(of))]
	return p[0], p[1]
}

// window adds the clauses of a windowed step.
func (g *gen) window(st *Step, row *stream, lets []term) stream {
	env := g.env(row)
	env.addAll(lets)
	out := stream{name: st.Name, windowed: true, fail: row.fail, typ: &types.Type{Kind: types.Record, Name: st.Name, Derived: true}}
	name := g.uniqueNames()
	add := func(to *[]Named, expr string, t *types.Type) {
		f := &types.Field{Name: name(), Type: t}
		f.Wire = f.Name
		out.typ.Fields = append(out.typ.Fields, f)
		*to = append(*to, Named{f.Name, expr})
	}
	g.group(row, env, func(expr string, t *types.Type) { add(&st.GroupBy, expr, t) })
	args := *row // what aggregates see: no window, and behind a repartition topic no key
	args.windowed = false
	if !sameKey(st.GroupBy, row.parts) {
		args.key, args.mixed, args.direct, args.spread = nil, true, false, false
	}
	out.spread = args.spread
	out.mixed = args.mixed
	env = g.env(&args)
	env.addAll(lets)
	for _, n := range st.GroupBy {
		out.parts = append(out.parts, []string{n.Name})
	}
	g.layout(st)
	divided := strings.Contains(st.Size, splitHere)
	if out.windowed = st.times(); out.windowed {
		st.Lateness = pick(g, "", "0s", "1s", "10s", "333ms", "20s")
	}
	if g.chance(40) && !strings.Contains(st.Size, "unbounded") {
		st.LateTo = "late_" + st.Name
	}
	if row.overdue && st.Lateness == "" && !strings.Contains(st.Size, "unbounded") { // it has to say what is to become of what is late
		st.LateTo = "late_" + st.Name
	}
	if st.Kind == "session" && g.chance(30) {
		st.Gap = pick(g, `event_time.getSeconds() % 2 == 0 ? duration("3s") : duration("8s")`, `duration("4500ms")`, env.gen(types.Duration, 2))
	}
	if st.Kind == "custom" && !divided {
		st.Size = "{start: " + quoted(pick(g, `event_time - duration("3s")`, `timestamp(int(event_time) / 7 * 7)`, `event_time`, env.gen(types.Timestamp, 2))) +
			", end: " + quoted(pick(g, `event_time + duration("2s")`, `timestamp(int(event_time) / 7 * 7 + 7)`, `event_time + duration("500ms")`)) + "}"
	}
	g.combine(st, &args)
	for range 1 + g.r.IntN(4) {
		e, t := env.aggregate(args.mixed, st.Combine || st.overlaps() || st.Kind == "session" || st.Kind == "sliding" || strings.Contains(st.Size, "every"))
		add(&st.Aggregate, e, t)
	}
	st.Emit = pick(g, "", "final", "final", "updates", "{updates: {every: 10s}}", "{updates: {every: 1700ms}}", "early_and_final", "{early_and_final: {every: 4s}}",
		"{updates: {count: 3}}", "{early_and_final: {count: 2}}", "{updates: {count: 1}}", "{updates: {every: 10s, of: processing_time}}",
		"{early_and_final: {every: 3s, of: processing_time}}")
	if divided {
		g.divide(st, env, &args, lets, out.typ)
	}
	if st.Kind == "count" || divided || st.Combine && strings.Contains(st.Emit, "count") {
		st.Emit = ""
	}
	if !divided && !st.Combine {
		g.corrections(st)
	}
	if st.Kind != "count" && st.Size != "{unbounded: true}" && g.chance(30) {
		if with, ok := strings.CutSuffix(st.Emit, "}}"); ok {
			st.Emit = with + ", tombstones: true}}"
		}
	}
	retracts := false
	if !st.overlaps() && st.Kind != "sliding" && g.chance(30) {
		switch only, ok := strings.CutSuffix(st.Emit, "}}"); {
		case ok && !args.mixed && !strings.HasPrefix(st.Emit, "{early") && !strings.Contains(st.Emit, "of:") && g.chance(60): // with commits it is these that decide what is retracted
			st.Emit = only + ", retractions: true}}"
			retracts = true
		case ok:
			st.Emit = only + ", changes_only: true}}"
		case st.Emit == "updates" || st.Emit == "early_and_final":
			st.Emit = "{" + st.Emit + ": {changes_only: true}}"
		}
	}
	out.updates = st.Emit != "" && st.Emit != "final"
	if g.chance(30) {
		having := g.env(&out)
		having.drop("event_time")
		having.drop("processing_time")
		st.Having = having.gen(types.Bool, 1)
	}
	if retracts {
		out.typ.Fields = append(out.typ.Fields, &types.Field{Name: "retracted", Wire: "retracted", Type: types.BoolType})
	}
	return out
}
