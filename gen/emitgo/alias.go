package emitgo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/gen/codec"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

// nameConditions names the functions that the conditions of aliases become.
func (g *generator) nameConditions() {
	g.conditions = map[*check.Alias]string{}
	for _, a := range g.p.Aliases {
		if a.Where != nil {
			g.conditions[a] = g.names.Take("is" + naming.Exported(a.Type.Alias.Name))
		}
	}
}

// checks are the conditions that a decoder tests on values of t, and notes that they are needed.
func (g *generator) checks(t *types.Type) []codec.Check {
	var checks []codec.Check
	for _, a := range g.p.Conditions(t) {
		if !slices.Contains(g.tested, a) {
			g.tested = append(g.tested, a)
		}
		msg := fmt.Sprintf("not %s: %s does not hold", article(a.Type.Alias.Name), oneLine(a.Where.Text))
		checks = append(checks, codec.Check{Func: g.conditions[a], Msg: msg})
	}
	return checks
}

func article(name string) string {
	if strings.Contains("AEIO", name[:1]) {
		return "an " + name
	}
	return "a " + name
}

// conditionFuncs prints the functions of the conditions that decoders test. Data for which a condition fails does not fulfil it.
func (g *generator) conditionFuncs(f *printer.File) error {
	slices.SortFunc(g.tested, func(a, b *check.Alias) int { return slices.Index(g.p.Aliases, a) - slices.Index(g.p.Aliases, b) })
	for _, a := range g.tested {
		name := g.conditions[a]
		c := &scope{g: g, f: f, prefix: lowerFirst(naming.Exported(a.Type.Alias.Name)), free: true}
		code, err := c.compile(a.Where, func(string) string { return "return false" })
		if err != nil {
			return err
		}
		f.P()
		for _, d := range code.Decls {
			g.declare(f, d)
		}
		f.F("// %s tells whether a value is %s: %s", name, article(a.Type.Alias.Name), g.pos(a.Where))
		f.P("//")
		for _, l := range strings.Split(strings.TrimSpace(a.Where.Text), "\n") {
			f.P("//\t", strings.TrimSpace(l))
		}
		f.F("func %s(this %s) bool {", name, g.goType(f, a.Type))
		if code.Stmts != "" {
			f.P(code.Stmts)
		}
		f.P("return ", code.Value)
		f.P("}")
	}
	return nil
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
