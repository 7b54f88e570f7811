// Package scalar reads and writes the text forms of Weir's scalar values, which JSON, CSV and Kafka keys share.
//
//	int, uint   decimal digits; when read also any spelling of a whole number: 12, 12.0, 1.2e1
//	double      as encoding/json writes it; NaN, Infinity, -Infinity
//	bool        true, false; when read also TRUE, True, FALSE, False
//	timestamp   RFC 3339, or milliseconds or seconds since the Unix epoch; years 1 to 9999, nanoseconds
//	duration    seconds with a fraction as needed, "90s", "1.5s"; when read any Go duration, "1h30m"
//
// Nothing here allocates, apart from growing the buffer that is appended to.
package scalar

import (
	"math"
	"strconv"
	"time"
	"unsafe"
)

// Problem says what is wrong with a text; OK is nothing.
type Problem uint8

// The problems.
const (
	OK       Problem = iota
	Syntax           // not a spelling of the type at all
	Range            // a value that the type does not have
	Fraction         // a number with a fraction where only whole ones can be
)

// String is the problem in words that follow the name of the type.
func (p Problem) String() string {
	return [...]string{"fine", "malformed", "out of range", "not a whole number"}[p]
}

// text views bytes as a string for the standard library, which does not keep it.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// Int reads a signed integer.
func Int(b []byte) (int64, Problem) {
	if n, ok := digits(b); ok {
		return n, OK
	}
	d, p := ParseDecimal(b)
	if p != OK {
		return 0, p
	}
	return d.Int()
}

// Uint reads an unsigned integer.
func Uint(b []byte) (uint64, Problem) {
	if n, ok := digits(b); ok && n >= 0 {
		return uint64(n), OK
	}
	d, p := ParseDecimal(b)
	if p != OK {
		return 0, p
	}
	return d.Uint()
}

// digits reads what most integers look like: at most 18 digits, perhaps a minus sign before them.
func digits(b []byte) (n int64, ok bool) {
	i := 0
	if len(b) > 0 && b[0] == '-' {
		i = 1
	}
	if len(b)-i > 18 || len(b) == i {
		return 0, false
	}
	for _, c := range b[i:] {
		if c-'0' > 9 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if i > 0 {
		n = -n
	}
	return n, true
}

// Bool reads a truth value.
func Bool(b []byte) (v bool, p Problem) {
	switch string(b) {
	case "true", "TRUE", "True":
		return true, OK
	case "false", "FALSE", "False":
		return false, OK
	}
	return false, Syntax
}

// Double reads a number, or one of the names NaN, Infinity and -Infinity. A number too large for a double is out of range.
func Double(b []byte) (float64, Problem) {
	for _, c := range b {
		if c-'0' > 9 && c != '-' && c != '+' && c != '.' && c|0x20 != 'e' {
			return NonFinite(b)
		}
	}
	v, err := strconv.ParseFloat(text(b), 64)
	if err == nil {
		return v, OK
	}
	if math.IsInf(v, 0) {
		return 0, Range
	}
	return 0, Syntax
}

// NonFinite reads the names of the doubles that are no numbers in JSON.
func NonFinite(b []byte) (float64, Problem) {
	switch string(b) {
	case "NaN":
		return math.NaN(), OK
	case "Infinity":
		return math.Inf(1), OK
	case "-Infinity":
		return math.Inf(-1), OK
	}
	return 0, Syntax
}

// AppendDouble appends a finite double as encoding/json writes it, any other by its name.
func AppendDouble(b []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(b, "NaN"...)
	case math.IsInf(v, 1):
		return append(b, "Infinity"...)
	case math.IsInf(v, -1):
		return append(b, "-Infinity"...)
	}
	abs := math.Abs(v)
	if abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		b = strconv.AppendFloat(b, v, 'e', -1, 64)
		if n := len(b); n >= 4 && b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' { // e-09 becomes e-9
			b[n-2] = b[n-1]
			b = b[:n-1]
		}
		return b
	}
	return strconv.AppendFloat(b, v, 'f', -1, 64)
}

// Duration reads what time.ParseDuration reads.
func Duration(b []byte) (time.Duration, Problem) {
	if len(b) > 64 { // bounds the error that ParseDuration makes of its input
		return 0, Syntax
	}
	v, err := time.ParseDuration(text(b))
	if err != nil {
		return 0, Syntax
	}
	return v, OK
}

// AppendDuration appends a duration in seconds, with as many digits of a fraction as it needs: 90s, -0.25s.
func AppendDuration(b []byte, v time.Duration) []byte {
	if v < 0 {
		b = append(b, '-')
	}
	n := uint64(v)
	if v < 0 {
		n = -n
	}
	b = strconv.AppendUint(b, n/1e9, 10)
	return append(appendFraction(b, uint32(n%1e9)), 's')
}

// appendFraction appends billionths as a decimal fraction without trailing zeros, nothing when there are none.
func appendFraction(b []byte, nanos uint32) []byte {
	if nanos == 0 {
		return b
	}
	digits := 9
	for nanos%10 == 0 {
		nanos /= 10
		digits--
	}
	b = append(b, ".000000000"[:digits+1]...)
	for i := len(b) - 1; nanos > 0; i-- {
		b[i] = '0' + byte(nanos%10)
		nanos /= 10
	}
	return b
}
