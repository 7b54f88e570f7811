package aggregate

import (
	"unsafe"

	"github.com/weirstream/weir/runtime/stateenc"
)

// Set are distinct values in their order: the least ones, up to a limit of at least one. What is beyond the limit is beyond it whatever
// else comes, so a set is the same in whichever order and parts its values come.
type Set[T any] []T

// Insert puts a value in at index i, below the limit, which is where package slices says that it belongs. In a set that is full the
// greatest value makes room.
func (s *Set[T]) Insert(i int, v T, limit int) { *s = insert(*s, i, v, limit) }

// Merge takes another set in; compare says how the values are ordered. Neither of the lists is changed, s becomes another one.
func (s *Set[T]) Merge(o Set[T], limit int, compare func(a, b T) int) {
	a, b := *s, o
	merged := make(Set[T], 0, min(len(a)+len(b), limit))
	for len(merged) < cap(merged) && len(a)+len(b) > 0 {
		c := 0
		switch {
		case len(a) == 0:
			c = 1
		case len(b) == 0:
			c = -1
		default:
			c = compare(a[0], b[0])
		}
		if c <= 0 {
			merged, a = append(merged, a[0]), a[1:]
		} else {
			merged = append(merged, b[0])
		}
		if c >= 0 {
			b = b[1:]
		}
	}
	*s = merged
}

// Append appends the state's binary form; value appends that of a value.
func (s Set[T]) Append(b []byte, value func([]byte, T) []byte) []byte {
	b = stateenc.AppendLen(b, len(s))
	for _, v := range s {
		b = value(b, v)
	}
	return b
}

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do; value is one of them. What
// that gives may alias b, and then so does the state.
func (s *Set[T]) Decode(b []byte, i int, value func([]byte, int) (T, int)) int {
	n, i := stateenc.Len(b, i)
	*s = make(Set[T], 0, n)
	for ; n > 0 && i >= 0; n-- {
		var v T
		v, i = value(b, i)
		*s = append(*s, v)
	}
	return i
}

// Heap estimates what the state holds outside itself, in bytes; value does so for a value, nil stands for one that holds nothing.
func (s Set[T]) Heap(value func(T) int) int {
	var v T
	n := cap(s) * int(unsafe.Sizeof(v))
	if value != nil {
		for _, v := range s {
			n += value(v)
		}
	}
	return n
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
