// Package keyenc is the encoding of keys: of groups in windows and repartition topics (order-preserving), and of Kafka records
// that others read or write (text).
//
// The order-preserving form of a key is that of its components, one behind the other. Comparing two keys of the same
// components byte by byte compares their values, component by component:
//
//	bool        1 byte, 0 or 1
//	int         8 bytes, big-endian, the sign bit flipped
//	uint        8 bytes, big-endian
//	double      8 bytes, big-endian: of a negative number all bits flipped, of another the sign bit; NaN is the greatest value,
//	            and -0 is 0
//	string      in the order of its bytes. The last component: as it is. Otherwise: each byte 0 as 0 255, then the end 0 1
//	bytes       as string
//	timestamp   12 bytes: the seconds since the Unix epoch as an int, the nanoseconds in 4 bytes, big-endian
//	duration    nanoseconds, as an int
//	decimal     16 bytes: the number times 10^19 as an integer of 128 bits, big-endian, the sign bit flipped
//	date        4 bytes: the days since 1970-01-01, big-endian, the sign bit flipped
//	time        nanoseconds since midnight, as a uint
//	enum        its name, as a string; so the order is that of the names
//
// Decoding never panics, and fails on what encoding can't have produced, including a negative zero or a second NaN: equal
// values have equal keys.
package keyenc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"time"
	"unsafe"

	"github.com/weirstream/weir/runtime/scalar"
)

// ErrMalformed is the error for bytes that are no key of the wanted components.
var ErrMalformed = errors.New("malformed key")

const signBit = 1 << 63

// AppendBool appends a component.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// AppendInt appends a component.
func AppendInt(b []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(v)^signBit)
}

// AppendUint appends a component.
func AppendUint(b []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(b, v) }

// AppendDouble appends a component.
func AppendDouble(b []byte, v float64) []byte {
	n := math.Float64bits(v)
	switch {
	case v != v:
		n = math.MaxUint64
	case v == 0:
		n = signBit
	case n&signBit != 0:
		n = ^n
	default:
		n |= signBit
	}
	return binary.BigEndian.AppendUint64(b, n)
}

// AppendTime appends a component.
func AppendTime(b []byte, v time.Time) []byte {
	return binary.BigEndian.AppendUint32(AppendInt(b, v.Unix()), uint32(v.Nanosecond()))
}

// AppendDuration appends a component.
func AppendDuration(b []byte, v time.Duration) []byte { return AppendInt(b, int64(v)) }

// AppendString appends a component that others follow.
func AppendString[T string | []byte](b []byte, v T) []byte {
	for i := 0; i < len(v); i++ {
		b = append(b, v[i])
		if v[i] == 0 {
			b = append(b, 0xff)
		}
	}
	return append(b, 0, 1)
}

// AppendLast appends a string or bytes as the last component.
func AppendLast[T string | []byte](b []byte, v T) []byte { return append(b, v...) }

// Bool reads a component, and returns what follows it.
func Bool(b []byte) (v bool, rest []byte, err error) {
	if len(b) < 1 || b[0] > 1 {
		return false, nil, ErrMalformed
	}
	return b[0] == 1, b[1:], nil
}

// Int reads a component, and returns what follows it.
func Int(b []byte) (v int64, rest []byte, err error) {
	if len(b) < 8 {
		return 0, nil, ErrMalformed
	}
	return int64(binary.BigEndian.Uint64(b) ^ signBit), b[8:], nil
}

// Uint reads a component, and returns what follows it.
func Uint(b []byte) (v uint64, rest []byte, err error) {
	if len(b) < 8 {
		return 0, nil, ErrMalformed
	}
	return binary.BigEndian.Uint64(b), b[8:], nil
}

// Double reads a component, and returns what follows it.
func Double(b []byte) (v float64, rest []byte, err error) {
	if len(b) < 8 {
		return 0, nil, ErrMalformed
	}
	n := binary.BigEndian.Uint64(b)
	switch {
	case n == math.MaxUint64:
		return math.NaN(), b[8:], nil
	case n&signBit != 0:
		v = math.Float64frombits(n &^ signBit)
	default:
		v = math.Float64frombits(^n)
	}
	if v != v || v == 0 && n != signBit {
		return 0, nil, ErrMalformed
	}
	return v, b[8:], nil
}

// Time reads a component, and returns what follows it.
func Time(b []byte) (v time.Time, rest []byte, err error) {
	if len(b) < 12 {
		return time.Time{}, nil, ErrMalformed
	}
	seconds, b, _ := Int(b)
	nanos := binary.BigEndian.Uint32(b)
	v, p := scalar.FromSeconds(seconds, int64(nanos))
	if p != scalar.OK || nanos >= 1e9 {
		return time.Time{}, nil, ErrMalformed
	}
	return v, b[4:], nil
}

// Duration reads a component, and returns what follows it.
func Duration(b []byte) (v time.Duration, rest []byte, err error) {
	n, rest, err := Int(b)
	return time.Duration(n), rest, err
}

// Bytes reads a component that others follow, and returns what follows it. The value aliases b unless it contains a byte 0.
func Bytes(b []byte) (v, rest []byte, err error) {
	var unescaped []byte
	for at := b; ; {
		i := bytes.IndexByte(at, 0)
		if i < 0 || i+1 >= len(at) {
			return nil, nil, ErrMalformed
		}
		switch at[i+1] {
		case 1:
			if unescaped == nil {
				return at[:i:i], at[i+2:], nil
			}
			return append(unescaped, at[:i]...), at[i+2:], nil
		case 0xff:
			unescaped = append(unescaped, at[:i+1]...)
			at = at[i+2:]
		default:
			return nil, nil, ErrMalformed
		}
	}
}

// String is Bytes as a string.
func String(b []byte) (v string, rest []byte, err error) {
	raw, rest, err := Bytes(b)
	return view(raw), rest, err
}

// LastBytes reads the last component: all of b, which it aliases.
func LastBytes(b []byte) (v, rest []byte, err error) { return b, b[len(b):], nil }

// LastString is LastBytes as a string.
func LastString(b []byte) (v string, rest []byte, err error) { return view(b), b[len(b):], nil }

// End is the error of a key that goes on behind its last component.
func End(rest []byte) error {
	if len(rest) > 0 {
		return ErrMalformed
	}
	return nil
}

// view is a string that shares the memory of b.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// clip bounds a key in a message.
func clip(b []byte) string {
	const most = 100
	if len(b) > most {
		return strings.ToValidUTF8(string(b[:most]), "\uFFFD") + "..."
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}
