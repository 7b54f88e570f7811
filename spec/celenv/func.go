package celenv

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/functions"

	"github.com/weirstream/weir/spec/types"
)

// Func is a function of the user's: Go that an expression calls by Name.
type Func struct {
	Name   string
	Params []*types.Type
	Result *types.Type
	// Bind is what cel-go calls. Without it expressions with the function can be checked and compiled, but not evaluated.
	Bind functions.FunctionOp
}

// Signature is the function as the spec language would write it.
func (f Func) Signature() string {
	return f.Name + f.parameters() + " " + f.Result.String()
}

func (f Func) parameters() string {
	var params []string
	for _, p := range f.Params {
		params = append(params, p.String())
	}
	return "(" + strings.Join(params, ", ") + ")"
}

// userFunc begins the overload id of a function of the user's; its name follows.
const userFunc = "user_function_"

// UserFunc is the name of the user's function that an overload is.
func UserFunc(overload string) (name string, ok bool) { return strings.CutPrefix(overload, userFunc) }

func (e *Env) declareFunc(f Func) cel.EnvOption {
	var params []*cel.Type
	for _, p := range f.Params {
		params = append(params, e.CELType(p))
	}
	var opts []cel.OverloadOpt
	if f.Bind != nil {
		opts = append(opts, cel.FunctionBinding(f.Bind))
	}
	return cel.Function(f.Name, cel.Overload(userFunc+f.Name, params, e.CELType(f.Result), opts...))
}

func (e *Env) userFunc(name string) (Func, bool) {
	i := slices.IndexFunc(e.funcs, func(f Func) bool { return f.Name == name })
	if i < 0 {
		return Func{}, false
	}
	return e.funcs[i], true
}

// Defines tells whether CEL itself has a function or macro of this name, supported here or not.
func (e *Env) Defines(function string) bool {
	env, err := e.with(nil)
	if err != nil {
		return false
	}
	if _, user := e.userFunc(function); user {
		return false
	}
	return env.HasFunction(function) || slices.ContainsFunc(env.Macros(), func(m cel.Macro) bool { return m.Function() == function })
}
