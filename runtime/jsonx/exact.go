package jsonx

import (
	"fmt"

	"github.com/weirstream/weir/runtime/civil"
	"github.com/weirstream/weir/runtime/dec"
)

// Decimal reads a number, or a string that spells one: exact, or a fault.
func Decimal(b []byte, i int, s *Scratch) (dec.Decimal, int) {
	var text []byte
	next := i
	if i < len(b) && b[i] == '"' {
		if text, next = Text(b, i, s); next < 0 {
			return dec.Decimal{}, next
		}
	} else {
		if next = numberEnd(b, i, wantDecimal); next < 0 {
			return dec.Decimal{}, next
		}
		text = b[i:next]
	}
	d, number, fits := dec.Parse(text)
	switch {
	case !number:
		return d, fault(wantDecimal, i)
	case !fits:
		return d, fault(badDigits, i)
	}
	return d, next
}

// DecimalOf reads a decimal that has at most precision digits, scale of them behind the point.
func DecimalOf(b []byte, i int, s *Scratch, precision, scale int) (dec.Decimal, int) {
	d, next := Decimal(b, i, s)
	if next >= 0 && !d.Fits(precision, scale) {
		return d, s.Bad(i, fmt.Sprintf("number with more digits than decimal(%d, %d) has", precision, scale))
	}
	return d, next
}

// Date reads a date written as a string, "2006-01-02".
func Date(b []byte, i int, s *Scratch) (civil.Date, int) {
	text, next := Text(b, i, s)
	if next < 0 {
		return 0, next
	}
	d, _, ok := civil.ParseDate(text)
	if !ok {
		return 0, fault(badDate, i)
	}
	return d, next
}

// TimeOfDay reads a time of day written as a string, "15:04:05", with or without a fraction.
func TimeOfDay(b []byte, i int, s *Scratch) (civil.Time, int) {
	text, next := Text(b, i, s)
	if next < 0 {
		return 0, next
	}
	t, _, ok := civil.ParseTime(text)
	if !ok {
		return 0, fault(badTimeOfDay, i)
	}
	return t, next
}

// AppendDecimal appends a number with at least scale digits behind the point.
func AppendDecimal(b []byte, v dec.Decimal, scale int) []byte { return dec.Append(b, v, scale) }

// AppendDecimalText is AppendDecimal as a string.
func AppendDecimalText(b []byte, v dec.Decimal, scale int) []byte {
	return append(dec.Append(append(b, '"'), v, scale), '"')
}

// AppendDate appends a date as a string.
func AppendDate(b []byte, v civil.Date) []byte {
	return append(civil.AppendDate(append(b, '"'), v), '"')
}

// AppendTimeOfDay appends a time of day as a string, with as many digits of a fraction as it needs.
func AppendTimeOfDay(b []byte, v civil.Time) []byte {
	return append(civil.AppendTime(append(b, '"'), v), '"')
}
