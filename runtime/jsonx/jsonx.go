// Package jsonx is what generated JSON decoders and encoders are made of.
//
// A decoder walks over the bytes of one record with a cursor: an index that each function takes and returns moved behind what
// it read. Values start at the cursor, with no white space before them; [FirstKey], [NextKey], [FirstItem] and [NextItem] see
// to that. A negative cursor is a fault: it encodes what was wrong and where, costs nothing to return, and is turned into an
// [Error] by [Scratch.Err], once, at the end. A faulty cursor may not be passed on to any other function of the package than
// the ones that name the path to the value ([Scratch.In], [Scratch.At]).
//
//	key, i := jsonx.FirstKey(b, i, s)
//	for ; key != nil; key, i = jsonx.NextKey(b, i, s) {
//		switch string(key) {
//		case "sku":
//			o.Sku, i = jsonx.String(b, i, s)
//		case "qty":
//			o.Qty, i = jsonx.Int(b, i)
//		default:
//			i = jsonx.Skip(b, i)
//		}
//		if i < 0 {
//			return s.In(i, string(key))
//		}
//	}
//
// What is accepted is exactly JSON (RFC 8259), skipped values included, with two bounds: values nest at most [MaxDepth] deep,
// and strings that are built must be valid UTF-8, escaped surrogates in pairs included. No input makes anything here panic.
//
// Strings alias the record. Those with escapes, and bytes, live in the [Scratch] instead, until its next Reset.
package jsonx

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// MaxDepth is how deep arrays and objects may nest in a value that is skipped.
const MaxDepth = 1000

// Error says what is wrong with a record.
type Error struct {
	// Field is the path to the value, such as items[2].qty, by the names in the data. It is empty for the record as a whole.
	Field string
	// Offset is the byte of the record at which the fault was found.
	Offset int
	// Msg is a phrase: expected an int, found a string.
	Msg string
}

func (e *Error) Error() string {
	at := " (at byte " + strconv.Itoa(e.Offset) + ")"
	if e.Field == "" {
		return e.Msg + at
	}
	return "field " + e.Field + ": " + e.Msg + at
}

// Scratch is the memory that decoding needs besides the record, and the place where a fault is described. Its zero value is
// ready. A scratch belongs to one goroutine; strings and bytes in it are valid until the next Reset.
type Scratch struct {
	buf  []byte
	path []byte // of the fault, built from its end
	msg  string
}

// Reset forgets what earlier records left.
func (s *Scratch) Reset() {
	s.buf, s.path, s.msg = s.buf[:0], s.path[:0], ""
}

// code is a kind of fault.
type code uint8

const (
	custom code = iota // described by Scratch.msg
	wantObject
	wantKey
	wantColon
	wantCommaBrace
	wantArray
	wantCommaBracket
	wantBool
	wantInt
	wantUint
	wantDouble
	wantDecimal
	wantString
	wantMillis
	wantSeconds
	wantValue
	badString
	badUTF8
	badNumber
	badBase64
	badTime
	badDuration
	badDate
	badTimeOfDay
	badMapKey
	badRange
	badDigits
	badFraction
	badTimeRange
	tooDeep
	trailing
	codes
)

var messages = [codes]string{
	wantObject:       "expected an object",
	wantKey:          "expected a member name",
	wantColon:        "expected ':' after a member name",
	wantCommaBrace:   "expected ',' or '}' in an object",
	wantArray:        "expected a list",
	wantCommaBracket: "expected ',' or ']' in a list",
	wantBool:         "expected a bool",
	wantInt:          "expected an int",
	wantUint:         "expected a uint",
	wantDouble:       "expected a double",
	wantDecimal:      "expected a decimal",
	wantString:       "expected a string",
	wantMillis:       "expected a timestamp in milliseconds since 1970",
	wantSeconds:      "expected a timestamp in seconds since 1970",
	wantValue:        "expected a value",
	badString:        "malformed string",
	badUTF8:          "string is not valid UTF-8",
	badNumber:        "malformed number",
	badBase64:        "malformed base64",
	badTime:          "expected a timestamp such as 2006-01-02T15:04:05Z",
	badDuration:      "expected a duration such as 90s",
	badDate:          "expected a date such as 2006-01-02",
	badTimeOfDay:     "expected a time such as 15:04:05",
	badMapKey:        "malformed map key",
	badRange:         "number out of range",
	badDigits:        "number with too many digits",
	badFraction:      "expected a whole number",
	badTimeRange:     "timestamp out of range",
	tooDeep:          "nested too deep",
	trailing:         "expected the end of the record",
}

const (
	codeBits = 5
	maxAt    = math.MaxInt>>codeBits - 1
)

// fault is the cursor that says: this, there.
func fault(c code, at int) int { return -1 - (min(at, maxAt)<<codeBits | int(c)) }

// Bad is the fault of a value at cursor i that the caller found wrong, described by msg.
func (s *Scratch) Bad(i int, msg string) int {
	s.msg = msg
	return fault(custom, i)
}

// Missing is the fault of an object that ends before cursor i without the required members names[n] of the bits n that are 0
// in seen. It names the first.
func (s *Scratch) Missing(i int, seen uint64, names ...string) int {
	for n, name := range names {
		if seen&(1<<n) == 0 {
			return s.In(s.Bad(i-1, "required, but missing"), name)
		}
	}
	return i
}

// In puts the name of a member before the path to a fault, and returns the fault i.
func (s *Scratch) In(i int, name string) int {
	if len(name) > 100 { // the name of a member that nobody declared can be anything
		name = name[:100]
	}
	name = strings.ToValidUTF8(name, "\uFFFD")
	if len(s.path) > 0 && s.path[0] != '[' {
		name += "."
	}
	s.path = append([]byte(name), s.path...)
	return i
}

// At puts an index into a list before the path to a fault, and returns the fault i.
func (s *Scratch) At(i int, index int) int {
	dot := ""
	if len(s.path) > 0 && s.path[0] != '[' {
		dot = "."
	}
	s.path = append(fmt.Appendf(nil, "[%d]%s", index, dot), s.path...)
	return i
}

// AtKey puts a key of a map before the path to a fault, and returns the fault i.
func (s *Scratch) AtKey(i int, key []byte) int {
	dot := ""
	if len(s.path) > 0 && s.path[0] != '[' {
		dot = "."
	}
	s.path = append(fmt.Appendf(nil, "[%.100q]%s", key, dot), s.path...)
	return i
}

// Err is the error that the cursor i of record b stands for, nil when it is no fault.
func (s *Scratch) Err(b []byte, i int) error {
	if i >= 0 {
		return nil
	}
	n := -1 - i
	c, at := code(n&(1<<codeBits-1)), n>>codeBits
	e := &Error{Field: string(s.path), Offset: at, Msg: s.msg}
	if c != custom {
		e.Msg = messages[c]
		if c < badString || c >= badTime && c <= badTimeOfDay || c == trailing {
			e.Msg += ", found " + found(b, at)
		}
	}
	return e
}

// found names what stands at a byte of a record.
func found(b []byte, at int) string {
	if at >= len(b) {
		return "the end of the record"
	}
	switch c := b[at]; {
	case c == '"':
		if end := stringEnd(b, at+1); end < len(b) && b[end] == '"' && end-at <= 40 {
			return "the string " + strings.ToValidUTF8(string(b[at:end+1]), "\uFFFD")
		}
		return "a string"
	case c == '{':
		return "an object"
	case c == '[':
		return "a list"
	case c == '-' || c-'0' <= 9:
		return "a number"
	case hasLiteral(b, at, "true") || hasLiteral(b, at, "false"):
		return "a bool"
	case hasLiteral(b, at, "null"):
		return "null"
	case c < 0x20 || c > 0x7e:
		return fmt.Sprintf("byte 0x%02x", c)
	default:
		return strconv.QuoteRune(rune(c))
	}
}
