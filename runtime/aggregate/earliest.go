package aggregate

import (
	"slices"
	"strings"
	"unsafe"

	"github.com/weirstream/weir/runtime/stateenc"
)

// Earliest are values with the event times of their records: those of the earliest records, up to a limit of at least one, in the order of
// their times. Of records with one time the one that came first stands first. What is beyond the limit is beyond it whatever else comes,
// so the values are the same in whichever parts they are collected.
type Earliest[T any] []Timed[T]

// Takes tells whether the value of a record with an event time would be kept.
func (l Earliest[T]) Takes(at int64, limit int) bool { return len(l) < limit || at < l[len(l)-1].At }

// Add takes the value of a further record in, if it is among the earliest.
func (l *Earliest[T]) Add(at int64, v T, limit int) {
	s := *l
	if !s.Takes(at, limit) {
		return
	}
	i := len(s)
	if i > 0 && at < s[i-1].At { // most records come in order
		i, _ = slices.BinarySearchFunc(s, at, func(e Timed[T], at int64) int {
			if e.At <= at {
				return -1
			}
			return 1
		})
	}
	*l = insert(s, i, Timed[T]{at, v}, limit)
}

// insert puts a value in at index i, which is below the limit. In a list that is full the last one makes room.
func insert[S ~[]T, T any](s S, i int, v T, limit int) S {
	if len(s) < limit {
		return slices.Insert(s, i, v)
	}
	copy(s[i+1:], s[i:])
	s[i] = v
	return s
}

// Merge takes the values of later records in; among equal event times they stand behind. Neither of the lists is changed, l becomes another
// one.
func (l *Earliest[T]) Merge(o Earliest[T], limit int) {
	if len(o) > 0 && l.Takes(o[0].At, limit) {
		*l = merge(*l, o, limit, func(a, b Timed[T]) bool { return b.At < a.At })
	}
}

// merge is a list of the elements of two, in their order, without those beyond the limit. Those of a stand in front of those of b where
// before does not say otherwise.
func merge[S ~[]T, T any](a, b S, limit int, before func(a, b T) bool) S {
	s := make(S, 0, min(len(a)+len(b), limit))
	for len(s) < cap(s) {
		if len(a) == 0 || len(b) > 0 && before(a[0], b[0]) {
			s, b = append(s, b[0]), b[1:]
		} else {
			s, a = append(s, a[0]), a[1:]
		}
	}
	return s
}

// Values are the values alone, in a list of their own.
func (l Earliest[T]) Values() []T {
	values := make([]T, len(l))
	for i, e := range l {
		values[i] = e.Value
	}
	return values
}

// Join is the texts in their order with sep between them.
func Join(l Earliest[string], sep string) string {
	if len(l) == 1 {
		return l[0].Value
	}
	return strings.Join(l.Values(), sep)
}

// Append appends the state's binary form; value appends that of a value.
func (l Earliest[T]) Append(b []byte, value func([]byte, T) []byte) []byte {
	b = stateenc.AppendLen(b, len(l))
	for _, e := range l {
		b = value(stateenc.AppendInt(b, e.At), e.Value)
	}
	return b
}

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do; value is one of them. What
// that gives may alias b, and then so does the state.
func (l *Earliest[T]) Decode(b []byte, i int, value func([]byte, int) (T, int)) int {
	n, i := stateenc.Len(b, i)
	*l = make(Earliest[T], 0, n)
	for ; n > 0 && i >= 0; n-- {
		var e Timed[T]
		e.At, i = stateenc.Int(b, i)
		e.Value, i = value(b, i)
		*l = append(*l, e)
	}
	return i
}

// Heap estimates what the state holds outside itself, in bytes; value does so for a value, nil stands for one that holds nothing.
func (l Earliest[T]) Heap(value func(T) int) int {
	n := cap(l) * int(unsafe.Sizeof(Timed[T]{}))
	if value != nil {
		for _, e := range l {
			n += value(e.Value)
		}
	}
	return n
}
