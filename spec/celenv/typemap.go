package celenv

import (
	"strings"

	"cel.dev/cel-go/cel"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/types"
)

// celName is what CEL calls a record or enum.
func celName(t *types.Type) string {
	if t.Derived {
		return "step." + t.Name
	}
	return t.Name
}

// CELType is the CEL type of values of t.
func (e *Env) CELType(t *types.Type) *cel.Type {
	switch t.Kind {
	case types.Bool:
		return cel.BoolType
	case types.Int:
		return cel.IntType
	case types.Uint:
		return cel.UintType
	case types.Double:
		return cel.DoubleType
	case types.String:
		return cel.StringType
	case types.Bytes:
		return cel.BytesType
	case types.Timestamp:
		return cel.TimestampType
	case types.Duration:
		return cel.DurationType
	case types.Decimal:
		return decimalType
	case types.Date:
		return dateType
	case types.TimeOfDay:
		return timeOfDayType
	case types.Enum:
		return cel.OpaqueType(celName(t))
	case types.Record:
		return cel.ObjectType(celName(t))
	case types.List:
		return cel.ListType(e.CELType(t.Elem))
	case types.Map:
		return cel.MapType(e.CELType(t.Key), e.CELType(t.Elem))
	case types.Optional:
		return cel.OptionalType(e.CELType(t.Elem))
	}
	return cel.DynType // not a type of a value: whatever reads it is refused
}

// TypeOf is the type that a CEL type stands for. There is none for dyn, null, type values, and for objects that the
// environment does not know. Inside an expression, unlike in a spec, an optional may hold an optional.
func (e *Env) TypeOf(ct *cel.Type) (*types.Type, bool) {
	switch ct.Kind() {
	case celtypes.BoolKind:
		return types.BoolType, true
	case celtypes.IntKind:
		return types.IntType, true
	case celtypes.UintKind:
		return types.UintType, true
	case celtypes.DoubleKind:
		return types.DoubleType, true
	case celtypes.StringKind:
		return types.StringType, true
	case celtypes.BytesKind:
		return types.BytesType, true
	case celtypes.TimestampKind:
		return types.TimestampType, true
	case celtypes.DurationKind:
		return types.DurationType, true
	case celtypes.ListKind:
		elem, ok := e.TypeOf(ct.Parameters()[0])
		return types.ListOf(elem), ok
	case celtypes.MapKind:
		key, ok1 := e.TypeOf(ct.Parameters()[0])
		elem, ok2 := e.TypeOf(ct.Parameters()[1])
		return types.MapOf(key, elem), ok1 && ok2
	case celtypes.OpaqueKind:
		if isOptional(ct) {
			elem, ok := e.TypeOf(ct.Parameters()[0])
			return &types.Type{Kind: types.Optional, Elem: elem}, ok
		}
		switch ct.TypeName() {
		case "decimal":
			return types.DecimalType, true
		case "date":
			return types.DateType, true
		case "time":
			return types.TimeOfDayType, true
		case types.IPType.Name:
			return types.IPType, true
		case types.CIDRType.Name:
			return types.CIDRType, true
		}
		t, ok := e.named[ct.TypeName()]
		return t, ok && t.Kind == types.Enum
	case celtypes.StructKind:
		t, ok := e.named[ct.TypeName()]
		return t, ok && t.Kind == types.Record
	}
	return nil, false
}

// within tells whether values of t stay inside an expression: nested optionals, addresses.
func within(t *types.Type) bool {
	for ; t != nil; t = t.Elem {
		if t.Kind == types.Network {
			return true
		}
		if t.Kind == types.Optional && t.Elem.Kind == types.Optional {
			return true
		}
	}
	return false
}

// typeText spells a CEL type as the spec language does.
func typeText(ct *cel.Type) string {
	switch ct.Kind() {
	case celtypes.ListKind:
		return "list(" + typeText(ct.Parameters()[0]) + ")"
	case celtypes.MapKind:
		return "map(" + typeText(ct.Parameters()[0]) + ", " + typeText(ct.Parameters()[1]) + ")"
	case celtypes.TimestampKind:
		return "timestamp"
	case celtypes.DurationKind:
		return "duration"
	case celtypes.OpaqueKind:
		if isOptional(ct) {
			return typeText(ct.Parameters()[0]) + "?"
		}
	case celtypes.NullTypeKind:
		return "null"
	}
	return strings.TrimPrefix(ct.String(), "step.")
}

// provider tells the checker about records.
type provider struct {
	celtypes.Provider
	env *Env
}

func (p *provider) record(name string) *types.Type {
	if t := p.env.named[name]; t != nil && t.Kind == types.Record {
		return t
	}
	return nil
}

// FindStructType implements types.Provider.
func (p *provider) FindStructType(name string) (*celtypes.Type, bool) {
	if t := p.record(name); t != nil {
		return celtypes.NewTypeTypeWithParam(celtypes.NewObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldNames implements types.Provider.
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	t := p.record(name)
	if t == nil {
		return p.Provider.FindStructFieldNames(name)
	}
	var names []string
	for _, f := range t.Fields {
		names = append(names, f.Name)
	}
	return names, true
}

// FindStructFieldType implements types.Provider. How a field is read at evaluation is the value's business (it is an indexer).
func (p *provider) FindStructFieldType(name, field string) (*celtypes.FieldType, bool) {
	t := p.record(name)
	if t == nil {
		return p.Provider.FindStructFieldType(name, field)
	}
	f := t.Field(field)
	if f == nil {
		return nil, false
	}
	return &celtypes.FieldType{Type: p.env.CELType(f.Type)}, true
}

func isOptional(ct *cel.Type) bool { return ct.TypeName() == "optional_type" }

// EnumConst is the enum and value that a qualified name such as OrderStatus.paid stands for.
func (e *Env) EnumConst(name string) (t *types.Type, value string, ok bool) {
	prefix, value, _ := cutLast(name)
	t = e.named[prefix]
	if t == nil || t.Kind != types.Enum {
		return nil, "", false
	}
	for _, v := range t.Values {
		if v == value {
			return t, value, true
		}
	}
	return nil, "", false
}
