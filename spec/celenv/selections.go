package celenv

import (
	"slices"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/types"
)

// Selection is a place at which an expression reads a variable or a field of a record.
type Selection struct {
	Record     *types.Type // nil for a variable
	Name       string      // of the field or the variable
	Start, End int         // of the name in the expression's text
}

// Selections are the places at which an expression that Compile accepted reads variables and fields, in no particular order.
// Variables of macros are not among them.
func (e *Env) Selections(text string, ast *cel.Ast) []Selection {
	s := &selector{env: e, ast: ast.NativeRep(), spans: newSpans(newSourceText(text), ast.NativeRep())}
	s.visit(s.ast.Expr(), nil)
	return s.found
}

type selector struct {
	env   *Env
	ast   *celast.AST
	spans *spans
	found []Selection
}

func (s *selector) visit(x celast.Expr, bound []string) {
	switch x.Kind() {
	case celast.IdentKind:
		if !slices.Contains(bound, x.AsIdent()) {
			at, ok := s.spans.matched(x.ID(), x.AsIdent())
			if !ok {
				at = s.spans.of(x.ID())
			}
			s.add(nil, x.AsIdent(), at)
		}
	case celast.SelectKind:
		s.visit(x.AsSelect().Operand(), bound)
		s.field(x.AsSelect().Operand(), x.AsSelect().FieldName(), x.ID())
	case celast.CallKind:
		c := x.AsCall()
		if c.IsMemberFunction() {
			s.visit(c.Target(), bound)
		}
		for _, a := range c.Args() {
			s.visit(a, bound)
		}
		if c.FunctionName() == operators.OptSelect {
			s.field(c.Args()[0], string(c.Args()[1].AsLiteral().(celtypes.String)), x.ID())
		}
	case celast.ListKind:
		for _, el := range x.AsList().Elements() {
			s.visit(el, bound)
		}
	case celast.MapKind:
		for _, en := range x.AsMap().Entries() {
			s.visit(en.AsMapEntry().Key(), bound)
			s.visit(en.AsMapEntry().Value(), bound)
		}
	case celast.ComprehensionKind:
		c := x.AsComprehension()
		s.visit(c.IterRange(), bound)
		s.visit(c.AccuInit(), bound)
		bound = append(bound[:len(bound):len(bound)], c.IterVar(), c.IterVar2(), c.AccuVar())
		s.visit(c.LoopCondition(), bound)
		s.visit(c.LoopStep(), bound)
		s.visit(c.Result(), bound)
	}
}

// field notes the selection of a field of a record, or of an optional of one.
func (s *selector) field(operand celast.Expr, name string, id int64) {
	t, ok := s.env.TypeOf(s.ast.GetType(operand.ID()))
	if ok && t.Kind == types.Optional {
		t = t.Elem
	}
	if ok && t.Kind == types.Record {
		at, ok := s.spans.matched(id, name)
		if !ok {
			at = s.spans.name(id)
		}
		s.add(t, name, at)
	}
}

func (s *selector) add(record *types.Type, name string, at span) {
	if x := (Selection{record, name, at.start, at.end}); !slices.Contains(s.found, x) { // match reads in several places what is written once
		s.found = append(s.found, x)
	}
}
