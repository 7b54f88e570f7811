package check

import "github.com/weirstream/weir/spec/syntax"

// advise warns of expressions that are right and can hardly be meant.
func (c *checker) advise() {
	conditions := map[*Expr]bool{}
	for _, st := range c.p.Steps {
		conditions[st.Where], conditions[st.Having] = true, true
	}
	for _, e := range c.exprs {
		if c.within(e.Span) != nil { // whoever defines the fragment is told, not who uses it
			continue
		}
		text := &syntax.Text{Value: e.Text, Span: e.Span, Offsets: e.Offsets}
		for _, is := range c.env.Advise(e.Text, e.AST, conditions[e]) {
			c.report(advised(text, is))
		}
	}
}
