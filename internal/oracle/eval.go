package oracle

import (
	"errors"
	"fmt"
	"sort"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/functions"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// evaluator runs a program's expressions with cel-go.
type evaluator struct {
	env      *cel.Env
	programs map[*check.Expr]cel.Program
	consts   map[string]ref.Val // OrderStatus.paid
	program  *check.Program

	processing time.Time
}

// eval gives an expression's value. An error of CEL's is an error.
func (ev *evaluator) eval(e *check.Expr, v *vars) (ref.Val, error) {
	prog := ev.programs[e]
	if prog == nil {
		var err error
		if prog, err = ev.env.Program(e.AST); err != nil {
			panic(fmt.Sprintf("cel-go makes no program of %q, which was checked: %v", e.Text, err))
		}
		ev.programs[e] = prog
	}
	out, _, err := prog.Eval(&activation{ev: ev, scope: e.Scope, vars: v})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (ev *evaluator) bool(e *check.Expr, v *vars) (bool, error) {
	out, err := ev.eval(e, v)
	if err != nil {
		return false, err
	}
	b, ok := out.(celtypes.Bool)
	if !ok {
		return false, errors.New("not a bool")
	}
	return bool(b), nil
}

// vars is what the variables of an expression are taken from.
type vars struct {
	rec    *record
	key    []ref.Val
	source *check.Source // that the record is of
	in     *Record       // the record as it was read
	time   int64
	win    *bounds
	locals map[string]ref.Val // of let and unnest
	this   ref.Val            // what an alias's condition is about
}

// activation resolves the variables of one expression by their kind.
type activation struct {
	ev    *evaluator
	scope *check.Scope
	vars  *vars
}

// Parent implements interpreter.Activation.
func (a *activation) Parent() interpreter.Activation { return nil }

// ResolveName implements interpreter.Activation.
func (a *activation) ResolveName(name string) (any, bool) {
	v, ok := a.scope.Lookup(name)
	if !ok {
		c, ok := a.ev.consts[name]
		return c, ok
	}
	switch v.Kind {
	case check.KeyVar:
		return a.vars.key[0], true
	case check.HeadersVar:
		return a.vars.in.Headers, true
	case check.TopicVar:
		return a.vars.source.Topic, true
	case check.PartitionVar:
		return int64(a.vars.in.Partition), true
	case check.OffsetVar:
		return a.vars.in.Offset, true
	case check.EventTimeVar:
		return timestamp(time.UnixMilli(a.vars.time)), true
	case check.ProcessingTimeVar:
		return timestamp(a.ev.processing), true
	case check.WindowStartVar:
		return timestamp(time.UnixMilli(a.vars.win.start)), true
	case check.WindowEndVar:
		return timestamp(time.UnixMilli(a.vars.win.end)), true
	}
	if v.Kind == check.ThisVar {
		return a.vars.this, true
	}
	if v.Kind == check.LetVar || v.Kind == check.ElementVar || v.Kind == check.FoldVar {
		val, ok := a.vars.locals[name]
		return val, ok
	}
	val, ok := a.vars.rec.Fields[name] // a field, a group key or an aggregate
	return val, ok
}

func timestamp(t time.Time) celtypes.Timestamp { return celtypes.Timestamp{Time: t.UTC()} }

// elements are the members of a list.
func elements(v ref.Val) ([]ref.Val, bool) {
	l, ok := v.(traits.Lister)
	if !ok {
		return nil, false
	}
	var vs []ref.Val
	for it := l.Iterator(); it.HasNext() == celtypes.True; {
		vs = append(vs, it.Next())
	}
	return vs, true
}

// entries are the keys and values of a map, ordered by how their keys print.
func entries(v ref.Val) ([][2]ref.Val, bool) {
	m, ok := v.(traits.Mapper)
	if !ok {
		return nil, false
	}
	var es [][2]ref.Val
	for it := m.Iterator(); it.HasNext() == celtypes.True; {
		k := it.Next()
		es = append(es, [2]ref.Val{k, m.Get(k)})
	}
	sort.Slice(es, func(i, j int) bool { return show(es[i][0]) < show(es[j][0]) })
	return es, true
}

func newEvaluator(p *check.Program, funcs map[string]functions.FunctionOp) (*evaluator, error) {
	ev := &evaluator{programs: map[*check.Expr]cel.Program{}, consts: map[string]ref.Val{}, program: p}
	for _, t := range p.Types {
		if t.Kind != types.Enum {
			continue
		}
		for _, v := range t.Values {
			ev.consts[t.Name+"."+v] = &enum{Of: t, Name: v}
		}
	}
	all := celenv.New(p.Types)
	for _, name := range p.Parsed {
		all.AddParser(ev.parser(name, p.Named(name)))
	}
	for _, f := range p.Functions {
		c := f.CEL()
		c.Bind = funcs[f.Name]
		all.AddFunc(c)
	}
	env, err := all.CEL(nil) // the functions; variables are resolved at evaluation
	ev.env = env
	return ev, err
}
