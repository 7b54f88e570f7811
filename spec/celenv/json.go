package celenv

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/weirstream/weir/spec/types"
)

const jsonOverload = "json_value"

// jsonTexts declares json(value), the JSON text of a value of any type: what a sink writes for a field of that type without options,
// and inside of records what their fields say. Generated code has an implementation of its own, which is held against this one.
func jsonTexts() cel.EnvOption {
	return cel.Function("json", cel.Overload(jsonOverload, []*cel.Type{cel.TypeParamType("T")}, cel.StringType, cel.UnaryBinding(func(v ref.Val) ref.Val {
		var b strings.Builder
		writeJSON(&b, v, nil, types.RFC3339)
		return celtypes.String(b.String())
	})))
}

func init() { supported[jsonOverload] = true }

// writeJSON writes a value. T is the type that a field declares for it, with how many digits it has, nil outside of records.
func writeJSON(b *strings.Builder, v ref.Val, t *types.Type, as types.TimeAs) {
	elem := func() *types.Type {
		if t == nil {
			return nil
		}
		return t.Elem
	}
	switch v := v.(type) {
	case celtypes.Bool, celtypes.Int, celtypes.Uint:
		fmt.Fprint(b, v.Value())
	case celtypes.Double:
		b.WriteString(jsonDouble(float64(v)))
	case celtypes.String:
		b.WriteString(jsonString(string(v)))
	case celtypes.Bytes:
		text, _ := json.Marshal([]byte(v)) // base64; bytes always have a form
		b.Write(text)
	case celtypes.Timestamp:
		b.WriteString(jsonTime(v.Time, as))
	case celtypes.Duration:
		b.WriteString(jsonString(inSeconds(big.NewInt(int64(v.Duration))) + "s"))
	case Decimal:
		text := v.String()
		if t != nil && t.Scale > 0 {
			_, fraction, point := strings.Cut(text, ".")
			if !point {
				text += "."
			}
			text += strings.Repeat("0", max(0, t.Scale-len(fraction)))
		}
		if as == types.AsString {
			text = jsonString(text)
		}
		b.WriteString(text)
	case Date, TimeOfDay:
		b.WriteString(jsonString(fmt.Sprint(v)))
	case *celtypes.Optional:
		if !v.HasValue() {
			b.WriteString("null")
			return
		}
		writeJSON(b, v.GetValue(), elem(), as)
	case *RecordValue:
		writeJSONRecord(b, v)
	case traits.Lister:
		b.WriteByte('[')
		for i, it := 0, v.Iterator(); it.HasNext() == celtypes.True; i++ {
			b.WriteString(",,"[:min(i, 1)])
			writeJSON(b, it.Next(), elem(), as)
		}
		b.WriteByte(']')
	case traits.Mapper:
		b.WriteByte('{')
		for i, k := range sortedKeys(v) {
			b.WriteString(",,"[:min(i, 1)] + jsonString(fmt.Sprint(k.Value())) + ":")
			writeJSON(b, v.Get(k), elem(), as)
		}
		b.WriteByte('}')
	case *EnumValue:
		b.WriteString(jsonString(v.Name))
	}
}

// writeJSONRecord writes a record or a union. Optional fields without a value are left out, unless readers would take a default then.
func writeJSONRecord(b *strings.Builder, r *RecordValue) {
	t := r.Of
	var members []string
	for _, f := range t.Fields {
		v := r.Fields[f.Name]
		if o, optional := v.(*celtypes.Optional); optional && !o.HasValue() && (t.Union || f.Default == nil) {
			continue
		}
		var value strings.Builder
		writeJSON(&value, v, f.Type, f.As)
		wire := f.Wire
		if wire == "" {
			wire = f.Name
		}
		if t.Tag != "" { // the fields of the member stand beside the tag
			rest := strings.TrimPrefix(value.String(), "{")
			if rest != "}" {
				rest = "," + rest
			}
			b.WriteString("{" + jsonString(t.Tag) + ":" + jsonString(wire) + rest)
			return
		}
		members = append(members, jsonString(wire)+":"+value.String())
	}
	b.WriteString("{" + strings.Join(members, ",") + "}")
}

func sortedKeys(m traits.Mapper) []ref.Val {
	var keys []ref.Val
	for it := m.Iterator(); it.HasNext() == celtypes.True; {
		keys = append(keys, it.Next())
	}
	slices.SortFunc(keys, func(a, b ref.Val) int { return int(a.(traits.Comparer).Compare(b).(celtypes.Int)) })
	return keys
}

func jsonString(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return strings.TrimSpace(b.String())
}

func jsonDouble(x float64) string {
	switch {
	case math.IsNaN(x):
		return `"NaN"`
	case math.IsInf(x, 1):
		return `"Infinity"`
	case math.IsInf(x, -1):
		return `"-Infinity"`
	}
	text, _ := json.Marshal(x) // a finite number always encodes
	return string(text)
}

func jsonTime(at time.Time, as types.TimeAs) string {
	switch as {
	case types.EpochMillis:
		return fmt.Sprint(at.UnixMilli())
	case types.EpochSeconds:
		nanos := new(big.Int).Mul(big.NewInt(at.Unix()), big.NewInt(1e9))
		return inSeconds(nanos.Add(nanos, big.NewInt(int64(at.Nanosecond()))))
	}
	return `"` + at.UTC().Format("2006-01-02T15:04:05.999999999Z") + `"`
}

// inSeconds writes nanoseconds as seconds.
func inSeconds(nanos *big.Int) string {
	text := new(big.Rat).SetFrac(nanos, big.NewInt(1e9)).FloatString(9)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
