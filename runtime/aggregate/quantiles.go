package aggregate

import (
	"cmp"
	"math"
	"slices"
	"time"
	"unsafe"

	"github.com/weirstream/weir/runtime/stateenc"
)

// Quantiles tells which numbers stand at given places among all of them, in order. It is a DDSketch (C. Masson, J. E. Rim, H. K. Lee,
// DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees, 2019): it counts how many numbers there are in each
// of many small ranges. A range holds the numbers that agree in their sign, their exponent and the first 7 bits of their mantissa, so that
// it is known from the bits of a number, on every machine alike, and is less than 1/128 wider at its far end than at its near one. Integers
// up to 255 have ranges of their own.
//
// For numbers of each sign at most 4096 ranges are kept, those farthest from 0: what is nearer is counted in the nearest of them. They
// span a factor of 2^32 at least. What is kept depends neither on the order of the numbers nor on the parts in which they come. It is written
// here, and not taken from a library, because its form is stored: the ranges must stay what they are, and libraries compute them by
// logarithms, whose last digits differ between machines.
type Quantiles struct {
	nan      bool
	min, max float64
	ranges   []numbers // in order
}

// numbers are those in one range.
type numbers struct {
	key int32 // the first 19 bits of the number that is nearest to 0, with its sign; 0 for all that are nearer than 2^-1022
	n   int64
}

const (
	keyShift  = 52 - 7
	maxRanges = 4096       // of one sign
	maxKey    = 0x7ff << 7 // infinity's
)

// Add takes v in.
func (s *Quantiles) Add(v float64) {
	if v != v {
		s.nan = true
		return
	}
	if len(s.ranges) == 0 {
		s.min, s.max = v, v
	}
	s.min, s.max = min(s.min, v), max(s.max, v)
	key := int32(math.Float64bits(math.Abs(v)) >> keyShift)
	if key < 1<<7 {
		key = 0
	}
	if v < 0 {
		key = -key
	}
	i, found := slices.BinarySearchFunc(s.ranges, key, func(r numbers, key int32) int { return cmp.Compare(r.key, key) })
	if found {
		s.ranges[i].n++
		return
	}
	s.ranges = slices.Insert(s.ranges, i, numbers{key, 1})
	if len(s.ranges) > maxRanges {
		s.ranges = narrowed(s.ranges)
	}
}

// narrowed puts the ranges nearest to 0 together where there are too many of one sign.
func narrowed(ranges []numbers) []numbers {
	zero, _ := slices.BinarySearchFunc(ranges, 0, func(r numbers, key int32) int { return cmp.Compare(r.key, key) })
	if extra := zero - maxRanges; extra > 0 {
		for _, r := range ranges[zero-extra : zero] {
			ranges[zero-extra-1].n += r.n
		}
		ranges = slices.Delete(ranges, zero-extra, zero)
		zero -= extra
	}
	if zero < len(ranges) && ranges[zero].key == 0 {
		zero++
	}
	if extra := len(ranges) - zero - maxRanges; extra > 0 {
		for _, r := range ranges[zero : zero+extra] {
			ranges[zero+extra].n += r.n
		}
		ranges = slices.Delete(ranges, zero, zero+extra)
	}
	return ranges
}

// Merge takes the numbers of another one in, which it does not change.
func (s *Quantiles) Merge(o *Quantiles) {
	s.nan = s.nan || o.nan
	if len(o.ranges) == 0 {
		return
	}
	if len(s.ranges) == 0 {
		s.min, s.max, s.ranges = o.min, o.max, slices.Clone(o.ranges)
		return
	}
	s.min, s.max = min(s.min, o.min), max(s.max, o.max)
	a, b := s.ranges, o.ranges
	merged := make([]numbers, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].key < b[0].key:
			merged, a = append(merged, a[0]), a[1:]
		case b[0].key < a[0].key:
			merged, b = append(merged, b[0]), b[1:]
		default:
			merged = append(merged, numbers{a[0].key, a[0].n + b[0].n})
			a, b = a[1:], b[1:]
		}
	}
	s.ranges = narrowed(append(append(merged, a...), b...))
}

// Value is the least number that at least the fraction q of all are not greater than: of the range that holds it the end nearer to 0, but
// nothing below the least or above the greatest number, which are known. So it is off by less than 0.8 %, towards 0. It is NaN if one of the
// numbers was, and must not be asked of no numbers.
func (s *Quantiles) Value(q float64) float64 {
	if s.nan {
		return math.NaN()
	}
	n := int64(0)
	for _, r := range s.ranges {
		n += r.n
	}
	// Rounding must not put a product above the whole number that it is.
	place := float64(q * float64(n))
	rank := int64(math.Ceil(place - float64(place*0x1p-50)))
	if rank <= 1 {
		return s.min
	}
	if rank >= n {
		return s.max
	}
	i := 0
	for ; rank > s.ranges[i].n; i++ {
		rank -= s.ranges[i].n
	}
	v := math.Float64frombits(uint64(max(s.ranges[i].key, -s.ranges[i].key)) << keyShift)
	if s.ranges[i].key < 0 {
		v = -v
	}
	return max(s.min, min(s.max, v))
}

// Duration is Value where the numbers are nanoseconds.
func (s *Quantiles) Duration(q float64) time.Duration {
	v := s.Value(q)
	if v >= math.MaxInt64 { // as a double it is 2^63
		return math.MaxInt64
	}
	return time.Duration(v)
}

// Append appends the state's binary form.
func (s *Quantiles) Append(b []byte) []byte {
	b = stateenc.AppendBool(b, s.nan)
	b = stateenc.AppendDouble(stateenc.AppendDouble(b, s.min), s.max)
	b = stateenc.AppendLen(b, len(s.ranges))
	last := int32(0)
	for i, r := range s.ranges {
		if i == 0 {
			b = stateenc.AppendInt(b, int64(r.key))
		} else {
			b = stateenc.AppendUint(b, uint64(r.key-last))
		}
		last = r.key
		b = stateenc.AppendUint(b, uint64(r.n))
	}
	return b
}

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do.
func (s *Quantiles) Decode(b []byte, i int) int {
	s.nan, i = stateenc.Bool(b, i)
	s.min, i = stateenc.Double(b, i)
	s.max, i = stateenc.Double(b, i)
	n, i := stateenc.Len(b, i)
	if n > 2*maxRanges+1 {
		return stateenc.Malformed()
	}
	s.ranges = make([]numbers, 0, n)
	key := int64(0)
	for range n {
		step, count := uint64(0), uint64(0)
		if len(s.ranges) == 0 {
			key, i = stateenc.Int(b, i)
		} else {
			step, i = stateenc.Uint(b, i)
			key += int64(min(step, maxKey<<1))
		}
		if count, i = stateenc.Uint(b, i); i < 0 {
			return i
		}
		if key < -maxKey || key > maxKey || count == 0 || count > math.MaxInt64 || step == 0 && len(s.ranges) > 0 {
			return stateenc.Malformed()
		}
		s.ranges = append(s.ranges, numbers{int32(key), int64(count)})
	}
	return i
}

// Heap is what the state holds outside itself, in bytes.
func (s *Quantiles) Heap() int { return cap(s.ranges) * int(unsafe.Sizeof(numbers{})) }
