package check

import (
	"slices"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// row checks what a step makes of a record before it groups: let, unnest, and select or set, drop and rename.
func (c *checker) row(st *Step, d *syntax.Step, windowed bool) {
	st.Row, st.RowKey = st.From.Type, st.From.Key
	scope := scopeOf(st.From, st.From.Type, st.From.Key)
	c.lets(st, d, scope)
	c.unnest(st, d, scope)
	changes := d.Set != nil || d.Drop != nil || d.Rename != nil
	if d.Select != nil && changes {
		c.report(selectAndChanges(d))
		changes = false
	}
	if d.Select == nil && !changes && st.Unnest == nil {
		return
	}
	row := &types.Type{Kind: types.Record, Name: st.Name, Derived: true, Span: st.Span}
	if windowed {
		row.Name = c.derivedTypeName(st.Name + "_row") // the step's own name is that of its result
	}
	if d.Select != nil {
		c.selected(st, d, row, scope)
	} else {
		c.changed(st, d, row, scope)
	}
	c.uniqueWires(row)
	st.Row, st.RowKey = row, nil
	for _, part := range st.From.Key {
		moved := KeyPart{Name: part.Name, Type: part.Type}
		for _, n := range st.Select {
			if equalsPart(n.Expr, part) {
				moved.Fields = append(moved.Fields, n.Name)
			}
		}
		st.RowKey = append(st.RowKey, moved)
	}
	c.env.Add(row)
}

// lets checks the values of let. Each one sees those before it.
func (c *checker) lets(st *Step, d *syntax.Step, scope *Scope) {
	for _, e := range d.Let {
		n := &Named{Name: e.Name.Value, Span: e.Name.Span}
		seen := &Scope{Vars: slices.Clone(scope.Vars)}
		n.Expr = c.expr(e.Expr, seen, place{clause: "let " + n.Name, step: st, row: st.From.Type})
		v := Var{Name: n.Name, Kind: LetVar, Type: &types.Type{Kind: types.Invalid}}
		if n.Expr != nil {
			v.Type = n.Expr.Type
		}
		c.bring(v, e.Name, "let", st, scope)
		st.Let = append(st.Let, n)
	}
}

// unnest checks the list or map that is taken apart, and brings its elements into scope.
func (c *checker) unnest(st *Step, d *syntax.Step, scope *Scope) {
	if len(d.Unnest) == 0 {
		return
	}
	e := d.Unnest[0]
	if len(d.Unnest) > 1 {
		c.report(unnestTwice(d.Unnest[1].Name))
	}
	u := &Unnest{Name: e.Name.Value, Span: e.Name.Span, Elem: &types.Type{Kind: types.Invalid}}
	u.Expr = c.expr(e.Expr, &Scope{Vars: slices.Clone(scope.Vars)}, place{clause: "unnest", step: st, row: st.From.Type})
	if u.Expr != nil {
		switch t := u.Expr.Type; t.Kind {
		case types.List:
			u.Elem = t.Elem
		case types.Map:
			u.Elem = &types.Type{Kind: types.Record, Name: c.derivedTypeName(st.Name + "_" + u.Name), Derived: true, Span: u.Span, Fields: []*types.Field{
				{Name: "key", Wire: "key", Type: t.Key, Span: u.Span}, {Name: "value", Wire: "value", Type: t.Elem, Span: u.Span},
			}}
			c.env.Add(u.Elem)
		default:
			c.report(unnestType(e.Expr, t))
			u.Expr = nil
		}
	}
	st.Unnest = u
	c.bring(Var{Name: u.Name, Kind: ElementVar, Type: u.Elem}, e.Name, "unnest", st, scope)
}

// bring brings a value of let or unnest into scope, where it stands beside the fields and the values before it.
func (c *checker) bring(v Var, name *syntax.Text, clause string, st *Step, scope *Scope) {
	c.derivedName(name)
	if f := st.From.Type.Field(v.Name); f != nil {
		c.report(hidesField(name, clause, "the field", f.Span))
		return
	}
	for _, n := range st.Let {
		if n.Name == v.Name {
			c.report(hidesField(name, clause, "the value of let", n.Span))
			return
		}
	}
	if hidden[v.Name] == "" {
		scope.Vars = append(scope.Vars, v)
	}
}

// letVars are the values of let where they are in scope behind the row: select leaves its own fields only.
func letVars(st *Step) []Var {
	if st.Select != nil {
		return nil
	}
	var vars []Var
	for _, n := range st.Let {
		v := Var{Name: n.Name, Kind: LetVar, Type: &types.Type{Kind: types.Invalid}}
		if n.Expr != nil {
			v.Type = n.Expr.Type
		}
		vars = append(vars, v)
	}
	return vars
}

// selected makes the record of select. A field whose expression is wrong has an invalid type, so that the others can be used.
func (c *checker) selected(st *Step, d *syntax.Step, row *types.Type, scope *Scope) {
	for _, e := range d.Select {
		n := c.named(st, e, "select", scope)
		st.Select = append(st.Select, n)
		c.derivedName(e.Name)
		row.Fields = append(row.Fields, derivedField(n))
	}
}

func (c *checker) named(st *Step, e *syntax.Entry, clause string, scope *Scope) *Named {
	n := &Named{Name: e.Name.Value, Span: e.Name.Span}
	n.Expr = c.expr(e.Expr, scope, place{clause: clause + " " + n.Name, step: st, row: st.From.Type})
	return n
}

// changed makes the record of set, drop and rename: the one that came in with its fields in their places, an element of unnest,
// then what set adds. It is written down as a select of each field.
func (c *checker) changed(st *Step, d *syntax.Step, row *types.Type, scope *Scope) {
	st.Changes = &Changes{}
	before := slices.Clone(st.From.Type.Fields)
	if u := st.Unnest; u != nil {
		before = append(before, &types.Field{Name: u.Name, Wire: u.Name, Type: u.Elem, Span: u.Span})
	}
	gone := map[string]source.Span{} // by drop or rename
	take := func(name *syntax.Text) *types.Field {
		i := slices.IndexFunc(before, func(f *types.Field) bool { return f.Name == name.Value })
		if i < 0 {
			c.report(unknownField(name, st.From.Type))
			return nil
		}
		if at, ok := gone[name.Value]; ok {
			c.report(fieldTaken(name, at))
			return nil
		}
		gone[name.Value] = name.Span
		return before[i]
	}
	for _, name := range d.Drop {
		if take(name) != nil {
			st.Changes.Drop = append(st.Changes.Drop, name.Value)
		}
	}
	renamed := map[string]*syntax.Text{} // the new name by the old one
	for _, e := range d.Rename {
		if e.Expr == nil || take(e.Expr) == nil {
			continue
		}
		c.derivedName(e.Name)
		renamed[e.Expr.Value] = e.Name
		st.Changes.Rename = append(st.Changes.Rename, [2]string{e.Name.Value, e.Expr.Value})
	}
	set := map[string]*Named{}
	for _, e := range d.Set {
		n := c.named(st, e, "set", scope)
		c.derivedName(e.Name)
		if i := slices.IndexFunc(d.Drop, func(t *syntax.Text) bool { return t.Value == n.Name }); i >= 0 {
			c.report(droppedAndSet(e.Name, d.Drop[i].Span))
		}
		set[n.Name] = n
		st.Changes.Set = append(st.Changes.Set, n)
	}
	for _, f := range before {
		to := renamed[f.Name]
		_, left := gone[f.Name]
		n := set[f.Name]
		switch {
		case to != nil:
			n = &Named{Name: to.Value, Span: to.Span, Expr: c.fieldExpr(f, st, scope)}
			c.add(st, row, n, &types.Field{Name: n.Name, Wire: n.Name, As: f.As, Span: n.Span, Type: f.Type})
		case left:
		case n != nil:
			delete(set, f.Name)
			g := derivedField(n)
			if g.Wire = f.Wire; types.Equal(g.Type, f.Type) {
				g.As = f.As
			}
			c.add(st, row, n, g)
		default:
			c.add(st, row, &Named{Name: f.Name, Span: st.Span, Expr: c.fieldExpr(f, st, scope)}, f)
		}
	}
	for _, n := range st.Changes.Set {
		if set[n.Name] != nil {
			c.add(st, row, n, derivedField(n))
		}
	}
	if len(row.Fields) == 0 {
		c.report(nothingLeft(d.Drop[0]))
	}
}

// add puts a field into the row of set, drop and rename.
func (c *checker) add(st *Step, row *types.Type, n *Named, f *types.Field) {
	if g := row.Field(f.Name); g != nil {
		first, second := g.Span, n.Span
		if second == st.Span { // a field that stays
			first, second = f.Span, first
		}
		c.report(fieldTwice(f.Name, second, first))
		return
	}
	st.Select = append(st.Select, n)
	row.Fields = append(row.Fields, f)
}

// fieldExpr is the expression of a field that stays; it stands at the step's name.
func (c *checker) fieldExpr(f *types.Field, st *Step, scope *Scope) *Expr {
	text := &syntax.Text{Value: f.Name, Span: st.Span, Offsets: make([]int, len(f.Name)+1)}
	for i := range text.Offsets {
		text.Offsets[i] = st.Span.Start
	}
	return c.expr(text, scope, place{clause: "set", step: st}) // without row: handing a deprecated field on is no reason to warn
}

// derivedTypeName is the name of a record that a step makes besides its result. Those of steps, and of what they send through
// repartition topics (gen/plan), are not to be had.
func (c *checker) derivedTypeName(name string) string {
	taken := func(d *syntax.Step) bool { return d.Name.Value == name || d.Name.Value+"_input" == name }
	for c.derived[name] || slices.ContainsFunc(c.tree.Steps, taken) {
		name += "_row"
	}
	c.derived[name] = true
	return name
}

// derivedField is a field that a step derives.
func derivedField(n *Named) *types.Field {
	f := &types.Field{Name: n.Name, Wire: n.Name, Span: n.Span, Type: &types.Type{Kind: types.Invalid}}
	if n.Expr != nil {
		f.Type = n.Expr.Type
	}
	return f
}

// dropUnreadLets takes out of the step the values that nothing reads, with a warning: they are not computed.
func (c *checker) dropUnreadLets(st *Step) {
	readers := []*Expr{st.logged(), st.EventTime, st.Key}
	add := func(ns []*Named) {
		for _, n := range ns {
			readers = append(readers, n.Expr)
		}
	}
	add(st.Select)
	add(st.GroupBy)
	for _, b := range st.Split {
		readers = append(readers, b.When)
	}
	if st.Unnest != nil {
		readers = append(readers, st.Unnest.Expr)
	}
	readers = append(readers, st.Folded()...)
	if c.diags.HasErrors() { // an expression that is wrong may be the one that reads it
		return
	}
	for i := len(st.Let) - 1; i >= 0; i-- {
		n := st.Let[i]
		if slices.ContainsFunc(readers, func(e *Expr) bool { return e.readsLet(n.Name) }) {
			readers = append(readers, n.Expr)
			continue
		}
		c.report(unreadLet(n))
		st.Let = slices.Delete(st.Let, i, i+1)
	}
}
