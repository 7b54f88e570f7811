package keyenc

import (
	"encoding/binary"
	"math/bits"

	"github.com/weirstream/weir/runtime/civil"
	"github.com/weirstream/weir/runtime/dec"
)

// tenTo19 is what a decimal is multiplied by to be whole: it has at most 19 digits behind the point.
const tenTo19 = 10_000_000_000_000_000_000

// AppendDecimal appends a component.
func AppendDecimal(b []byte, v dec.Decimal) []byte {
	neg, coef, scale := v.Parts()
	factor := uint64(1)
	for ; scale < dec.MaxDigits; scale++ {
		factor *= 10
	}
	hi, lo := bits.Mul64(coef, factor)
	if neg {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, hi^signBit), lo)
}

// Decimal reads a component, and returns what follows it.
func Decimal(b []byte) (v dec.Decimal, rest []byte, err error) {
	if len(b) < 16 {
		return v, nil, ErrMalformed
	}
	hi, lo := binary.BigEndian.Uint64(b)^signBit, binary.BigEndian.Uint64(b[8:])
	neg := hi&signBit != 0
	if neg {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	if hi >= tenTo19 {
		return v, nil, ErrMalformed
	}
	whole, fraction := bits.Div64(hi, lo, tenTo19)
	scale, unit := 0, uint64(tenTo19)
	if fraction > 0 {
		for scale = dec.MaxDigits; fraction%10 == 0; scale-- {
			fraction, unit = fraction/10, unit/10
		}
	} else {
		unit = 1
	}
	over, coef := bits.Mul64(whole, unit)
	coef, carry := bits.Add64(coef, fraction, 0)
	v, ok := dec.New(neg, coef, scale)
	if over != 0 || carry != 0 || !ok {
		return v, nil, ErrMalformed
	}
	return v, b[16:], nil
}

// AppendDate appends a component.
func AppendDate(b []byte, v civil.Date) []byte {
	return binary.BigEndian.AppendUint32(b, uint32(v)^(1<<31))
}

// Date reads a component, and returns what follows it.
func Date(b []byte) (v civil.Date, rest []byte, err error) {
	if len(b) < 4 {
		return 0, nil, ErrMalformed
	}
	v = civil.Date(int32(binary.BigEndian.Uint32(b) ^ (1 << 31)))
	if v < civil.MinDate || v > civil.MaxDate {
		return 0, nil, ErrMalformed
	}
	return v, b[4:], nil
}

// AppendTimeOfDay appends a component.
func AppendTimeOfDay(b []byte, v civil.Time) []byte { return AppendUint(b, uint64(v)) }

// TimeOfDay reads a component, and returns what follows it.
func TimeOfDay(b []byte) (v civil.Time, rest []byte, err error) {
	n, rest, err := Uint(b)
	if err == nil && n >= uint64(civil.Day) {
		return 0, nil, ErrMalformed
	}
	return civil.Time(n), rest, err
}

// AppendTextDecimal appends a key.
func AppendTextDecimal(b []byte, v dec.Decimal) []byte { return dec.Append(b, v, 0) }

// AppendTextDate appends a key.
func AppendTextDate(b []byte, v civil.Date) []byte { return civil.AppendDate(b, v) }

// AppendTextTimeOfDay appends a key.
func AppendTextTimeOfDay(b []byte, v civil.Time) []byte { return civil.AppendTime(b, v) }

// ParseTextDecimal reads a key.
func ParseTextDecimal(b []byte) (dec.Decimal, error) {
	d, number, fits := dec.Parse(b)
	return d, formError(b, "a decimal", number, fits)
}

// ParseTextDecimalOf reads a key, a decimal that has at most precision digits, scale of them behind the point.
func ParseTextDecimalOf(b []byte, precision, scale int) (dec.Decimal, error) {
	d, number, fits := dec.Parse(b)
	return d, formError(b, "a decimal", number, fits && d.Fits(precision, scale))
}

// ParseTextDate reads a key.
func ParseTextDate(b []byte) (civil.Date, error) {
	d, form, ok := civil.ParseDate(b)
	return d, formError(b, "a date", form, ok)
}

// ParseTextTimeOfDay reads a key.
func ParseTextTimeOfDay(b []byte) (civil.Time, error) {
	t, form, ok := civil.ParseTime(b)
	return t, formError(b, "a time", form, ok)
}

func formError(b []byte, what string, form, ok bool) error {
	switch {
	case !form:
		return BadText(b, "expected "+what)
	case !ok:
		return BadText(b, "expected "+what+", found one out of range")
	}
	return nil
}
