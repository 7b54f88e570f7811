package check

import (
	"slices"

	"cel.dev/cel-go/common/ast"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// Fragments are gone behind this phase. Each is checked once where it is defined, by a checker of its own: input is then a stream of
// the records that it declares, and parameters are variables. For each use its steps are then added to the spec's, with expressions
// in place of parameters, and checked again, now over the records that really come in, which may have more fields.

// fragment is what is known of a fragment.
type fragment struct {
	tree   *syntax.Fragment
	input  *Stream
	params []Var
	reads  []paramRead
	own    *checker // that checked the definition
	broken bool     // nothing can use it; what is wrong is reported
	used   []*instance
}

// paramRead is a place at which an expression reads a parameter.
type paramRead struct {
	name string
	at   source.Span
	// atInput says that the expression is about the records of input as they come in.
	atInput bool
	locals  []string // variables of macros of the expression
}

// defineFragments checks all fragments.
func (c *checker) defineFragments() {
	for _, d := range c.tree.Fragments {
		c.fragments = append(c.fragments, c.fragment(d))
	}
}

func (c *checker) fragment(d *syntax.Fragment) *fragment {
	f := &fragment{tree: d, input: &Stream{Name: inputName, Type: c.typeOf(d.Input)}}
	if t := f.input.Type; t != nil && t.Kind != types.Record {
		c.report(inputNoRecord(d.Input, t))
		f.input.Type = nil
	}
	if d.Key != nil {
		if t := c.typeOf(d.Key); t != nil && !keyable(t) {
			c.report(badKeyType(d.Key, t))
		} else if t != nil {
			f.input.Key = []KeyPart{{Name: "key", Type: t}}
		}
	}
	own := &checker{tree: &syntax.Spec{File: c.tree.File, Steps: d.Steps}, p: &Program{File: c.p.File, Types: c.p.Types, Functions: c.p.Functions}, env: celenv.New(c.p.Types),
		types: c.types, aliases: c.aliases, streams: map[string]*Stream{}, steps: map[*syntax.Step]*Step{}, derived: map[string]bool{}, broken: c.broken, defines: f}
	f.own = own
	for _, g := range c.p.Functions {
		own.env.AddFunc(g.CEL())
	}
	for _, e := range d.Params {
		own.derivedName(e.Name)
		t := c.typeOf(e.Expr)
		if t == nil {
			t = &types.Type{Kind: types.Invalid}
		}
		if in := f.input.Type; in != nil && in.Field(e.Name.Value) != nil {
			own.report(hidesField(e.Name, "params", "the field", in.Field(e.Name.Value).Span))
			t = &types.Type{Kind: types.Invalid}
		}
		f.params = append(f.params, Var{Name: e.Name.Value, Type: t})
	}
	if f.input.Type != nil {
		for _, g := range f.input.Type.Fields {
			if hidden[g.Name] != "" {
				own.report(hidesName(g.Span, g.Name, true, source.Span{}))
			}
		}
	}
	own.declare(&syntax.Text{Value: inputName, Span: d.Name.Span}, f.input)
	own.declareSteps()
	own.checkSteps()
	c.diags = append(c.diags, own.diags...)
	f.broken = own.diags.HasErrors() || f.input.Type == nil || slices.ContainsFunc(f.params, func(v Var) bool { return invalid(v.Type) })
	return f
}

// inputName is what the steps of a fragment call the stream that it is used on.
const inputName = "input"

func keyable(t *types.Type) bool {
	if t.Kind == types.Optional {
		t = t.Elem
	}
	return t.Keyable()
}

// param is a parameter of the fragment that is being defined.
func (c *checker) param(name string) (Var, bool) {
	if c.defines != nil {
		for _, v := range c.defines.params {
			if v.Name == name {
				return v, true
			}
		}
	}
	return Var{}, false
}

// readParams notes where an expression of a fragment reads parameters.
func (c *checker) readParams(text *syntax.Text, e *Expr, at place) {
	if c.defines == nil || len(c.defines.params) == 0 {
		return
	}
	var locals []string
	ast.PreOrderVisit(e.AST.NativeRep().Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() == ast.ComprehensionKind {
			locals = append(locals, x.AsComprehension().IterVar(), x.AsComprehension().IterVar2())
		}
	}))
	in := c.defines.input
	atInput := at.step != nil && at.step.From == in && at.row == in.Type && !at.group
	for _, s := range c.env.Selections(e.Text, e.AST) {
		if _, ok := c.param(s.Name); ok && s.Record == nil {
			c.defines.reads = append(c.defines.reads, paramRead{s.Name, text.At(s.Start, s.End), atInput, locals})
		}
	}
}

// warnUnusedFragments warns of fragments that nothing uses, and of parameters that their steps do not read.
func (c *checker) warnUnusedFragments() {
	for _, f := range c.fragments {
		if f.tree.Span.File != c.p.File { // what nothing uses here may be used elsewhere
			continue
		}
		if f.used == nil {
			c.report(unusedFragment(f.tree))
		}
		for _, p := range f.tree.Params {
			if !slices.ContainsFunc(f.reads, func(r paramRead) bool { return r.name == p.Name.Value }) {
				c.report(unreadParam(p.Name, f.tree))
			}
		}
	}
}

// everyUse keeps of the warnings about unused things in fragments those that are true of every use, once.
func (c *checker) everyUse(warnings diag.List) {
	type thing struct {
		code string
		at   source.Span
	}
	times := map[thing]int{}
	for _, d := range warnings {
		times[thing{d.Code, d.Subject}]++
	}
	for _, d := range warnings {
		t := thing{d.Code, d.Subject}
		if f := c.within(d.Subject); f == nil || times[t] == len(f.used) {
			c.report(d)
			times[t] = 0 // told once
		}
	}
}

// within is the fragment whose text a place is in.
func (c *checker) within(at source.Span) *fragment {
	for _, f := range c.fragments {
		if s := f.tree.Span; at.File == s.File && at.Start >= s.Start && at.End <= s.End {
			return f
		}
	}
	return nil
}
