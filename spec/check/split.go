package check

import (
	"slices"

	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// declareBranches enters the streams of a step's branches, under the step's name, a dot and their own.
func (c *checker) declareBranches(st *Step, d *syntax.Step) {
	branch := func(name *syntax.Text) {
		for _, b := range st.Split {
			if b.Name == name.Value {
				c.report(branchTwice(name, b.Span))
				return
			}
		}
		b := &Branch{Name: name.Value, Span: name.Span, Out: &Stream{Name: st.Name + "." + name.Value, Step: st}}
		st.Split = append(st.Split, b)
		c.declare(&syntax.Text{Value: b.Out.Name, Span: name.Span}, b.Out)
	}
	for _, e := range d.Split {
		branch(e.Name)
	}
	if d.Default != nil && d.Split != nil {
		branch(d.Default)
	}
}

// declareOutputs enters the streams of a processor's outputs, under the step's name, a dot and their own.
func (c *checker) declareOutputs(st *Step, d *syntax.Step) {
	for _, e := range d.Outputs {
		o := &Output{Name: e.Name.Value, Span: e.Name.Span, Out: &Stream{Name: st.Name + "." + e.Name.Value, Step: st}}
		st.Process.Outputs = append(st.Process.Outputs, o)
		c.declare(&syntax.Text{Value: o.Out.Name, Span: e.Name.Span}, o.Out)
	}
}

// rekey checks the key that a step gives its records. The one that they are partitioned by already changes nothing.
func (c *checker) rekey(st *Step, d *syntax.Step) {
	scope := scopeOf(st.From, st.Row, st.RowKey)
	scope.Vars = append(scope.Vars, letVars(st)...)
	e := c.expr(d.Key, scope, place{clause: "key", step: st, row: st.Row})
	if e == nil {
		return
	}
	plain := e.Type
	if plain.Kind == types.Optional {
		plain = plain.Elem
	}
	if !plain.Keyable() {
		c.report(badKeyType(d.Key, e.Type))
		return
	}
	st.Key = e
	part := KeyPart{Name: "key", Type: e.Type}
	if v, ok := ident(e); ok && v.Kind == FieldVar {
		part.Fields = []string{v.Name}
	}
	st.Out.Key, st.Out.Scattered = []KeyPart{part}, true
}

// branches checks the conditions of split, which see the record and the key that the clauses before it made, and types its streams.
func (c *checker) branches(st *Step, d *syntax.Step) {
	scope := scopeOf(st.From, st.Row, st.Out.Key)
	scope.Vars = append(scope.Vars, letVars(st)...)
	for _, b := range st.Split {
		i := slices.IndexFunc(d.Split, func(e *syntax.Entry) bool { return e.Name.Span == b.Span })
		if i >= 0 {
			b.When = c.typed(d.Split[i].Expr, scope, place{clause: "split " + b.Name, step: st, row: st.Row}, types.BoolType)
		}
		name := b.Out.Name
		*b.Out = *st.Out
		b.Out.Name = name
	}
}

// splitClauses checks what split stands beside.
func (c *checker) splitClauses(d *syntax.Step, windowed bool) {
	if at, ok := d.Clauses["key"]; ok && windowed {
		c.report(keyAndWindow(at))
	}
	at, ok := d.Clauses["split"]
	if !ok {
		if at, ok := d.Clauses["default"]; ok {
			c.report(defaultWithoutSplit(at))
		}
		return
	}
	if windowed {
		c.report(splitAndWindow(at))
	}
}
