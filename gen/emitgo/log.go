package emitgo

import (
	"fmt"

	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
)

// linesField is the task's field of what a step logs.
func linesField(n stepNames) string { return n.method + "Lines" }

// newLines prints that a task makes that field.
func (g *generator) newLines(f *printer.File, st *check.Step) {
	f.Import("log/slog")
	f.F("t.%s = topology.NewLines(c, %q, slog.Level%s)", linesField(g.steps[st]), st.Name, naming.Exported(st.Log.Level))
}

// logLine prints that a record is logged. A line that can't be made is no reason to do anything with the record.
func (g *generator) logLine(f *printer.File, c *scope, st *check.Step) error {
	lines := "t." + linesField(g.steps[st])
	c.prefix = g.steps[st].method + "Expr"
	code, err := c.compile(st.Log.Line, func(x string) string { return `return "", ` + x })
	if err != nil {
		return err
	}
	g.codecs.pending = append(g.codecs.pending, code.Decls...)
	at := fmt.Sprintf("// %s: %s", g.pos(st.Log.Line), oneLine(st.Log.Line.Text))
	f.F("if %s.Next() { %s", lines, at)
	if code.Stmts == "" && !code.CanFail {
		f.F("%s.Write(%s, nil)", lines, code.Value)
	} else {
		f.F("%s.Write(func() (string, error) {", lines)
		if code.Stmts != "" {
			f.P(code.Stmts)
		}
		f.F("return %s, nil", code.Value)
		f.P("}())")
	}
	f.P("}")
	return nil
}
