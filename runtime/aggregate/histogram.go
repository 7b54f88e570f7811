package aggregate

import "slices"

// Bucket is the index of the count that a value belongs to: of n bounds, which ascend, the first count is of what is less than all of them,
// the last one, n, of what is less than none. A bound belongs to the count above it.
func Bucket[T any](bounds []T, v T, compare func(a, b T) int) int {
	i, found := slices.BinarySearchFunc(bounds, v, compare)
	if found {
		i++
	}
	return i
}
