package emitgo

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

// process prints the method that takes a record of the input.
func (g *generator) process(f *printer.File, sub *plan.Subtopology) error {
	f.P()
	f.F("// Process takes one record of topic %s through the graph.", sub.Topic)
	f.F("func (t *%s) Process(input int, rec *kgo.Record) error {", taskName(sub))
	if sub.Source != nil && sub.Source.SkipTombstones {
		f.P("if rec.Value == nil { // a tombstone")
		f.P("t.Stats.Filtered++")
		f.P("return nil")
		f.P("}")
	}
	f.P("at, err := t.read(rec)")
	f.P("if err != nil {")
	f.P("return t.Bad(input, rec, err)")
	f.P("}")
	if sub.Source != nil && sub.Source.WatermarkFrom != nil {
		f.P("wm, err := t.watermark(input, at)")
		f.P("if err != nil {")
		f.P("return t.Bad(input, rec, err)")
		f.P("}")
	} else {
		f.P("wm := t.Clock.Observe(input, at)")
	}
	f.P("if err := t.take(&t.in, rec.Key, at); err != nil {")
	f.P("if err := t.Bad(input, rec, err); err != nil {")
	f.P("return err")
	f.P("}")
	f.P("}")
	f.P("return t.Advance(wm)")
	f.P("}")
	if sub.Source != nil {
		if sub.Repartitions() {
			f.P()
			f.P("// EventTime is a record's event time, by which a bounded run chooses among its sources and their partitions.")
			f.F("func (t *%s) EventTime(rec *kgo.Record) (int64, error) { return t.read(rec) }", taskName(sub))
		}
		if err := g.readSource(f, sub); err != nil {
			return err
		}
		if err := g.watermarkFrom(f, sub); err != nil {
			return err
		}
	} else {
		g.readPayload(f, sub)
	}
	f.P()
	if sub.Source != nil {
		f.F("// take gives a record to what reads source %s.", sub.Source.Name)
		f.F("func (t *%s) take(%s) error {", taskName(sub), g.params(sub.Source.Out))
		g.handOn(f, sub, sub.Source.Out, "r")
		f.P("}")
		return nil
	}
	st := sub.Cut
	if st.Combines {
		return g.takePartial(f, sub)
	}
	if inProcessStore(st) {
		whose := "step "
		if st.Process != nil {
			whose = "the processor of step "
		}
		f.F("// take gives a record to %s%s; its group is its key.", whose, st.Name)
		f.F("func (t *%s) take(r *%s, key []byte, at int64) error {", taskName(sub), g.typeName(g.inputType(sub)))
		f.F("return t.%s(r, key, at)", g.takesByGroup(st))
		f.P("}")
		return nil
	}
	f.F("// take adds a record to its group's window; its group is its key.")
	f.F("func (t *%s) take(r *%s, key []byte, at int64) error {", taskName(sub), g.typeName(g.inputType(sub)))
	f.P("group := key")
	c := &scope{g: g, f: f, sub: sub, row: "r", typ: g.inputType(sub), pointer: true}
	err := g.fold(f, c, st, "r")
	f.P("}")
	return err
}

// readSource prints the decoding of a source's record into t.in and the computation of its event time.
func (g *generator) readSource(f *printer.File, sub *plan.Subtopology) error {
	s := sub.Source
	f.P()
	f.F("// read decodes a record and gives its event time in Unix milliseconds.")
	f.F("func (t *%s) read(rec *kgo.Record) (at int64, err error) {", taskName(sub))
	if g.readsDirect(sub, readsRecord) {
		f.P("t.rec = rec")
	}
	if g.readsDirect(sub, readsHeaderMap) {
		f.Import(module + "topology")
		f.P("t.headers = topology.Headers(rec, t.headers)")
	}
	if s.Key != nil {
		f.Import(module + "keyenc")
		g.parseKey(f, s.Key)
	}
	method := "decodeJSON"
	if s.Format == check.CSV {
		method = "decodeCSV" + g.codecs.csvSuffix[s]
	}
	f.F("if err := t.in.%s(rec.Value, &t.scratch); err != nil {", method)
	f.P("return 0, err")
	f.P("}")
	if s.KeyField != "" {
		field := s.Value.Field(s.KeyField)
		f.P("if ", g.differs(f, field.Type, "t.key", "t.in."+fieldName(field)), " {")
		f.F("return 0, topology.KeyDiffers(%q)", s.KeyField)
		f.P("}")
	}
	if s.EventTime == nil {
		f.P("return rec.Timestamp.UnixMilli(), nil")
		f.P("}")
		return nil
	}
	if uses(s.EventTime)[check.FieldVar] {
		f.P("r := &t.in")
	}
	c := &scope{g: g, f: f, sub: sub, row: "r", typ: s.Value, pointer: true, prefix: naming.Local(s.Name) + "EventTime"}
	where := func(x string) string {
		return fmt.Sprintf("return 0, topology.At(%q, %q, %s)", "source "+s.Name+", event_time", g.pos(s.EventTime), x)
	}
	code, err := c.compile(s.EventTime, where)
	if err != nil {
		return err
	}
	g.codecs.pending = append(g.codecs.pending, code.Decls...)
	if code.Stmts != "" {
		f.P(code.Stmts)
	}
	f.F("return %s.UnixMilli(), nil // %s: %s", paren(code.Value), g.pos(s.EventTime), oneLine(s.EventTime.Text))
	f.P("}")
	return nil
}

// paren wraps an expression that a selector can't follow directly.
func paren(e string) string {
	if strings.ContainsAny(e, " *&") {
		return "(" + e + ")"
	}
	return e
}

// differs is a Go condition: the values a and b of type t are not the same.
func (g *generator) differs(f *printer.File, t *types.Type, a, b string) string {
	switch t.Kind {
	case types.Bytes:
		f.Import("bytes")
		return fmt.Sprintf("!bytes.Equal(%s, %s)", a, b)
	case types.Timestamp:
		return fmt.Sprintf("!%s.Equal(%s)", a, b)
	case types.Optional:
		return fmt.Sprintf("%s.Valid != %s.Valid || %s.Valid && %s", a, b, a, g.differs(f, t.Elem, a+".Value", b+".Value"))
	}
	return a + " != " + b
}

func (g *generator) readPayload(f *printer.File, sub *plan.Subtopology) {
	if sub.Cut.Combines {
		g.readPartial(f, sub)
		return
	}
	f.P()
	f.F("// read decodes a record and gives its event time in Unix milliseconds, which records in %s carry.", sub.Topic)
	f.F("func (t *%s) read(rec *kgo.Record) (at int64, err error) {", taskName(sub))
	f.P("if err := t.in.decodeState(rec.Value); err != nil {")
	f.P("return 0, topology.Fatal(err)")
	f.P("}")
	f.Import("github.com/weirstream/weir/runtime/emit")
	f.P("return emit.EventTime(rec), nil")
	f.P("}")
}
