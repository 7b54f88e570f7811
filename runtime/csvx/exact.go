package csvx

import (
	"github.com/weirstream/weir/runtime/civil"
	"github.com/weirstream/weir/runtime/dec"
	"github.com/weirstream/weir/runtime/scalar"
)

// Decimal reads cell i, exactly.
func (s *Scratch) Decimal(i int) dec.Decimal {
	return read(s, i, "a decimal", func(b []byte) (dec.Decimal, scalar.Problem) {
		d, number, fits := dec.Parse(b)
		return d, problem(number, fits)
	})
}

// DecimalOf reads cell i, a decimal that has at most precision digits, scale of them behind the point.
func (s *Scratch) DecimalOf(i, precision, scale int) dec.Decimal {
	return read(s, i, "a decimal", func(b []byte) (dec.Decimal, scalar.Problem) {
		d, number, fits := dec.Parse(b)
		return d, problem(number, fits && d.Fits(precision, scale))
	})
}

// Date reads cell i.
func (s *Scratch) Date(i int) civil.Date {
	return read(s, i, "a date such as 2006-01-02", func(b []byte) (civil.Date, scalar.Problem) {
		d, form, ok := civil.ParseDate(b)
		return d, problem(form, ok)
	})
}

// TimeOfDay reads cell i.
func (s *Scratch) TimeOfDay(i int) civil.Time {
	return read(s, i, "a time such as 15:04:05", func(b []byte) (civil.Time, scalar.Problem) {
		t, form, ok := civil.ParseTime(b)
		return t, problem(form, ok)
	})
}

func problem(form, ok bool) scalar.Problem {
	switch {
	case !form:
		return scalar.Syntax
	case !ok:
		return scalar.Range
	}
	return scalar.OK
}

// AppendDecimal appends a cell with at least scale digits behind the point.
func (f *Format) AppendDecimal(b []byte, v dec.Decimal, scale int) []byte {
	return f.finish(dec.Append(b, v, scale), len(b))
}

// AppendDate appends a cell.
func (f *Format) AppendDate(b []byte, v civil.Date) []byte {
	return f.finish(civil.AppendDate(b, v), len(b))
}

// AppendTimeOfDay appends a cell.
func (f *Format) AppendTimeOfDay(b []byte, v civil.Time) []byte {
	return f.finish(civil.AppendTime(b, v), len(b))
}
