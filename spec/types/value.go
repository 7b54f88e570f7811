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
)

// Default is the value that a field has where the data has none.
type Default struct {
	Text string // as the spec has it
	// Value is what Text says, in the Go type that generated code has for it: bool, int64, uint64, float64, string, []byte,
	// time.Time in UTC or time.Duration; of an enum the value's name; of a decimal, a date and a time its text.
	Value any
}

// ParseDefault reads the default of a field of type t, a scalar or an enum, in the spelling that CSV and keys have.
func ParseDefault(t *Type, text string) (*Default, error) {
	v, err := parseValue(t, text)
	if err != nil {
		return nil, err
	}
	return &Default{Text: text, Value: v}, nil
}

func parseValue(t *Type, text string) (any, error) {
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
		if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v, nil
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
		return nil, errors.New("only scalars and enums have defaults")
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
