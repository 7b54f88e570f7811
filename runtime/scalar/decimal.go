package scalar

import "math"

// Decimal is the exact value of a decimal number, as far as integers and nanoseconds can tell it: a whole part and the first
// nine digits behind the point.
type Decimal struct {
	Negative bool
	// Inexact says that digits other than 0 stand behind the ninth of the fraction.
	Inexact bool
	Nanos   uint32
	Whole   uint64
}

// ParseDecimal reads a number: an optional sign, digits, optionally a fraction and an exponent. It is laxer than JSON, whose
// scanner has checked its numbers before: leading zeros and a plus sign are fine, and digits may be missing on one side of
// the point. A whole part of more than 64 bits is out of range.
func ParseDecimal(b []byte) (d Decimal, p Problem) {
	i := 0
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		d.Negative = b[0] == '-'
		i = 1
	}
	digits := b[i:]
	point, n := -1, 0 // where the point is, and how many digits there are, counted in digits
	for ; i < len(b) && (b[i]-'0' <= 9 || b[i] == '.' && point < 0); i++ {
		if b[i] == '.' {
			point = n
			continue
		}
		n++
	}
	if n == 0 {
		return d, Syntax
	}
	digits = digits[:i-(len(b)-len(digits))]
	if point < 0 {
		point = n
	}
	if i < len(b) {
		e, ok := exponent(b[i:])
		if !ok {
			return d, Syntax
		}
		point += e
	}
	return d, d.fill(digits, point)
}

// exponent reads "e-12". It is cut at a billion: more than any text has digits to make up for.
func exponent(b []byte) (int, bool) {
	if b[0]|0x20 != 'e' {
		return 0, false
	}
	b = b[1:]
	negative := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 {
		return 0, false
	}
	e := 0
	for _, c := range b {
		if c-'0' > 9 {
			return 0, false
		}
		e = min(e*10+int(c-'0'), 1e9)
	}
	if negative {
		e = -e
	}
	return e, true
}

// fill sets the value from digits, among which a point may stand that counts for nothing, with the real point before digit
// number point, which may be far to the left or to the right of them all.
func (d *Decimal) fill(digits []byte, point int) Problem {
	scale := uint32(1e8) // of the next digit behind the point
	for k := point; k < 0 && scale > 0; k++ {
		scale /= 10
	}
	n := 0
	for _, c := range digits {
		if c == '.' {
			continue
		}
		v := uint64(c - '0')
		switch {
		case n < point:
			if d.Whole > (math.MaxUint64-v)/10 {
				return Range
			}
			d.Whole = d.Whole*10 + v
		case scale > 0:
			d.Nanos += uint32(v) * scale
			scale /= 10
		case v != 0:
			d.Inexact = true
		}
		n++
	}
	for ; n < point && d.Whole != 0; n++ {
		if d.Whole > math.MaxUint64/10 {
			return Range
		}
		d.Whole *= 10
	}
	return OK
}

// Int is the number as a signed integer.
func (d Decimal) Int() (int64, Problem) {
	switch {
	case d.Nanos != 0 || d.Inexact:
		return 0, Fraction
	case d.Negative && d.Whole <= 1<<63:
		return -int64(d.Whole), OK
	case d.Negative || d.Whole > math.MaxInt64:
		return 0, Range
	}
	return int64(d.Whole), OK
}

// Uint is the number as an unsigned integer.
func (d Decimal) Uint() (uint64, Problem) {
	switch {
	case d.Nanos != 0 || d.Inexact:
		return 0, Fraction
	case d.Negative && d.Whole != 0:
		return 0, Range
	}
	return d.Whole, OK
}
