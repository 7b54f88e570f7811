package celenv

import (
	"cel.dev/cel-go/cel"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// Program evaluates one checked expression. It is safe for concurrent use.
type Program struct {
	prog cel.Program
	ast  *cel.Ast
	env  *Env
}

// NewProgram plans an expression that env compiled with these variables. The options are cel-go's.
func NewProgram(env *Env, vars []Var, ast *cel.Ast, opts ...cel.ProgramOption) (*Program, error) {
	e, err := env.with(vars)
	if err != nil {
		return nil, err
	}
	if e, err = e.Extend(cel.CustomTypeProvider(&recordMaker{e.CELTypeProvider(), env})); err != nil {
		return nil, err
	}
	prog, err := e.Program(ast, opts...)
	return &Program{prog, ast, env}, err
}

// Eval evaluates the expression; vars gives the values of its variables. The error is CEL's.
func (p *Program) Eval(vars func(name string) (ref.Val, bool)) (ref.Val, error) {
	v, _, err := p.prog.Eval(&activation{vars, p.env})
	return v, err
}

type activation struct {
	vars func(string) (ref.Val, bool)
	env  *Env
}

// ResolveName implements interpreter.Activation. Constants of enums resolve themselves.
func (a *activation) ResolveName(name string) (any, bool) {
	if v, ok := a.vars(name); ok {
		return v, true
	}
	if t, value, ok := a.env.EnumConst(name); ok {
		return &EnumValue{t, value}, true
	}
	return nil, false
}

// Parent implements interpreter.Activation.
func (a *activation) Parent() interpreter.Activation { return nil }

// recordMaker makes the records of record literals; the fields that are left out are optional and absent.
type recordMaker struct {
	celtypes.Provider
	env *Env
}

// NewValue implements types.Provider.
func (p *recordMaker) NewValue(name string, fields map[string]ref.Val) ref.Val {
	t, ok := p.env.TypeOf(celtypes.NewObjectType(name))
	if !ok {
		return p.Provider.NewValue(name, fields)
	}
	r := &RecordValue{Of: t, Fields: map[string]ref.Val{}}
	for _, f := range t.Fields {
		if r.Fields[f.Name] = fields[f.Name]; r.Fields[f.Name] == nil {
			r.Fields[f.Name] = celtypes.OptionalNone
		}
	}
	return r
}
