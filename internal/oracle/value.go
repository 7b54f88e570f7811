package oracle

import (
	"fmt"
	"strings"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/celenv"
)

// record and enum are values of those types. Every field of a record has a value; an absent one is the optional none.
type (
	record = celenv.RecordValue
	enum   = celenv.EnumValue
)

// show prints a value for people.
func show(v ref.Val) string {
	switch v := v.(type) {
	case nil:
		return "<missing>"
	case *record:
		var parts []string
		for _, f := range v.Of.Fields {
			parts = append(parts, f.Name+": "+show(v.Fields[f.Name]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case *enum:
		return v.Name
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
