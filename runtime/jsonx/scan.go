package jsonx

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
	"unsafe"
)

// Space is the cursor behind white space.
func Space(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// End checks that nothing but white space follows the record's value, and returns its length.
func End(b []byte, i int) int {
	if i == len(b) || i < 0 {
		return i
	}
	if i = Space(b, i); i < len(b) {
		return fault(trailing, i)
	}
	return i
}

// FirstKey enters an object and reads its first member up to the value: the cursor stands on the value then. The key is nil
// when the object is empty, with the cursor behind it, or on a fault.
func FirstKey(b []byte, i int, s *Scratch) ([]byte, int) {
	if i >= len(b) || b[i] != '{' {
		return nil, fault(wantObject, i)
	}
	i = Space(b, i+1)
	if i < len(b) && b[i] == '}' {
		return nil, i + 1
	}
	return key(b, i, s)
}

// NextKey goes on from the end of a member's value to the value of the next member. The key is nil at the object's end, with
// the cursor behind it, or on a fault.
func NextKey(b []byte, i int, s *Scratch) ([]byte, int) {
	if i+1 < len(b) && b[i] == ',' && b[i+1] == '"' {
		// What most programs write, a key without escapes and no white space, is read right here.
		end := stringEnd(b, i+2)
		if end+2 < len(b) && b[end] == '"' && b[end+1] == ':' && b[end+2] > ' ' {
			return b[i+2 : end : end], end + 2
		}
	}
	i = Space(b, i)
	switch {
	case i < len(b) && b[i] == ',':
		return key(b, Space(b, i+1), s)
	case i < len(b) && b[i] == '}':
		return nil, i + 1
	}
	return nil, fault(wantCommaBrace, i)
}

// key reads a name and the colon behind it.
func key(b []byte, i int, s *Scratch) ([]byte, int) {
	if i >= len(b) || b[i] != '"' {
		return nil, fault(wantKey, i)
	}
	end := stringEnd(b, i+1)
	name := b[i+1 : end : end]
	if end < len(b) && b[end] == '"' {
		i = end + 1
	} else if name, i = s.unescape(b, i, end, true); i < 0 {
		return nil, i
	}
	if i = Space(b, i); i >= len(b) || b[i] != ':' {
		return nil, fault(wantColon, i)
	}
	return name, Space(b, i+1)
}

// FirstItem enters a list. With more the cursor stands on the first item, without it behind the list or it is a fault.
func FirstItem(b []byte, i int) (more bool, next int) {
	if i >= len(b) || b[i] != '[' {
		return false, fault(wantArray, i)
	}
	i = Space(b, i+1)
	if i < len(b) && b[i] == ']' {
		return false, i + 1
	}
	return true, i
}

// NextItem goes on from the end of an item to the next. Without more the cursor is behind the list or it is a fault.
func NextItem(b []byte, i int) (more bool, next int) {
	i = Space(b, i)
	if i < len(b) {
		switch b[i] {
		case ',':
			return true, Space(b, i+1)
		case ']':
			return false, i + 1
		}
	}
	return false, fault(wantCommaBracket, i)
}

// Null tells whether the value at the cursor is null, which is 4 bytes long.
func Null(b []byte, i int) bool { return hasLiteral(b, i, "null") }

func hasLiteral(b []byte, i int, word string) bool {
	return i < len(b) && b[i] == word[0] && len(b)-i >= len(word) && string(b[i:i+len(word)]) == word
}

// Bool reads true or false.
func Bool(b []byte, i int) (bool, int) {
	if hasLiteral(b, i, "true") {
		return true, i + 4
	}
	if hasLiteral(b, i, "false") {
		return false, i + 5
	}
	return false, fault(wantBool, i)
}

// String reads a string that must be valid UTF-8. It aliases b, or s when it has escapes.
func String(b []byte, i int, s *Scratch) (string, int) {
	if i >= len(b) || b[i] != '"' {
		return "", fault(wantString, i)
	}
	end := stringEnd(b, i+1)
	if end >= len(b) || b[end] != '"' {
		text, next := s.unescape(b, i, end, false)
		return view(text), next
	}
	text := b[i+1 : end]
	if !utf8.Valid(text) {
		return "", fault(badUTF8, i)
	}
	return view(text), end + 1
}

// Text reads a string that is only to be looked at, such as the name of an enum's value: it need not be valid UTF-8.
func Text(b []byte, i int, s *Scratch) ([]byte, int) {
	if i >= len(b) || b[i] != '"' {
		return nil, fault(wantString, i)
	}
	end := stringEnd(b, i+1)
	if end >= len(b) || b[end] != '"' {
		return s.unescape(b, i, end, true)
	}
	return b[i+1 : end : end], end + 1
}

// Eight bytes at a time: a constant with the same byte in each place.
const (
	ones        = 0x0101010101010101
	highs       = 0x80 * ones
	backslashes = '\\' * ones
)

// stringEnd finds the first byte from i on that is no plain part of a string: a quote, a backslash or a control character. It
// is len(b) when there is none.
//
// Subtracting n from each byte sets the high bit of those below n that have none of their own. A quote is 0x22: with bit 1
// flipped it and the control characters are what is below 0x21, while the blank takes its place above. A borrow can make a
// byte look like a hit, but only above a true one, and the lowest is what counts.
func stringEnd(b []byte, i int) int {
	for i+8 <= len(b) {
		x := binary.LittleEndian.Uint64(b[i:])
		stop := (((x ^ 2*ones) - 0x21*ones) | ((x ^ backslashes) - ones)) &^ x & highs
		if stop != 0 {
			return i + bits.TrailingZeros64(stop)>>3
		}
		i += 8
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' ' {
		i++
	}
	return i
}

// view is a string that shares the memory of b.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
