package types

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/spec/source"
)

// Value is a value that a spec writes out, such as a default. Which fields are set depends on its type.
type Value struct {
	// Scalar is the value of a scalar or an enum, in the Go type that generated code has for it: bool, int64, uint64, float64, string,
	// []byte, time.Time in UTC or time.Duration; of an enum the value's name; of a decimal, a date and a time its text.
	Scalar any
	Text   string // of a scalar or an enum, as the spec has it
	// Elems are the elements of a list, the values of a map, one for each key, or those of a record's fields, one for each in the order
	// of the type. An optional that holds a value has it as its only element; one that holds none has none.
	Elems []*Value
	Keys  []*Value // of a map, in the order written
	Span  source.Span
}

// ParseScalar reads a value of a scalar or an enum, in the spelling that CSV and keys have.
func ParseScalar(t *Type, text string) (*Value, error) {
	v, err := parseScalar(t, text)
	if err != nil {
		return nil, err
	}
	return &Value{Text: text, Scalar: v}, nil
}

func parseScalar(t *Type, text string) (any, error) {
	wrong := fmt.Errorf("%q is no %s", text, t)
	switch t.Kind {
	case Bool:
		switch text {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
	case Int:
		if v, err := strconv.ParseInt(text, 10, 64); err == nil {
			return v, nil
		}
	case Uint:
		if v, err := strconv.ParseUint(text, 10, 64); err == nil {
			return v, nil
		}
	case Double:
		v, err := strconv.ParseFloat(text, 64)
		switch {
		case err != nil:
		case math.IsNaN(v) || math.IsInf(v, 0):
			return nil, fmt.Errorf("%q is no finite number", text)
		default:
			return v + 0, nil // Go has no constant -0
		}
	case String:
		return text, nil
	case Bytes:
		if v, err := base64.StdEncoding.Strict().DecodeString(text); err == nil {
			return v, nil
		}
		return nil, fmt.Errorf("%q is no base64", text)
	case Timestamp:
		if v, err := time.Parse(time.RFC3339Nano, text); err == nil && v.UTC().Year() >= 1 && v.UTC().Year() <= 9999 {
			return v.UTC(), nil
		}
		return nil, fmt.Errorf("%q is no timestamp such as 2006-01-02T15:04:05Z", text)
	case Duration:
		if v, err := time.ParseDuration(text); err == nil {
			return v, nil
		}
		return nil, fmt.Errorf("%q is no duration such as 90s", text)
	case Decimal:
		if d, err := parseDecimal(t, text); err == nil {
			return d, nil
		}
		return nil, fmt.Errorf("%q is no %s", text, t)
	case Date:
		if v, err := time.Parse(time.DateOnly, text); err == nil && v.Year() >= 1 {
			return text, nil
		}
		return nil, fmt.Errorf("%q is no date such as 2006-01-02", text)
	case TimeOfDay:
		if _, err := time.Parse("15:04:05.999999999", text); err == nil && len(text) >= len("15:04:05") && !strings.Contains(text, ",") {
			return text, nil
		}
		return nil, fmt.Errorf("%q is no time such as 15:04:05", text)
	case Enum:
		if slices.Contains(t.Values, text) {
			return text, nil
		}
		return nil, fmt.Errorf("%s has no value %q", t.Name, text)
	default:
		return nil, fmt.Errorf("%s is neither a scalar nor an enum", t)
	}
	return nil, wrong
}

// plainDecimal is what a decimal may be written as here: without an exponent.
var plainDecimal = regexp.MustCompile(`^-?(\d+)(\.\d+)?$`)

// parseDecimal checks that a text is a number that t has.
func parseDecimal(t *Type, text string) (string, error) {
	m := plainDecimal.FindStringSubmatch(text)
	if m == nil {
		return "", errors.New("no number")
	}
	whole, fraction := strings.TrimLeft(m[1], "0"), strings.TrimRight(strings.TrimPrefix(m[2], "."), "0")
	precision, scale := t.Precision, t.Scale
	if precision == 0 {
		precision, scale = MaxDigits, len(fraction)
	}
	if len(fraction) > scale || len(whole) > precision-scale {
		return "", errors.New("too many digits")
	}
	return text, nil
}
