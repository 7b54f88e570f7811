package emitgo

import (
	"fmt"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

// watermarkFrom prints the method that asks a record up to when its partition is complete, if it is not the event time that says so.
func (g *generator) watermarkFrom(f *printer.File, sub *plan.Subtopology) error {
	s := sub.Source
	if s.WatermarkFrom == nil {
		return nil
	}
	f.P()
	f.P("// watermark takes what the record in hand says of its partition: that it is complete up to a time. It returns the task's watermark.")
	f.F("func (t *%s) watermark(input int, at int64) (wm int64, err error) {", taskName(sub))
	if uses(s.WatermarkFrom)[check.FieldVar] {
		f.P("r := &t.in")
	}
	c := &scope{g: g, f: f, sub: sub, row: "r", typ: s.Value, pointer: true, prefix: naming.Local(s.Name) + "Watermark"}
	code, err := c.compile(s.WatermarkFrom, func(x string) string {
		return fmt.Sprintf("return 0, topology.At(%q, %q, %s)", "source "+s.Name+", watermark.from", g.pos(s.WatermarkFrom), x)
	})
	if err != nil {
		return err
	}
	g.codecs.pending = append(g.codecs.pending, code.Decls...)
	if code.Stmts != "" {
		f.P(code.Stmts)
	}
	f.F("upTo := %s // %s: %s", code.Value, g.pos(s.WatermarkFrom), oneLine(s.WatermarkFrom.Text))
	if s.WatermarkFrom.Type.Kind != types.Optional {
		f.P("return t.Clock.Observe(input, upTo.UnixMilli()), nil")
		f.P("}")
		return nil
	}
	f.P("if !upTo.Valid {")
	f.P("return t.Clock.Heard(input), nil")
	f.P("}")
	f.P("return t.Clock.Observe(input, upTo.Value.UnixMilli()), nil")
	f.P("}")
	return nil
}
