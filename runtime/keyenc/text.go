package keyenc

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/weirstream/weir/runtime/scalar"
)

// The text form of a key of one component, as other programs write and read it:
//
//	string, bytes, enum   as they are
//	bool, int, uint, double, timestamp, duration   as package scalar spells them; a timestamp in RFC 3339
//	decimal               its digits, without zeros at the end
//	date, time            2006-01-02, 15:04:05 with a fraction as needed
//
// A key of several components is a JSON object of them, which generated code writes with package jsonx.

// TextError says that a Kafka key is no text of the wanted type.
type TextError struct {
	Text string // of the key, cut where it is long
	Msg  string
}

func (e *TextError) Error() string { return fmt.Sprintf("%s: %q", e.Msg, e.Text) }

// BadText is the error for a key that is not what msg says that it should be.
func BadText(b []byte, msg string) error { return &TextError{clip(b), msg} }

func textError(b []byte, what string, p scalar.Problem) error {
	switch p {
	case scalar.OK:
		return nil
	case scalar.Syntax:
		return BadText(b, "expected "+what)
	default:
		return BadText(b, "expected "+what+", found one "+p.String())
	}
}

// AppendTextBool appends a key.
func AppendTextBool(b []byte, v bool) []byte { return strconv.AppendBool(b, v) }

// AppendTextInt appends a key.
func AppendTextInt(b []byte, v int64) []byte { return strconv.AppendInt(b, v, 10) }

// AppendTextUint appends a key.
func AppendTextUint(b []byte, v uint64) []byte { return strconv.AppendUint(b, v, 10) }

// AppendTextDouble appends a key.
func AppendTextDouble(b []byte, v float64) []byte { return scalar.AppendDouble(b, v) }

// AppendTextTime appends a key.
func AppendTextTime(b []byte, v time.Time) []byte { return scalar.AppendTime(b, v) }

// AppendTextDuration appends a key.
func AppendTextDuration(b []byte, v time.Duration) []byte { return scalar.AppendDuration(b, v) }

// AppendText appends a string or bytes as a key.
func AppendText[T string | []byte](b []byte, v T) []byte { return append(b, v...) }

// ParseTextBool reads a key.
func ParseTextBool(b []byte) (bool, error) {
	v, p := scalar.Bool(b)
	return v, textError(b, "a bool", p)
}

// ParseTextInt reads a key.
func ParseTextInt(b []byte) (int64, error) {
	v, p := scalar.Int(b)
	return v, textError(b, "an int", p)
}

// ParseTextUint reads a key.
func ParseTextUint(b []byte) (uint64, error) {
	v, p := scalar.Uint(b)
	return v, textError(b, "a uint", p)
}

// ParseTextDouble reads a key.
func ParseTextDouble(b []byte) (float64, error) {
	v, p := scalar.Double(b)
	return v, textError(b, "a double", p)
}

// ParseTextTime reads a key.
func ParseTextTime(b []byte) (time.Time, error) {
	v, p := scalar.Time(b)
	return v, textError(b, "a timestamp", p)
}

// ParseTextDuration reads a key.
func ParseTextDuration(b []byte) (time.Duration, error) {
	v, p := scalar.Duration(b)
	return v, textError(b, "a duration", p)
}

// ParseTextString reads a key, which the string aliases. It must be valid UTF-8.
func ParseTextString(b []byte) (string, error) {
	if !utf8.Valid(b) {
		return "", BadText(b, "expected a string, found bytes that are not UTF-8")
	}
	return view(b), nil
}

// ParseTextBytes reads a key, which the bytes alias.
func ParseTextBytes(b []byte) ([]byte, error) { return b, nil }
