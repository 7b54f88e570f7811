package cel

import (
	"cmp"
	"slices"
)

// Index is list[i].
func Index[T any](list []T, i int64) (T, error) {
	if i < 0 || i >= int64(len(list)) {
		var zero T
		return zero, IndexError(i)
	}
	return list[i], nil
}

// IndexOpt is list[?i].
func IndexOpt[T any](list []T, i int64) Opt[T] {
	if i < 0 || i >= int64(len(list)) {
		return Opt[T]{}
	}
	return Some(list[i])
}

// Lookup is m[key].
func Lookup[K comparable, V any](m map[K]V, key K) (V, error) {
	v, ok := m[key]
	if !ok {
		return v, NoSuchKey(key)
	}
	return v, nil
}

// LookupOpt is m[?key].
func LookupOpt[K comparable, V any](m map[K]V, key K) Opt[V] {
	v, ok := m[key]
	return Opt[V]{v, ok}
}

// HasKey is key in m.
func HasKey[K comparable, V any](m map[K]V, key K) bool {
	_, ok := m[key]
	return ok
}

// Keys are a map's keys in their order, so that what is made of them does not depend on chance.
func Keys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// BoolKeys is [Keys] for bool, which Go does not order: false before true.
func BoolKeys[V any](m map[bool]V) []bool {
	keys := make([]bool, 0, len(m))
	for _, k := range [...]bool{false, true} {
		if HasKey(m, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// First is the first element of a list, if it has one.
func First[T any](list []T) Opt[T] { return IndexOpt(list, 0) }

// Last is the last element of a list, if it has one.
func Last[T any](list []T) Opt[T] { return IndexOpt(list, int64(len(list))-1) }

// Unwrap is the values of the optionals that hold one.
func Unwrap[T any](list []Opt[T]) []T {
	values := make([]T, 0, len(list))
	for _, o := range list {
		if o.Valid {
			values = append(values, o.Value)
		}
	}
	return values
}
