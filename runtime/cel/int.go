package cel

import "math"

// AddInt is a + b.
func AddInt(a, b int64) (int64, error) {
	c := a + b
	if (c > a) != (b > 0) && b != 0 {
		return 0, ErrIntOverflow
	}
	return c, nil
}

// SubInt is a - b.
func SubInt(a, b int64) (int64, error) {
	c := a - b
	if (c < a) != (b > 0) && b != 0 {
		return 0, ErrIntOverflow
	}
	return c, nil
}

// MulInt is a * b.
func MulInt(a, b int64) (int64, error) {
	if a == 0 || b == 0 {
		return 0, nil
	}
	c := a * b
	if c/b != a || a == -1 && b == math.MinInt64 || b == -1 && a == math.MinInt64 {
		return 0, ErrIntOverflow
	}
	return c, nil
}

// DivInt is a / b, rounded towards zero.
func DivInt(a, b int64) (int64, error) {
	if b == 0 {
		return 0, ErrDivideByZero
	}
	if a == math.MinInt64 && b == -1 {
		return 0, ErrIntOverflow
	}
	return a / b, nil
}

// ModInt is a % b; the result has a's sign.
func ModInt(a, b int64) (int64, error) {
	if b == 0 {
		return 0, ErrModulusByZero
	}
	if a == math.MinInt64 && b == -1 {
		return 0, ErrIntOverflow
	}
	return a % b, nil
}

// NegInt is -a.
func NegInt(a int64) (int64, error) {
	if a == math.MinInt64 {
		return 0, ErrIntOverflow
	}
	return -a, nil
}

// AbsInt is a without its sign.
func AbsInt(a int64) (int64, error) {
	if a < 0 {
		return NegInt(a)
	}
	return a, nil
}

// AddUint is a + b.
func AddUint(a, b uint64) (uint64, error) {
	if a > math.MaxUint64-b {
		return 0, ErrUintOverflow
	}
	return a + b, nil
}

// SubUint is a - b.
func SubUint(a, b uint64) (uint64, error) {
	if b > a {
		return 0, ErrUintOverflow
	}
	return a - b, nil
}

// MulUint is a * b.
func MulUint(a, b uint64) (uint64, error) {
	if b != 0 && a > math.MaxUint64/b {
		return 0, ErrUintOverflow
	}
	return a * b, nil
}

// DivUint is a / b.
func DivUint(a, b uint64) (uint64, error) {
	if b == 0 {
		return 0, ErrDivideByZero
	}
	return a / b, nil
}

// ModUint is a % b.
func ModUint(a, b uint64) (uint64, error) {
	if b == 0 {
		return 0, ErrModulusByZero
	}
	return a % b, nil
}
