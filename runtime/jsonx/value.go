package jsonx

import (
	"encoding/base64"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/weirstream/weir/runtime/scalar"
)

// Time reads a timestamp written as RFC 3339.
func Time(b []byte, i int, s *Scratch) (time.Time, int) {
	text, next := Text(b, i, s)
	if next < 0 {
		return time.Time{}, next
	}
	switch t, p := scalar.Time(text); p {
	case scalar.OK:
		return t, next
	case scalar.Range:
		return t, fault(badTimeRange, i)
	default:
		return t, fault(badTime, i)
	}
}

// Duration reads a duration written as a string, such as "90s".
func Duration(b []byte, i int, s *Scratch) (time.Duration, int) {
	text, next := Text(b, i, s)
	if next < 0 {
		return 0, next
	}
	d, p := scalar.Duration(text)
	if p != scalar.OK {
		return 0, fault(badDuration, i)
	}
	return d, next
}

// Base64 reads bytes written in standard base64 with padding. They live in s.
func Base64(b []byte, i int, s *Scratch) ([]byte, int) {
	text, next := Text(b, i, s)
	if next < 0 {
		return nil, next
	}
	start := len(s.buf)
	s.buf = slices.Grow(s.buf, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Strict().Decode(s.buf[start:cap(s.buf)], text)
	if err != nil {
		return nil, fault(badBase64, i)
	}
	s.buf = s.buf[:start+n]
	return s.buf[start : start+n : start+n], next
}

// Grow makes a list one item longer. The new item holds what stood there when the list was longer before, so that lists in it
// are used again; the caller sets it.
func Grow[T any](list []T) []T {
	if len(list) < cap(list) {
		return list[:len(list)+1]
	}
	var zero T
	return append(list, zero)
}

// MapKey checks the key of a map, whose value is at cursor i: it must be valid UTF-8. It aliases the record or s.
func MapKey(key []byte, i int) (string, int) {
	if !utf8.Valid(key) {
		return "", fault(badUTF8, i)
	}
	return view(key), i
}

// IntKey reads the key of a map, whose value is at cursor i.
func IntKey(key []byte, i int) (int64, int) {
	v, p := scalar.Int(key)
	return v, keyCursor(p, i)
}

// UintKey reads the key of a map, whose value is at cursor i.
func UintKey(key []byte, i int) (uint64, int) {
	v, p := scalar.Uint(key)
	return v, keyCursor(p, i)
}

// BoolKey reads the key of a map, whose value is at cursor i.
func BoolKey(key []byte, i int) (bool, int) {
	v, p := scalar.Bool(key)
	return v, keyCursor(p, i)
}

func keyCursor(p scalar.Problem, i int) int {
	if p != scalar.OK {
		return fault(badMapKey, i)
	}
	return i
}
