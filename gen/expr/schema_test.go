package expr

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/gen/codec"
	"github.com/weirstream/weir/internal/celval"
	"github.com/weirstream/weir/internal/oracle"
	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

func record(name string, fields ...any) *types.Type {
	t := &types.Type{Kind: types.Record, Name: name}
	for i := 0; i < len(fields); i += 2 {
		t.Fields = append(t.Fields, &types.Field{Name: fields[i].(string), Wire: fields[i].(string), Type: fields[i+1].(*types.Type)})
	}
	return t
}

// union makes a union of members, as record makes a record of fields.
func union(name string, members ...any) *types.Type {
	for i := 1; i < len(members); i += 2 {
		members[i] = types.OptionalOf(members[i].(*types.Type))
	}
	t := record(name, members...)
	t.Union = true
	return t
}

// The schema of the tests: the fields of Row are the variables.
var (
	tStatus = &types.Type{Kind: types.Enum, Name: "Status", Values: []string{"pending", "paid", "cancelled", "refunded", "lost", "found"}}
	tPart   = record("Part", "name", types.StringType, "grams", types.OptionalOf(types.IntType))
	tItem   = record("Item", "sku", types.StringType, "qty", types.IntType, "tag", types.OptionalOf(types.StringType),
		"parts", types.ListOf(tPart), "made", types.TimestampType, "blob", types.BytesType)
	tChange = union("Change", "count", types.IntType, "name", types.StringType, "item", tItem, "status", tStatus, "names", types.ListOf(types.StringType),
		"marks", types.MapOf(types.StringType, types.IntType))
	// Records within records, unions within unions, and containers of them.
	tNews = union("News", "change", tChange, "part", tPart, "changes", types.ListOf(tChange), "parts", types.MapOf(types.StringType, tPart))
	tBox  = record("Box", "lid", tPart, "inside", types.OptionalOf(tItem), "last", tChange, "before", types.ListOf(tChange), "news", types.OptionalOf(tNews),
		"by_name", types.MapOf(types.StringType, tItem))
	tRow = record("Row",
		"b1", types.BoolType, "b2", types.BoolType,
		"i1", types.IntType, "i2", types.IntType,
		"u1", types.UintType, "u2", types.UintType,
		"d1", types.DoubleType, "d2", types.DoubleType,
		"s1", types.StringType, "s2", types.StringType,
		"y1", types.BytesType, "y2", types.BytesType,
		"t1", types.TimestampType, "t2", types.TimestampType,
		"p1", types.DurationType, "p2", types.DurationType,
		"e1", tStatus, "e2", tStatus,
		"oi", types.OptionalOf(types.IntType), "os", types.OptionalOf(types.StringType), "oe", types.OptionalOf(tStatus),
		"ot", types.OptionalOf(types.TimestampType), "oitem", types.OptionalOf(tItem), "oli", types.OptionalOf(types.ListOf(types.IntType)),
		"omi", types.OptionalOf(types.MapOf(types.StringType, types.IntType)),
		"li", types.ListOf(types.IntType), "ls", types.ListOf(types.StringType), "ld", types.ListOf(types.DoubleType),
		"lt", types.ListOf(types.TimestampType), "le", types.ListOf(tStatus), "lli", types.ListOf(types.ListOf(types.IntType)),
		"los", types.ListOf(types.OptionalOf(types.StringType)),
		"items", types.ListOf(tItem), "item", tItem, "part", tPart,
		"ms", types.MapOf(types.StringType, types.IntType), "mi", types.MapOf(types.IntType, types.StringType),
		"mb", types.MapOf(types.BoolType, types.TimestampType), "mu", types.MapOf(types.UintType, tItem),
		"change", tChange, "ochange", types.OptionalOf(tChange), "lchange", types.ListOf(tChange), "mchange", types.MapOf(types.StringType, tChange),
		"news", tNews, "lnews", types.ListOf(tNews), "box", tBox, "obox", types.OptionalOf(tBox), "boxes", types.ListOf(tBox),
		"window.start", types.TimestampType,
	)
	tNamed  = []*types.Type{tStatus, tPart, tItem, tChange, tNews, tBox}
	testEnv = func() *celenv.Env {
		env := celenv.New(tNamed)
		for _, t := range tNamed {
			env.AddParser(celenv.Parser{Name: t.Name, Type: t, Bind: func(text ref.Val) ref.Val {
				v, err := oracle.ParseJSON(t, string(text.(celtypes.String)))
				if err != nil {
					return celtypes.WrapErr(err)
				}
				return v
			}})
		}
		return env
	}()
	testVars = func() (vs []celenv.Var) {
		for _, f := range tRow.Fields {
			vs = append(vs, celenv.Var{Name: f.Name, Type: f.Type})
		}
		return vs
	}()
)

func goField(f *types.Field) string { return naming.Exported(strings.ReplaceAll(f.Name, ".", "_")) }

func testOptions() Options {
	return Options{
		Env: testEnv, TypeName: func(t *types.Type) string { return t.Name }, FieldName: goField,
		EnumConst: func(t *types.Type, v string) string { return t.Name + naming.Exported(v) }, Prefix: "test",
		JSON:  testTexts.name,
		Parse: func(name string) string { return "parse" + name + "JSON" },
	}
}

// texts are the functions of JSON texts that the expressions under test call, by the Go types of the values.
type texts map[string]codec.Text

var testTexts = texts{}

func (ts texts) name(t *types.Type, ident string) string {
	key := testGoType(t)
	if _, ok := ts[key]; !ok {
		ts[key] = codec.Text{Name: fmt.Sprint(lowerFirst(ident), "JSON", len(ts)), Type: t}
	}
	return ts[key].Name
}

// decls are those functions and those that parse texts, what they call, and the enum.
func (ts texts) decls(t *testing.T) []codec.Decl {
	t.Helper()
	o := testOptions()
	req := codec.Request{
		Names: codec.Names{Type: o.TypeName, Field: o.FieldName, EnumConst: o.EnumConst},
		Types: []codec.Need{{Type: tStatus, Struct: true}},
	}
	for _, named := range tNamed {
		req.Parses = append(req.Parses, codec.Parse{Name: o.Parse(named.Name), Type: named})
	}
	for _, key := range slices.Sorted(maps.Keys(ts)) {
		req.Texts = append(req.Texts, ts[key])
	}
	decls, err := codec.Generate(req)
	if err != nil {
		t.Fatal(err)
	}
	return decls
}

// rowResolver finds variables as fields of r.
type rowResolver struct{}

func (rowResolver) Ident(name string) (string, bool) {
	f := tRow.Field(name)
	if f == nil {
		return "", false
	}
	return "r." + goField(f), true
}

// random values, with the edges of each type among them.
type valueGen struct{ *rand.Rand }

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func (g valueGen) value(t *types.Type) any {
	switch t.Kind {
	case types.Bool:
		return g.IntN(2) == 0
	case types.Int:
		if g.IntN(3) == 0 {
			return pick[int64](g.Rand, math.MinInt64, math.MinInt64+1, math.MaxInt64, math.MaxInt64-1, 1<<53+1, -1, 0, 1)
		}
		return int64(g.IntN(12) - 4)
	case types.Uint:
		if g.IntN(3) == 0 {
			return pick[uint64](g.Rand, 0, math.MaxUint64, 1<<63, 1<<63-1, 1<<53+1)
		}
		return uint64(g.IntN(8))
	case types.Double:
		if g.IntN(2) == 0 {
			return pick(g.Rand, math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1<<63, -(1 << 63), 1<<64, 1e300, 1e-9, 9007199254740993)
		}
		return float64(g.IntN(20)-8) / 4
	case types.String:
		return pick(g.Rand, "", "a", "b", "abc", "Abc", "aXbXc", "ünï", "日本語", "12", "-7", "3.5", "true", "1h30m", "2024-02-29T12:30:00Z",
			"2024-02-29T23:30:00.25+02:00", "Europe/Paris", "-08:00", " pad ", "q\"\\\n", "k1", "k2", "😀x")
	case types.Bytes:
		return pick(g.Rand, []byte{}, []byte("a"), []byte("abc"), []byte{0xff, 0}, []byte("é"))
	case types.Timestamp:
		return pick(g.Rand, time.Unix(0, 0), time.Unix(-62135596800, 0), time.Unix(253402300799, 999999999), time.Unix(1709209800, 123456789),
			time.Unix(1709209800, 0), time.Unix(-1, 500), time.Date(2024, 3, 31, 1, 30, 0, 0, time.UTC)).UTC()
	case types.Duration:
		return pick(g.Rand, 0, time.Second, -time.Second, 90*time.Minute, time.Nanosecond, math.MinInt64, math.MaxInt64, 1500*time.Millisecond, 300*24*time.Hour)
	case types.Enum:
		return celval.Enum{Type: t, Name: t.Values[g.IntN(len(t.Values))]}
	case types.Record:
		r := celval.Record{Type: t, Fields: map[string]any{}}
		member := g.IntN(len(t.Fields))
		for i, f := range t.Fields {
			switch {
			case !t.Union:
				r.Fields[f.Name] = g.value(f.Type)
			case i == member:
				r.Fields[f.Name] = celval.Opt{Value: g.value(f.Type.Elem), Valid: true}
			default:
				r.Fields[f.Name] = celval.Opt{}
			}
		}
		return r
	case types.List:
		list := []any{}
		for range g.IntN(4) {
			list = append(list, g.value(t.Elem))
		}
		return list
	case types.Map:
		m := map[any]any{}
		for range g.IntN(4) {
			m[g.value(t.Key)] = g.value(t.Elem)
		}
		return m
	case types.Optional:
		if g.IntN(2) == 0 {
			return celval.Opt{}
		}
		return celval.Opt{Value: g.value(t.Elem), Valid: true}
	}
	panic("no values of " + t.String())
}

// zeroValue is the value that a type's zero in Go stands for; of an enum the first, of a union the zero of its first member.
func zeroValue(t *types.Type) any {
	switch t.Kind {
	case types.Bool:
		return false
	case types.Int:
		return int64(0)
	case types.Uint:
		return uint64(0)
	case types.Double:
		return 0.0
	case types.String:
		return ""
	case types.Bytes:
		return []byte{}
	case types.Timestamp:
		return time.Unix(0, 0).UTC()
	case types.Duration:
		return time.Duration(0)
	case types.Enum:
		return celval.Enum{Type: t, Name: t.Values[0]}
	case types.List:
		return []any{}
	case types.Map:
		return map[any]any{}
	case types.Optional:
		return celval.Opt{}
	}
	r := celval.Record{Type: t, Fields: map[string]any{}}
	for i, f := range t.Fields {
		r.Fields[f.Name] = zeroValue(f.Type)
		if t.Union && i == 0 {
			r.Fields[f.Name] = celval.Opt{Value: zeroValue(f.Type.Elem), Valid: true}
		}
	}
	return r
}

// goLiteral writes a value as Go.
func goLiteral(t *types.Type, v any) string {
	switch v := v.(type) {
	case float64:
		return fmt.Sprintf("math.Float64frombits(%#x)", math.Float64bits(v))
	case string:
		return strconv.Quote(v)
	case []byte:
		return fmt.Sprintf("[]byte(%q)", v)
	case time.Time:
		return fmt.Sprintf("time.Unix(%d, %d).UTC()", v.Unix(), v.Nanosecond())
	case celval.Enum:
		return t.Name + naming.Exported(v.Name)
	case celval.Record:
		var parts []string
		for _, f := range t.Fields {
			parts = append(parts, goField(f)+": "+goLiteral(f.Type, v.Fields[f.Name]))
		}
		return t.Name + "{" + strings.Join(parts, ", ") + "}"
	case []any:
		var parts []string
		for _, x := range v {
			parts = append(parts, goLiteral(t.Elem, x))
		}
		return testGoType(t) + "{" + strings.Join(parts, ", ") + "}"
	case map[any]any:
		var parts []string
		for k, x := range v {
			parts = append(parts, goLiteral(t.Key, k)+": "+goLiteral(t.Elem, x))
		}
		return testGoType(t) + "{" + strings.Join(parts, ", ") + "}"
	case celval.Opt:
		if !v.Valid {
			return testGoType(t) + "{}"
		}
		return testGoType(t) + "{Value: " + goLiteral(t.Elem, v.Value) + ", Valid: true}"
	case time.Duration:
		return fmt.Sprintf("time.Duration(%d)", int64(v))
	}
	return fmt.Sprint(v)
}

func testGoType(t *types.Type) string {
	return (&compiler{o: testOptions(), imports: map[string]bool{}}).goType(t)
}

// show prints a value; the generated program does the same by reflection.
func show(t *types.Type, v any) string {
	var parts []string
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) {
			return "NaN"
		}
		return fmt.Sprintf("%x", math.Float64bits(v))
	case string:
		return strconv.Quote(v)
	case []byte:
		return fmt.Sprintf("b%q", v)
	case time.Time:
		return fmt.Sprintf("%d.%09d", v.Unix(), v.Nanosecond())
	case time.Duration:
		return strconv.FormatInt(int64(v), 10)
	case celval.Enum:
		return v.Name
	case celval.Record:
		for _, f := range t.Fields {
			parts = append(parts, show(f.Type, v.Fields[f.Name]))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case []any:
		for _, x := range v {
			parts = append(parts, show(t.Elem, x))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case map[any]any:
		for k, x := range v {
			parts = append(parts, show(t.Key, k)+":"+show(t.Elem, x))
		}
		sortStrings(parts)
		return "map[" + strings.Join(parts, " ") + "]"
	case celval.Opt:
		if !v.Valid {
			return "none"
		}
		return "some(" + show(t.Elem, v.Value) + ")"
	}
	return fmt.Sprint(v)
}

// showSource is show in the generated program.
const showSource = `
func show(v reflect.Value) string {
	var parts []string
	switch x := v.Interface().(type) {
	case float64:
		if x != x {
			return "NaN"
		}
		return fmt.Sprintf("%x", math.Float64bits(x))
	case string:
		return strconv.Quote(x)
	case []byte:
		return fmt.Sprintf("b%q", x)
	case time.Time:
		return fmt.Sprintf("%d.%09d", x.Unix(), x.Nanosecond())
	case time.Duration:
		return strconv.FormatInt(int64(x), 10)
	case Status:
		return x.String()
	}
	switch v.Kind() {
	case reflect.Struct:
		if strings.HasPrefix(v.Type().Name(), "Opt[") {
			if !v.Field(1).Bool() {
				return "none"
			}
			return "some(" + show(v.Field(0)) + ")"
		}
		for i := range v.NumField() {
			parts = append(parts, show(v.Field(i)))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case reflect.Slice:
		for i := range v.Len() {
			parts = append(parts, show(v.Index(i)))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case reflect.Map:
		for _, k := range v.MapKeys() {
			parts = append(parts, show(k)+":"+show(v.MapIndex(k)))
		}
		sort.Strings(parts)
		return "map[" + strings.Join(parts, " ") + "]"
	}
	return fmt.Sprint(v.Interface())
}
`
