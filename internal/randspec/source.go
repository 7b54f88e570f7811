package randspec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

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
