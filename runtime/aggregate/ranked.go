package aggregate

import (
	"slices"
	"unsafe"

	"github.com/weirstream/weir/runtime/stateenc"
)

// Ranked are values of records with what they are ranked by, the greatest first, up to a limit of at least one. Of records that are ranked
// the same the one that came first stands first. What is beyond the limit is beyond it whatever else comes.
type Ranked[T, K any] []Chosen[T, K]

// Place is where a further record belongs that is ranked by a value; compare says how these are ordered. Only below the limit is it kept.
func (l Ranked[T, K]) Place(by K, compare func(a, b K) int) int {
	i, _ := slices.BinarySearchFunc(l, by, func(e Chosen[T, K], by K) int {
		if compare(e.By, by) >= 0 {
			return -1
		}
		return 1
	})
	return i
}

// Insert puts a record's value in at its place, below the limit. In a list that is full the last one makes room.
func (l *Ranked[T, K]) Insert(i int, by K, v T, limit int) {
	*l = insert(*l, i, Chosen[T, K]{by, v}, limit)
}

// Merge takes the values of later records in; ranked the same they stand behind. Neither of the lists is changed, l becomes another one.
func (l *Ranked[T, K]) Merge(o Ranked[T, K], limit int, compare func(a, b K) int) {
	*l = merge(*l, o, limit, func(a, b Chosen[T, K]) bool { return compare(b.By, a.By) > 0 })
}

// Values are the values alone, in a list of their own.
func (l Ranked[T, K]) Values() []T {
	values := make([]T, len(l))
	for i, e := range l {
		values[i] = e.Value
	}
	return values
}

// Append appends the state's binary form; by and value append those of their parts.
func (l Ranked[T, K]) Append(b []byte, by func([]byte, K) []byte, value func([]byte, T) []byte) []byte {
	b = stateenc.AppendLen(b, len(l))
	for _, e := range l {
		b = value(by(b, e.By), e.Value)
	}
	return b
}

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do; by and value are two of them.
// What they give may alias b, and then so does the state.
func (l *Ranked[T, K]) Decode(b []byte, i int, by func([]byte, int) (K, int), value func([]byte, int) (T, int)) int {
	n, i := stateenc.Len(b, i)
	*l = make(Ranked[T, K], 0, n)
	for ; n > 0 && i >= 0; n-- {
		var e Chosen[T, K]
		e.By, i = by(b, i)
		e.Value, i = value(b, i)
		*l = append(*l, e)
	}
	return i
}

// Heap estimates what the state holds outside itself, in bytes; by and value do so for their parts, nil stands for what holds nothing.
func (l Ranked[T, K]) Heap(by func(K) int, value func(T) int) int {
	n := cap(l) * int(unsafe.Sizeof(Chosen[T, K]{}))
	for _, e := range l {
		if by != nil {
			n += by(e.By)
		}
		if value != nil {
			n += value(e.Value)
		}
	}
	return n
}
