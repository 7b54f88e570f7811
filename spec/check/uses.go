package check

import (
	"regexp"
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// instance is a use of a fragment.
type instance struct {
	fragment *fragment
	tree     *syntax.Step
	state    instanceState
}

type instanceState uint8

const (
	unbound instanceState = iota // what comes in was not looked at yet
	bound
	misfit // reported
)

// useFragments puts the steps of fragments in the place of the steps that use them.
func (c *checker) useFragments() {
	var steps []*syntax.Step
	for _, d := range c.tree.Steps {
		if d.Use == nil {
			steps = append(steps, d)
			continue
		}
		in := c.instance(d)
		if in == nil {
			c.lost = append(c.lost, d.Name.Value+"_")
			continue
		}
		for _, s := range in.steps() {
			c.instances[s] = in
			steps = append(steps, s)
		}
	}
	c.tree.Steps = steps
}

// instance resolves the fragment of a step and its parameters; nil if there is something wrong.
func (c *checker) instance(d *syntax.Step) *instance {
	i := slices.IndexFunc(c.fragments, func(f *fragment) bool { return f.tree.Name.Value == d.Use.Value })
	if i < 0 {
		c.report(c.unknownFragment(d.Use))
		return nil
	}
	f := c.fragments[i]
	in := &instance{fragment: f, tree: d}
	f.used = append(f.used, in)
	ok := !f.broken
	for _, e := range d.With {
		if !slices.ContainsFunc(f.tree.Params, func(p *syntax.Entry) bool { return p.Name.Value == e.Name.Value }) {
			c.report(unknownParam(e.Name, f.tree))
			ok = false
		}
	}
	for _, p := range f.tree.Params {
		if in.value(p.Name.Value) == nil {
			c.report(missingParam(d, p))
			ok = false
		}
	}
	if !ok {
		return nil
	}
	return in
}

// value is the expression that a parameter has, nil if there is none.
func (in *instance) value(param string) *syntax.Text {
	for _, e := range in.tree.With {
		if e.Name.Value == param {
			return e.Expr
		}
	}
	return nil
}

// steps are those of the fragment under the names that they have in this use, with the values of its parameters.
func (in *instance) steps() []*syntax.Step {
	named := func(t *syntax.Text) *syntax.Text {
		prefix := in.tree.Name.Value + "_"
		return &syntax.Text{Value: prefix + t.Value, Span: t.Span, Offsets: append(slices.Repeat(t.Offsets[:1], len(prefix)), t.Offsets...)}
	}
	var steps []*syntax.Step
	for _, d := range in.fragment.tree.Steps {
		s := d.Map(in.replace)
		s.Name = named(d.Name)
		stream := func(t *syntax.Text) *syntax.Text {
			if t.Value == inputName {
				return in.tree.From
			}
			return named(t)
		}
		if s.From != nil {
			s.From = stream(s.From)
		}
		for i, t := range s.Merge {
			s.Merge[i] = stream(t)
		}
		if s.Window != nil && s.Window.LateTo != nil {
			s.Window.LateTo = named(s.Window.LateTo)
		}
		steps = append(steps, s)
	}
	return steps
}

// names are those of the steps that make a stream.
func (in *instance) names() []string {
	var names []string
	for _, d := range in.fragment.tree.Steps {
		names = append(names, in.tree.Name.Value+"_"+d.Name.Value)
	}
	return names
}

// replace puts values in the place of the parameters that a text reads. All of a value stands where its parameter does.
func (in *instance) replace(t *syntax.Text) *syntax.Text {
	r := &syntax.Text{Span: t.Span}
	for i := 0; i < len(t.Value); {
		j := slices.IndexFunc(in.fragment.reads, func(p paramRead) bool { return p.at.Start == t.Offsets[i] })
		if j < 0 {
			r.Value += t.Value[i : i+1]
			r.Offsets = append(r.Offsets, t.Offsets[i])
			i++
			continue
		}
		name := in.fragment.reads[j].name
		value := in.value(name).Value
		switch {
		case isAtom.MatchString(value) && !strings.HasPrefix(t.Value[i+len(name):], "."):
		case strings.Contains(value, "//"): // perhaps a comment, which ends with its line
			value = "(" + value + "\n)"
		default:
			value = "(" + value + ")"
		}
		r.Value += value
		r.Offsets = append(r.Offsets, slices.Repeat(t.Offsets[i:i+1], len(value))...)
		i += len(name)
	}
	r.Offsets = append(r.Offsets, t.Offsets[len(t.Value):]...)
	return r
}

// isAtom matches expressions that mean the same without parentheses, unless a dot follows.
var isAtom = regexp.MustCompile(`^([0-9]+|[A-Za-z_][A-Za-z0-9_.]*|"[^"\\]*"|'[^'\\]*')$`)

// useFits tells whether a step of a fragment can be checked over the stream that comes in. The first time that a use comes by, it looks
// at the stream's type and at the values of the parameters.
func (c *checker) useFits(st *Step, d *syntax.Step) bool {
	in := c.instances[d]
	if in == nil || !slices.Contains(d.Inputs(), in.tree.From) { // what the fragment's own steps hand on fits
		return true
	}
	s := st.From
	if i := slices.Index(d.Merge, in.tree.From); i >= 0 {
		s = s.Merged[i]
	}
	if in.state == unbound {
		in.state = misfit
		if c.inputFits(in, s) && c.valuesFit(in, st, s) {
			in.state = bound
		}
	}
	return in.state == bound
}

func (c *checker) inputFits(in *instance, s *Stream) bool {
	want := in.fragment.input
	for _, f := range want.Type.Fields {
		g := s.Type.Field(f.Name)
		if g != nil && invalid(g.Type) {
			return false
		}
		if g == nil || !types.Equal(g.Type, f.Type) {
			c.report(inputMisfit(in.tree.From, s, in.fragment, f, g))
			return false
		}
	}
	if len(want.Key) > 0 && (len(s.Key) != 1 || s.Key[0].Name != "key" || !types.Equal(s.Key[0].Type, want.Key[0].Type)) {
		c.report(inputKey(in.tree.From, s, in.fragment))
		return false
	}
	return true
}

// valuesFit checks the values of the parameters. One that reads the record can stand only where that record is what an expression
// sees, and where its names mean the same.
func (c *checker) valuesFit(in *instance, st *Step, s *Stream) bool {
	ok := true
	for _, e := range in.tree.With {
		i := slices.IndexFunc(in.fragment.params, func(v Var) bool { return v.Name == e.Name.Value })
		scope := scopeOf(s, s.Type, s.Key)
		value := c.typed(e.Expr, scope, place{clause: e.Name.Value, step: st, row: s.Type}, in.fragment.params[i].Type)
		if value == nil {
			ok = false
			continue
		}
		for _, v := range scope.Vars {
			if !value.Reads(v.Name) {
				continue
			}
			for _, r := range in.fragment.reads {
				if r.name == e.Name.Value && (!r.atInput || slices.Contains(r.locals, v.Name)) {
					c.report(valueOutOfReach(e, v.Name, r))
					ok = false
					break
				}
			}
		}
	}
	return ok
}
