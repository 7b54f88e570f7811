package celval

import (
	"math"
	"testing"
	"time"

	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

var (
	color = &types.Type{Kind: types.Enum, Name: "Color", Values: []string{"red", "blue"}}
	point = &types.Type{Kind: types.Record, Name: "Point", Fields: []*types.Field{
		{Name: "x", Type: types.IntType}, {Name: "tag", Type: types.OptionalOf(types.StringType)}, {Name: "color", Type: color},
	}}
)

func TestRoundTrip(t *testing.T) {
	p := Record{point, map[string]any{"x": int64(3), "tag": Opt{"a", true}, "color": Enum{color, "blue"}}}
	for _, c := range []struct {
		t *types.Type
		v any
	}{
		{types.BoolType, true},
		{types.IntType, int64(math.MinInt64)},
		{types.UintType, uint64(math.MaxUint64)},
		{types.DoubleType, math.NaN()},
		{types.StringType, "é"},
		{types.BytesType, []byte{0xff}},
		{types.TimestampType, time.Unix(1, 2).UTC()},
		{types.DurationType, time.Minute},
		{color, Enum{color, "red"}},
		{point, p},
		{types.ListOf(point), []any{p, p}},
		{types.MapOf(types.UintType, color), map[any]any{uint64(1): Enum{color, "red"}}},
		{types.OptionalOf(types.IntType), Opt{}},
		{types.OptionalOf(point), Opt{p, true}},
	} {
		got, err := FromCEL(c.t, ToCEL(c.t, c.v))
		if err != nil || !Equal(c.t, got, c.v) {
			t.Errorf("%s: %v came back as %v, %v", c.t, c.v, got, err)
		}
	}
	if _, err := FromCEL(types.IntType, ToCEL(types.StringType, "1")); err == nil {
		t.Error("a string passed as an int")
	}
}

func TestProgram(t *testing.T) {
	env := celenv.New([]*types.Type{color, point})
	vars := []celenv.Var{{Name: "p", Type: point}, {Name: "m", Type: types.MapOf(types.IntType, types.BoolType)}}
	values := map[string]ref.Val{
		"p": ToCEL(point, Record{point, map[string]any{"x": int64(3), "tag": Opt{}, "color": Enum{color, "blue"}}}),
		"m": ToCEL(vars[1].Type, map[any]any{int64(3): true, int64(1): true, int64(2): true}),
	}
	for text, want := range map[string]any{
		`p.color == Color.blue && string(p.color) == "blue"`: true,
		`p.tag.orValue("none")`:                              "none",
		`has(p.tag)`:                                         false,
		`p == p`:                                             true,
		`m.map(k, k) == [1, 2, 3]`:                           true,
		`1 / (p.x - 3)`:                                      nil,
	} {
		ast, typ, issues := env.Compile(text, vars)
		if issues != nil {
			t.Fatal(text, issues)
		}
		prog, err := celenv.NewProgram(env, vars, ast)
		if err != nil {
			t.Fatal(err)
		}
		v, err := prog.Eval(func(name string) (ref.Val, bool) { x, ok := values[name]; return x, ok })
		if want == nil {
			if err == nil || err.Error() != "division by zero" {
				t.Errorf("%s: %v, %v", text, v, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := FromCEL(typ, v); err != nil || got != want {
			t.Errorf("%s = %v, %v; want %v", text, got, err, want)
		}
	}
}
