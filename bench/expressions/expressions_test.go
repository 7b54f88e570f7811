package expressions

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"os"
	"strings"
	"testing"
	"time"

	celgo "cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/gen/expr"
	"github.com/weirstream/weir/internal/celval"
	"github.com/weirstream/weir/runtime/cel"
	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

var update = flag.Bool("update", false, "rewrite "+generatedFile)

const generatedFile = "expressions_gen.go"

// outcome is where an expression's value goes: no more than a field of it is written, so that the benchmarks allocate nothing.
type outcome struct {
	yes  bool
	n    int64
	text string
	list []string
	err  error
}

// subjects are the ten expressions.
var subjects = []struct {
	name, text        string
	generated, byHand func(o *Order, out *outcome)
}{
	{"filter", `status == Status.paid && amount_cents > 10000`,
		func(o *Order, out *outcome) { out.yes = filter(o) }, func(o *Order, out *outcome) { out.yes = filterByHand(o) }},
	{"among", `country in ["FR", "DE", "ES", "IT", "NL", "BE", "PT", "AT"]`,
		func(o *Order, out *outcome) { out.yes = among(o) }, func(o *Order, out *outcome) { out.yes = amongByHand(o) }},
	{"arithmetic", `amount_cents + amount_cents * 20 / 100`,
		func(o *Order, out *outcome) { out.n, out.err = arithmetic(o) }, func(o *Order, out *outcome) { out.n, out.err = arithmeticByHand(o) }},
	{"optional", `coupon.orValue("none")`,
		func(o *Order, out *outcome) { out.text = optional(o) }, func(o *Order, out *outcome) { out.text = optionalByHand(o) }},
	{"text", `country + "/" + id + "/" + string(amount_cents)`,
		func(o *Order, out *outcome) { out.text = text(o) }, func(o *Order, out *outcome) { out.text = textByHand(o) }},
	{"pattern", `email.matches(r"^[a-z.]+@example\.com$")`,
		func(o *Order, out *outcome) { out.yes = pattern(o) }, func(o *Order, out *outcome) { out.yes = patternByHand(o) }},
	{"exists", `items.exists(i, i.sku.startsWith("b-") && i.qty > 2)`,
		func(o *Order, out *outcome) { out.yes = exists(o) }, func(o *Order, out *outcome) { out.yes = existsByHand(o) }},
	{"list", `items.map(i, i.qty > 1, i.sku)`,
		func(o *Order, out *outcome) { out.list = list(o) }, func(o *Order, out *outcome) { out.list = listByHand(o) }},
	{"clock", `placed_at.getHours("Europe/Paris") < 9`,
		func(o *Order, out *outcome) { out.yes = clock(o) }, func(o *Order, out *outcome) { out.yes = clockByHand(o) }},
	{"lookup", `tags[?"tier"].orValue("basic") == "gold"`,
		func(o *Order, out *outcome) { out.yes = lookup(o) }, func(o *Order, out *outcome) { out.yes = lookupByHand(o) }},
}

// The types of the record, and what its fields are called in Go.
var (
	status = &types.Type{Kind: types.Enum, Name: "Status", Values: []string{"pending", "paid"}}
	item   = &types.Type{Kind: types.Record, Name: "Item", Fields: []*types.Field{{Name: "sku", Type: types.StringType}, {Name: "qty", Type: types.IntType}}}
	fields = []*types.Field{
		{Name: "id", Type: types.StringType}, {Name: "email", Type: types.StringType}, {Name: "country", Type: types.StringType},
		{Name: "amount_cents", Type: types.IntType}, {Name: "status", Type: status}, {Name: "coupon", Type: types.OptionalOf(types.StringType)},
		{Name: "items", Type: types.ListOf(item)}, {Name: "tags", Type: types.MapOf(types.StringType, types.StringType)},
		{Name: "placed_at", Type: types.TimestampType},
	}
	goNames = map[string]string{"id": "ID", "email": "Email", "country": "Country", "amount_cents": "AmountCents", "status": "Status",
		"coupon": "Coupon", "items": "Items", "tags": "Tags", "placed_at": "PlacedAt", "sku": "SKU", "qty": "Qty"}
	env  = celenv.New([]*types.Type{status, item})
	vars = func() (vs []celenv.Var) {
		for _, f := range fields {
			vs = append(vs, celenv.Var{Name: f.Name, Type: f.Type})
		}
		return vs
	}()
)

type resolver struct{}

// Ident implements expr.Resolver.
func (resolver) Ident(name string) (string, bool) { return "o." + goNames[name], goNames[name] != "" }

// orders are two that differ in what each expression makes of them.
var orders = []Order{
	{ID: "o-1", Email: "ann.lee@example.com", Country: "NL", AmountCents: 125_00, Status: StatusPaid, Coupon: cel.Some("SPRING"),
		Items: []Item{{"a-1", 2}, {"c-3", 1}, {"b-7", 3}}, Tags: map[string]string{"tier": "gold", "shop": "7"},
		PlacedAt: time.Date(2026, 1, 31, 7, 30, 0, 0, time.UTC)},
	{ID: "o-2", Email: "bob@example.org", Country: "JP", AmountCents: 1<<63 - 1, Status: StatusPending,
		Items: []Item{{"a-1", 1}}, PlacedAt: time.Date(2026, 7, 31, 12, 0, 0, 0, time.UTC)},
}

// values are an order's fields to cel-go.
func values(o *Order) map[string]ref.Val {
	items, tags := []any{}, map[any]any{}
	for _, i := range o.Items {
		items = append(items, celval.Record{Type: item, Fields: map[string]any{"sku": i.SKU, "qty": i.Qty}})
	}
	for k, v := range o.Tags {
		tags[k] = v
	}
	plain := map[string]any{
		"id": o.ID, "email": o.Email, "country": o.Country, "amount_cents": o.AmountCents, "items": items, "tags": tags, "placed_at": o.PlacedAt,
		"status": celval.Enum{Type: status, Name: status.Values[o.Status-1]}, "coupon": celval.Opt{Value: o.Coupon.Value, Valid: o.Coupon.Valid},
	}
	vals := map[string]ref.Val{}
	for _, f := range fields {
		vals[f.Name] = celval.ToCEL(f.Type, plain[f.Name])
	}
	return vals
}

// program is an expression for cel-go, which computes and looks up once what it can.
func program(t testing.TB, text string) (*celenv.Program, *types.Type) {
	t.Helper()
	ast, typ, issues := env.Compile(text, vars)
	if issues != nil {
		t.Fatalf("%s: %v", text, issues)
	}
	p, err := celenv.NewProgram(env, vars, ast, celgo.EvalOptions(celgo.OptOptimize))
	if err != nil {
		t.Fatal(err)
	}
	return p, typ
}

// The committed Go is what the compiler makes of the expressions.
func TestGenerated(t *testing.T) {
	var body strings.Builder
	imports, printed := map[string]bool{}, map[string]bool{}
	o := expr.Options{
		Env: env, Decls: expr.NewDecls(nil),
		TypeName:  func(t *types.Type) string { return t.Name },
		FieldName: func(f *types.Field) string { return goNames[f.Name] },
		EnumConst: func(_ *types.Type, v string) string { return "Status" + strings.ToUpper(v[:1]) + v[1:] },
	}
	for _, s := range subjects {
		ast, typ, issues := env.Compile(s.text, vars)
		if issues != nil {
			t.Fatalf("%s: %v", s.text, issues)
		}
		o.Prefix = s.name
		zero := map[types.Kind]string{types.Int: "0"}[typ.Kind]
		code, err := expr.Compile(ast, resolver{}, o, func(e string) string { return "return " + zero + ", " + e })
		if err != nil {
			t.Fatalf("%s: %v", s.text, err)
		}
		result, value := map[types.Kind]string{types.Bool: "bool", types.Int: "int64", types.String: "string", types.List: "[]string"}[typ.Kind], code.Value
		if code.CanFail {
			result, value = "("+result+", error)", value+", nil"
		}
		fmt.Fprintf(&body, "// %s is\n//\n//\t%s\nfunc %s(o *Order) %s {\n%s\n}\n\n",
			s.name, s.text, s.name, result, strings.TrimPrefix(code.Stmts+"\nreturn "+value, "\n"))
		for _, d := range code.Decls {
			if !printed[d] {
				printed[d] = true
				body.WriteString(d + "\n\n")
			}
		}
		for _, p := range code.Imports {
			imports[p] = true
		}
	}
	var src strings.Builder
	src.WriteString("// Code generated by go test ./bench/expressions -update. DO NOT EDIT.\n\npackage expressions\n\nimport (\n")
	for _, own := range []bool{false, true} {
		for p := range imports {
			if strings.HasPrefix(p, "github.com/") == own {
				fmt.Fprintf(&src, "%q\n", p)
			}
		}
		src.WriteString("\n")
	}
	src.WriteString(")\n\n" + body.String())
	want, err := format.Source([]byte(src.String()))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(generatedFile)
	if bytes.Equal(got, want) {
		return
	}
	if *update {
		if err := os.WriteFile(generatedFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s is not what the compiler makes (%v): go test ./bench/expressions -update", generatedFile, err)
}

// All three give the same.
func TestSameResults(t *testing.T) {
	for _, s := range subjects {
		p, typ := program(t, s.text)
		for i := range orders {
			var generated, byHand outcome
			s.generated(&orders[i], &generated)
			s.byHand(&orders[i], &byHand)
			if a, b := fmt.Sprint(generated), fmt.Sprint(byHand); a != b {
				t.Errorf("%s: generated code gives %s, by hand %s", s.name, a, b)
			}
			vals := values(&orders[i])
			v, err := p.Eval(func(name string) (ref.Val, bool) { v, ok := vals[name]; return v, ok })
			if (err != nil) != (generated.err != nil) {
				t.Errorf("%s: generated code gives the error %v, cel-go %v", s.name, generated.err, err)
			}
			if err != nil {
				continue
			}
			want, err := celval.FromCEL(typ, v)
			if err != nil {
				t.Fatal(err)
			}
			got := map[types.Kind]any{types.Bool: generated.yes, types.Int: generated.n, types.String: generated.text, types.List: generated.list}[typ.Kind]
			if a, b := fmt.Sprint(got), fmt.Sprint(want); a != b {
				t.Errorf("%s: generated code gives %s, cel-go %s", s.name, a, b)
			}
		}
	}
}

// Generated code allocates no more than what is written by hand.
func TestAllocations(t *testing.T) {
	for _, s := range subjects {
		for i := range orders {
			var out outcome
			generated := testing.AllocsPerRun(100, func() { s.generated(&orders[i], &out) })
			byHand := testing.AllocsPerRun(100, func() { s.byHand(&orders[i], &out) })
			if generated > byHand {
				t.Errorf("%s: %v allocations, by hand %v", s.name, generated, byHand)
			}
		}
	}
}

// Benchmark runs each expression over the first order: as generated Go, as Go by hand, and in cel-go's interpreter, whose values are
// made before.
func Benchmark(b *testing.B) {
	o, vals := &orders[0], values(&orders[0])
	for _, s := range subjects {
		var out outcome
		b.Run(s.name+"/generated", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.generated(o, &out)
			}
		})
		b.Run(s.name+"/by_hand", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.byHand(o, &out)
			}
		})
		p, _ := program(b, s.text)
		b.Run(s.name+"/cel-go", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Eval(func(name string) (ref.Val, bool) { v, ok := vals[name]; return v, ok }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
