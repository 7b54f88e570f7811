package conformance

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/gen/codec"
	"github.com/weirstream/weir/gen/expr"
	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/types"
)

const pageFile = "../../docs/functions.md"

// page is docs/functions.md: the types and the record that its examples read, and the examples.
type page struct {
	types    []*types.Type
	record   *types.Type
	value    string                 // the record, in CEL
	texts    map[string]*types.Type // whose JSON text an example makes, by the function that does
	examples []example
}

// example is `text` → `want`; with fails, want is the text of the error.
type example struct {
	line       int
	text, want string
	fails      bool
}

var (
	typesBlock   = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	valueBlock   = regexp.MustCompile("(?s)```cel\n(.*?)```")
	exampleEntry = regexp.MustCompile("`([^`]+)` → (error )?`([^`]+)`")
)

func readPage(t *testing.T) *page {
	t.Helper()
	data, err := os.ReadFile(pageFile)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	spec := "weir: v1\nservice: functions\n" + typesBlock.FindStringSubmatch(text)[1] +
		"sources: {orders: {kafka: {topic: orders}, key: string, value: Order}}\nsinks: {out: {from: orders, kafka: {topic: out}}}\n"
	program, diags := check.Check(source.New("functions.weir.yaml", []byte(spec)))
	if program == nil {
		t.Fatalf("the page's types are refused:\n%s", diags)
	}
	p := &page{types: program.Types, texts: map[string]*types.Type{}, value: valueBlock.FindStringSubmatch(text)[1], record: program.Sources[0].Value}
	for i, line := range strings.Split(text, "\n") {
		for _, m := range exampleEntry.FindAllStringSubmatch(line, -1) {
			unescape := strings.NewReplacer(`\|`, `|`).Replace // as Markdown wants it in a table
			p.examples = append(p.examples, example{line: i + 1, text: unescape(m[1]), want: unescape(m[3]), fails: m[2] != ""})
		}
	}
	return p
}

// subjects compiles an example, as it is written and with its constants in variables. An example with a value stands in a list with
// that value, which gives both one type.
func (p *page) subjects(t *testing.T, env *celenv.Env, decls *expr.Decls, e example, seen map[string]bool) []compiled {
	t.Helper()
	text := e.text
	if !e.fails {
		text = "[" + e.text + ", " + e.want + "]"
	}
	var out []compiled
	for _, hide := range []bool{false, true} {
		ast, typ, issues := env.Compile(text, p.vars())
		if len(issues) > 0 {
			t.Errorf("%s:%d: %s: %s", pageFile, e.line, text, issues[0].Message)
			return nil
		}
		for _, ref := range ast.NativeRep().ReferenceMap() {
			for _, id := range ref.OverloadIDs {
				seen[id] = true
			}
		}
		for _, m := range ast.NativeRep().SourceInfo().MacroCalls() {
			seen[fmt.Sprintf("macro %s/%d", m.AsCall().FunctionName(), len(m.AsCall().Args()))] = true
			seen[fmt.Sprintf("macro %s/0", m.AsCall().FunctionName())] = true // as one is named that takes any number
		}
		s := compiled{testCase: &testCase{file: pageFile, name: fmt.Sprint(e.line)}, typ: typ, fields: p.record, pair: !e.fails}
		if hide {
			s.hide(ast)
		}
		var err error
		if s.code, err = expr.Compile(ast, &s, p.options(env, decls), func(e string) string { return "return zero, " + e }); err != nil {
			t.Errorf("%s:%d: %s: %v", pageFile, e.line, text, err)
			return nil
		}
		out = append(out, s)
	}
	return out
}

func (p *page) vars() []celenv.Var {
	var vars []celenv.Var
	for _, f := range p.record.Fields {
		vars = append(vars, celenv.Var{Name: f.Name, Type: f.Type})
	}
	return vars
}

func (p *page) options(env *celenv.Env, decls *expr.Decls) expr.Options {
	o := options(env, decls)
	o.TypeName = func(t *types.Type) string { return t.Name }
	o.FieldName = func(f *types.Field) string { return naming.Exported(f.Name) }
	o.EnumConst = func(t *types.Type, v string) string { return t.Name + naming.Exported(v) }
	o.JSON = func(t *types.Type, ident string) string {
		name := "text" + ident
		p.texts[name] = t
		return name
	}
	o.Parse = func(name string) string { return "parse" + name }
	return o
}

// prelude is the page's types, what reads and writes them in JSON, and its record, in Go, with what that imports.
func (p *page) prelude(t *testing.T, env *celenv.Env) (code string, imports []string) {
	t.Helper()
	o := p.options(env, expr.NewDecls(nil))
	o.Prefix = "record"
	req := codec.Request{Names: codec.Names{Type: o.TypeName, Field: o.FieldName, EnumConst: o.EnumConst}}
	for _, typ := range p.types {
		req.Types = append(req.Types, codec.Need{Type: typ, Struct: true})
		req.Parses = append(req.Parses, codec.Parse{Name: o.Parse(typ.Name), Type: typ})
	}
	for _, name := range slices.Sorted(maps.Keys(p.texts)) {
		req.Texts = append(req.Texts, codec.Text{Name: name, Type: p.texts[name]})
	}
	decls, err := codec.Generate(req)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, d := range decls {
		b.WriteString(d.Code + "\n")
		imports = append(imports, d.Imports...)
	}
	ast, _, issues := env.Compile(p.value, nil)
	if len(issues) > 0 {
		t.Fatalf("%s: the record: %s", pageFile, issues[0].Message)
	}
	value, err := expr.Compile(ast, &compiled{}, o, func(e string) string { return "panic(" + e + ")" })
	if err != nil {
		t.Fatalf("%s: the record: %v", pageFile, err)
	}
	fmt.Fprintf(&b, "var record = func() Order {\n%s\nreturn %s\n}()\n\n%s\n\n", value.Stmts, value.Value, strings.Join(value.Decls, "\n\n"))
	return b.String(), imports
}

// internalOverloads are what no text of an expression names: cel.@block is made by optimisers.
var internalOverloads = []string{"cel_block_list"}

// Each example of docs/functions.md is true, and there is one for each operator, function and macro that an expression may have.
func TestFunctionsPage(t *testing.T) {
	p := readPage(t)
	env := celenv.New(p.types)
	for _, typ := range p.types {
		env.AddParser(celenv.Parser{Name: typ.Name, Type: typ})
	}
	decls := expr.NewDecls(nil)
	seen := map[string]bool{}
	var subjects []compiled
	var of []example
	for _, e := range p.examples {
		for _, s := range p.subjects(t, env, decls, e, seen) {
			subjects = append(subjects, s)
			of = append(of, e)
		}
	}
	for _, id := range celenv.Overloads() {
		if !seen[id] && !slices.Contains(internalOverloads, id) {
			t.Errorf("%s has no example of %s", pageFile, id)
		}
	}
	base, err := env.CEL(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range base.Macros() {
		if name := fmt.Sprintf("macro %s/%d", m.Function(), m.ArgCount()); !m.IsReceiverStyle() || m.ArgCount() > 0 {
			if !seen[name] {
				t.Errorf("%s has no example of %s", pageFile, name)
			}
		}
	}
	prelude, imports := p.prelude(t, env)
	for i, got := range run(t, prelude, imports, subjects) {
		e, s := of[i], subjects[i]
		value, want, _ := strings.Cut(got, " → ")
		if e.fails {
			value, want = got, "error: "+e.want
		}
		if value != want {
			t.Errorf("%s:%d: %s is %s, not %s\n%s\nreturn %s", pageFile, e.line, e.text, value, want, s.code.Stmts, s.code.Value)
		}
	}
}
