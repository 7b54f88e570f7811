package randspec

import (
	"fmt"
	"math/rand/v2"
	"slices"
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

// types makes an enum or two, and a record to be nested.
func (g *gen) types() {
	for i := range 1 + g.r.IntN(2) {
		e := &types.Type{Kind: types.Enum, Name: []string{"Status", "Kind"}[i], Values: []string{"pending", "paid", "cancelled", "type"}[:2+g.r.IntN(3)]}
		g.enums = append(g.enums, e)
		g.spec.Types = append(g.spec.Types, e)
	}
	for _, a := range []*types.Alias{{Name: "Short", Of: types.StringType, Text: "this.size() < 9"}, {Name: "Odd", Of: types.IntType, Text: "100 / (this - 13) < 50"}} {
		t := *a.Of
		t.Alias = a
		g.aliases = append(g.aliases, &t)
	}
	g.spec.Types = append(g.spec.Types, g.aliases...)
	item := &types.Type{Kind: types.Record, Name: pick(g, "Item", "Row", "Task")}
	name := g.uniqueNames()
	for range 1 + g.r.IntN(4) {
		t := g.scalarType()
		for t.Alias != nil { // a condition within a record is checked only where somebody reads the field, which the oracle does not follow
			t = g.scalarType()
		}
		item.Fields = append(item.Fields, g.field(name(), t))
	}
	g.spec.Types = append(g.spec.Types, item, g.union(item))
}

// union makes a union of records, by a tag or not, or of anything.
func (g *gen) union(item *types.Type) *types.Type {
	u := &types.Type{Kind: types.Record, Union: true, Name: pick(g, "Choice", "Change", "Either")}
	name := g.uniqueNames()
	tagged := g.chance(40)
	for range 1 + g.r.IntN(3) {
		t := item
		if !tagged && g.chance(70) {
			t = pick(g, g.scalarType(), g.scalarType(), types.ListOf(item), types.MapOf(types.StringType, types.IntType))
		}
		f := g.field(name(), t)
		f.Type, f.Default = types.OptionalOf(t), nil
		u.Fields = append(u.Fields, f)
	}
	if tagged {
		u.Tag = pick(g, "tag!", "the kind")
	}
	return u
}

func (g *gen) scalarType() *types.Type {
	if g.chance(10) {
		return pick(g, g.enums...)
	}
	if g.chance(8) {
		return pick(g, g.aliases...)
	}
	return pick(g, types.BoolType, types.IntType, types.IntType, types.UintType, types.DoubleType, types.StringType, types.StringType,
		types.BytesType, types.TimestampType, types.DurationType, types.DecimalType, shortDecimal, types.DateType, types.TimeOfDayType)
}

// shortDecimal is a decimal that most numbers made here fit.
var shortDecimal = types.DecimalOf(9, 3)

func (g *gen) field(name string, t *types.Type) *types.Field {
	f := &types.Field{Name: name, Type: t, Wire: name}
	if g.chance(15) {
		f.Wire = pick(g, name+"Wire", "W-"+name, name+" x", "@"+name, strings.ToUpper(name)+"!", "ü"+name)
	}
	elem := t
	for elem.Elem != nil {
		elem = elem.Elem
	}
	if elem.Kind == types.Decimal && g.chance(30) {
		f.As = types.AsString
	}
	if elem.Kind == types.Timestamp && g.chance(60) {
		f.As = pick(g, types.EpochMillis, types.EpochSeconds)
	}
	if g.chance(15) {
		if f.Default = g.written(t); t.Kind == types.Optional && len(f.Default.Elems) == 0 {
			f.Default = nil
		}
	}
	if g.chance(10) {
		f.WasWire = []string{"old-" + name}
	}
	return f
}

// source makes a source with a record type of its own, or one like the first.
func (g *gen) source(i int) {
	if i > 0 && g.chance(40) {
		src, s := *g.spec.Sources[0], *g.streams[0]
		src.Name, src.Topic = "events", fmt.Sprintf("in-%d", i)
		src.Lag = pick(g, "", "500ms", "1m")
		src.OnError = pick(g, "skip", "{dead_letter: "+src.Topic+".dlq}", "{dead_letter: dlq}", "fail")
		s.name, s.fail = src.Name, src.OnError == "fail"
		g.spec.Sources, g.streams = append(g.spec.Sources, &src), append(g.streams, &s)
		return
	}
	rec := &types.Type{Kind: types.Record, Name: pick(g, "Order", "Event", "Reading", "Topology") + []string{"", "B"}[i]}
	src := &Source{Name: []string{"orders", "events"}[i], Topic: fmt.Sprintf("in-%d", i), Value: rec}
	if g.chance(25) {
		src.CSV = g.csv()
	}
	name := g.uniqueNames()
	for range 2 + g.r.IntN(7) {
		f := g.field(name(), g.fieldType(src.CSV != nil && g.chance(90)))
		if src.CSV != nil && !cell(f.Type) && f.Default == nil { // it has no column
			f.Default = g.written(f.Type)
			for f.Type.Kind == types.Optional && len(f.Default.Elems) == 0 { // absent is no default
				f.Default = g.written(f.Type)
			}
		}
		rec.Fields = append(rec.Fields, f)
	}
	if g.chance(80) {
		f := g.field(name(), types.TimestampType)
		if f.As == types.EpochSeconds && g.chance(50) {
			f.As = types.EpochMillis
		}
		f.Default = nil // the inputs are made for times that they say
		rec.Fields = slices.Insert(rec.Fields, g.r.IntN(len(rec.Fields)+1), f)
		src.EventTime = f.Name
		if g.chance(10) {
			src.EventTime += ` + duration("1500ms")`
		}
	}
	if src.CSV != nil && src.CSV.Columns != nil {
		src.CSV.Columns = nil
		for _, f := range rec.Fields {
			if f.Default == nil || cell(f.Type) && g.chance(70) {
				src.CSV.Columns = append(src.CSV.Columns, f.Wire)
			}
		}
		src.CSV.Columns = append(src.CSV.Columns, "unused")
		g.r.Shuffle(len(src.CSV.Columns), func(i, j int) {
			c := src.CSV.Columns
			c[i], c[j] = c[j], c[i]
		})
	}
	key := g.key(src)
	src.Lag = pick(g, "", "0s", "500ms", "5s", "1m")
	if g.chance(25) { // never later than the event time, as inputs are made for that
		src.From = pick(g, `event_time - duration("1500ms")`, `event_time.getSeconds() % 3 == 0 ? optional.of(event_time) : optional.none()`, `event_time`)
	}
	src.OnError = pick(g, "skip", "skip", "{dead_letter: "+src.Topic+".dlq}", "{dead_letter: dlq}", "fail", "")
	g.spec.Types = append(g.spec.Types, rec)
	g.spec.Sources = append(g.spec.Sources, src)
	s := &stream{name: src.Name, typ: rec, key: key, direct: true, fail: src.OnError == "" || src.OnError == "fail"}
	if key != nil {
		s.parts = [][]string{{"key"}}
		if _, field, ok := strings.Cut(src.Key, "field: "); ok {
			s.parts[0] = append(s.parts[0], strings.TrimSuffix(field, "}"))
		}
	}
	g.streams = append(g.streams, s)
}

func (g *gen) csv() *CSV {
	c := &CSV{}
	if g.chance(50) {
		c.Columns = []string{}
	}
	if g.chance(40) {
		c.Delimiter = pick(g, ";", "|", "\t")
		if c.Delimiter == "\t" {
			c.Delimiter = ";"
		}
	}
	if g.chance(50) {
		c.Nulls = pick(g, []string{"", "NA"}, []string{"NULL"}, []string{"-", ""})
	}
	return c
}

func (g *gen) fieldType(flat bool) *types.Type {
	if flat {
		if g.chance(25) {
			return types.OptionalOf(g.scalarType())
		}
		return g.scalarType()
	}
	item := g.spec.Types[len(g.enums)+len(g.aliases)]
	union := g.spec.Types[len(g.enums)+len(g.aliases)+1]
	switch g.r.IntN(14) {
	case 12:
		return union
	case 13:
		return pick(g, types.OptionalOf(union), types.ListOf(union), types.MapOf(types.StringType, union), types.ListOf(types.OptionalOf(union)))
	case 0, 1:
		return types.OptionalOf(g.scalarType())
	case 2:
		return types.ListOf(item)
	case 3:
		return types.ListOf(g.scalarType())
	case 4:
		return types.MapOf(pick(g, types.StringType, types.IntType, types.UintType, types.BoolType), g.scalarType())
	case 5:
		return item
	case 6:
		return pick(g, types.OptionalOf(item), types.ListOf(types.OptionalOf(types.IntType)), types.OptionalOf(types.ListOf(types.StringType)),
			types.MapOf(types.StringType, item))
	}
	return g.scalarType()
}

// key picks a source's key and returns its type as expressions see it.
func (g *gen) key(src *Source) *types.Type {
	switch g.r.IntN(6) {
	case 0:
		return nil
	case 1, 2:
		var fs []*types.Field
		for _, f := range src.Value.Fields {
			if f.Type.Keyable() && f.Type.Kind != types.Double && f.Name != src.EventTime {
				fs = append(fs, f)
			}
		}
		if fs != nil {
			f := pick(g, fs...)
			src.Key = fmt.Sprintf("{type: %s, field: %s}", quoted(f.Type.String()), f.Name)
			return f.Type
		}
	case 3:
		src.Key = "string?"
		return types.OptionalOf(types.StringType)
	}
	t := pick(g, types.StringType, types.StringType, types.IntType, types.UintType, types.BoolType, types.BytesType, types.TimestampType,
		types.DurationType, types.DecimalType, shortDecimal, types.DateType, types.TimeOfDayType, g.enums[0])
	src.Key = t.String()
	return t
}

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
