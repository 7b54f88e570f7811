package emitgo

import (
	"fmt"

	"github.com/weirstream/weir/gen/expr"
	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// scope says what the identifiers of an expression are called in the Go code around it.
type scope struct {
	g        *generator
	f        *printer.File
	sub      *plan.Subtopology
	row      string      // the Go variable of the record
	typ      *types.Type // its type
	pointer  bool        // row is a pointer
	windowed bool
	locals   map[string]string // the Go variables of let and unnest by their names; behind a repartition topic they are fields
	lets     []let             // those of let in the step's method
	key      string            // the Go variable of the records' key
	prefix   string            // of package-level names that the expression needs
	free     bool              // the code stands in a function of its own, not in a method of the task
}

// uses tells which kinds of variables an expression reads.
func uses(e *check.Expr) map[check.VarKind]bool {
	u := map[check.VarKind]bool{}
	for _, r := range expr.Reads(e.AST) {
		if v, ok := e.Scope.Lookup(r.Var); ok {
			u[v.Kind] = true
		}
	}
	return u
}

// The variables that a function of an expression takes, in this order, where it reads them.
func (c *scope) bindings(e *check.Expr) (params, args []string) {
	u := uses(e)
	if u[check.FieldVar] || u[check.GroupKeyVar] || u[check.AggregateVar] {
		params = append(params, "r *"+c.g.typeName(c.typ))
		arg := c.row
		if arg != "r" {
			arg = "&" + arg
		}
		args = append(args, arg)
	}
	if u[check.KeyVar] {
		v, _ := e.Scope.Lookup("key")
		params = append(params, "key "+c.g.goType(c.f, v.Type))
		args = append(args, c.key)
	}
	if u[check.EventTimeVar] {
		params = append(params, "at int64")
		args = append(args, "at")
	}
	if u[check.ProcessingTimeVar] {
		params = append(params, "processing int64")
		args = append(args, "t.Processing")
	}
	if readsHeaderMap(e) {
		params = append(params, "headers map[string][]byte")
		args = append(args, "t.headers")
	}
	if readsRecord(e) {
		params = append(params, "rec *kgo.Record")
		args = append(args, "t.rec")
	}
	if u[check.WindowStartVar] || u[check.WindowEndVar] {
		c.f.Import(module + "window")
		params = append(params, "w window.Bounds")
		args = append(args, "w")
	}
	return params, args
}

func (c *scope) parameters(e *check.Expr) []string { p, _ := c.bindings(e); return p }
func (c *scope) arguments(e *check.Expr) []string  { _, a := c.bindings(e); return a }

// resolver names the variables of one expression.
type resolver struct {
	c *scope
	e *check.Expr
}

// Ident implements [expr.Resolver].
func (r resolver) Ident(name string) (string, bool) {
	v, ok := r.e.Scope.Lookup(name)
	if !ok {
		return "", false
	}
	switch v.Kind {
	case check.KeyVar:
		if r.c.free {
			return "key", true
		}
		return r.c.key, true
	case check.HeadersVar:
		if r.c.free {
			return "headers", true
		}
		return "t.headers", true
	case check.TopicVar:
		return r.rec() + ".Topic", true
	case check.PartitionVar:
		return "int64(" + r.rec() + ".Partition)", true
	case check.OffsetVar:
		return r.rec() + ".Offset", true
	case check.EventTimeVar:
		r.c.f.Import("time")
		return "time.UnixMilli(at).UTC()", true
	case check.ProcessingTimeVar:
		r.c.f.Import("time")
		if r.c.free {
			return "time.UnixMilli(processing).UTC()", true
		}
		return "time.UnixMilli(t.Processing).UTC()", true
	case check.ThisVar:
		return "this", true
	case check.WindowStartVar:
		return "w.StartTime()", true
	case check.WindowEndVar:
		return "w.EndTime()", true
	case check.LetVar, check.ElementVar, check.FoldVar:
		if local := r.c.locals[name]; local != "" {
			return local, true
		}
	}
	field := r.c.typ.Field(name)
	if field == nil {
		return "", false
	}
	return r.c.row + "." + fieldName(field), true
}

// record is the Kafka record in hand, for the variable of its headers.
func (r resolver) record(name string) (string, bool) {
	v, ok := r.e.Scope.Lookup(name)
	return r.rec(), ok && v.Kind == check.HeadersVar
}

// rec is the Kafka record in hand.
func (r resolver) rec() string {
	if r.c.free {
		return "rec"
	}
	return "t.rec"
}

func (c *scope) compile(e *check.Expr, onErr func(string) string) (expr.Code, error) {
	code, err := expr.Compile(e.AST, resolver{c, e}, expr.Options{
		Env: c.g.env, TypeName: c.g.typeName, FieldName: fieldName, EnumConst: c.g.enumConst, Prefix: c.prefix, Decls: c.g.decls,
		Functions: c.g.funcs, JSON: c.g.codecs.needText, Parse: c.g.codecs.needParse, Record: resolver{c, e}.record,
	}, onErr)
	if err != nil {
		return code, fmt.Errorf("%s: %w", c.g.pos(e), err)
	}
	c.f.Import(code.Imports...)
	for path, name := range code.GoImports {
		c.f.ImportAs(name, path)
	}
	return code, nil
}

// canFail tells whether the function that name begins, of expression e, has an error.
func (g *generator) canFail(c *scope, name string, e *check.Expr) (bool, error) {
	c.prefix = name
	code, err := c.compile(e, func(x string) string { return "return false, " + x })
	return code.CanFail, err
}

// assign prints: target = e, inside a method that returns an error. The expression's own variables stay in a block.
func (c *scope) assign(target string, e *check.Expr, st *check.Step, clause string) error {
	c.prefix = c.g.steps[st].method + "Expr"
	code, err := c.compile(e, func(x string) string { return "return " + c.g.at(st, clause, e, x) })
	if err != nil {
		return err
	}
	c.g.codecs.pending = append(c.g.codecs.pending, code.Decls...)
	if code.CanFail {
		c.f.Import(module + "topology")
	}
	if code.Stmts == "" {
		c.f.P(target, " = ", code.Value)
		return nil
	}
	c.f.F("{ // %s: %s", clause, oneLine(e.Text))
	c.f.P(code.Stmts)
	c.f.P(target, " = ", code.Value)
	c.f.P("}")
	return nil
}
