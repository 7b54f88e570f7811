// Package stateenc is the encoding of records that Weir keeps or sends to itself: values in stores, repartition topics.
//
// A value is what its type says, without names and without padding; a record is the values of its fields in order:
//
//	bool        1 byte, 0 or 1
//	int         zigzag varint, as in encoding/binary
//	uint        varint
//	double      8 bytes, little-endian IEEE 754
//	string      its length as a varint, its bytes
//	bytes       as string
//	enum        its name, as a string
//	timestamp   the seconds since the Unix epoch as an int, the nanoseconds as a uint
//	duration    nanoseconds, as an int
//	decimal     1 byte, twice the scale, plus 1 for a number below zero; the coefficient as a uint
//	date        days since 1970-01-01, as an int
//	time        nanoseconds since midnight, as a uint
//	optional    1 byte, 0 for none or 1, then the value
//	list        the number of items as a uint, the items
//	map         the number of entries as a uint, then key and value of each, in the order of the keys
//	record      its fields, in the order of their declaration; a record without fields is one byte 0
//
// At the start of a value stands a [Header]: the version of this encoding and a fingerprint of the layout, so that what was
// written by a program of another layout is an error and not a wrong value.
//
// Readers take and return a cursor, an index that moves behind what was read. A negative cursor says that something was
// wrong, and every reader hands it on, so that it is enough to look at the end ([Done]). Strings and bytes alias what is read.
// No input makes anything here panic, nor allocate more than a small multiple of its length.
package stateenc

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
	"unsafe"

	"github.com/weirstream/weir/runtime/scalar"
)

// Version is the version of this encoding, the first byte of every value.
const Version = 1

// Errors of decoding.
var (
	ErrMalformed = errors.New("state: malformed value")
	ErrVersion   = errors.New("state: value in an encoding that this program does not know")
	ErrLayout    = errors.New("state: value of another layout: the program that wrote it had other fields")
)

// The negative cursors.
const (
	malformed = -1 - iota
	otherVersion
	otherLayout
)

// Done is the error of a value that was read up to cursor i, which must be its end.
func Done(b []byte, i int) error {
	switch {
	case i == len(b):
		return nil
	case i == otherVersion:
		return ErrVersion
	case i == otherLayout:
		return ErrLayout
	}
	return ErrMalformed
}

// Malformed is the cursor for a value that its reader found wrong.
func Malformed() int { return malformed }

// AppendHeader appends the start of a value.
func AppendHeader(b []byte, layout uint16) []byte {
	return append(b, Version, byte(layout>>8), byte(layout))
}

// Header reads the start of a value, which must be of this version and layout.
func Header(b []byte, layout uint16) int {
	switch {
	case len(b) == 0:
		return malformed
	case b[0] != Version:
		return otherVersion
	case len(b) < 3:
		return malformed
	case binary.BigEndian.Uint16(b[1:]) != layout:
		return otherLayout
	}
	return 3
}

// AppendBool appends a value.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// AppendInt appends a value.
func AppendInt(b []byte, v int64) []byte { return binary.AppendVarint(b, v) }

// AppendUint appends a value.
func AppendUint(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

// AppendDouble appends a value.
func AppendDouble(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
}

// AppendString appends a string or bytes.
func AppendString[T string | []byte](b []byte, v T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(v))), v...)
}

// AppendTime appends a value.
func AppendTime(b []byte, v time.Time) []byte {
	return binary.AppendUvarint(binary.AppendVarint(b, v.Unix()), uint64(v.Nanosecond()))
}

// AppendDuration appends a value.
func AppendDuration(b []byte, v time.Duration) []byte { return binary.AppendVarint(b, int64(v)) }

// AppendLen appends the length of a list or a map.
func AppendLen(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) }

// Bool reads a value.
func Bool(b []byte, i int) (bool, int) {
	if uint(i) >= uint(len(b)) || b[i] > 1 {
		return false, fail(i)
	}
	return b[i] == 1, i + 1
}

// fail keeps the cursor that is faulty already.
func fail(i int) int {
	if i < 0 {
		return i
	}
	return malformed
}

// Int reads a value.
func Int(b []byte, i int) (int64, int) {
	v, i := Uint(b, i)
	return int64(v>>1) ^ -int64(v&1), i
}

// Uint reads a value.
func Uint(b []byte, i int) (uint64, int) {
	if uint(i) < uint(len(b)) && b[i] < 0x80 {
		return uint64(b[i]), i + 1
	}
	if i < 0 || i >= len(b) {
		return 0, fail(i)
	}
	v, n := binary.Uvarint(b[i:])
	if n <= 0 || b[i+n-1] == 0 { // nothing is written longer than it has to be
		return 0, malformed
	}
	return v, i + n
}

// Double reads a value.
func Double(b []byte, i int) (float64, int) {
	if i < 0 || len(b)-i < 8 {
		return 0, fail(i)
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b[i:])), i + 8
}

// Bytes reads a value. It aliases b.
func Bytes(b []byte, i int) ([]byte, int) {
	n, i := Uint(b, i)
	if i < 0 || n > uint64(len(b)-i) {
		return nil, fail(i)
	}
	end := i + int(n)
	return b[i:end:end], end
}

// String reads a value. It aliases b.
func String(b []byte, i int) (string, int) {
	v, i := Bytes(b, i)
	return unsafe.String(unsafe.SliceData(v), len(v)), i
}

// Time reads a value.
func Time(b []byte, i int) (time.Time, int) {
	seconds, i := Int(b, i)
	nanos, i := Uint(b, i)
	if i < 0 || nanos >= 1e9 {
		return time.Time{}, fail(i)
	}
	t, p := scalar.FromSeconds(seconds, int64(nanos))
	if p != scalar.OK {
		return t, malformed
	}
	return t, i
}

// Duration reads a value.
func Duration(b []byte, i int) (time.Duration, int) {
	v, i := Int(b, i)
	return time.Duration(v), i
}

// Len reads the length of a list or a map. As every item takes at least a byte, no length is greater than what is left of b.
func Len(b []byte, i int) (int, int) {
	n, i := Uint(b, i)
	if i < 0 || n > uint64(len(b)-i) {
		return 0, fail(i)
	}
	return int(n), i
}

// Empty reads a record without fields.
func Empty(b []byte, i int) int {
	if uint(i) >= uint(len(b)) || b[i] != 0 {
		return fail(i)
	}
	return i + 1
}
