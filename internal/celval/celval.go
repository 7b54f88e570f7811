// Package celval moves values between plain Go and cel-go, so that cel-go can evaluate an expression over data that no generated
// code has touched: in the reference interpreter and in tests.
//
// A value of a type is, in Go: bool, int64, uint64, float64, string, []byte, time.Time, time.Duration, and celenv's Decimal, Date and TimeOfDay, for the scalars; [Enum],
// [Record], []any, map[any]any and [Opt] for the others. Maps are iterated in the order of their keys, as in generated code.
package celval

import (
	"bytes"
	"fmt"
	"time"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// Enum is a value of an enum.
type Enum struct {
	Type *types.Type
	Name string
}

// Record is a value of a record: a value for each of its fields, by name.
type Record struct {
	Type   *types.Type
	Fields map[string]any
}

// Opt is an optional.
type Opt struct {
	Value any
	Valid bool
}

// ToCEL makes a cel-go value of a value of t. It panics if v is none.
func ToCEL(t *types.Type, v any) ref.Val {
	switch t.Kind {
	case types.Bool:
		return celtypes.Bool(v.(bool))
	case types.Int:
		return celtypes.Int(v.(int64))
	case types.Uint:
		return celtypes.Uint(v.(uint64))
	case types.Double:
		return celtypes.Double(v.(float64))
	case types.String:
		return celtypes.String(v.(string))
	case types.Bytes:
		return celtypes.Bytes(v.([]byte))
	case types.Timestamp:
		return celtypes.Timestamp{Time: v.(time.Time).UTC()}
	case types.Duration:
		return celtypes.Duration{Duration: v.(time.Duration)}
	case types.Decimal, types.Date, types.TimeOfDay:
		return v.(ref.Val)
	case types.Enum:
		return &celenv.EnumValue{Of: t, Name: v.(Enum).Name}
	case types.Record:
		r := &celenv.RecordValue{Of: t, Fields: map[string]ref.Val{}}
		for _, f := range t.Fields {
			r.Fields[f.Name] = ToCEL(f.Type, v.(Record).Fields[f.Name])
		}
		return r
	case types.List:
		vals := []ref.Val{}
		for _, x := range v.([]any) {
			vals = append(vals, ToCEL(t.Elem, x))
		}
		return celtypes.NewRefValList(celtypes.DefaultTypeAdapter, vals)
	case types.Map:
		vals := map[ref.Val]ref.Val{}
		for k, x := range v.(map[any]any) {
			vals[ToCEL(t.Key, k)] = ToCEL(t.Elem, x)
		}
		return celenv.MapValue(vals)
	case types.Optional:
		if o := v.(Opt); o.Valid {
			return celtypes.OptionalOf(ToCEL(t.Elem, o.Value))
		}
		return celtypes.OptionalNone
	}
	panic("celval: a type without values: " + t.String())
}

// FromCEL makes a plain value of t of a cel-go value.
func FromCEL(t *types.Type, v ref.Val) (any, error) {
	wrong := func() error { return fmt.Errorf("a %s where a %s was expected", v.Type().TypeName(), t) }
	switch v := v.(type) {
	case celtypes.Bool:
		return ok(t, types.Bool, bool(v), wrong)
	case celtypes.Int:
		return ok(t, types.Int, int64(v), wrong)
	case celtypes.Uint:
		return ok(t, types.Uint, uint64(v), wrong)
	case celtypes.Double:
		return ok(t, types.Double, float64(v), wrong)
	case celtypes.String:
		return ok(t, types.String, string(v), wrong)
	case celtypes.Bytes:
		return ok(t, types.Bytes, []byte(v), wrong)
	case celtypes.Timestamp:
		return ok(t, types.Timestamp, v.UTC(), wrong)
	case celtypes.Duration:
		return ok(t, types.Duration, v.Duration, wrong)
	case celenv.Decimal:
		return ok(t, types.Decimal, v, wrong)
	case celenv.Date:
		return ok(t, types.Date, v, wrong)
	case celenv.TimeOfDay:
		return ok(t, types.TimeOfDay, v, wrong)
	case *celenv.EnumValue:
		return ok(t, types.Enum, Enum{v.Of, v.Name}, wrong)
	case *celenv.RecordValue:
		if t.Kind != types.Record {
			return nil, wrong()
		}
		r := Record{t, map[string]any{}}
		for _, f := range t.Fields {
			x, err := FromCEL(f.Type, v.Fields[f.Name])
			if err != nil {
				return nil, err
			}
			r.Fields[f.Name] = x
		}
		return r, nil
	case traits.Lister:
		if t.Kind != types.List {
			return nil, wrong()
		}
		list := []any{}
		for it := v.Iterator(); it.HasNext() == celtypes.True; {
			x, err := FromCEL(t.Elem, it.Next())
			if err != nil {
				return nil, err
			}
			list = append(list, x)
		}
		return list, nil
	case traits.Mapper:
		if t.Kind != types.Map {
			return nil, wrong()
		}
		m := map[any]any{}
		for it := v.Iterator(); it.HasNext() == celtypes.True; {
			k := it.Next()
			key, err := FromCEL(t.Key, k)
			if err != nil {
				return nil, err
			}
			if m[key], err = FromCEL(t.Elem, v.Get(k)); err != nil {
				return nil, err
			}
		}
		return m, nil
	case *celtypes.Optional:
		if t.Kind != types.Optional {
			return nil, wrong()
		}
		if !v.HasValue() {
			return Opt{}, nil
		}
		x, err := FromCEL(t.Elem, v.GetValue())
		return Opt{x, err == nil}, err
	}
	return nil, wrong()
}

func ok(t *types.Type, k types.Kind, v any, wrong func() error) (any, error) {
	if t.Kind != k {
		return nil, wrong()
	}
	return v, nil
}

// Equal tells whether two plain values of t are the same, for tests: unlike CEL's ==, NaN is the same as NaN.
func Equal(t *types.Type, a, b any) bool {
	switch t.Kind {
	case types.Double:
		x, y := a.(float64), b.(float64)
		return x == y || x != x && y != y
	case types.Bytes:
		return bytes.Equal(a.([]byte), b.([]byte))
	case types.Timestamp:
		return a.(time.Time).Equal(b.(time.Time))
	case types.Decimal, types.Date, types.TimeOfDay:
		return a.(ref.Val).Equal(b.(ref.Val)) == celtypes.True
	case types.Enum:
		return a.(Enum).Name == b.(Enum).Name
	case types.Record:
		for _, f := range t.Fields {
			if !Equal(f.Type, a.(Record).Fields[f.Name], b.(Record).Fields[f.Name]) {
				return false
			}
		}
		return true
	case types.List:
		x, y := a.([]any), b.([]any)
		for i := range x {
			if len(x) != len(y) || !Equal(t.Elem, x[i], y[i]) {
				return false
			}
		}
		return len(x) == len(y)
	case types.Map:
		x, y := a.(map[any]any), b.(map[any]any)
		for k := range x {
			if v, ok := y[k]; !ok || !Equal(t.Elem, x[k], v) {
				return false
			}
		}
		return len(x) == len(y)
	case types.Optional:
		x, y := a.(Opt), b.(Opt)
		return x.Valid == y.Valid && (!x.Valid || Equal(t.Elem, x.Value, y.Value))
	}
	return a == b
}
