package conformance

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/format"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/gen/expr"
	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

var update = flag.Bool("update", false, "rewrite excluded.txt and the counts in docs/cel.md")

const (
	tableFile = "excluded.txt"
	docFile   = "../../docs/cel.md"
)

// compiled is a case as Go.
type compiled struct {
	*testCase
	want   string
	vars   []variable
	typ    *types.Type
	code   expr.Code
	hidden []variable // constants that became variables
	// Of an example of docs/functions.md: the record whose fields it reads, and whether it is a list of a value and what that must be.
	fields *types.Type
	pair   bool
}

// TestConformance compiles every case that is not excluded twice, as it is written and with its constants taken out into
// variables, so that nothing is folded; builds one program of them, runs it, and compares. A case that expects an error may also
// be refused when it is compiled.
func TestConformance(t *testing.T) {
	env := celenv.New(nil, blockMacros()...)
	decls := expr.NewDecls(nil)
	var subjects []compiled
	excluded := map[string]string{}
	counts := map[string]*count{}
	for _, c := range cases(t) {
		n := counts[c.file]
		if n == nil {
			n = &count{}
			counts[c.file] = n
		}
		n.cases++
		plain, reason := compile(env, decls, c, false)
		switch {
		case reason == refused:
			n.refused++
		case reason != "":
			excluded[c.id()] = reason
			n.excluded++
		default:
			n.run++
			subjects = append(subjects, *plain)
			if hidden, reason := compile(env, decls, c, true); reason == "" {
				subjects = append(subjects, *hidden)
			} else {
				t.Errorf("%s: %s: with variables for its constants: %s", c.id(), c.Expr, reason)
			}
		}
	}
	checkTable(t, excluded)
	checkDoc(t, counts)
	for i, got := range run(t, "", nil, subjects) {
		s := subjects[i]
		if s.want == "" || got == s.want || s.want == "error" && strings.HasPrefix(got, "error: ") {
			continue
		}
		t.Errorf("%s: %s\n got  %s\n want %s\n%s\nreturn %s", s.id(), s.Expr, got, s.want, s.code.Stmts, s.code.Value)
	}
}

// refused is no reason to exclude a case: an error was expected, and it is found earlier.
const refused = "refused"

// compile gives the case as Go, or the reason why it cannot be one.
func compile(env *celenv.Env, decls *expr.Decls, c *testCase, hide bool) (*compiled, string) {
	if c.DisableMacros {
		return nil, "macros switched off"
	}
	if c.Container != "" && c.file == "namespace" {
		return nil, "names in a container"
	}
	if reason := differs[c.id()]; reason != "" {
		return nil, reason
	}
	vars, err := c.variables()
	if err != nil {
		return nil, err.Error()
	}
	want, err := c.want()
	if err != nil {
		return nil, err.Error()
	}
	s := &compiled{testCase: c, want: want, vars: vars}
	var declared []celenv.Var
	for _, v := range vars {
		declared = append(declared, v.Var)
	}
	ast, typ, issues := env.Compile(c.Expr, declared)
	if len(issues) > 0 {
		return nil, reasonOf(c, want, issues[0])
	}
	s.typ = typ
	if hide {
		s.hide(ast)
	}
	zero := "zero"
	s.code, err = expr.Compile(ast, s, options(env, decls), func(e string) string { return "return " + zero + ", " + e })
	if err != nil {
		return nil, "not supported: " + err.Error()
	}
	return s, ""
}

// Ident implements expr.Resolver.
func (s *compiled) Ident(name string) (string, bool) {
	for _, v := range append(s.vars, s.hidden...) {
		if v.Name == name {
			return "x." + goName(name), true
		}
	}
	if s.fields != nil && s.fields.Field(name) != nil {
		return "record." + naming.Exported(name), true
	}
	return "", false
}

func goName(name string) string { return "V" + strings.ReplaceAll(name, ".", "_") }

// hide makes variables of the constants.
func (s *compiled) hide(ast *cel.Ast) {
	f := celast.NewExprFactory()
	fixed := map[int64]bool{}
	celast.PreOrderVisit(ast.NativeRep().Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		switch e.Kind() {
		case celast.CallKind:
			// Names of fields are written like constants, and format takes nothing else.
			if e.AsCall().FunctionName() == operators.OptSelect {
				fixed[e.AsCall().Args()[1].ID()] = true
			}
			if e.AsCall().FunctionName() == "format" {
				fixed[e.AsCall().Target().ID()] = true
			}
		case celast.ComprehensionKind:
			// A macro's own constants tell what macro it is.
			x := e.AsComprehension()
			for _, own := range []celast.Expr{x.AccuInit(), x.LoopCondition(), x.LoopStep(), x.Result()} {
				if own.Kind() == celast.LiteralKind && x.IterVar() != "#unused" {
					fixed[own.ID()] = true
				}
			}
			if x.IterVar() == "#unused" {
				fixed[x.LoopCondition().ID()] = true
			}
			if x.LoopStep().Kind() == celast.CallKind && x.LoopStep().AsCall().FunctionName() == operators.Conditional {
				for _, a := range x.LoopStep().AsCall().Args()[1:] {
					if a.Kind() == celast.CallKind {
						for _, b := range a.AsCall().Args() {
							if b.Kind() == celast.LiteralKind && x.AccuInit().Kind() == celast.LiteralKind {
								fixed[b.ID()] = true
							}
						}
					}
				}
			}
		case celast.LiteralKind:
			lit, ok := constant(e.AsLiteral())
			if fixed[e.ID()] || !ok {
				return
			}
			v := variable{Var: celenv.Var{Name: fmt.Sprintf("@constant%d", e.ID())}, literal: lit}
			switch e.AsLiteral().(type) {
			case celtypes.Bool:
				v.Type = types.BoolType
			case celtypes.Int:
				v.Type = types.IntType
			case celtypes.Uint:
				v.Type = types.UintType
			case celtypes.Double:
				v.Type = types.DoubleType
			case celtypes.String:
				v.Type = types.StringType
			case celtypes.Bytes:
				v.Type = types.BytesType
			}
			v.Name = fmt.Sprintf("constant%d", e.ID())
			s.hidden = append(s.hidden, v)
			e.SetKindCase(f.NewIdent(e.ID(), v.Name))
		}
	}))
}

func constant(v any) (string, bool) {
	switch v := v.(type) {
	case celtypes.Bool:
		return fmt.Sprint(bool(v)), true
	case celtypes.Int:
		return fmt.Sprint(int64(v)), true
	case celtypes.Uint:
		return fmt.Sprint(uint64(v)), true
	case celtypes.Double:
		return doubleLiteral(float64(v)), true
	case celtypes.String:
		return fmt.Sprintf("%q", string(v)), true
	case celtypes.Bytes:
		return fmt.Sprintf("[]byte(%q)", []byte(v)), true
	}
	return "", false
}

func doubleLiteral(v float64) string {
	return fmt.Sprintf("math.Float64frombits(%#x)", math.Float64bits(v))
}

func options(env *celenv.Env, decls *expr.Decls) expr.Options {
	return expr.Options{Env: env, Prefix: "c", Decls: decls}
}

// goType is the Go type of values of t.
func goType(t *types.Type) string {
	switch t.Kind {
	case types.List:
		return "[]" + goType(t.Elem)
	case types.Map:
		return "map[" + goType(t.Key) + "]" + goType(t.Elem)
	case types.Optional:
		return "cel.Opt[" + goType(t.Elem) + "]"
	case types.Record, types.Enum:
		return t.Name
	}
	return map[types.Kind]string{
		types.Bool: "bool", types.Int: "int64", types.Uint: "uint64", types.Double: "float64", types.String: "string",
		types.Bytes: "[]byte", types.Timestamp: "time.Time", types.Duration: "time.Duration",
		types.Decimal: "dec.Decimal", types.Date: "civil.Date", types.TimeOfDay: "civil.Time",
	}[t.Kind]
}

// run builds one program of the cases and gives a line for each. The prelude is Go that they need, with what it imports.
func run(t *testing.T, prelude string, preludeImports []string, subjects []compiled) []string {
	t.Helper()
	var body, main bytes.Buffer
	imports := map[string]bool{"bufio": true, "fmt": true, "math": true, "os": true, "time": true,
		"github.com/weirstream/weir/internal/conformance/show": true, "github.com/weirstream/weir/runtime/cel": true, "github.com/weirstream/weir/runtime/civil": true,
		"github.com/weirstream/weir/runtime/dec": true}
	for _, p := range preludeImports {
		imports[p] = true
	}
	printed := map[string]bool{}
	for i, s := range subjects {
		fmt.Fprintf(&body, "// %s\nfunc case%d() (zero %s, _ error) {\n", s.id(), i, goType(s.typ))
		if vars := append(s.vars, s.hidden...); len(vars) > 0 {
			var fields, values []string
			for _, v := range vars {
				fields = append(fields, goName(v.Name)+" "+goType(v.Type))
				values = append(values, v.literal)
			}
			fmt.Fprintf(&body, "x := struct{ %s }{%s}\n_ = x\n", strings.Join(fields, "; "), strings.Join(values, ", "))
		}
		fmt.Fprintf(&body, "%s\nreturn %s, nil\n}\n\n", s.code.Stmts, s.code.Value)
		for _, d := range s.code.Decls {
			if !printed[d] {
				printed[d] = true
				body.WriteString(d + "\n\n")
			}
		}
		for _, p := range s.code.Imports {
			imports[p] = true
		}
		print := "Outcome"
		if s.pair {
			print = "Pair"
		}
		fmt.Fprintf(&main, "fmt.Fprintln(out, show.%s(case%d))\n", print, i)
	}
	var src strings.Builder
	src.WriteString("package main\n\nimport (\n")
	var paths []string
	for p := range imports {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	for _, p := range paths {
		fmt.Fprintf(&src, "%q\n", p)
	}
	src.WriteString(")\n\nvar (\n_ cel.Opt[int]\n_ = math.Pi\n_ time.Time\n_ civil.Date\n_ dec.Decimal\n)\n\n" + prelude + body.String())
	src.WriteString("func main() {\nout := bufio.NewWriter(os.Stdout)\ndefer out.Flush()\n" + main.String() + "}\n")
	out := strings.Split(strings.TrimSuffix(buildAndRun(t, src.String()), "\n"), "\n")
	if len(out) != len(subjects) {
		t.Fatalf("%d lines of output for %d cases", len(out), len(subjects))
	}
	return out
}

// buildAndRun runs a program as if it were a package of this module, so that it may link what is internal to it.
func buildAndRun(t *testing.T, src string) string {
	t.Helper()
	data, err := format.Source([]byte(src))
	if err != nil {
		t.Fatalf("the generated code does not parse: %v", err)
	}
	dir := t.TempDir()
	here, err := filepath.Abs("program")
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(here, "main.go"): filepath.Join(dir, "main.go")}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"main.go": data, "overlay.json": overlay} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// Inlining and optimising would take longer than running does.
	cmd := exec.Command("go", "run", "-gcflags=-N -l", "-overlay", filepath.Join(dir, "overlay.json"), "./program")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		keep := filepath.Join(os.TempDir(), "weir-conformance.go")
		os.WriteFile(keep, data, 0o644)
		t.Fatalf("%v\n%.3000s\nthe program is %s", err, stderr.String(), keep)
	}
	return string(out)
}
