package oracle

import (
	"fmt"
	"reflect"
	"strings"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// record is a value of a record type. Every field has a value; an absent one is the optional none.
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
	if t == celtypes.TypeType {
		return celtypes.NewObjectType(r.typ.Name)
	}
	return celtypes.NewErr("type conversion error from '%s' to '%s'", r.typ.Name, t.TypeName())
}

// Equal implements ref.Val: same type, equal fields.
func (r *record) Equal(other ref.Val) ref.Val {
	o, ok := other.(*record)
	if !ok || o.typ.Name != r.typ.Name {
		return celtypes.False
	}
	for _, f := range r.typ.Fields {
		if r.fields[f.Name].Equal(o.fields[f.Name]) != celtypes.True {
			return celtypes.False
		}
	}
	return celtypes.True
}

// RecordType implements celenv.Record.
func (r *record) RecordType() *types.Type { return r.typ }

// Type implements ref.Val.
func (r *record) Type() ref.Type { return celtypes.NewObjectType(r.typ.Name) }

// Value implements ref.Val.
func (r *record) Value() any { return r }

// Get implements traits.Indexer: field selection.
func (r *record) Get(index ref.Val) ref.Val {
	name, ok := index.(celtypes.String)
	if v := r.fields[string(name)]; ok && v != nil {
		return v
	}
	return celtypes.NewErr("no such field '%v'", index)
}

// IsSet implements traits.FieldTester, for has().
func (r *record) IsSet(index ref.Val) ref.Val {
	name, _ := index.(celtypes.String)
	v := r.fields[string(name)]
	if o, ok := v.(*celtypes.Optional); ok {
		return celtypes.Bool(o.HasValue())
	}
	return celtypes.Bool(v != nil)
}

func (r *record) String() string {
	var parts []string
	for _, f := range r.typ.Fields {
		parts = append(parts, f.Name+": "+show(r.fields[f.Name]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// enum is a value of an enum type.
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
	switch t {
	case celtypes.StringType:
		return celtypes.String(e.name)
	case celtypes.TypeType:
		return celtypes.NewOpaqueType(e.typ.Name)
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

// show prints a value for people.
func show(v ref.Val) string {
	switch v := v.(type) {
	case nil:
		return "<missing>"
	case *record:
		return v.String()
	case *enum:
		return v.name
	case celtypes.String:
		return fmt.Sprintf("%q", string(v))
	case celtypes.Bytes:
		return fmt.Sprintf("b%q", []byte(v))
	case *celtypes.Optional:
		if !v.HasValue() {
			return "none"
		}
		return "some(" + show(v.GetValue()) + ")"
	case celenv.Decimal:
		return v.String()
	case celenv.Date:
		return v.String()
	case celenv.TimeOfDay:
		return v.String()
	case celtypes.Timestamp:
		return v.Time.UTC().Format("2006-01-02T15:04:05.999999999Z")
	}
	if l, ok := elements(v); ok {
		var parts []string
		for _, x := range l {
			parts = append(parts, show(x))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	if m, ok := entries(v); ok {
		var parts []string
		for _, e := range m {
			parts = append(parts, show(e[0])+": "+show(e[1]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v.Value())
}

// identity tells group keys apart and orders them.
func identity(key []ref.Val) string {
	var b strings.Builder
	for _, v := range key {
		fmt.Fprintf(&b, "%s|", show(v))
	}
	return b.String()
}
