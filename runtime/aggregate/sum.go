package aggregate

import (
	"encoding/binary"
	"math"
	"math/bits"
	"time"

	"github.com/weirstream/weir/runtime/cel"
	"github.com/weirstream/weir/runtime/dec"
	"github.com/weirstream/weir/runtime/stateenc"
)

// SumInt is a sum of 64-bit signed integers for windows that overlap: it is kept in 128 bits, so that whether it fits its type depends on
// the sum alone and not on the parts that it is made of.
type SumInt struct {
	hi int64
	lo uint64
}

// Add takes v in.
func (s *SumInt) Add(v int64) {
	lo, carry := bits.Add64(s.lo, uint64(v), 0)
	s.lo = lo
	s.hi += v>>63 + int64(carry)
}

// Merge takes another sum in.
func (s *SumInt) Merge(o *SumInt) {
	lo, carry := bits.Add64(s.lo, o.lo, 0)
	s.lo = lo
	s.hi += o.hi + int64(carry)
}

// Value is the sum; it is [cel.ErrIntOverflow] when that does not fit 64 bits.
func (s *SumInt) Value() (int64, error) {
	if s.hi != int64(s.lo)>>63 {
		return 0, cel.ErrIntOverflow
	}
	return int64(s.lo), nil
}

// Append appends the state's binary form.
func (s *SumInt) Append(b []byte) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, uint64(s.hi)), s.lo)
}

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do.
func (s *SumInt) Decode(b []byte, i int) int {
	hi, lo, i := words(b, i)
	s.hi, s.lo = int64(hi), lo
	return i
}

// SumDuration is a sum of durations, kept like [SumInt].
type SumDuration struct{ ns SumInt }

// Add takes d in.
func (s *SumDuration) Add(d time.Duration) { s.ns.Add(int64(d)) }

// Merge takes another sum in.
func (s *SumDuration) Merge(o *SumDuration) { s.ns.Merge(&o.ns) }

// Value is the sum; it is [cel.ErrIntOverflow] when that does not fit 64 bits of nanoseconds.
func (s *SumDuration) Value() (time.Duration, error) {
	ns, err := s.ns.Value()
	return time.Duration(ns), err
}

// Append appends the state's binary form.
func (s *SumDuration) Append(b []byte) []byte { return s.ns.Append(b) }

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do.
func (s *SumDuration) Decode(b []byte, i int) int { return s.ns.Decode(b, i) }

// SumUint is a sum of 64-bit unsigned integers, kept like [SumInt].
type SumUint struct{ hi, lo uint64 }

// Add takes v in.
func (s *SumUint) Add(v uint64) {
	lo, carry := bits.Add64(s.lo, v, 0)
	s.lo = lo
	s.hi += carry
}

// Merge takes another sum in.
func (s *SumUint) Merge(o *SumUint) {
	lo, carry := bits.Add64(s.lo, o.lo, 0)
	s.lo = lo
	s.hi += o.hi + carry
}

// Value is the sum; it is [cel.ErrUintOverflow] when that does not fit 64 bits.
func (s *SumUint) Value() (uint64, error) {
	if s.hi != 0 {
		return 0, cel.ErrUintOverflow
	}
	return s.lo, nil
}

// Append appends the state's binary form.
func (s *SumUint) Append(b []byte) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, s.hi), s.lo)
}

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do.
func (s *SumUint) Decode(b []byte, i int) int {
	s.hi, s.lo, i = words(b, i)
	return i
}

func words(b []byte, i int) (hi, lo uint64, next int) {
	if i < 0 {
		return 0, 0, i
	}
	if len(b)-i < 16 {
		return 0, 0, stateenc.Malformed()
	}
	return binary.BigEndian.Uint64(b[i:]), binary.BigEndian.Uint64(b[i+8:]), i + 16
}

// SumDecimal is an exact sum of decimals for windows that overlap. Once a part of it has too many digits it is an error for good.
type SumDecimal struct {
	sum dec.Decimal
	err error
	n   int64
}

// Add takes v in.
func (s *SumDecimal) Add(v dec.Decimal) { s.take(v, nil, 1) }

// Merge takes another sum in.
func (s *SumDecimal) Merge(o *SumDecimal) { s.take(o.sum, o.err, o.n) }

func (s *SumDecimal) take(v dec.Decimal, err error, n int64) {
	switch s.n += n; {
	case s.err != nil:
	case err != nil:
		s.err = err
	case s.n == n:
		s.sum = v
	default:
		s.sum, s.err = dec.Add(s.sum, v)
	}
}

// Value is the sum, or that it has too many digits.
func (s *SumDecimal) Value() (dec.Decimal, error) { return s.sum, s.err }

// Mean is the mean, rounded half to even to as many digits as a decimal has; it must not be asked of an empty sum.
func (s *SumDecimal) Mean() (dec.Decimal, error) {
	if s.err != nil {
		return s.sum, s.err
	}
	return dec.Div(s.sum, dec.FromInt(s.n))
}

// tooLong stands in place of the count of a sum that is an error.
const tooLong = math.MaxUint64

// Append appends the state's binary form.
func (s *SumDecimal) Append(b []byte) []byte {
	if s.err != nil {
		return stateenc.AppendUint(stateenc.AppendDecimal(b, dec.Decimal{}), tooLong)
	}
	return stateenc.AppendUint(stateenc.AppendDecimal(b, s.sum), uint64(s.n))
}

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do.
func (s *SumDecimal) Decode(b []byte, i int) int {
	s.sum, i = stateenc.Decimal(b, i)
	n, i := stateenc.Uint(b, i)
	switch {
	case i < 0:
	case n == tooLong:
		s.err = dec.ErrOverflow
	case n == 0 || n > 1<<62:
		return stateenc.Malformed()
	}
	s.n = int64(n &^ (1 << 63))
	return i
}
