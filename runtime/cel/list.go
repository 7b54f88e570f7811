package cel

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// maxRange is the longest list that lists.range makes.
const maxRange = 1_000_000

// Range is the ints from 0 up to n, without n.
func Range(n int64) ([]int64, error) {
	switch {
	case n < 0:
		return nil, fmt.Errorf("lists.range: size must be non-negative, got %d", n)
	case n > maxRange:
		return nil, fmt.Errorf("lists.range: size %d exceeds maximum allowed (%d)", n, maxRange)
	}
	list := make([]int64, n)
	for i := range list {
		list[i] = int64(i)
	}
	return list, nil
}

// Slice is the elements from start up to end, without end. It shares them with the list.
func Slice[T any](list []T, start, end int64) ([]T, error) {
	switch {
	case start < 0 || end < 0:
		return nil, fmt.Errorf("cannot slice(%d, %d), negative indexes not supported", start, end)
	case start > end:
		return nil, fmt.Errorf("cannot slice(%d, %d), start index must be less than or equal to end index", start, end)
	case int64(len(list)) < end:
		return nil, fmt.Errorf("cannot slice(%d, %d), list is length %d", start, end, len(list))
	}
	return list[start:end:end], nil
}

// Flatten is the elements of the elements.
func Flatten[T any](list [][]T) []T { return slices.Concat(list...) }

// Reversed is the list from its end to its start.
func Reversed[T any](list []T) []T {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// Distinct is the list without elements that equal one before them.
func Distinct[T comparable](list []T) []T {
	seen := make(map[T]struct{}, len(list))
	kept := make([]T, 0, len(list))
	for _, v := range list {
		if _, ok := seen[v]; !ok {
			seen[v] = struct{}{}
			kept = append(kept, v)
		}
	}
	return kept
}

// DistinctFunc is [Distinct] for types that Go cannot compare.
func DistinctFunc[T any](list []T, same func(a, b T) bool) []T {
	kept := make([]T, 0, len(list))
	for _, v := range list {
		if !slices.ContainsFunc(kept, func(k T) bool { return same(k, v) }) {
			kept = append(kept, v)
		}
	}
	return kept
}

// Same is Go's ==, where it is CEL's.
func Same[T comparable](a, b T) bool { return a == b }

// Compare orders two values as < does; NaN is neither before nor behind anything.
func Compare[T cmp.Ordered](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Sorted is the list in its order.
func Sorted[T any](list []T, order func(a, b T) int) []T { return SortedBy(list, list, order) }

// SortedBy is the list in the order of the keys that belong to its elements.
func SortedBy[T, K any](list []T, keys []K, order func(a, b K) int) []T {
	at := make([]int, len(list))
	for i := range at {
		at[i] = i
	}
	slices.SortFunc(at, func(i, j int) int { return order(keys[i], keys[j]) })
	sorted := make([]T, len(list))
	for i, j := range at {
		sorted[i] = list[j]
	}
	return sorted
}

// ContainsAll tells whether each element of sub equals one of the list.
func ContainsAll[T, U any](list []T, sub []U, same func(T, U) bool) bool {
	for _, v := range sub {
		if !slices.ContainsFunc(list, func(e T) bool { return same(e, v) }) {
			return false
		}
	}
	return true
}

// ContainsAny tells whether an element of sub equals one of the list.
func ContainsAny[T, U any](list []T, sub []U, same func(T, U) bool) bool {
	for _, v := range sub {
		if slices.ContainsFunc(list, func(e T) bool { return same(e, v) }) {
			return true
		}
	}
	return false
}

// SameElements tells whether two lists are equal as sets.
func SameElements[T, U any](a []T, b []U, same func(T, U) bool) bool {
	return ContainsAll(a, b, same) && ContainsAll(b, a, func(u U, t T) bool { return same(t, u) })
}

// Insert puts a value under a key that the map does not have yet.
func Insert[K comparable, V any](m map[K]V, key K, v V) error {
	if _, ok := m[key]; ok {
		return fmt.Errorf("insert failed: key '%v' already exists", key)
	}
	m[key] = v
	return nil
}

// InsertAll puts all of another map's values into a map that has none of its keys yet.
func InsertAll[K comparable, V any](m, other map[K]V) error {
	for k, v := range other {
		if err := Insert(m, k, v); err != nil {
			return err
		}
	}
	return nil
}

var errIndexType = errors.New("unsupported index value in list")
