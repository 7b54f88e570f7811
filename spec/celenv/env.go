// Package celenv is the CEL environment of the spec language: it checks expressions over the types of [types].
//
// Types map to CEL like this: the scalars to the types of the same name; a record to an object type of its name (a record that
// a step derives to "step.NAME"); an enum to an opaque type of its name with one constant NAME.value for each value; a list,
// map or optional to list, map or optional_type. There is no null, dyn or type: an expression with a part whose type is not
// known when the spec is compiled is refused, because every expression is compiled to Go (gen/expr), and what [Env.Compile]
// accepts must compile. docs/functions.md lists the functions.
//
// Positions are byte offsets into the expression's text, half open. cel-go reports points; they are widened to the
// sub-expression, name or token that the problem is about.
package celenv

import (
	"fmt"
	"sort"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"github.com/weirstream/weir/spec/types"
)

// Env is the environment of one spec: its records and enums. It is safe for concurrent use once nothing calls Add.
type Env struct {
	named map[string]*types.Type // by CEL name
	funcs []Func
	// parsers are those of declared types, by their names.
	parsers map[string]Parser
	extra   []cel.EnvOption

	mu   sync.Mutex
	base *cel.Env            // without variables; nil after Add
	envs map[string]*cel.Env // with variables, by what they are
}

// Var is a variable that an expression may read. Its name may be qualified ("window.start").
type Var struct {
	Name string
	Type *types.Type
	// Union is the union that the record in hand is, of which this variable is a member; nil for any other variable.
	Union *types.Type
}

// New makes the environment of the declared records and enums; other types are ignored. The options are for tests that need what
// a spec does not have.
func New(named []*types.Type, extra ...cel.EnvOption) *Env {
	e := &Env{named: map[string]*types.Type{}, extra: extra}
	for _, t := range named {
		e.Add(t)
	}
	return e
}

// Add adds a record or enum, such as the record that a step derives. A type of the same name is replaced.
func (e *Env) Add(t *types.Type) {
	if t == nil || t.Kind != types.Record && t.Kind != types.Enum {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.named[celName(t)] = t
	e.base, e.envs = nil, nil
}

// AddFunc adds a function of the user's.
func (e *Env) AddFunc(f Func) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.funcs = append(e.funcs, f)
	e.base, e.envs = nil, nil
}

// Compile parses and checks text. With issues the other results are nil. The type is never a nested optional or an address, and every
// sub-expression has a type that [Env.TypeOf] knows.
func (e *Env) Compile(text string, vars []Var) (*cel.Ast, *types.Type, []Issue) {
	env, err := e.with(vars)
	if err != nil {
		return nil, nil, []Issue{{End: len(text), Message: err.Error()}}
	}
	src := newSourceText(text)
	parsed, iss := env.Parse(text)
	if iss.Err() != nil {
		return nil, nil, syntaxIssues(src, iss)
	}
	spans := newSpans(src, parsed.NativeRep())
	r := &reporter{env: e, vars: vars, functions: env.Functions(), src: src, spans: spans, parsed: celast.Copy(parsed.NativeRep())}
	if issues := r.matchRows(); len(issues) > 0 {
		return nil, nil, issues
	}
	e.prepareRecords(parsed.NativeRep(), spans)
	checked, iss := env.Check(parsed)
	if iss.Err() != nil {
		return nil, nil, r.checkIssues(iss)
	}
	if issues := r.resolve(checked.NativeRep()); len(issues) > 0 {
		return nil, nil, issues
	}
	if issues := r.exhaustive(checked.NativeRep()); len(issues) > 0 {
		return nil, nil, issues
	}
	if issues := r.refuse(checked.NativeRep()); len(issues) > 0 {
		return nil, nil, issues
	}
	t, ok := e.TypeOf(checked.NativeRep().GetType(checked.NativeRep().Expr().ID()))
	if !ok || within(t) {
		return nil, nil, []Issue{{Start: src.start(), End: src.end(), Kind: Type,
			Message: fmt.Sprintf("an expression cannot have the type %s", typeText(checked.OutputType()))}}
	}
	return checked, t, nil
}

// CEL is the cel-go environment with the given variables, for evaluating what Compile accepted.
func (e *Env) CEL(vars []Var) (*cel.Env, error) { return e.with(vars) }

// Holds evaluates a condition over the variable `this`, which is v, a value of t.
func (e *Env) Holds(ast *cel.Ast, t *types.Type, v *types.Value) (bool, error) {
	program, err := NewProgram(e, []Var{{Name: "this", Type: t}}, ast)
	if err != nil {
		return false, err
	}
	out, err := program.Eval(func(name string) (ref.Val, bool) { return ValueOf(t, v), name == "this" })
	return err == nil && out == celtypes.True, err
}

func (e *Env) with(vars []Var) (*cel.Env, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.base == nil {
		base, err := e.newBase()
		if err != nil {
			return nil, err
		}
		e.base, e.envs = base, map[string]*cel.Env{}
	}
	var key strings.Builder
	for _, v := range vars {
		key.WriteString(v.Name + " " + v.Type.String() + "\n")
	}
	env := e.envs[key.String()]
	if env != nil {
		return env, nil
	}
	var opts []cel.EnvOption
	for _, v := range vars {
		opts = append(opts, cel.Variable(v.Name, e.CELType(v.Type)))
	}
	env, err := e.base.Extend(opts...)
	if err != nil {
		return nil, fmt.Errorf("cannot declare the variables: %w", err)
	}
	e.envs[key.String()] = env
	return env, nil
}

// newBase is the environment without variables: the libraries, the types, the enums' constants, string() of enums, parsers
// and the functions of the user's.
func (e *Env) newBase() (*cel.Env, error) {
	opts := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(withoutReplaced())),
		cel.OptionalTypes(),
		ext.Bindings(),
		ext.Encoders(),
		ext.Lists(),
		ext.Math(),
		ext.Network(),
		ext.Regex(),
		ext.Sets(),
		ext.Strings(),
		ext.TwoVarComprehensions(),
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.EnableMacroCallTracking(),
		func(env *cel.Env) (*cel.Env, error) {
			return cel.CustomTypeProvider(&provider{Provider: env.CELTypeProvider(), env: e})(env)
		},
	}
	opts = append(opts, replaced()...)
	opts = append(opts, decimals()...)
	opts = append(opts, civil()...)
	opts = append(opts, unions()...)
	opts = append(opts, uuids(), hashes(), jsonTexts())
	names := make([]string, 0, len(e.named))
	for name := range e.named {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		t := e.named[name]
		if t.Kind != types.Enum {
			continue
		}
		opts = append(opts, enumToString(name))
		for _, v := range t.Values {
			opts = append(opts, cel.Variable(name+"."+v, cel.OpaqueType(name)))
		}
	}
	for _, f := range e.funcs {
		opts = append(opts, e.declareFunc(f))
	}
	opts = append(opts, e.declareParsers()...)
	return cel.NewCustomEnv(append(opts, e.extra...)...)
}
