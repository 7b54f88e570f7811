// Package expr compiles checked CEL expressions to Go.
//
// The Go code does what cel-go does with the same expression, errors included; a test holds the two against each other on random
// expressions. What cannot fail becomes one Go expression. What can fail is computed by statements in front of it, each
// followed by a test of its error and the caller's return. The operators that absorb errors (&&, ||, all, exists) compute their
// operands in an order of the compiler's choice, which nobody can tell: operands that cannot fail come first and guard those
// that can; where both sides can fail, the first one's error is kept until the second is known.
//
// An expression's generated names: v1, v2 … for values, the user's names for the variables of macros, err. Package-level
// declarations (regular expressions, time zones, timestamps, equality of records, sets for `in`) are collected in [Decls].
package expr

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// Resolver knows what the variables of an expression are called in Go.
type Resolver interface {
	// Ident is the Go expression of a variable, such as "o.AmountCents". It must be cheap, free of side effects, and a primary
	// expression (nothing that would need parentheses before a dot). Enum constants are not asked for.
	Ident(name string) (goExpr string, ok bool)
}

// Options say how types and fields are named in the generated package.
type Options struct {
	Env       *celenv.Env
	TypeName  func(*types.Type) string // of a record or enum
	FieldName func(*types.Field) string
	EnumConst func(t *types.Type, value string) string
	// Functions are the functions of the user's that expressions may call, by their names there.
	Functions map[string]GoFunc
	// JSON is the Go function that makes the JSON text of a value of t, which is no scalar and no enum. Ident is a piece of an
	// identifier that names t.
	JSON func(t *types.Type, ident string) string
	// Parse is the Go function that makes a value of the declared type of a name of a JSON text, or an error.
	Parse func(name string) string
	// Record is the Go expression of the Kafka record whose headers a variable is, if it is that. Expressions that only look headers up
	// read it in place of the variable.
	Record func(name string) (goExpr string, ok bool)
	// Prefix begins the names of package-level declarations that belong to the expression ("paid" gives paidRegex).
	Prefix string
	// Decls is shared by the expressions of one package, so that equal declarations are made once and names are not given
	// twice. Without it, Prefix must differ from expression to expression.
	Decls *Decls
}

// Code is a compiled expression.
type Code struct {
	// Stmts are Go statements that must stand before Value, without a newline at the end; often empty.
	Stmts string
	// Value is a Go expression of the Go type of the expression's type. Where the context does not fix the type, Typed says
	// the same with one: 5 and int64(5).
	Value, Typed string
	// CanFail tells whether Stmts contain a return.
	CanFail bool
	// Imports are the paths of the packages that Stmts, Value and Decls name, sorted; what the Resolver's answers name is the
	// caller's business.
	Imports []string
	// GoImports are the packages of the user's functions: what the code calls them, by path.
	GoImports map[string]string
	// Decls are the package-level declarations that the code needs, complete and gofmt-able. Equal needs give equal texts, so a
	// text that was printed before must not be printed again.
	Decls []string
}

// The packages that generated code names.
const (
	decPath      = "github.com/weirstream/weir/runtime/dec"
	civilPath    = "github.com/weirstream/weir/runtime/civil"
	celPath      = "github.com/weirstream/weir/runtime/cel"
	topologyPath = "github.com/weirstream/weir/runtime/topology"
	jsonPath     = "github.com/weirstream/weir/runtime/jsonx"
	zonePath     = "github.com/weirstream/weir/runtime/cel/zone"
)

// Compile compiles an expression that [celenv.Env.Compile] accepted. onErr is given the Go expression of an error and gives the
// statement that leaves the caller's code with it, such as "return false, err".
func Compile(ast *cel.Ast, r Resolver, o Options, onErr func(errExpr string) string) (code Code, err error) {
	if o.Decls == nil {
		o.Decls = NewDecls(nil)
	}
	c := &compiler{
		ast: ast.NativeRep(), r: r, o: o, imports: map[string]bool{}, idents: map[string]string{}, taken: map[string]bool{},
		known: map[string]int{}, needed: map[int64]need{}, goImports: map[string]string{}, calls: map[string]bool{},
	}
	for _, f := range o.Functions {
		c.taken[f.Name] = true
	}
	defer func() {
		// compileError carries what cannot be compiled up from deep inside; anything else is a bug and goes on.
		if p := recover(); p != nil {
			ce, ok := p.(compileError)
			if !ok {
				panic(p)
			}
			code, err = Code{}, ce
		}
	}()
	c.resolve(c.ast.Expr(), nil)
	b := &block{fail: func(_ *block, e string) string { return onErr(e) }}
	v := c.compile(c.ast.Expr(), b)
	code = Code{Value: v.code, Typed: v.typed(), CanFail: b.fails}
	code.Stmts = c.finish(b, code.Typed)
	c.inlineLast(&code)
	code.Decls = c.decls
	code.Imports = c.named(append([]string{code.Stmts, code.Typed}, code.Decls...))
	code.GoImports = c.goImports
	return code, nil
}

// named are the imports that occur in the code: some of it may have been dropped as constant.
func (c *compiler) named(code []string) []string {
	var paths []string
	for p := range c.imports {
		word := regexp.MustCompile(`\b` + path.Base(p) + `\.`)
		if slices.ContainsFunc(code, word.MatchString) {
			paths = append(paths, p)
		}
	}
	sort.Strings(paths)
	return paths
}

type compileError string

func (e compileError) Error() string { return string(e) }

// compiler compiles one expression.
type compiler struct {
	ast     *celast.AST
	r       Resolver
	o       Options
	imports map[string]bool
	decls   []string
	idents  map[string]string // Go expressions of the variables
	taken   map[string]bool   // Go names that macros' variables must keep off
	scope   []local           // variables of the macros around, innermost last
	temps   int
	known   map[string]int // optionals (by their Go expression) that hold a value here
	needed  map[int64]need // by the node's id
	said    map[string]int // how often each node's meaning is said, loosely
	// goImports are those of Code; calls are the calls of the user's functions that must happen even if nothing reads the result.
	goImports map[string]string
	calls     map[string]bool
}

// local is a variable of a macro.
type local struct {
	name string
	v    value
	err  string // the Go variable with the error of computing it, if that can fail and was put off to its use
}

func (c *compiler) failf(format string, args ...any) {
	panic(compileError(fmt.Sprintf(format, args...)))
}

func (c *compiler) use(path string) { c.imports[path] = true }

// temp is a fresh name for a value.
func (c *compiler) temp() string {
	c.temps++
	return fmt.Sprintf("v%d", c.temps)
}

// typeOf is the type of a node.
func (c *compiler) typeOf(e celast.Expr) *types.Type {
	ct := c.ast.GetType(e.ID())
	t, ok := c.o.Env.TypeOf(ct)
	if !ok {
		c.failf("an expression of type %s has no Go form", ct)
	}
	return t
}

// goType is the Go type of values of t.
func (c *compiler) goType(t *types.Type) string {
	switch t.Kind {
	case types.Bool:
		return "bool"
	case types.Int:
		return "int64"
	case types.Uint:
		return "uint64"
	case types.Double:
		return "float64"
	case types.String:
		return "string"
	case types.Bytes:
		return "[]byte"
	case types.Timestamp:
		c.use("time")
		return "time.Time"
	case types.Duration:
		c.use("time")
		return "time.Duration"
	case types.Decimal:
		c.use(decPath)
		return "dec.Decimal"
	case types.Date:
		c.use(civilPath)
		return "civil.Date"
	case types.TimeOfDay:
		c.use(civilPath)
		return "civil.Time"
	case types.List:
		return "[]" + c.goType(t.Elem)
	case types.Map:
		return "map[" + c.goType(t.Key) + "]" + c.goType(t.Elem)
	case types.Optional:
		c.use(celPath)
		return "cel.Opt[" + c.goType(t.Elem) + "]"
	case types.Network:
		c.use("net/netip")
		if t == types.CIDRType {
			return "netip.Prefix"
		}
		return "netip.Addr"
	}
	return c.o.TypeName(t)
}

// resolve asks for every variable before anything is compiled, so that the names of macros' variables can step around what the
// answers use.
func (c *compiler) resolve(e celast.Expr, bound []string) {
	switch e.Kind() {
	case celast.IdentKind:
		name := strings.TrimPrefix(e.AsIdent(), ".")
		if c.idents[name] != "" || slices.Contains(bound, e.AsIdent()) {
			return
		}
		if g, ok := c.r.Ident(name); ok {
			c.idents[name] = g
			c.taken[rootName(g)] = true
		}
		if c.o.Record != nil {
			if g, ok := c.o.Record(name); ok {
				c.taken[rootName(g)] = true
			}
		}
	case celast.ComprehensionKind:
		x := e.AsComprehension()
		c.resolve(x.IterRange(), bound)
		c.resolve(x.AccuInit(), bound)
		bound = append(append([]string(nil), bound...), x.AccuVar(), x.IterVar(), x.IterVar2())
		c.resolve(x.LoopStep(), bound)
		c.resolve(x.Result(), bound)
	default:
		for _, k := range children(e) {
			c.resolve(k, bound)
		}
	}
}

// rootName is the identifier that a Go expression begins with.
func rootName(g string) string {
	i := strings.IndexFunc(g, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if i < 0 {
		return g
	}
	return g[:i]
}

// children are the operands of a node that is no comprehension.
func children(e celast.Expr) []celast.Expr {
	switch e.Kind() {
	case celast.CallKind:
		call := e.AsCall()
		if call.IsMemberFunction() {
			return append([]celast.Expr{call.Target()}, call.Args()...)
		}
		return call.Args()
	case celast.SelectKind:
		return []celast.Expr{e.AsSelect().Operand()}
	case celast.ListKind:
		return e.AsList().Elements()
	case celast.StructKind:
		var kids []celast.Expr
		for _, f := range e.AsStruct().Fields() {
			kids = append(kids, f.AsStructField().Value())
		}
		return kids
	case celast.MapKind:
		var kids []celast.Expr
		for _, x := range e.AsMap().Entries() {
			kids = append(kids, x.AsMapEntry().Key(), x.AsMapEntry().Value())
		}
		return kids
	}
	return nil
}
