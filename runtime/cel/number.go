package cel

import (
	"cmp"
	"fmt"
	"math"
)

// CompareIntUint orders an int and a uint by their values.
func CompareIntUint(a int64, b uint64) int {
	if a < 0 {
		return -1
	}
	return cmp.Compare(uint64(a), b)
}

// CompareIntDouble orders an int and a double as CEL does: as doubles, unless the double is outside the range of int. The
// double must not be NaN.
func CompareIntDouble(a int64, b float64) int {
	switch {
	case b < math.MinInt64:
		return 1
	case b > math.MaxInt64:
		return -1
	}
	return cmp.Compare(float64(a), b)
}

// CompareUintDouble orders a uint and a double as [CompareIntDouble] does.
func CompareUintDouble(a uint64, b float64) int {
	switch {
	case b < 0:
		return 1
	case b > math.MaxUint64:
		return -1
	}
	return cmp.Compare(float64(a), b)
}

// CompareBool orders false before true.
func CompareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// MinDouble is the lesser one. NaN has no order.
func MinDouble(a, b float64) (float64, error) {
	if a != a || b != b {
		return 0, ErrNaNOrder
	}
	if a > b {
		return b, nil
	}
	return a, nil
}

// MaxDouble is the greater one. NaN has no order.
func MaxDouble(a, b float64) (float64, error) {
	if a != a || b != b {
		return 0, ErrNaNOrder
	}
	if a < b {
		return b, nil
	}
	return a, nil
}

// MinList is the least element of a list that is not empty. In a list of more than one, NaN has no order.
func MinList[T int64 | uint64 | float64](list []T) (T, error) {
	return best(list, ErrEmptyMin, func(a, b T) bool { return a > b })
}

// MaxList is the greatest element of a list that is not empty. In a list of more than one, NaN has no order.
func MaxList[T int64 | uint64 | float64](list []T) (T, error) {
	return best(list, ErrEmptyMax, func(a, b T) bool { return a < b })
}

func best[T int64 | uint64 | float64](list []T, empty error, worse func(a, b T) bool) (T, error) {
	if len(list) == 0 {
		return 0, empty
	}
	m := list[0]
	for _, v := range list[1:] {
		if m != m || v != v {
			return 0, ErrNaNOrder
		}
		if worse(m, v) {
			m = v
		}
	}
	return m, nil
}

// SignDouble is -1, 0 or 1, and NaN for NaN.
func SignDouble(a float64) float64 {
	switch {
	case a > 0:
		return 1
	case a < 0:
		return -1
	case a != a:
		return a
	}
	return 0
}

// IsFinite tells whether a is neither NaN nor infinite.
func IsFinite(a float64) bool { return !math.IsInf(a, 0) && !math.IsNaN(a) }

// ShiftLeft is a << bits.
func ShiftLeft[T int64 | uint64](a T, bits int64) (T, error) {
	if bits < 0 {
		return 0, fmt.Errorf("math.bitShiftLeft() negative offset: %d", bits)
	}
	return a << bits, nil
}

// ShiftRight is a >> bits, filled up with zeros for an int too.
func ShiftRight[T int64 | uint64](a T, bits int64) (T, error) {
	if bits < 0 {
		return 0, fmt.Errorf("math.bitShiftRight() negative offset: %d", bits)
	}
	return T(uint64(a) >> bits), nil
}
