package aggregate

import (
	"encoding/binary"
	"math"

	"github.com/weirstream/weir/runtime/stateenc"
)

// Variance is the spread of numbers around their mean, by Welford's method: the differences to the mean so far are added up, so
// numbers that are large beside their spread lose no digits (B. P. Welford, Note on a method for calculating corrected sums of
// squares and products, Technometrics 4, 1962). The zero Variance is that of no numbers.
type Variance struct {
	n    int64
	mean float64
	sum  float64 // of the squared differences to the mean
}

// Add takes v in.
func (a *Variance) Add(v float64) {
	a.n++
	d := v - a.mean
	a.mean += d / float64(a.n)
	a.sum += d * (v - a.mean)
}

// Merge takes the numbers of another one in (T. F. Chan, G. H. Golub, R. J. LeVeque, Updating formulae and a pairwise algorithm for
// computing sample variances, 1979).
func (a *Variance) Merge(o *Variance) {
	if o.n == 0 {
		return
	}
	n := a.n + o.n
	d := o.mean - a.mean
	a.mean += d * (float64(o.n) / float64(n))
	a.sum += o.sum + d*d*(float64(a.n)*float64(o.n)/float64(n))
	a.n = n
}

// Population is the variance of all there is; it must not be asked of no numbers.
func (a *Variance) Population() float64 { return a.sum / float64(a.n) }

// PopulationDeviation is the square root of Population.
func (a *Variance) PopulationDeviation() float64 { return math.Sqrt(a.Population()) }

// Sample estimates the variance of that from which the numbers are a sample; ok is false for fewer than two.
func (a *Variance) Sample() (v float64, ok bool) {
	if a.n < 2 {
		return 0, false
	}
	return a.sum / float64(a.n-1), true
}

// SampleDeviation is the square root of Sample.
func (a *Variance) SampleDeviation() (v float64, ok bool) {
	v, ok = a.Sample()
	return math.Sqrt(v), ok
}

// Append appends the state's binary form.
func (a *Variance) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(a.n))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(a.mean))
	return binary.BigEndian.AppendUint64(b, math.Float64bits(a.sum))
}

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do.
func (a *Variance) Decode(b []byte, i int) int {
	if i < 0 {
		return i
	}
	if len(b)-i < 24 {
		return stateenc.Malformed()
	}
	b = b[i:]
	a.n = int64(binary.BigEndian.Uint64(b))
	a.mean = math.Float64frombits(binary.BigEndian.Uint64(b[8:]))
	a.sum = math.Float64frombits(binary.BigEndian.Uint64(b[16:]))
	return i + 24
}
