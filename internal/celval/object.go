package celval

import (
	"fmt"
	"reflect"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// record is a record to cel-go.
type record struct {
	typ    *types.Type
	fields map[string]ref.Val
}

// ConvertToNative implements ref.Val. Nothing asks a record for a Go form.
func (r *record) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("record %s has no form as %v", r.typ.Name, t)
}

// ConvertToType implements ref.Val.
func (r *record) ConvertToType(t ref.Type) ref.Val {
	return celtypes.NewErr("type conversion error from '%s' to '%s'", r.typ.Name, t.TypeName())
}

// Equal implements ref.Val: the same record type and equal fields.
func (r *record) Equal(other ref.Val) ref.Val {
	o, ok := other.(*record)
	if !ok || o.typ.Name != r.typ.Name {
		return celtypes.False
	}
	for _, f := range r.typ.Fields {
		if celtypes.Equal(r.fields[f.Name], o.fields[f.Name]) != celtypes.True {
			return celtypes.False
		}
	}
	return celtypes.True
}

// Type implements ref.Val.
func (r *record) Type() ref.Type { return celtypes.NewObjectType(r.typ.Name) }

// Value implements ref.Val.
func (r *record) Value() any { return r }

// Get implements traits.Indexer: selection of a field.
func (r *record) Get(index ref.Val) ref.Val {
	name, _ := index.(celtypes.String)
	if v := r.fields[string(name)]; v != nil {
		return v
	}
	return celtypes.NewErr("no such field '%v'", index)
}

// IsSet implements traits.FieldTester, for has() and .?: an optional field is set if it holds a value, any other always.
func (r *record) IsSet(index ref.Val) ref.Val {
	name, _ := index.(celtypes.String)
	v := r.fields[string(name)]
	if o, ok := v.(*celtypes.Optional); ok {
		return celtypes.Bool(o.HasValue())
	}
	return celtypes.Bool(v != nil)
}

// enum is a value of an enum to cel-go.
type enum struct {
	typ  *types.Type
	name string
}

// ConvertToNative implements ref.Val.
func (e *enum) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("enum %s has no form as %v", e.typ.Name, t)
}

// ConvertToType implements ref.Val: string(e) is the value's name.
func (e *enum) ConvertToType(t ref.Type) ref.Val {
	if t == celtypes.StringType {
		return celtypes.String(e.name)
	}
	return celtypes.NewErr("type conversion error from '%s' to '%s'", e.typ.Name, t.TypeName())
}

// Equal implements ref.Val.
func (e *enum) Equal(other ref.Val) ref.Val {
	o, ok := other.(*enum)
	return celtypes.Bool(ok && o.typ.Name == e.typ.Name && o.name == e.name)
}

// Type implements ref.Val.
func (e *enum) Type() ref.Type { return celtypes.NewOpaqueType(e.typ.Name) }

// Value implements ref.Val.
func (e *enum) Value() any { return e.name }

// provider makes the records of record literals; the fields that are left out are optional and absent.
type provider struct {
	celtypes.Provider
	env *celenv.Env
}

// NewValue implements types.Provider.
func (p *provider) NewValue(name string, fields map[string]ref.Val) ref.Val {
	t, ok := p.env.TypeOf(celtypes.NewObjectType(name))
	if !ok {
		return p.Provider.NewValue(name, fields)
	}
	r := &record{typ: t, fields: map[string]ref.Val{}}
	for _, f := range t.Fields {
		if r.fields[f.Name] = fields[f.Name]; r.fields[f.Name] == nil {
			r.fields[f.Name] = celtypes.OptionalNone
		}
	}
	return r
}
