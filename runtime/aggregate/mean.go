// Package aggregate holds the parts of aggregates that are more than a Go operator: those whose state is not their result.
//
// The sums of integers are kept in 128 bits, so a mean neither overflows nor depends on the order in which its records came.
// Each type has a stable binary form for changelogs and local stores, all integers big endian:
//
//	MeanInt, MeanUint: high 64 bits, low 64 bits, count (uint64)
//	MeanDouble:        IEEE 754 bits of the sum, count (uint64)
//	MeanDecimal:       the sum and the count, as package stateenc writes a decimal and a uint
//	SumInt, SumDuration, SumUint: high 64 bits, low 64 bits
//	SumDecimal:        as MeanDecimal; the count of a sum that has too many digits is 2^64-1
//	Variance:          count (uint64), IEEE 754 bits of the mean and of the sum of squared differences
//	Earliest:          as package stateenc writes them, the number of values, and of each the event time in Unix milliseconds and the value
//	Set:               the same without times
//	Ranked:            the same with what a value is ranked by in place of the time
//	Cardinality:       0, the number of hashes as a varint, the hashes in order (uint64 each); or 1 and 4096 registers (1 byte each)
//	Quantiles:         as package stateenc writes them, whether one of the numbers is NaN, the least and the greatest of the others, the number
//	                   of ranges, and of each the key, for the first as an int, for the others as the difference to the one before, a uint,
//	                   and how many numbers there are in it
package aggregate

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/weirstream/weir/runtime/stateenc"
)

// MeanInt is the mean of 64-bit signed integers.
type MeanInt struct {
	hi int64
	lo uint64
	n  int64
}

// Add takes v in.
func (m *MeanInt) Add(v int64) {
	lo, carry := bits.Add64(m.lo, uint64(v), 0)
	m.lo = lo
	m.hi += v>>63 + int64(carry)
	m.n++
}

// Merge takes another mean in.
func (m *MeanInt) Merge(o *MeanInt) {
	lo, carry := bits.Add64(m.lo, o.lo, 0)
	m.lo = lo
	m.hi += o.hi + int64(carry)
	m.n += o.n
}

// Value is the mean; it must not be asked of an empty one.
func (m *MeanInt) Value() float64 { return wide(m.hi, m.lo) / float64(m.n) }

// wide is a signed 128-bit number as a double. A number that fits 64 bits is converted in one step and so rounded once.
func wide(hi int64, lo uint64) float64 {
	if hi == int64(lo)>>63 {
		return float64(int64(lo))
	}
	return float64(hi)*0x1p64 + float64(lo)
}

// Append appends the state's binary form.
func (m *MeanInt) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(m.hi))
	b = binary.BigEndian.AppendUint64(b, m.lo)
	return binary.BigEndian.AppendUint64(b, uint64(m.n))
}

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do.
func (m *MeanInt) Decode(b []byte, i int) int {
	if i < 0 {
		return i
	}
	if len(b)-i < 24 {
		return stateenc.Malformed()
	}
	b = b[i:]
	m.hi, m.lo, m.n = int64(binary.BigEndian.Uint64(b)), binary.BigEndian.Uint64(b[8:]), int64(binary.BigEndian.Uint64(b[16:]))
	return i + 24
}

// MeanUint is the mean of 64-bit unsigned integers.
type MeanUint struct {
	hi, lo uint64
	n      int64
}

// Add takes v in.
func (m *MeanUint) Add(v uint64) {
	lo, carry := bits.Add64(m.lo, v, 0)
	m.lo = lo
	m.hi += carry
	m.n++
}

// Merge takes another mean in.
func (m *MeanUint) Merge(o *MeanUint) {
	lo, carry := bits.Add64(m.lo, o.lo, 0)
	m.lo = lo
	m.hi += o.hi + carry
	m.n += o.n
}

// Value is the mean; it must not be asked of an empty one.
func (m *MeanUint) Value() float64 {
	sum := float64(m.lo)
	if m.hi != 0 {
		sum += float64(m.hi) * 0x1p64
	}
	return sum / float64(m.n)
}

// Append appends the state's binary form.
func (m *MeanUint) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, m.hi)
	b = binary.BigEndian.AppendUint64(b, m.lo)
	return binary.BigEndian.AppendUint64(b, uint64(m.n))
}

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do.
func (m *MeanUint) Decode(b []byte, i int) int {
	if i < 0 {
		return i
	}
	if len(b)-i < 24 {
		return stateenc.Malformed()
	}
	b = b[i:]
	m.hi, m.lo, m.n = binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:]), int64(binary.BigEndian.Uint64(b[16:]))
	return i + 24
}

// MeanDouble is the mean of doubles, summed in the order in which they come.
type MeanDouble struct {
	sum float64
	n   int64
}

// Add takes v in.
func (m *MeanDouble) Add(v float64) {
	m.sum += v
	m.n++
}

// Merge takes another mean in: its sum is added as it is.
func (m *MeanDouble) Merge(o *MeanDouble) {
	m.sum += o.sum
	m.n += o.n
}

// Value is the mean; it must not be asked of an empty one.
func (m *MeanDouble) Value() float64 { return m.sum / float64(m.n) }

// Append appends the state's binary form.
func (m *MeanDouble) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(m.sum))
	return binary.BigEndian.AppendUint64(b, uint64(m.n))
}

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do.
func (m *MeanDouble) Decode(b []byte, i int) int {
	if i < 0 {
		return i
	}
	if len(b)-i < 16 {
		return stateenc.Malformed()
	}
	b = b[i:]
	m.sum, m.n = math.Float64frombits(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:]))
	return i + 16
}
