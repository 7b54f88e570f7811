package expr

import (
	"sort"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"
)

// Read is something that an expression reads: a variable, or what stands at a path of field names below it. Lists, maps and
// optionals on the way are seen through: items.exists(i, i.sku == "x") reads items, sku. Everything at and below the path
// counts as read.
type Read struct {
	Var  string
	Path []string
}

// Reads are the reads of a checked expression, in the order of their names, each once. Enum constants are among them, as
// variables without a path.
func Reads(ast *cel.Ast) []Read {
	r := &reader{ast: ast.NativeRep(), seen: map[string]Read{}}
	r.read(r.ast.Expr())
	var keys []string
	for k := range r.seen {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var all []Read
	for _, k := range keys {
		all = append(all, r.seen[k])
	}
	return all
}

type reader struct {
	ast   *celast.AST
	seen  map[string]Read
	scope []alias
}

// alias is a variable of a macro and what it stands for; at is nil if that is not a part of a variable.
type alias struct {
	name string
	at   *Read
}

func (r *reader) note(x Read) { r.seen[x.Var+"\x00"+strings.Join(x.Path, "\x00")] = x }

// read notes what e reads.
func (r *reader) read(e celast.Expr) {
	at, found := r.resolve(e)
	if found {
		if at != nil {
			r.note(*at)
		}
		return
	}
	switch e.Kind() {
	case celast.SelectKind:
		r.read(e.AsSelect().Operand())
	case celast.CallKind:
		args := children(e)
		if e.AsCall().FunctionName() == operators.OptSelect {
			args = args[:1]
		}
		for _, a := range args {
			r.read(a)
		}
	case celast.ComprehensionKind:
		r.comprehension(e.AsComprehension())
	default:
		for _, k := range children(e) {
			r.read(k)
		}
	}
}

// comprehension: a macro over a part of a variable reads of the elements what its body reads of them; the elements themselves
// only if the body does not look into them.
func (r *reader) comprehension(x celast.ComprehensionExpr) {
	n := len(r.scope)
	defer func() { r.scope = r.scope[:n] }()
	if x.IterVar() == "#unused" {
		at, found := r.resolve(x.AccuInit())
		if !found {
			r.read(x.AccuInit())
		} else if at != nil && !reads(x.Result(), x.AccuVar()) {
			r.note(*at) // nothing reads the name, but its value is compiled
		}
		r.scope = append(r.scope, alias{x.AccuVar(), at})
		r.read(x.Result())
		return
	}
	at, found := r.resolve(x.IterRange())
	isList := r.ast.GetType(x.IterRange().ID()).Kind() == celtypes.ListKind
	elem := x.IterVar()
	if x.HasIterVar2() {
		elem = x.IterVar2()
	}
	if !found || at == nil || !isList || !reads(x.LoopStep(), elem) {
		r.read(x.IterRange())
		at = nil
	}
	r.scope = append(r.scope, alias{x.AccuVar(), nil})
	if x.HasIterVar2() {
		r.scope = append(r.scope, alias{x.IterVar(), nil})
	}
	r.scope = append(r.scope, alias{elem, at})
	r.read(x.LoopStep())
}

// resolve finds the part of a variable that e is, if it is one. found with a nil result: e is the variable of a macro over
// something computed.
func (r *reader) resolve(e celast.Expr) (at *Read, found bool) {
	switch e.Kind() {
	case celast.IdentKind:
		for i := len(r.scope) - 1; i >= 0; i-- {
			if r.scope[i].name == e.AsIdent() {
				return r.scope[i].at, true
			}
		}
		return &Read{Var: strings.TrimPrefix(e.AsIdent(), ".")}, true
	case celast.SelectKind:
		return r.field(e.AsSelect().Operand(), e.AsSelect().FieldName())
	case celast.CallKind:
		call := e.AsCall()
		switch call.FunctionName() {
		case operators.OptSelect:
			return r.field(call.Args()[0], string(call.Args()[1].AsLiteral().(celtypes.String)))
		case "value", "@member":
			return r.resolve(call.Target())
		}
	}
	return nil, false
}

func (r *reader) field(operand celast.Expr, name string) (*Read, bool) {
	at, found := r.resolve(operand)
	if !found || at == nil {
		return at, found
	}
	t := r.ast.GetType(operand.ID())
	if t.TypeName() == "optional_type" {
		t = t.Parameters()[0]
	}
	if t.Kind() != celtypes.StructKind {
		return at, true // a key of a map: the map is read
	}
	return &Read{Var: at.Var, Path: append(append([]string(nil), at.Path...), name)}, true
}
