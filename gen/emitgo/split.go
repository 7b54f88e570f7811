package emitgo

import (
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

// split prints the end of a step with branches: the record goes to the first one whose condition holds. A branch that leads
// nowhere takes its records as well.
func (g *generator) split(f *printer.File, c *scope, st *check.Step, row string) error {
	for _, b := range st.Split {
		if b.When == nil {
			f.F("// branch %s: all others", b.Name)
			g.handOn(f, c.sub, b.Out, row)
			return nil
		}
		v, err := g.value(f, c, st, "split "+b.Name, b.Name+"_when", b.When)
		if err != nil {
			return err
		}
		f.F("if %s { // branch %s: %s", v, b.Name, oneLine(b.When.Text))
		g.handOn(f, c.sub, b.Out, row)
		f.P("}")
	}
	f.P("t.Stats.Filtered++")
	f.P("return nil")
	return nil
}
