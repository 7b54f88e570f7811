package celenv

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/functions"

	"github.com/weirstream/weir/spec/types"
)

// Parser is the function TYPE.parse_json(text): the value of a named type that a JSON text spells.
type Parser struct {
	Name string // of a declared record, union, enum or alias
	Type *types.Type
	// Bind is what cel-go calls. Without it expressions with the function can be checked and compiled, but not evaluated: it has to
	// know the conditions of aliases, which are expressions themselves.
	Bind functions.UnaryOp
}

const (
	parse = "parse_json"
	// parseOverload begins the overload id of a parser; its type's name follows.
	parseOverload = "parse_json_"
)

// Parses is the name of the type that an overload is the parser of.
func Parses(overload string) (name string, ok bool) {
	return strings.CutPrefix(overload, parseOverload)
}

// AddParser adds the parser of a type.
func (e *Env) AddParser(p Parser) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.parsers == nil {
		e.parsers = map[string]Parser{}
	}
	e.parsers[p.Name] = p
	e.base, e.envs = nil, nil
}

// declareParsers declares them in the order of their names.
func (e *Env) declareParsers() []cel.EnvOption {
	var all []cel.EnvOption
	for _, name := range slices.Sorted(maps.Keys(e.parsers)) {
		p := e.parsers[name]
		var opts []cel.OverloadOpt
		if p.Bind != nil {
			opts = append(opts, cel.UnaryBinding(p.Bind))
		}
		all = append(all, cel.Function(name+"."+parse, cel.Overload(parseOverload+name, []*cel.Type{cel.StringType}, e.CELType(p.Type), opts...)))
	}
	return all
}

// parserCall finds the call of which a node is the type before the dot: of TYPE.parse_json(text), or of TYPE.anything(…) where TYPE is
// a declared type.
func (r *reporter) parserCall(id int64) (call celast.CallExpr, found bool) {
	celast.PreOrderVisit(r.parsed.Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		if e.Kind() != celast.CallKind || !e.AsCall().IsMemberFunction() {
			return
		}
		x := e.AsCall()
		if t := x.Target(); t.ID() == id && t.Kind() == celast.IdentKind {
			_, declared := r.env.parsers[t.AsIdent()]
			_, function := r.functions[t.AsIdent()+"."+x.FunctionName()]
			call, found = x, !function && (declared || x.FunctionName() == parse)
		}
	}))
	return call, found
}

// beforeParser tells whether a node is the type of such a call.
func (r *reporter) beforeParser(id int64) bool {
	_, found := r.parserCall(id)
	return found
}

// misparses fills in the issue of a call that may have been meant to be a parser's; is covers the function's name.
func (r *reporter) misparses(is *Issue, node celast.Expr) bool {
	x := node.AsCall()
	types := slices.Sorted(maps.Keys(r.env.parsers))
	hint := "write the name of a declared type before it, as in Type." + parse + "(text)"
	if !x.IsMemberFunction() {
		is.Message, is.Hint = "there is no function "+parse, hint
		return x.FunctionName() == parse
	}
	target := x.Target()
	if _, ok := r.parserCall(target.ID()); !ok {
		return false
	}
	sp := r.spans.of(target.ID())
	if name := target.AsIdent(); x.FunctionName() == parse {
		is.Start, is.End = sp.start, sp.end
		is.Name, is.Candidates = name, types
		is.Message = "there is no type " + name
		return true
	}
	is.Name, is.Candidates = x.FunctionName(), []string{parse}
	is.Message = fmt.Sprintf("there is no function %s.%s", target.AsIdent(), x.FunctionName())
	return true
}
