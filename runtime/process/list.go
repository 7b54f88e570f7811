package process

import (
	"encoding/binary"
	"iter"
)

// List is a list for each group: the state that a spec declares as {list: TYPE}. Each of its elements is stored, and lives, for itself,
// so a list may be long. Its methods are about the group of the call that is under way, and only to be used during one. They have
// no errors: if the state can't be read, the service ends when the processor returns.
type List[V any] struct{ c cell[V] }

// NewList makes the handle of a state. Ttl is the time to live of each element in milliseconds, 0 for those that live until they are
// deleted. Encode appends the encoding of a value; decode reads one into a zero value, and may keep parts of what it is given.
func NewList[V any](s *Store, name string, ttl int64, encode func(v *V, b []byte) []byte, decode func(v *V, b []byte) error) List[V] {
	return List[V]{newCell(s, listKind, name, ttl, encode, decode)}
}

// Append adds values at the end. They are copied.
func (l List[V]) Append(values ...V) {
	s := l.c.s
	for i := range values {
		n, err := s.number(l.c.head)
		if err != nil {
			s.fail(err)
			return
		}
		s.name = binary.BigEndian.AppendUint64(s.appendPart(s.name[:0], l.c.head), n)
		e, ok := s.lookup(s.name)
		if !ok {
			return
		}
		l.c.write(e, &values[i])
	}
}

// All goes through the list, first to last, with the place of each element. What is appended meanwhile comes as well.
func (l List[V]) All() iter.Seq2[int, V] {
	return func(yield func(int, V) bool) {
		i := 0
		l.c.walk(func(_ string, value []byte) bool {
			if !l.c.lives(value) {
				return true
			}
			v, ok := l.c.read(value)
			i++
			return ok && yield(i-1, v)
		})
	}
}

// Len is how many elements there are. It reads all of them.
func (l List[V]) Len() int {
	n := 0
	l.c.walk(func(_ string, value []byte) bool {
		if l.c.lives(value) {
			n++
		}
		return true
	})
	return n
}

// DropFirst takes the first n elements away, all if there are fewer.
func (l List[V]) DropFirst(n int) {
	var keys []string
	l.c.walk(func(rest string, value []byte) bool {
		if n <= 0 {
			return false
		}
		if l.c.lives(value) {
			n--
		}
		keys = append(keys, rest) // those before it that are over as well
		return true
	})
	l.c.remove(keys)
}

// Clear takes all elements away, one by one.
func (l List[V]) Clear() { l.c.clear() }

// number is the number of the group's next element: higher than that of any there is.
func (s *Store) number(head []byte) (uint64, error) {
	s.name = s.appendPart(s.name[:0], head)
	p := s.parts[string(s.name)]
	if p == nil {
		p = &part{}
		s.parts[string(s.name)] = p
	}
	if !p.last {
		lo := append(append([]byte{}, s.prefix...), s.name...)
		key, err := s.c.DB.Last(lo, behind(lo))
		if err != nil {
			return 0, s.fatal(err)
		}
		p.next = 0
		if key != nil {
			if len(key) != len(lo)+8 {
				return 0, s.fatal(errMalformed)
			}
			p.next = binary.BigEndian.Uint64(key[len(lo):]) + 1
		}
		for _, e := range p.entries {
			if n := len(s.name); len(e.key) == n+8 {
				p.next = max(p.next, binary.BigEndian.Uint64([]byte(e.key[n:]))+1)
			}
		}
		p.last = true
	}
	p.next++
	return p.next - 1, nil
}
