package check

import (
	"slices"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

func (c *checker) declareSources() {
	for _, d := range c.tree.Sources {
		s := &Source{Name: d.Name.Value, Span: d.Name.Span, OnError: Fail, SkipTombstones: d.Tombstones != nil && d.Tombstones.Value == "skip"}
		if d.Topic != nil {
			s.Topic, s.TopicSpan = d.Topic.Value, d.Topic.Span
		}
		c.p.Sources = append(c.p.Sources, s)
		s.Out = &Stream{Name: s.Name, Source: s, Direct: true}
		c.declare(d.Name, s.Out)

		c.sourceValue(s, d)
		c.sourceKey(s, d)
		c.sourceTime(s, d)
		switch {
		case d.DeadLetterGiven:
			s.OnError = DeadLetter
			if d.DeadLetter != nil {
				s.DeadLetterTopic = d.DeadLetter.Value
			}
		case d.OnError != nil && d.OnError.Value == "skip":
			s.OnError = Skip
		}
		s.Out.Type = s.Value
		if s.Key != nil {
			part := KeyPart{Name: "key", Type: s.Key}
			if s.KeyField != "" {
				part.Fields = []string{s.KeyField}
			}
			s.Out.Key = []KeyPart{part}
		}
	}
}

func (c *checker) sourceValue(s *Source, d *syntax.Source) {
	t := c.typeOf(d.Value)
	if t != nil && t.Kind != types.Record {
		c.report(valueNoRecord(d.Value, t))
		t = nil
	}
	s.Value = t
	s.Format = c.format(d.Format)
	if t == nil {
		return
	}
	for _, f := range t.Fields {
		if hidden[f.Name] != "" {
			c.report(hidesName(f.Span, f.Name, true, d.Value.Span))
		}
	}
	if s.Format == CSV {
		s.CSV = c.csvOptions(d.Format, t, d.Value.Span, true)
	}
}

func (c *checker) format(f syntax.Format) Format {
	if f.Name != nil && f.Name.Value == "csv" {
		return CSV
	}
	if f.CSV != nil && (f.Name == nil || f.Name.Value == "json") {
		c.report(csvWithoutFormat(*f.CSV))
	}
	return JSON
}

func (c *checker) sourceKey(s *Source, d *syntax.Source) {
	t := c.typeOf(d.Key)
	if t == nil {
		return
	}
	plain := t
	if t.Kind == types.Optional {
		plain = t.Elem
	}
	if !plain.Keyable() {
		c.report(badKeyType(d.Key, t))
		return
	}
	s.Key = t
	if d.KeyField == nil || s.Value == nil {
		return
	}
	f := s.Value.Field(d.KeyField.Value)
	switch {
	case f == nil:
		c.report(unknownField(d.KeyField, s.Value))
	case invalid(f.Type):
	case !types.Equal(f.Type, t):
		c.report(keyFieldType(d.KeyField, f, t))
	default:
		s.KeyField = f.Name
	}
}

func (c *checker) sourceTime(s *Source, d *syntax.Source) {
	if s.Value != nil {
		s.EventTime = c.typed(d.EventTime, &Scope{Vars: fieldVars(s.Value)}, place{clause: "event_time", row: s.Value}, types.TimestampType)
	}
	s.StreamTime = d.Watermark != nil
	s.Out.Retimed = d.WatermarkFrom != nil
	if d.WatermarkFrom != nil && s.Value != nil {
		scope := &Scope{Vars: append(fieldVars(s.Value), Var{Name: "event_time", Kind: EventTimeVar, Type: types.TimestampType})}
		s.WatermarkFrom = c.expr(d.WatermarkFrom, scope, place{clause: "watermark.from", row: s.Value})
		if e := s.WatermarkFrom; e != nil && !types.Equal(e.Type, types.TimestampType) && !types.Equal(e.Type, types.OptionalOf(types.TimestampType)) {
			c.report(wrongResult(d.WatermarkFrom, "watermark.from", e.Type, types.TimestampType))
			s.WatermarkFrom = nil
		}
	}
	if d.Lag != nil {
		s.Lag = d.Lag.Value
	}
	if d.IdleAfter != nil {
		s.IdleAfter = d.IdleAfter.Value
		if s.IdleAfter == 0 {
			c.report(zeroDuration(d.IdleAfter.Span, "idle_after", "leave it out for partitions that are never idle"))
		}
	}
	if d.MaxDrift != nil {
		s.MaxDrift = d.MaxDrift.Value
		if s.MaxDrift == 0 {
			c.report(zeroDuration(d.MaxDrift.Span, "max_drift", "partitions are as far as their last records, which are never of one time; leave it out for sources that need not wait"))
		}
	}
}

// csvOptions checks that a record can stand in CSV and gives the options their defaults. A source may have columns that no
// field has, a sink may leave fields out. A field with a default needs no column in a source, so it need not fit into one.
func (c *checker) csvOptions(f syntax.Format, t *types.Type, at source.Span, reading bool) CSVOptions {
	o := CSVOptions{Delimiter: ',', Nulls: []string{""}}
	if t.Union {
		c.report(unionInCSV(at, t))
	}
	for _, fd := range t.Fields {
		plain := fd.Type
		if plain.Kind == types.Optional {
			plain = plain.Elem
		}
		if plain.Kind != types.Invalid && !plain.Keyable() {
			if !reading || !c.hasDefault(fd) {
				c.report(notFlat(at, t, fd))
			}
			continue
		}
		o.Columns = append(o.Columns, fd.Wire)
	}
	if f.Delimiter != nil && len(f.Delimiter.Value) == 1 {
		o.Delimiter = f.Delimiter.Value[0]
		if o.Delimiter == '"' {
			c.report(quoteDelimiter(f.Delimiter))
		}
	}
	if f.Nulls != nil {
		o.Nulls = nil
		for _, n := range f.Nulls {
			if slices.ContainsFunc([]byte(n.Value), func(b byte) bool { return b == '"' || b == '\n' || b == '\r' || b == o.Delimiter }) {
				c.report(badNull(n))
			}
			o.Nulls = append(o.Nulls, n.Value)
		}
	}
	if f.Columns == nil {
		return o
	}
	o.Columns = nil
	for i, col := range f.Columns {
		for _, before := range f.Columns[:i] {
			if before.Value == col.Value {
				c.report(duplicateColumn(col, before.Span))
				break
			}
		}
		if !reading && !slices.ContainsFunc(t.Fields, func(fd *types.Field) bool { return fd.Wire == col.Value }) {
			c.report(unknownColumn(col, t))
		}
		o.Columns = append(o.Columns, col.Value)
	}
	for _, fd := range t.Fields {
		switch column := common(fd.Wires(), o.Columns); {
		case !reading:
		case column == "" && !c.hasDefault(fd):
			c.report(noColumn(columnsSpan(f), fd, f.Columns))
		case column != "" && c.hasDefault(fd) && fd.Type.Kind != types.Invalid && !keyable(fd.Type):
			c.report(notFlat(at, t, fd))
		}
	}
	return o
}
