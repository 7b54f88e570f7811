package emitgo

import (
	"fmt"
	"maps"
	"strings"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
)

// What folds do. A step is computed before anything is changed. If it fails the record is a bad one, and the window is as it was; in a part of a
// window, which other windows have as well, the state keeps the error for the results.

// flagged tells whether the state is one that keeps an error.
func (ag *aggregator) flagged() bool { return ag.Func == check.Fold && ag.parts }

// failed is the variable with the error of a step, where the state keeps it.
func (ag *aggregator) failed() string { return naming.Local(ag.Name + "_failed") }

// step prints the computation of the state after the record, and leaves its Go expression in args. The variable fresh tells whether it is the
// first record.
func (ag *aggregator) step(c *scope, st *check.Step) error {
	acc, next := naming.Local(ag.Name+"_acc"), naming.Local(ag.Name+"_next")
	in := *c
	in.locals = maps.Clone(c.locals)
	if in.locals == nil {
		in.locals = map[string]string{}
	}
	in.locals[ag.Fold.Acc] = acc
	in.prefix = ag.g.steps[st].method + "Expr"
	clause := "aggregate " + ag.Name
	fails, plain, err := in.takes(ag.Fold.Init, ag.Args[0])
	if err != nil {
		return err
	}
	f, typ := ag.f, ag.g.goType(ag.f, ag.Type)
	ag.args = []string{next}
	before := ""
	switch {
	case fails && ag.parts:
		f.F("%s, %s := func() (next %s, err error) { // %s", next, ag.failed(), typ, clause)
	case fails:
		before = "t." + storeField(ag.g.steps[st]) + ".Refuse(group, fresh)\n"
		fallthrough
	case !plain:
		f.F("var %s %s", next, typ)
		f.F("{ // %s", clause)
	}
	leave := func(e *check.Expr) func(string) string {
		return func(x string) string {
			if ag.parts {
				return "return next, " + x
			}
			return before + "return " + ag.g.at(st, clause, e, x)
		}
	}
	f.F("%s := %s", acc, ag.stored())
	f.P("if fresh {")
	if err := in.put(acc+" = ", ag.Fold.Init, leave(ag.Fold.Init)); err != nil {
		return err
	}
	f.P("}")
	target := next + " = "
	switch {
	case plain:
		target = next + " := "
	case fails && ag.parts:
		target = "next = "
	}
	if err := in.put(target, ag.Args[0], leave(ag.Args[0])); err != nil {
		return err
	}
	switch {
	case fails && ag.parts:
		f.P("return next, nil")
		f.P("}()")
	case !plain:
		f.P("}")
	}
	ag.mayFail = fails
	return nil
}

// stepped is how the state becomes the one after the record.
func (ag *aggregator) stepped() string {
	value := ag.keep(ag.Type, ag.args[0])
	if ag.flagged() && ag.mayFail {
		return fmt.Sprintf("%s.Take(%s, %s)", ag.field, value, ag.failed())
	}
	return ag.stored() + " = " + value
}

// merging prints the function that makes one state of two, and returns its name.
func (ag *aggregator) merging() (string, error) {
	name := "merge" + ag.name
	f, g := ag.f, ag.g
	c := &scope{g: g, f: f, free: true, typ: ag.Type, locals: map[string]string{ag.Fold.Acc: "acc", ag.Fold.Other: "other"}, prefix: name}
	code, err := c.compile(ag.Fold.Merge, func(x string) string { return "return merged, " + x })
	if err != nil {
		return "", err
	}
	g.codecs.pending = append(g.codecs.pending, code.Decls...)
	typ := g.goType(f, ag.Type)
	var b strings.Builder
	later := ", the other one of later records"
	if ag.mixed {
		later = ""
	}
	fmt.Fprintf(&b, "// %s makes one state of two%s: %s\n", name, later, oneLine(ag.Fold.Merge.Text))
	fmt.Fprintf(&b, "func %s(acc, other %s) (merged %s, err error) {\n", name, typ, typ)
	if code.Stmts != "" {
		b.WriteString(code.Stmts + "\n")
	}
	fmt.Fprintf(&b, "return %s, nil\n}", code.Value)
	g.codecs.pending = append(g.codecs.pending, b.String())
	return name, nil
}

// takes tells whether one of several expressions can fail, and whether all are plain Go expressions.
func (c *scope) takes(es ...*check.Expr) (fails, plain bool, err error) {
	plain = true
	for _, e := range es {
		code, err := c.compile(e, func(x string) string { return "return " + x })
		if err != nil {
			return false, false, err
		}
		fails, plain = fails || code.CanFail, plain && code.Stmts == ""
	}
	return fails, plain, nil
}

// put prints a target and the value of an expression, with the statements that it takes before.
func (c *scope) put(target string, e *check.Expr, onErr func(string) string) error {
	code, err := c.compile(e, onErr)
	if err != nil {
		return err
	}
	c.g.codecs.pending = append(c.g.codecs.pending, code.Decls...)
	if code.CanFail {
		c.f.Import(module + "topology")
	}
	if code.Stmts != "" {
		c.f.P(code.Stmts)
	}
	value := code.Value
	if strings.HasSuffix(target, ":= ") {
		value = code.Typed
	}
	c.f.P(target, value)
	return nil
}
