package codec_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/gen/codec"
	"github.com/weirstream/weir/spec/types"
)

var keep = flag.String("keep", "", "write the generated package into this directory and leave it there")

// goName is customer_id → CustomerID.
func goName(s string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(s, "_") {
		switch word {
		case "":
		case "id", "ts":
			b.WriteString(strings.ToUpper(word))
		default:
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

var names = codec.Names{
	Type:      func(t *types.Type) string { return goName(t.Name) },
	Field:     func(f *types.Field) string { return goName(f.Name) },
	EnumConst: func(t *types.Type, v string) string { return goName(t.Name) + goName(v) },
}

func csvOf(t *types.Type) codec.CSV {
	c := codec.CSV{Nulls: []string{"", "NA"}, Delimiter: ','}
	for _, f := range t.Fields {
		c.Columns = append(c.Columns, f.Wire)
	}
	return c
}

func all(t *types.Type) codec.Need {
	return codec.Need{Type: t, Struct: true, JSONDecode: true, JSONEncode: true, Clone: true, State: []codec.State{{}}}
}

func flat(t *types.Type) codec.Need {
	n := all(t)
	n.CSVDecode = []codec.CSV{csvOf(t)}
	n.CSVEncode = n.CSVDecode
	return n
}

func request() codec.Request {
	use := codec.Use{}
	for _, t := range []*types.Type{scalars, optionals, nested, unions, message, defaulted, wide, item} {
		use.Read(t)
	}
	for _, f := range []string{"customer_id", "amount_cents", "status", "placed_at"} {
		use.Read(order, f)
	}
	use.Read(half, "wanted")
	use.Read(half, "inner", "wanted")
	orders := all(order)
	orders.State = []codec.State{{Suffix: "PerCustomer", Fields: []*types.Field{order.Fields[1], order.Fields[2]}}, {Suffix: "Bare", Bare: true}}
	return codec.Request{Names: names, Use: use, Types: []codec.Need{orders, flat(scalars), flat(optionals), all(nested), all(unions), all(box), all(message), all(defaulted), all(half), all(wide)}}
}

// file makes one Go file of declarations.
func file(t *testing.T, decls []codec.Decl) []byte {
	t.Helper()
	imports := map[string]bool{}
	var body bytes.Buffer
	for _, d := range decls {
		for _, path := range d.Imports {
			imports[path] = true
		}
		body.WriteString("\n" + d.Code + "\n")
	}
	var b bytes.Buffer
	b.WriteString("package generated\n\nimport (\n")
	for path := range imports {
		b.WriteString("\t\"" + path + "\"\n")
	}
	b.WriteString(")\n")
	b.Write(body.Bytes())
	out, err := format.Source(b.Bytes())
	if err != nil {
		t.Fatalf("%v\n%s", err, b.Bytes())
	}
	return out
}

// TestGenerated generates a package, and runs the tests in testdata/generated inside it.
func TestGenerated(t *testing.T) {
	decls, err := codec.Generate(request())
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := *keep
	if dir == "" {
		dir = t.TempDir()
	}
	write := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	write("generated.go", file(t, decls))
	write("go.sum", sum)
	write("go.mod", []byte("module generated\n\ngo 1.26.0\n\nrequire github.com/weirstream/weir v0.0.0\n\nreplace github.com/weirstream/weir => "+root+"\n"))
	tests, err := filepath.Glob("testdata/generated/*.go")
	if err != nil || len(tests) == 0 {
		t.Fatalf("no tests for the generated code: %v", err)
	}
	for _, name := range tests {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		write(filepath.Base(name), data)
	}
	for _, args := range [][]string{{"vet", "."}, {"test", "-count=1", "."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod") // the runtime's own dependencies are looked up in its go.mod
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// TestDeterministic also checks that each declaration comes once and lists the imports that it uses.
func TestDeterministic(t *testing.T) {
	first, err := codec.Generate(request())
	if err != nil {
		t.Fatal(err)
	}
	second, err := codec.Generate(request())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, d := range first {
		if d.Code != second[i].Code {
			t.Errorf("%s differs from run to run", d.Name)
		}
		if seen[d.Name] {
			t.Errorf("%s is declared twice", d.Name)
		}
		seen[d.Name] = true
		f, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+d.Code, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		used := map[string]bool{}
		for _, u := range f.Unresolved {
			used[u.Name] = true
		}
		for _, path := range d.Imports {
			if !used[path[strings.LastIndexByte(path, '/')+1:]] {
				t.Errorf("%s imports %s without need", d.Name, path)
			}
		}
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Doc == nil {
				t.Errorf("%s has no comment", fn.Name.Name)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	tree := record("Tree")
	tree.Fields = []*types.Field{field("children", types.ListOf(tree))}
	list := record("List", field("items", types.ListOf(types.IntType)))
	columns := csvOf(scalars)
	columns.Columns = columns.Columns[1:]
	tests := []struct {
		name, want string
		need       codec.Need
	}{
		{"recursion", "type Tree contains itself: Tree in Tree", codec.Need{Type: tree, Struct: true}},
		{"no column", "type Scalars: field b has no column", codec.Need{Type: scalars, CSVDecode: []codec.CSV{columns}}},
		{"list in CSV", "field items is a list, which CSV can't hold", codec.Need{Type: list, CSVEncode: []codec.CSV{csvOf(list)}}},
		{"two spellings", "asked for twice", codec.Need{Type: scalars, State: []codec.State{{}, {Bare: true}}}},
	}
	for _, test := range tests {
		_, err := codec.Generate(codec.Request{Names: names, Types: []codec.Need{test.need}})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestUse(t *testing.T) {
	use := codec.Use{}
	use.Read(order, "items", "sku")
	use.Read(order, "status")
	var got []string
	for _, r := range []*types.Type{order, item} {
		for _, f := range r.Fields {
			if use.Reads(r, f) {
				got = append(got, r.Name+"."+f.Name)
			}
		}
	}
	if want := []string{"Order.status", "Order.items", "Item.sku"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	use.Read(order, "items")
	if !use.Reads(item, item.Fields[1]) {
		t.Error("reading a list of records reads all of the records")
	}
	if !codec.Use(nil).Reads(item, item.Fields[0]) {
		t.Error("nil reads everything")
	}
}

func TestGoType(t *testing.T) {
	tests := []struct {
		t       *types.Type
		want    string
		imports int
	}{
		{types.OptionalOf(types.ListOf(types.TimestampType)), "cel.Opt[[]time.Time]", 2},
		{types.MapOf(types.UintType, types.OptionalOf(status)), "map[uint64]cel.Opt[OrderStatus]", 1},
		{types.BytesType, "[]byte", 0},
	}
	for _, test := range tests {
		got, imports := codec.GoType(test.t, names)
		if got != test.want || len(imports) != test.imports {
			t.Errorf("%s: %s %v, want %s", test.t, got, imports, test.want)
		}
	}
}
