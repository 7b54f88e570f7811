package celenv

import (
	"fmt"
	"slices"
	"strings"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/types"
)

// misfit looks closer at an operator that does not take its two operands: where one of them is a literal, its other spelling may
// be all that is missing.
func (r *reporter) misfit(is *Issue, id int64) {
	node := find(r.parsed.Expr(), id)
	if node == nil || node.Kind() != celast.CallKind {
		return
	}
	args := node.AsCall().Args()
	is.Reads = variablesOf(node)
	if len(args) != 2 || node.AsCall().IsMemberFunction() {
		return
	}
	for i, literal := range args {
		if literal.Kind() != celast.LiteralKind {
			continue
		}
		t := r.typeOf(args[1-i])
		if t == nil {
			continue
		}
		sp := r.spans.of(literal.ID())
		text := r.src.text[sp.start:sp.end]
		switch v := literal.AsLiteral().(type) {
		case celtypes.String:
			fn := node.AsCall().FunctionName()
			if t.Kind != types.Enum || fn != operators.Equals && fn != operators.NotEquals {
				continue
			}
			is.Message = fmt.Sprintf("%s is an enum, so it is not compared with a text", t.Name)
			is.Hint, is.Of = "its values are "+t.Name+"."+strings.Join(t.Values, ", "+t.Name+"."), t
			if slices.Contains(t.Values, string(v)) {
				r.instead(is, sp, t.Name+"."+string(v))
			}
		case celtypes.Int:
			switch {
			case t.Kind == types.Uint && v >= 0:
				r.instead(is, sp, text+"u")
			case t.Kind == types.Double && !strings.ContainsAny(text, "xX"):
				r.instead(is, sp, text+".0")
			}
		case celtypes.Uint:
			if t.Kind == types.Int {
				r.instead(is, sp, strings.TrimRight(text, "uU"))
			}
		}
	}
}

func (r *reporter) instead(is *Issue, sp span, text string) {
	is.Instead, is.InsteadAt, is.Hint = text, [2]int{sp.start, sp.end}, "write "+text
}

// variablesOf are the names of the variables that a sub-expression reads.
func variablesOf(e celast.Expr) []string {
	var names []string
	celast.PostOrderVisit(e, celast.NewExprVisitor(func(x celast.Expr) {
		if x.Kind() == celast.IdentKind && !slices.Contains(names, x.AsIdent()) {
			names = append(names, x.AsIdent())
		}
	}))
	return names
}

// typeOf is the type of a sub-expression of one that does not check, nil if that does not check either.
func (r *reporter) typeOf(e celast.Expr) *types.Type {
	sp := r.spans.of(e.ID())
	env, err := r.env.with(r.vars)
	if err != nil {
		return nil
	}
	ast, iss := env.Compile(r.src.text[sp.start:sp.end])
	if iss.Err() != nil {
		return nil
	}
	t, ok := r.env.TypeOf(ast.OutputType())
	if !ok {
		return nil
	}
	return t
}
