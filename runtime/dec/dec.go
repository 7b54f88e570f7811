// Package dec is Weir's decimal numbers: exact, of up to 19 digits, up to 19 of them behind the point.
//
// A value has one form only, without zeros at the end of its fraction, so == and map keys work on [Decimal]. Addition,
// subtraction and multiplication are exact: a result that does not fit is an error, never rounded. A quotient is rounded, half to
// even, to the 19 digits that there are. Nothing but formatting allocates.
//
// The arithmetic is that of github.com/govalues/decimal, whose numbers are a 64-bit coefficient and a scale. Results that need
// more on the way are computed in 128 bits here.
package dec

import (
	"errors"
	"math"
	"math/bits"
	"strconv"

	"github.com/govalues/decimal"
)

// MaxDigits is how many digits a number has at most, and how many of them behind the point.
const MaxDigits = decimal.MaxPrec

// limit is the least coefficient with too many digits.
const limit = 10_000_000_000_000_000_000

// The errors of arithmetic and conversions.
var (
	ErrOverflow     = errors.New("decimal overflow")
	ErrDivideByZero = errors.New("division by zero")
	ErrSyntax       = errors.New("type conversion error from 'string' to 'decimal'")
	ErrInt          = errors.New("integer overflow")
	ErrUint         = errors.New("unsigned integer overflow")
)

// Decimal is a decimal number. The zero value is 0.
type Decimal struct{ v decimal.Decimal }

// wide is ±hi:lo / 10^scale in its one form; false if it has too many digits.
func wide(neg bool, hi, lo uint64, scale int) (Decimal, bool) {
	for scale > 0 {
		h, r := hi/10, hi%10
		l, r := bits.Div64(r, lo, 10)
		if r != 0 {
			break
		}
		hi, lo, scale = h, l, scale-1
	}
	if hi != 0 || lo >= limit || scale > MaxDigits {
		return Decimal{}, false
	}
	if lo > math.MaxInt64 { // the library makes numbers of signed coefficients only
		return long(neg, lo, scale), true
	}
	n := int64(lo)
	if neg {
		n = -n
	}
	v, _ := decimal.New(n, scale) // whose only error is a scale that is too large
	return Decimal{v}, true
}

// long is wide for a coefficient of 19 digits that does not fit an int64.
func long(neg bool, coef uint64, scale int) Decimal {
	var text [24]byte
	b := text[:0]
	if neg {
		b = append(b, '-')
	}
	b = strconv.AppendUint(b, coef, 10)
	b = strconv.AppendInt(append(b, 'e', '-'), int64(scale), 10)
	v, _ := decimal.Parse(string(b)) // 19 digits and a scale that fit
	return Decimal{v}
}

// trimmed is a number of the library's in its one form.
func trimmed(v decimal.Decimal) Decimal { return Decimal{v.Trim(0)} }

// New is coef / 10^scale; false if scale is not from 0 to 19 or coef has too many digits.
func New(neg bool, coef uint64, scale int) (Decimal, bool) {
	if scale < 0 {
		return Decimal{}, false
	}
	return wide(neg, 0, coef, scale)
}

// Parts are what New makes d of: the coefficient does not end in 0 unless scale is 0.
func (d Decimal) Parts() (neg bool, coef uint64, scale int) {
	return d.v.IsNeg(), d.v.Coef(), d.v.Scale()
}

// Fits tells whether d has at most precision digits, scale of them behind the point.
func (d Decimal) Fits(precision, scale int) bool {
	_, coef, have := d.Parts()
	if have > scale {
		return false
	}
	hi, lo := bits.Mul64(coef, pow10[scale-have])
	return hi == 0 && (precision == MaxDigits && lo < limit || precision < MaxDigits && lo < pow10[precision])
}

// pow10 are the powers of ten that fit 64 bits.
var pow10 = func() (p [MaxDigits + 1]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// Compare is -1, 0 or 1 as a is less than, equal to or greater than b.
func Compare(a, b Decimal) int { return a.v.Cmp(b.v) }

// Add is a + b.
func Add(a, b Decimal) (Decimal, error) {
	an, ac, as := a.Parts()
	bn, bc, bs := b.Parts()
	scale := max(as, bs)
	ah, al := bits.Mul64(ac, pow10[scale-as])
	bh, bl := bits.Mul64(bc, pow10[scale-bs])
	if an == bn {
		lo, carry := bits.Add64(al, bl, 0)
		hi, _ := bits.Add64(ah, bh, carry) // each is less than 10^38
		return result(wide(an, hi, lo, scale))
	}
	if ah < bh || ah == bh && al < bl {
		an, ah, al, bh, bl = bn, bh, bl, ah, al
	}
	lo, borrow := bits.Sub64(al, bl, 0)
	hi, _ := bits.Sub64(ah, bh, borrow)
	return result(wide(an, hi, lo, scale))
}

// Sub is a - b.
func Sub(a, b Decimal) (Decimal, error) { return Add(a, b.Neg()) }

// Mul is a * b.
func Mul(a, b Decimal) (Decimal, error) {
	an, ac, as := a.Parts()
	bn, bc, bs := b.Parts()
	hi, lo := bits.Mul64(ac, bc)
	return result(wide(an != bn, hi, lo, as+bs))
}

func result(d Decimal, ok bool) (Decimal, error) {
	if !ok {
		return d, ErrOverflow
	}
	return d, nil
}

// Div is a / b, rounded half to even to 19 digits, of which at most 19 are behind the point.
func Div(a, b Decimal) (Decimal, error) {
	if b.v.IsZero() {
		return Decimal{}, ErrDivideByZero
	}
	v, err := a.v.Quo(b.v)
	if err != nil {
		return Decimal{}, ErrOverflow
	}
	return trimmed(v), nil
}

// Neg is -d.
func (d Decimal) Neg() Decimal { return Decimal{d.v.Neg()} }

// Abs is d without its sign.
func (d Decimal) Abs() Decimal { return Decimal{d.v.Abs()} }

// Round rounds to digits behind the point, half to even. Digits below 0 count as 0, here as in Floor, Ceil and Trunc.
func (d Decimal) Round(digits int64) Decimal { return trimmed(d.v.Round(places(digits))) }

// Floor rounds down.
func (d Decimal) Floor(digits int64) Decimal { return trimmed(d.v.Floor(places(digits))) }

// Ceil rounds up.
func (d Decimal) Ceil(digits int64) Decimal { return trimmed(d.v.Ceil(places(digits))) }

// Trunc cuts digits off.
func (d Decimal) Trunc(digits int64) Decimal { return trimmed(d.v.Trunc(places(digits))) }

func places(digits int64) int { return int(max(0, min(digits, MaxDigits))) }
