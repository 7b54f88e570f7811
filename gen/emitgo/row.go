package emitgo

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

// methodNames are the identifiers that the methods of steps use for themselves: packages, parameters, variables.
var methodNames = strings.Fields(`r key at w t row rec in ok err b k v a e c i it n x start group fresh rest wm keys found elem entries late
	aggregate base64 bytes cel cmp csvx dec errors fmt jsonx keyenc kgo maps math regexp scalar slices sort stateenc strconv strings time
	topology unicode utf8 watermark window zone process session end gap from to due held until`)

// temporary is the form of the names that gen/expr gives values.
var temporary = regexp.MustCompile(`^v[0-9]+$`)

// localNames hands out names for the variables of a step's method that no other variable of it has.
func (g *generator) localNames(st *check.Step) naming.Set {
	s := naming.Set{}
	for _, f := range g.funcs {
		s[f.Name] = true
	}
	for _, n := range methodNames {
		s[n] = true
	}
	for _, gr := range st.GroupBy {
		s[naming.Local(gr.Name+"_group")] = true
	}
	if st.Key != nil {
		s["newKey"] = true
	}
	for _, b := range st.Split {
		s[naming.Local(b.Name+"_when")] = true
	}
	for _, a := range st.Aggregate {
		s[naming.Local(a.Name+"_of")], s[naming.Local(a.Name+"_sum")] = true, true
	}
	if st.Unnest != nil {
		s[naming.Local(st.Unnest.Name+"_list")] = true
	}
	return s
}

// localName is the variable of a value. A name that is taken by the method, or looks like one of gen/expr's, is lengthened.
func localName(taken naming.Set, name string) string {
	n := naming.Local(name)
	if taken[n] || temporary.MatchString(n) {
		n += "Value"
	}
	return taken.Take(n)
}

// lets prints the values of let, each as a variable, and brings them into scope.
func (g *generator) lets(f *printer.File, c *scope, st *check.Step) error {
	if st.Let == nil && st.Unnest == nil {
		return nil
	}
	c.locals = map[string]string{}
	taken := g.localNames(st)
	for _, l := range st.Let {
		name := localName(taken, l.Name)
		c.prefix = g.steps[st].method + "Expr"
		code, err := c.compile(l.Expr, func(x string) string { return "return " + g.at(st, "let "+l.Name, l.Expr, x) })
		if err != nil {
			return err
		}
		g.codecs.pending = append(g.codecs.pending, code.Decls...)
		if code.CanFail {
			f.Import(module + "topology")
		}
		if code.Stmts == "" {
			f.F("%s := %s // let %s: %s", name, code.Typed, l.Name, oneLine(l.Expr.Text))
		} else {
			f.F("var %s %s // let %s: %s", name, g.goType(f, l.Expr.Type), l.Name, oneLine(l.Expr.Text))
			f.P("{")
			f.P(code.Stmts)
			f.P(name, " = ", code.Value)
			f.P("}")
		}
		c.locals[l.Name] = name
		c.lets = append(c.lets, let{name, f.Mark()})
	}
	if u := st.Unnest; u != nil {
		c.locals[u.Name] = localName(taken, u.Name)
	}
	return nil
}

// let is a Go variable of the clause let, and where its declaration ends.
type let struct {
	name string
	mark int
}

// unnest prints the loop over the elements, closes the method and begins the one that takes an element: what follows in the step
// belongs to that one.
func (g *generator) unnest(f *printer.File, c *scope, sub *plan.Subtopology, st *check.Step) error {
	n, u := g.steps[st], st.Unnest
	list, err := g.value(f, c, st, "unnest", u.Name+"_list", u.Expr)
	if err != nil {
		return err
	}
	elem := c.locals[u.Name]
	params, args := retimedParams(st, g.stepParams(st)), "r, key, at"
	if st.From.Windowed {
		args += ", w"
	}
	for _, l := range st.Let {
		if lateRead(st, l.Name) {
			params += ", " + c.locals[l.Name] + " " + g.goType(f, l.Expr.Type)
			args += ", " + c.locals[l.Name]
		}
	}
	call := fmt.Sprintf("if err := t.%sEach(%s, %%s); err != nil {\nreturn err\n}", n.method, args)
	if list != naming.Local(u.Name+"_list") { // else the variable says so
		f.F("// unnest %s: %s", u.Name, oneLine(u.Expr.Text))
	}
	if t := u.Expr.Type; t.Kind == types.Map {
		g.eachEntry(f, st, t, list, elem, call)
	} else {
		f.F("for _, %s := range %s {", elem, list)
		f.F(call, elem)
		f.P("}")
	}
	f.P("return nil")
	f.P("}")
	f.P()
	f.F("// %sEach takes one %s of a record.", n.method, u.Name)
	f.F("func (t *%s) %sEach(%s, %s %s) error {", taskName(sub), n.method, params, elem, g.goType(f, u.Elem))
	return nil
}

// eachEntry prints the loop over the entries of a map in the order of their keys.
func (g *generator) eachEntry(f *printer.File, st *check.Step, t *types.Type, m, elem, call string) {
	entry := g.typeName(st.Unnest.Elem) + "{Key: k, Value: v}"
	if t.Key.Kind == types.Bool {
		f.P("for _, k := range [...]bool{false, true} {")
		f.F("v, ok := %s[k]", m)
		f.P("if !ok {")
		f.P("continue")
		f.P("}")
		f.F("%s := %s", elem, entry)
	} else {
		f.Import("maps", "slices")
		keys := keysField(g.steps[st])
		f.F("entries := %s", m)
		f.F("t.%s = slices.AppendSeq(t.%s[:0], maps.Keys(entries))", keys, keys)
		f.F("slices.Sort(t.%s)", keys)
		f.F("for _, k := range t.%s {", keys)
		f.F("%s := %s", elem, strings.Replace(entry, "Value: v", "Value: entries[k]", 1))
	}
	f.F(call, elem)
	f.P("}")
}

// keysField is the field of the task in which a step that takes a map apart orders its keys.
func keysField(n stepNames) string { return n.method + "Keys" }

// keysWanted tells whether a step needs that field.
func keysWanted(st *check.Step) bool {
	return st.Unnest != nil && st.Unnest.Expr.Type.Kind == types.Map && st.Unnest.Expr.Type.Key.Kind != types.Bool
}

// lateRead tells whether something behind unnest reads a value of let.
func lateRead(st *check.Step, name string) bool {
	return slices.ContainsFunc(st.Select, func(s *check.Named) bool { return s.Expr.Reads(name) })
}

// selectBlock prints the computation of the selected record into the variable row. What is only copied, and never read, is left
// out.
func (g *generator) selectBlock(f *printer.File, c *scope, st *check.Step) error {
	f.F("var row %s", g.typeName(st.Row))
	unread := st.Window != nil || st.Fold != nil || st.Top != nil // else it is handed on
	for _, s := range st.Select {
		field := st.Row.Field(s.Name)
		if v, _, ok := s.Expr.Path(); ok && v.Kind == check.FieldVar && !g.pl.RowReads(st, s.Name) {
			continue
		}
		unread = false
		if err := c.assign("row."+fieldName(field), s.Expr, st, rowClause(st)+" "+s.Name); err != nil {
			return err
		}
	}
	if unread {
		f.P("_ = row // nothing reads its fields")
	}
	return nil
}

// rowClause is the clause under which the fields of a step's row stand.
func rowClause(st *check.Step) string {
	if st.Changes != nil {
		return "set"
	}
	return "select"
}
