package cel

import "math"

// Numbers of different types are equal by their values.

// EqualIntUint tells whether an int and a uint are the same number.
func EqualIntUint(a int64, b uint64) bool { return a >= 0 && uint64(a) == b }

// EqualIntDouble tells whether an int and a double are the same number, compared as [CompareIntDouble] does.
func EqualIntDouble(a int64, b float64) bool { return b == b && CompareIntDouble(a, b) == 0 }

// EqualUintDouble tells whether a uint and a double are the same number.
func EqualUintDouble(a uint64, b float64) bool { return b == b && CompareUintDouble(a, b) == 0 }

// Never is == of values whose types have none that are equal.
func Never[T, U any](T, U) bool { return false }

// EqualOpts compares optionals of different types.
func EqualOpts[T, U any](a Opt[T], b Opt[U], same func(T, U) bool) bool {
	return a.Valid == b.Valid && (!a.Valid || same(a.Value, b.Value))
}

// EqualMaps compares maps whose keys have different types; key finds the key of the second that equals one of the first.
func EqualMaps[K, L comparable, V, W any](a map[K]V, b map[L]W, key func(K) (L, bool), same func(V, W) bool) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		l, ok := key(k)
		if !ok {
			return false
		}
		w, ok := b[l]
		if !ok || !same(v, w) {
			return false
		}
	}
	return true
}

// LookupMixed is m[key] for a key of another type.
func LookupMixed[K comparable, L, V any](m map[K]V, key L, as func(L) (K, bool)) (V, error) {
	if k, ok := as(key); ok {
		if v, ok := m[k]; ok {
			return v, nil
		}
	}
	var zero V
	return zero, NoSuchKey(key)
}

// HasMixed is key in m for a key of another type.
func HasMixed[K comparable, L, V any](m map[K]V, key L, as func(L) (K, bool)) bool {
	k, ok := as(key)
	return ok && HasKey(m, k)
}

// IntKeyUint is the uint that equals an int, if there is one.
func IntKeyUint(k int64) (uint64, bool) { return uint64(k), k >= 0 }

// UintKeyInt is the int that equals a uint, if there is one.
func UintKeyInt(k uint64) (int64, bool) { return int64(k), k <= math.MaxInt64 }

// DoubleKeyInt is the int that equals a double, if there is one.
func DoubleKeyInt(k float64) (int64, bool) {
	i, err := DoubleToInt(k)
	return i, err == nil && float64(i) == k
}

// DoubleKeyUint is the uint that equals a double, if there is one.
func DoubleKeyUint(k float64) (uint64, bool) {
	u, err := DoubleToUint(k)
	return u, err == nil && float64(u) == k
}

// NoKey finds none: values of these types are never equal.
func NoKey[K any, L comparable](K) (L, bool) {
	var zero L
	return zero, false
}

// UintIndex is a uint as an index of a list.
func UintIndex(i uint64) (int64, error) {
	if i > math.MaxInt64 {
		return 0, errIndexType
	}
	return int64(i), nil
}

// DoubleIndex is a double without a fraction as an index of a list.
func DoubleIndex(i float64) (int64, error) {
	if k, ok := DoubleKeyInt(i); ok {
		return k, nil
	}
	return 0, errIndexType
}
