package cel

import (
	"errors"
	"fmt"
	"strconv"
)

// The errors that carry nothing of the values that caused them.
var (
	ErrIntOverflow       = errors.New("integer overflow")
	ErrUintOverflow      = errors.New("unsigned integer overflow")
	ErrDivideByZero      = errors.New("division by zero")
	ErrModulusByZero     = errors.New("modulus by zero")
	ErrTimestampOverflow = errors.New("timestamp overflow")
	ErrNotOneMember      = errors.New("a Go function returned a union without exactly one member")
	ErrNotInEnum         = errors.New("a Go function returned none of the values of an enum")
	ErrNone              = errors.New("optional.none() dereference")
	ErrInvalidUTF8       = errors.New("invalid UTF-8 in bytes, cannot convert to string")
	ErrNaNOrder          = errors.New("NaN values cannot be ordered")
	ErrEmptyMin          = errors.New("math.@min(list) argument must not be empty")
	ErrEmptyMax          = errors.New("math.@max(list) argument must not be empty")
)

// ConversionError says that a string does not spell a value of a type.
type ConversionError struct{ To string }

func (e *ConversionError) Error() string {
	return "type conversion error from 'string' to '" + e.To + "'"
}

var (
	errToInt       = &ConversionError{"int"}
	errToUint      = &ConversionError{"uint"}
	errToDouble    = &ConversionError{"double"}
	errToBool      = &ConversionError{"bool"}
	errToDuration  = &ConversionError{"google.protobuf.Duration"}
	errToTimestamp = &ConversionError{"google.protobuf.Timestamp"}
)

// IndexError is an index outside of a list.
type IndexError int64

func (e IndexError) Error() string { return "index out of bounds: " + strconv.FormatInt(int64(e), 10) }

// RangeError is a position outside of a string.
type RangeError int64

func (e RangeError) Error() string { return "index out of range: " + strconv.FormatInt(int64(e), 10) }

// NoSuchKey is the error of m[key] where m has no such key.
func NoSuchKey(key any) error { return fmt.Errorf("no such key: %v", key) }
