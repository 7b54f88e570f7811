package randspec

import (
	"strconv"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// written is a value of a type as a spec may write it out, of few different ones for each scalar. It fulfils the conditions of aliases.
func (g *gen) written(t *types.Type) *types.Value {
	v := &types.Value{}
	switch t.Kind {
	case types.Optional:
		if g.chance(70) {
			v.Elems = append(v.Elems, g.written(t.Elem))
		}
	case types.List:
		for range g.r.IntN(4) {
			v.Elems = append(v.Elems, g.written(t.Elem))
		}
	case types.Map:
		keys := map[types.Kind][]string{types.String: {"a", "", "it's"}, types.Int: {"-3", "0", "7"}, types.Uint: {"1", "3", "100"}, types.Bool: {"true", "false"}}[t.Key.Kind]
		for _, k := range keys[:g.r.IntN(len(keys)+1)] {
			v.Keys, v.Elems = append(v.Keys, scalarOf(t.Key, k)), append(v.Elems, g.written(t.Elem))
		}
	case types.Record:
		one := g.r.IntN(len(t.Fields))
		for i, f := range t.Fields {
			switch {
			case t.Union && i != one:
				v.Elems = append(v.Elems, &types.Value{})
			case t.Union:
				v.Elems = append(v.Elems, &types.Value{Elems: []*types.Value{g.written(f.Type.Elem)}})
			default:
				v.Elems = append(v.Elems, g.written(f.Type))
			}
		}
	case types.Enum:
		return scalarOf(t, pick(g, t.Values...))
	default:
		return scalarOf(t, pick(g, map[types.Kind][]string{
			types.Bool: {"true", "false"}, types.Int: {"-3", "0"}, types.Uint: {"3", "0"}, types.String: {"it's", "", "null", "a: b, c"},
			types.Double: {"0.25", "-1e300"}, types.Duration: {"1m30s", "-5ns"}, types.Bytes: {"AP8=", ""}, types.Decimal: {"-0.250", "12"},
			types.Timestamp: {"2024-03-01T12:00:00.5+02:00", "0001-01-01T00:00:00Z"}, types.Date: {"2024-02-29"}, types.TimeOfDay: {"23:59:59.5"},
		}[t.Kind]...))
	}
	return v
}

func scalarOf(t *types.Type, text string) *types.Value {
	v, err := types.ParseScalar(t, text)
	if err != nil {
		panic("a text of the generator's is wrong: " + err.Error())
	}
	return v
}

// cell tells whether values of a type can stand in CSV.
func cell(t *types.Type) bool {
	if t.Kind == types.Optional {
		t = t.Elem
	}
	return t.Keyable()
}

// writtenText is a value as YAML.
func writtenText(t *types.Type, v *types.Value) string {
	var parts []string
	switch t.Kind {
	case types.Optional:
		if len(v.Elems) == 0 {
			return "null"
		}
		return writtenText(t.Elem, v.Elems[0])
	case types.List:
		for _, x := range v.Elems {
			parts = append(parts, writtenText(t.Elem, x))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case types.Map:
		for i, x := range v.Elems {
			parts = append(parts, strconv.Quote(v.Keys[i].Text)+": "+writtenText(t.Elem, x))
		}
	case types.Record:
		for i, x := range v.Elems {
			if f := t.Fields[i]; f.Type.Kind != types.Optional || len(x.Elems) > 0 {
				parts = append(parts, f.Name+": "+writtenText(f.Type, x))
			}
		}
	default:
		return quoted(v.Text)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
