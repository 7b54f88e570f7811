// Package types is the type system of the spec language: what a field, an expression and a stream may be.
//
// Types are compared with [Equal]: records and enums by name (a name is unique within a program), everything else by
// structure. A type is never changed after checking and is safe for concurrent use.
package types

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/spec/source"
)

// Kind says which type constructor a type has.
type Kind uint8

// The kinds. Bool to TimeOfDay are the scalars; Optional wraps any kind but Optional.
const (
	Invalid Kind = iota
	Bool
	Int    // 64-bit signed
	Uint   // 64-bit unsigned
	Double // IEEE 754 binary64
	String // valid UTF-8
	Bytes
	Timestamp // from year 1 to year 9999, nanoseconds, as in CEL
	Duration  // int64 nanoseconds, as in CEL
	Decimal   // exact, up to MaxDigits digits
	Date      // of the years 1 to 9999
	TimeOfDay // nanoseconds
	Enum
	Record
	List
	Map // keys are bool, int, uint or string, as in CEL
	Optional
	Network // an address or a range of addresses; only within an expression, see [IPType] and [CIDRType]
)

// MaxDigits is how many digits a decimal has at most, and how many of them behind the point.
const MaxDigits = 19

// TimeAs is how a timestamp stands in JSON or CSV, or a decimal in JSON.
type TimeAs uint8

// The spellings of a timestamp outside, and of a decimal: the zero value is a number, AsString a string.
const (
	RFC3339 TimeAs = iota
	EpochMillis
	EpochSeconds
	AsString
)

// Type is one type. Which fields are set depends on Kind.
type Type struct {
	Kind Kind
	// Name of a Record or Enum: the user's name, or for the record that a step derives the step's name.
	Name string
	// Derived marks a record that was derived from a step and not written under `types`.
	Derived bool
	Elem    *Type    // List, Map (the value), Optional
	Key     *Type    // Map
	Fields  []*Field // Record, in the order written
	// Union marks a record that is a union: its fields are the members, each an optional, and exactly one of them has a value.
	Union bool
	// Tag is the field of a union's JSON that names the member, whose own fields stand beside it. With "" the member stands under
	// its name.
	Tag    string
	Values []string    // Enum, in the order written
	Span   source.Span // Record, Enum: where it is declared
	// Precision and Scale of a Decimal: how many digits it has at most, and how many of them behind the point. With Precision 0 it
	// is any decimal, as the value of an expression is.
	Precision, Scale int
	// Alias is set where the spec names the type by an alias. In every other way the type is the one that the alias stands for.
	Alias *Alias
}

// Alias is a name for a type whose values fulfil a condition.
type Alias struct {
	Name string
	Of   *Type  // what it stands for, which may be named by an alias too
	Text string // the condition, in CEL; "" if there is none
	Span source.Span
}

// Field is one field of a record.
type Field struct {
	Name string
	Type *Type
	// Wire is the field's name in JSON and its column in CSV; it equals Name unless the spec says otherwise.
	Wire string
	// As applies when Type is a timestamp or a decimal, or an optional, list or map of them.
	As   TimeAs
	Span source.Span
	// Default is the value where the data has none; nil if there must be one, or if an optional is then absent.
	Default *Value
	// Deprecated says what to use instead, "" for a field in good standing.
	Deprecated string
	// WasWire are names under which older data has the field.
	WasWire []string
}

// Wires are the names under which data may have the field, the present one first.
func (f *Field) Wires() []string { return append([]string{f.Wire}, f.WasWire...) }

// The scalar types, shared.
var (
	BoolType      = &Type{Kind: Bool}
	IntType       = &Type{Kind: Int}
	UintType      = &Type{Kind: Uint}
	DoubleType    = &Type{Kind: Double}
	StringType    = &Type{Kind: String}
	BytesType     = &Type{Kind: Bytes}
	TimestampType = &Type{Kind: Timestamp}
	DurationType  = &Type{Kind: Duration}
	DecimalType   = &Type{Kind: Decimal} // any
	DateType      = &Type{Kind: Date}
	TimeOfDayType = &Type{Kind: TimeOfDay}
)

// The types that CEL's network functions compute with. No field and no result of an expression has one.
var (
	IPType   = &Type{Kind: Network, Name: "net.IP"}
	CIDRType = &Type{Kind: Network, Name: "net.CIDR"}
)

// Scalars maps the names of the scalar types to them, as the spec spells them.
var Scalars = map[string]*Type{
	"bool": BoolType, "int": IntType, "uint": UintType, "double": DoubleType,
	"string": StringType, "bytes": BytesType, "timestamp": TimestampType, "duration": DurationType,
	"decimal": DecimalType, "date": DateType, "time": TimeOfDayType,
}

var kindNames = [...]string{"invalid", "bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "decimal", "date", "time", "enum", "record", "list", "map", "optional", "network"}

func (k Kind) String() string { return kindNames[k] }

// String is the type as the spec language writes it, without aliases.
func (t *Type) String() string {
	switch t.Kind {
	case Enum, Record, Network:
		return t.Name
	case Decimal:
		if t.Precision > 0 {
			return fmt.Sprintf("decimal(%d, %d)", t.Precision, t.Scale)
		}
	case List:
		return "list(" + t.Elem.String() + ")"
	case Map:
		return "map(" + t.Key.String() + ", " + t.Elem.String() + ")"
	case Optional:
		return t.Elem.String() + "?"
	}
	return t.Kind.String()
}

// Spelling is String with aliases under their names.
func (t *Type) Spelling() string {
	switch {
	case t.Alias != nil:
		return t.Alias.Name
	case t.Kind == List:
		return "list(" + t.Elem.Spelling() + ")"
	case t.Kind == Map:
		return "map(" + t.Key.Spelling() + ", " + t.Elem.Spelling() + ")"
	case t.Kind == Optional:
		return t.Elem.Spelling() + "?"
	}
	return t.String()
}

// MemberNames are the names of a union's members in the spec.
func (t *Type) MemberNames() []string {
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
	}
	return names
}

// Structure prints a record with its fields, any other type as String does.
func (t *Type) Structure() string {
	if t.Kind != Record {
		return t.String()
	}
	var b strings.Builder
	b.WriteString("{")
	for i, f := range t.Fields {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(f.Name + ": " + f.Type.String())
	}
	b.WriteString("}")
	return b.String()
}

// Field finds a field of a record by its name in the spec, nil if there is none.
func (t *Type) Field(name string) *Field {
	for _, f := range t.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Scalar tells whether the type is one of bool, int, uint, double, string, bytes, timestamp, duration, decimal, date and time.
func (t *Type) Scalar() bool { return t.Kind >= Bool && t.Kind <= TimeOfDay }

// Keyable tells whether values of the type can be a group key: every scalar, and enums.
func (t *Type) Keyable() bool { return t.Scalar() || t.Kind == Enum }

// DecimalOf is decimal(precision, scale).
func DecimalOf(precision, scale int) *Type {
	return &Type{Kind: Decimal, Precision: precision, Scale: scale}
}

// OptionalOf wraps t; an optional stays as it is.
func OptionalOf(t *Type) *Type {
	if t.Kind == Optional {
		return t
	}
	return &Type{Kind: Optional, Elem: t}
}

// ListOf is a list of elem.
func ListOf(elem *Type) *Type { return &Type{Kind: List, Elem: elem} }

// MapOf is a map from key to elem.
func MapOf(key, elem *Type) *Type { return &Type{Kind: Map, Key: key, Elem: elem} }

// Equal tells whether two types are the same. Decimals are, whatever their precision and scale.
func Equal(a, b *Type) bool {
	if a == b {
		return true
	}
	if a == nil || b == nil || a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case Enum, Record, Network:
		return a.Name == b.Name
	case List, Optional:
		return Equal(a.Elem, b.Elem)
	case Map:
		return Equal(a.Key, b.Key) && Equal(a.Elem, b.Elem)
	}
	return true
}
