package expr

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/internal/celval"
	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

func sortStrings(s []string) { sort.Strings(s) }

// subject is an expression under test.
type subject struct {
	text string
	ast  *cel.Ast
	typ  *types.Type
	code Code
	prog *celenv.Program
}

func newSubject(t testing.TB, text string, decls *Decls) (subject, bool) {
	ast, typ, issues := testEnv.Compile(text, testVars)
	if issues != nil {
		t.Logf("not accepted: %s: %s", text, issues[0].Message)
		return subject{}, false
	}
	o := testOptions()
	o.Decls = decls
	zero := "zero"
	code, err := Compile(ast, rowResolver{}, o, func(e string) string { return "return " + zero + ", " + e })
	if err != nil {
		t.Errorf("accepted by the checker, not by the compiler: %s: %v", text, err)
		return subject{}, false
	}
	prog, err := celenv.NewProgram(testEnv, testVars, ast)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return subject{text, ast, typ, code, prog}, true
}

// wanted is what cel-go says: a value's text or "error".
func (s subject) wanted(t testing.TB, row celval.Record) string {
	v, err := s.prog.Eval(func(name string) (ref.Val, bool) {
		f := tRow.Field(name)
		if f == nil {
			return nil, false
		}
		return celval.ToCEL(f.Type, row.Fields[name]), true
	})
	if err != nil {
		return "error"
	}
	x, err := celval.FromCEL(s.typ, v)
	if err != nil {
		t.Errorf("%s: %v", s.text, err)
		return "error"
	}
	return show(s.typ, x)
}

// run builds one program of all subjects, runs it over the rows, and compares.
func run(t *testing.T, subjects []subject, rows []celval.Record) {
	t.Helper()
	var src strings.Builder
	imports := map[string]bool{celPath: true}
	for _, p := range []string{"fmt", "math", "os", "bufio", "reflect", "sort", "strconv", "strings", "time"} {
		imports[p] = true
	}
	var body bytes.Buffer
	printed := map[string]bool{}
	for i, s := range subjects {
		fmt.Fprintf(&body, "// %s\nfunc expr%d(r *Row) (zero %s, _ error) {\n%s\nreturn %s, nil\n}\n\n",
			strings.ReplaceAll(s.text, "\n", " "), i, testGoType(s.typ), s.code.Stmts, s.code.Value)
		for _, d := range s.code.Decls {
			if !printed[d] {
				printed[d] = true
				body.WriteString(d + "\n\n")
			}
		}
		for _, p := range s.code.Imports {
			imports[p] = true
		}
	}
	for _, d := range testTexts.decls(t) {
		body.WriteString(d.Code + "\n")
		for _, p := range d.Imports {
			imports[p] = true
		}
	}
	src.WriteString("package main\n\nimport (\n")
	for p := range imports {
		fmt.Fprintf(&src, "%q\n", p)
	}
	src.WriteString(")\n" + showSource)
	for _, r := range []*types.Type{tPart, tItem, tChange, tNews, tBox, tRow} {
		src.WriteString("\ntype " + r.Name + " struct {\n")
		for _, f := range r.Fields {
			src.WriteString(goField(f) + " " + testGoType(f.Type) + "\n")
		}
		src.WriteString("}\n")
	}
	src.WriteString("\nvar _ cel.Opt[int]\n\nvar rows = []Row{\n")
	for _, r := range rows {
		src.WriteString(goLiteral(tRow, r) + ",\n")
	}
	src.WriteString("}\n\n")
	src.Write(body.Bytes())
	src.WriteString("func main() {\nout := bufio.NewWriter(os.Stdout)\ndefer out.Flush()\n")
	src.WriteString("p := func(v any, err error) {\nif err != nil {\nfmt.Fprintln(out, \"error\")\nreturn\n}\nfmt.Fprintln(out, show(reflect.ValueOf(v)))\n}\n")
	src.WriteString("for i := range rows {\nr := &rows[i]\n")
	for i := range subjects {
		fmt.Fprintf(&src, "{ v, err := expr%d(r); p(v, err) }\n", i)
	}
	src.WriteString("}\n}\n")

	out := buildAndRun(t, src.String())
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != len(subjects)*len(rows) {
		t.Fatalf("%d lines of output for %d expressions and %d rows", len(lines), len(subjects), len(rows))
	}
	fails, infallible := 0, 0
	for ri, row := range rows {
		for si, s := range subjects {
			got, want := lines[ri*len(subjects)+si], s.wanted(t, row)
			if want == "error" {
				fails++
				if !s.code.CanFail {
					infallible++
				}
			}
			if got != want {
				t.Errorf("%s\n got  %s\n want %s\n row %s\n%s\nreturn %s", s.text, got, want, show(tRow, row), s.code.Stmts, s.code.Value)
			}
		}
	}
	t.Logf("%d expressions, %d rows, %d of %d evaluations failed in both", len(subjects), len(rows), fails, len(lines))
}

func buildAndRun(t *testing.T, src string) string {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	data, err := format.Source([]byte(src))
	if err != nil {
		t.Fatalf("the generated code does not parse: %v\n%s", err, numbered(src, err.Error()))
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	mod := "module exprdiff\n\ngo 1.26.0\n\nrequire github.com/weirstream/weir v0.0.0\n\nreplace github.com/weirstream/weir => " + root + "\n"
	for name, content := range map[string][]byte{"main.go": data, "go.mod": []byte(mod), "go.sum": sum} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "run", "-mod=mod", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, stderr.String(), numbered(string(data), stderr.String()))
	}
	return string(out)
}

// numbered shows the source around the first lines that a message names.
func numbered(src, msg string) string {
	lines := strings.Split(src, "\n")
	var b strings.Builder
	for i, m := range regexp.MustCompile(`(\d+):\d+`).FindAllStringSubmatch(msg, 8) {
		at, _ := strconv.Atoi(m[1])
		fmt.Fprintf(&b, "--- %d\n", i+1)
		for n := max(1, at-25); n <= min(len(lines), at+5); n++ {
			fmt.Fprintf(&b, "%4d  %s\n", n, lines[n-1])
		}
	}
	return b.String()
}
