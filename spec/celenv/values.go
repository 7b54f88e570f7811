package celenv

import (
	"fmt"
	"reflect"
	"sort"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/weirstream/weir/spec/types"
)

// RecordValue is a value of a record to cel-go: every field has a value, an absent one the optional none.
type RecordValue struct {
	Of     *types.Type
	Fields map[string]ref.Val
}

// ConvertToNative implements ref.Val. Nothing asks a record for a Go form.
func (r *RecordValue) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("record %s has no form as %v", r.Of.Name, t)
}

// ConvertToType implements ref.Val.
func (r *RecordValue) ConvertToType(t ref.Type) ref.Val {
	return celtypes.NewErr("type conversion error from '%s' to '%s'", r.Of.Name, t.TypeName())
}

// Equal implements ref.Val: the same record type and equal fields.
func (r *RecordValue) Equal(other ref.Val) ref.Val {
	o, ok := other.(*RecordValue)
	if !ok || o.Of.Name != r.Of.Name {
		return celtypes.False
	}
	for _, f := range r.Of.Fields {
		if celtypes.Equal(r.Fields[f.Name], o.Fields[f.Name]) != celtypes.True {
			return celtypes.False
		}
	}
	return celtypes.True
}

// Type implements ref.Val.
func (r *RecordValue) Type() ref.Type { return celtypes.NewObjectType(r.Of.Name) }

// Value implements ref.Val.
func (r *RecordValue) Value() any { return r }

// Get implements traits.Indexer: selection of a field.
func (r *RecordValue) Get(index ref.Val) ref.Val {
	name, _ := index.(celtypes.String)
	if v := r.Fields[string(name)]; v != nil {
		return v
	}
	return celtypes.NewErr("no such field '%v'", index)
}

// IsSet implements traits.FieldTester, for has() and .?: an optional field is set if it holds a value, any other always.
func (r *RecordValue) IsSet(index ref.Val) ref.Val {
	name, _ := index.(celtypes.String)
	v := r.Fields[string(name)]
	if o, ok := v.(*celtypes.Optional); ok {
		return celtypes.Bool(o.HasValue())
	}
	return celtypes.Bool(v != nil)
}

// EnumValue is a value of an enum to cel-go.
type EnumValue struct {
	Of   *types.Type
	Name string
}

// ConvertToNative implements ref.Val.
func (e *EnumValue) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("enum %s has no form as %v", e.Of.Name, t)
}

// ConvertToType implements ref.Val: string(e) is the value's name.
func (e *EnumValue) ConvertToType(t ref.Type) ref.Val {
	if t == celtypes.StringType {
		return celtypes.String(e.Name)
	}
	return celtypes.NewErr("type conversion error from '%s' to '%s'", e.Of.Name, t.TypeName())
}

// Equal implements ref.Val.
func (e *EnumValue) Equal(other ref.Val) ref.Val {
	o, ok := other.(*EnumValue)
	return celtypes.Bool(ok && o.Of.Name == e.Of.Name && o.Name == e.Name)
}

// Type implements ref.Val.
func (e *EnumValue) Type() ref.Type { return celtypes.NewOpaqueType(e.Of.Name) }

// Value implements ref.Val.
func (e *EnumValue) Value() any { return e.Name }

// MapValue is a map to cel-go that iterates in the order of its keys, as generated code does.
func MapValue(vals map[ref.Val]ref.Val) ref.Val {
	return &orderedMap{celtypes.NewRefValMap(celtypes.DefaultTypeAdapter, vals)}
}

// orderedMap is what MapValue makes.
type orderedMap struct{ traits.Mapper }

// Iterator implements traits.Iterable.
func (m *orderedMap) Iterator() traits.Iterator {
	var keys []ref.Val
	for it := m.Mapper.Iterator(); it.HasNext() == celtypes.True; {
		keys = append(keys, it.Next())
	}
	sort.Slice(keys, func(i, j int) bool {
		return keys[i].(traits.Comparer).Compare(keys[j]) == celtypes.IntNegOne
	})
	return celtypes.NewRefValList(celtypes.DefaultTypeAdapter, keys).Iterator()
}

// IsZeroValue implements traits.Zeroer, for optional.ofNonZeroValue.
func (m *orderedMap) IsZeroValue() bool { return m.Size() == celtypes.IntZero }

// ValueOf is a value that a spec writes out, to cel-go.
func ValueOf(t *types.Type, v *types.Value) ref.Val {
	elems := func(of *types.Type) []ref.Val {
		vals := make([]ref.Val, len(v.Elems))
		for i, x := range v.Elems {
			vals[i] = ValueOf(of, x)
		}
		return vals
	}
	switch t.Kind {
	case types.Enum:
		return &EnumValue{t, v.Text}
	case types.Decimal:
		return must(ParseDecimal(v.Text))
	case types.Date:
		return must(ParseDate(v.Text))
	case types.TimeOfDay:
		return must(ParseTimeOfDay(v.Text))
	case types.List:
		return celtypes.NewRefValList(celtypes.DefaultTypeAdapter, elems(t.Elem))
	case types.Map:
		vals := map[ref.Val]ref.Val{}
		for i, x := range elems(t.Elem) {
			vals[ValueOf(t.Key, v.Keys[i])] = x
		}
		return MapValue(vals)
	case types.Optional:
		if len(v.Elems) == 0 {
			return celtypes.OptionalNone
		}
		return celtypes.OptionalOf(ValueOf(t.Elem, v.Elems[0]))
	case types.Record:
		r := &RecordValue{t, map[string]ref.Val{}}
		for i, f := range t.Fields {
			r.Fields[f.Name] = ValueOf(f.Type, v.Elems[i])
		}
		return r
	}
	return celtypes.DefaultTypeAdapter.NativeToValue(v.Scalar)
}

// must is a value that has been read before without an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic("a value that was checked is wrong: " + err.Error())
	}
	return v
}
