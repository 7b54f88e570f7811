package aggregate

import (
	"github.com/weirstream/weir/runtime/dec"
	"github.com/weirstream/weir/runtime/stateenc"
)

// MeanDecimal is the mean of decimals, of at least one. Its sum is exact; one with too many digits is an error.
type MeanDecimal struct {
	sum dec.Decimal
	n   int64
}

// MeanOf is the mean of one number.
func MeanOf(v dec.Decimal) MeanDecimal { return MeanDecimal{v, 1} }

// Plus is the mean with v taken in.
func (m MeanDecimal) Plus(v dec.Decimal) (MeanDecimal, error) {
	sum, err := dec.Add(m.sum, v)
	return MeanDecimal{sum, m.n + 1}, err
}

// Value is the mean, rounded half to even to as many digits as a decimal has.
func (m *MeanDecimal) Value() dec.Decimal {
	v, _ := dec.Div(m.sum, dec.FromInt(m.n)) // a sum over a number of at least 1 is no more than the sum
	return v
}

// Append appends the state's binary form.
func (m *MeanDecimal) Append(b []byte) []byte {
	return stateenc.AppendUint(stateenc.AppendDecimal(b, m.sum), uint64(m.n))
}

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do.
func (m *MeanDecimal) Decode(b []byte, i int) int {
	m.sum, i = stateenc.Decimal(b, i)
	n, i := stateenc.Uint(b, i)
	if i >= 0 && (n == 0 || n > 1<<62) {
		return stateenc.Malformed()
	}
	m.n = int64(n)
	return i
}
