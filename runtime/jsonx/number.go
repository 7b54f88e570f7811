package jsonx

import (
	"math"
	"strconv"
	"time"
	"unsafe"

	"github.com/weirstream/weir/runtime/scalar"
)

// Int reads a whole number of 64 bits. Spellings such as 12.0 and 1.2e1 are whole numbers too.
func Int(b []byte, i int) (int64, int) {
	n, next := digits(b, i)
	if next > 0 {
		return n, next
	}
	d, next := decimal(b, i, wantInt)
	if next < 0 {
		return 0, next
	}
	v, p := d.Int()
	if p != scalar.OK {
		return 0, problem(p, i)
	}
	return v, next
}

// Uint is Int for unsigned numbers.
func Uint(b []byte, i int) (uint64, int) {
	n, next := digits(b, i)
	if next > 0 && n >= 0 {
		return uint64(n), next
	}
	d, next := decimal(b, i, wantUint)
	if next < 0 {
		return 0, next
	}
	v, p := d.Uint()
	if p != scalar.OK {
		return 0, problem(p, i)
	}
	return v, next
}

func problem(p scalar.Problem, at int) int {
	if p == scalar.Fraction {
		return fault(badFraction, at)
	}
	return fault(badRange, at)
}

// digits reads the common whole number: at most 18 digits without fraction and exponent. The cursor is 0 when this is none.
func digits(b []byte, i int) (n int64, next int) {
	negative := i < len(b) && b[i] == '-'
	if negative {
		i++
	}
	start := i
	for i < len(b) && b[i]-'0' <= 9 {
		n = n*10 + int64(b[i]-'0')
		i++
	}
	if i == start || i-start > 18 || b[start] == '0' && i-start > 1 {
		return 0, 0
	}
	if i < len(b) && (b[i] == '.' || b[i]|0x20 == 'e') {
		return 0, 0
	}
	if negative {
		n = -n
	}
	return n, i
}

// numberEnd finds the end of a number by JSON's grammar. Where there is none, it is a fault: c when nothing like a number
// stands there.
func numberEnd(b []byte, i int, c code) int {
	start := i
	if i < len(b) && b[i] == '-' {
		i++
	}
	if i >= len(b) || b[i]-'0' > 9 {
		if i > start {
			return fault(badNumber, start)
		}
		return fault(c, start)
	}
	if b[i] == '0' {
		i++
		if i < len(b) && b[i]-'0' <= 9 {
			return fault(badNumber, start)
		}
	} else {
		i = digitsEnd(b, i)
	}
	if i < len(b) && b[i] == '.' {
		fraction := i + 1
		if i = digitsEnd(b, fraction); i == fraction {
			return fault(badNumber, start)
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		exponent := i
		if i = digitsEnd(b, exponent); i == exponent {
			return fault(badNumber, start)
		}
	}
	return i
}

func digitsEnd(b []byte, i int) int {
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return i
}

// decimal reads any number exactly.
func decimal(b []byte, i int, c code) (scalar.Decimal, int) {
	end := numberEnd(b, i, c)
	if end < 0 {
		return scalar.Decimal{}, end
	}
	d, p := scalar.ParseDecimal(b[i:end])
	if p != scalar.OK {
		return d, problem(p, i)
	}
	return d, end
}

var powersOf10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// Double reads a number that a double can hold, rounded to the nearest, or one of the strings "NaN", "Infinity" and
// "-Infinity".
func Double(b []byte, i int) (float64, int) {
	if i < len(b) && b[i] == '"' {
		if end := stringEnd(b, i+1); end < len(b) && b[end] == '"' {
			if v, p := scalar.NonFinite(b[i+1 : end]); p == scalar.OK {
				return v, end + 1
			}
		}
		return 0, fault(wantDouble, i)
	}
	if v, next := shortDouble(b, i); next > 0 {
		return v, next
	}
	end := numberEnd(b, i, wantDouble)
	if end < 0 {
		return 0, end
	}
	v, err := strconv.ParseFloat(unsafe.String(&b[i], end-i), 64)
	if err != nil || math.IsInf(v, 0) {
		return 0, fault(badRange, i)
	}
	return v, end
}

// shortDouble reads a number of at most 15 digits without an exponent: digits and power of ten are exact doubles, so one
// division gives the correctly rounded result. The cursor is 0 when this is none.
func shortDouble(b []byte, i int) (v float64, next int) {
	negative := i < len(b) && b[i] == '-'
	if negative {
		i++
	}
	start := i
	var n int64
	for i < len(b) && b[i]-'0' <= 9 {
		n = n*10 + int64(b[i]-'0')
		i++
	}
	if i == start || i-start > 15 || b[start] == '0' && i-start > 1 {
		return 0, 0
	}
	fraction := 0
	if i < len(b) && b[i] == '.' {
		point := i
		for i++; i < len(b) && b[i]-'0' <= 9; i++ {
			n = n*10 + int64(b[i]-'0')
		}
		if fraction = i - point - 1; fraction == 0 || i-start > 16 {
			return 0, 0
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		return 0, 0
	}
	v = float64(n)
	if fraction > 0 {
		v /= powersOf10[fraction]
	}
	if negative {
		v = -v
	}
	return v, i
}

// Millis reads a timestamp written as milliseconds since the Unix epoch.
func Millis(b []byte, i int) (time.Time, int) {
	ms, next := digits(b, i)
	if next <= 0 {
		d, end := decimal(b, i, wantMillis)
		if end < 0 {
			return time.Time{}, end
		}
		var p scalar.Problem
		if ms, p = d.Int(); p != scalar.OK {
			return time.Time{}, problem(p, i)
		}
		next = end
	}
	t, p := scalar.FromMillis(ms)
	if p != scalar.OK {
		return t, fault(badTimeRange, i)
	}
	return t, next
}

// Seconds reads a timestamp written as seconds since the Unix epoch, with or without a fraction.
func Seconds(b []byte, i int) (time.Time, int) {
	d, next := decimal(b, i, wantSeconds)
	if next < 0 {
		return time.Time{}, next
	}
	t, p := d.Time()
	if p != scalar.OK {
		return t, fault(badTimeRange, i)
	}
	return t, next
}
