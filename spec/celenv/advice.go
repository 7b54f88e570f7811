package celenv

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/types"
)

// The kinds of advice.
const (
	Constant  IssueKind = iota + 32 // a condition that is always true or always false
	Decided                         // a comparison that always has the same result, whatever the values are
	Precision                       // digits that a double cannot hold, or that are gone before it comes to be
)

// Advise finds what is right and can hardly be meant, in an expression that [Env.Compile] accepted. Condition says that the whole
// expression is one, such as that of where; within an expression, what stands beside && and ||, before a ? and in the
// predicates of macros is a condition in any case. Advice is only given where it is certain.
func (e *Env) Advise(text string, checked *cel.Ast, condition bool) []Issue {
	env, err := e.with(nil)
	if err != nil {
		return nil
	}
	parsed, iss := env.Parse(text) // the same ids: the checker takes what the parser gives
	if iss.Err() != nil {
		return nil
	}
	src := newSourceText(text)
	a := &adviser{env: e, src: src, ast: checked.NativeRep(), spans: newSpans(src, parsed.NativeRep())}
	a.walk(a.ast.Expr(), condition)
	return sorted(a.issues)
}

type adviser struct {
	env   *Env
	src   *sourceText
	spans *spans
	ast   *celast.AST
	// inChain holds the operator of the chain that a node was looked at as a part of.
	inChain map[int64]string
	issues  []Issue
}

func (a *adviser) add(e celast.Expr, kind IssueKind, format string, args ...any) *Issue {
	sp := a.spans.of(e.ID())
	a.issues = append(a.issues, Issue{Start: sp.start, End: sp.end, Kind: kind, Message: fmt.Sprintf(format, args...)})
	return &a.issues[len(a.issues)-1]
}

// text is how a sub-expression is written, without blanks.
func (a *adviser) text(e celast.Expr) string {
	sp := a.spans.of(e.ID())
	return strings.Join(strings.Fields(a.src.text[sp.start:sp.end]), " ")
}

// macroCall is the call that a node was before a macro expanded it, else the node.
func (a *adviser) macroCall(e celast.Expr) celast.Expr {
	if call, ok := a.ast.SourceInfo().GetMacroCall(e.ID()); ok {
		return call
	}
	return e
}

// predicates are the macros whose last argument is a condition.
var predicates = map[string]bool{operators.All: true, operators.Exists: true, operators.ExistsOne: true, operators.Filter: true}

// walk looks at a node and at all below it. Of what is constant only the whole is reported.
func (a *adviser) walk(e celast.Expr, condition bool) {
	id := e.ID()
	e = a.macroCall(e)
	if condition {
		if v, ok := a.constant(e); ok {
			a.addAt(id, Constant, "this condition is always %t", v)
			return
		}
	}
	switch e.Kind() {
	case celast.CallKind:
		c := e.AsCall()
		args := c.Args()
		switch fn := c.FunctionName(); {
		case fn == operators.LogicalAnd || fn == operators.LogicalOr:
			if !a.partOf(id, fn) {
				a.chain(e, fn)
			}
			a.each(args, true)
			return
		case fn == operators.LogicalNot:
			a.each(args, true)
			return
		case fn == operators.Conditional:
			a.walk(args[0], true)
			a.each(args[1:], false)
			return
		case predicates[fn] && c.IsMemberFunction() && len(args) > 1:
			a.walk(c.Target(), false)
			a.walk(args[len(args)-1], true)
			return
		case len(args) == 2 && comparisons[fn] != nil:
			a.compare(e, fn, args[0], args[1])
		case fn == operators.In && len(args) == 2:
			a.among(args[0], args[1])
		case fn == "double" && len(args) == 1:
			a.toDouble(e, args[0])
		}
		if c.IsMemberFunction() {
			a.walk(c.Target(), false)
		}
		a.each(args, false)
	case celast.SelectKind:
		a.walk(e.AsSelect().Operand(), false)
	case celast.ListKind:
		a.each(e.AsList().Elements(), false)
	case celast.MapKind:
		for _, x := range e.AsMap().Entries() {
			a.walk(x.AsMapEntry().Key(), false)
			a.walk(x.AsMapEntry().Value(), false)
		}
	case celast.LiteralKind:
		a.literal(e)
	}
}

func (a *adviser) each(es []celast.Expr, condition bool) {
	for _, e := range es {
		a.walk(e, condition)
	}
}

func (a *adviser) addAt(id int64, kind IssueKind, format string, args ...any) {
	sp := a.spans.of(id)
	a.issues = append(a.issues, Issue{Start: sp.start, End: sp.end, Kind: kind, Message: fmt.Sprintf(format, args...)})
}

// constant evaluates a bool that reads no variable.
func (a *adviser) constant(e celast.Expr) (value, ok bool) {
	if t := a.ast.GetType(e.ID()); t == nil || t.Kind() != celtypes.BoolKind || a.readsVariable(e) {
		return false, false
	}
	env, err := a.env.with(nil)
	if err != nil {
		return false, false
	}
	sp := a.spans.of(e.ID())
	ast, iss := env.Compile(a.src.text[sp.start:sp.end])
	if iss.Err() != nil {
		return false, false
	}
	program, err := env.Program(ast)
	if err != nil {
		return false, false
	}
	out, _, err := program.Eval(cel.NoVars())
	if err != nil {
		return false, false
	}
	b, ok := out.(celtypes.Bool)
	return bool(b), ok
}

// readsVariable tells whether a sub-expression reads anything; constants of enums count, as they need no value here.
func (a *adviser) readsVariable(e celast.Expr) bool {
	found := false
	var visit func(e celast.Expr)
	visit = func(e celast.Expr) {
		e = a.macroCall(e)
		switch e.Kind() {
		case celast.IdentKind, celast.StructKind, celast.UnspecifiedExprKind:
			found = true
		case celast.SelectKind:
			visit(e.AsSelect().Operand())
		case celast.CallKind:
			c := e.AsCall()
			if c.IsMemberFunction() {
				visit(c.Target())
			}
			for _, x := range c.Args() {
				visit(x)
			}
		case celast.ListKind:
			for _, x := range e.AsList().Elements() {
				visit(x)
			}
		case celast.MapKind:
			for _, x := range e.AsMap().Entries() {
				visit(x.AsMapEntry().Key())
				visit(x.AsMapEntry().Value())
			}
		}
	}
	visit(e)
	return found
}

// path tells whether a sub-expression surely has one value wherever it stands: fields of variables, and methods of them.
func (a *adviser) path(e celast.Expr) bool {
	switch e = a.macroCall(e); e.Kind() {
	case celast.IdentKind:
		return !a.enumValue(e)
	case celast.SelectKind:
		return !a.enumValue(e) && !e.AsSelect().IsTestOnly() && a.path(e.AsSelect().Operand())
	case celast.CallKind:
		c := e.AsCall()
		for _, x := range c.Args() {
			if x.Kind() != celast.LiteralKind {
				return false
			}
		}
		return c.IsMemberFunction() && a.path(c.Target())
	}
	return false
}

// enumValue tells whether a node is a constant of an enum.
func (a *adviser) enumValue(e celast.Expr) bool {
	ref := a.ast.ReferenceMap()[e.ID()]
	if ref == nil {
		return false
	}
	prefix, _, ok := cutLast(ref.Name)
	return ok && a.env.named[prefix] != nil && a.env.named[prefix].Kind == types.Enum
}

// toDouble warns of whole numbers that lose digits on their way to a double.
func (a *adviser) toDouble(whole, arg celast.Expr) {
	if arg.Kind() == celast.CallKind && arg.AsCall().FunctionName() == operators.Divide {
		if t := a.ast.GetType(arg.ID()); t != nil && (t.Kind() == celtypes.IntKind || t.Kind() == celtypes.UintKind) {
			x, y := arg.AsCall().Args()[0], arg.AsCall().Args()[1]
			a.add(arg, Precision, "this divides whole numbers, so what is behind the point is gone before it becomes a double").Hint =
				fmt.Sprintf("divide doubles: double(%s) / double(%s)", a.text(x), a.text(y))
		}
		return
	}
	if n := number(arg); n != nil && n.IsInt() {
		if f, exact := n.Float64(); !exact {
			a.add(whole, Precision, "a double can't hold %s exactly: it becomes %s", n.RatString(), strconv.FormatFloat(f, 'f', -1, 64))
		}
	}
}

// literal warns of a double with more digits than it keeps.
func (a *adviser) literal(e celast.Expr) {
	f, ok := e.AsLiteral().(celtypes.Double)
	if !ok {
		return
	}
	sp := a.spans.of(e.ID())
	text := a.src.text[sp.start:sp.end]
	if _, exponent, _ := strings.Cut(strings.ToLower(text), "e"); len(exponent) > 4 {
		return // far outside of what a double holds, and too large to calculate with
	}
	written, ok := new(big.Rat).SetString(text)
	if !ok {
		return
	}
	kept := strconv.FormatFloat(float64(f), 'g', -1, 64)
	if short, ok := new(big.Rat).SetString(kept); ok && short.Cmp(written) != 0 && short.Cmp(new(big.Rat).Neg(written)) != 0 {
		a.add(e, Precision, "a double has 15 to 17 digits, so this is %s", kept)
	}
}
