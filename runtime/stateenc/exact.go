package stateenc

import (
	"github.com/weirstream/weir/runtime/civil"
	"github.com/weirstream/weir/runtime/dec"
)

// AppendDecimal appends a value.
func AppendDecimal(b []byte, v dec.Decimal) []byte {
	neg, coef, scale := v.Parts()
	head := byte(scale << 1)
	if neg {
		head |= 1
	}
	return AppendUint(append(b, head), coef)
}

// AppendDate appends a value.
func AppendDate(b []byte, v civil.Date) []byte { return AppendInt(b, int64(v)) }

// AppendTimeOfDay appends a value.
func AppendTimeOfDay(b []byte, v civil.Time) []byte { return AppendUint(b, uint64(v)) }

// Decimal reads a value.
func Decimal(b []byte, i int) (dec.Decimal, int) {
	if uint(i) >= uint(len(b)) {
		return dec.Decimal{}, fail(i)
	}
	neg, scale := b[i]&1 != 0, int(b[i]>>1)
	coef, next := Uint(b, i+1)
	if next < 0 {
		return dec.Decimal{}, next
	}
	d, ok := dec.New(neg, coef, scale)
	if n, c, s := d.Parts(); !ok || n != neg || c != coef || s != scale { // a number has one form
		return dec.Decimal{}, malformed
	}
	return d, next
}

// Date reads a value.
func Date(b []byte, i int) (civil.Date, int) {
	v, i := Int(b, i)
	if i < 0 {
		return 0, i
	}
	if v < int64(civil.MinDate) || v > int64(civil.MaxDate) {
		return 0, malformed
	}
	return civil.Date(v), i
}

// TimeOfDay reads a value.
func TimeOfDay(b []byte, i int) (civil.Time, int) {
	v, i := Uint(b, i)
	if i < 0 {
		return 0, i
	}
	if v >= uint64(civil.Day) {
		return 0, malformed
	}
	return civil.Time(v), i
}
