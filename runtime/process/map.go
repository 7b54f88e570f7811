package process

import (
	"iter"
)

// Map is a map for each group: the state that a spec declares as {map: TYPE, key: TYPE}. Each of its entries is stored, and lives, for
// itself, so a map may be large. Its methods are about the group of the call that is under way, and only to be used during one. They
// have no errors: if the state can't be read, the service ends when the processor returns.
type Map[K, V any] struct {
	c         cell[V]
	appendKey func(b []byte, k K) []byte
	parseKey  func(b []byte) (K, error)
}

// NewMap makes the handle of a state. Ttl is the time to live of each entry in milliseconds, 0 for those that live until they are
// deleted. AppendKey appends the encoding of a key, whose order is that of the map; parseKey reads one, and may keep parts of what it
// is given. Encode and decode do the same for values, decode into a zero value.
func NewMap[K, V any](s *Store, name string, ttl int64, appendKey func(b []byte, k K) []byte, parseKey func(b []byte) (K, error),
	encode func(v *V, b []byte) []byte, decode func(v *V, b []byte) error) Map[K, V] {
	return Map[K, V]{newCell(s, mapKind, name, ttl, encode, decode), appendKey, parseKey}
}

// entry finds the entry of a key.
func (m Map[K, V]) entry(k K) (*entry, bool) {
	s := m.c.s
	s.name = m.appendKey(s.appendPart(s.name[:0], m.c.head), k)
	return s.lookup(s.name)
}

// Get is the value of a key, a copy of the caller's own; false, and the zero value, if there is none.
func (m Map[K, V]) Get(k K) (value V, ok bool) {
	e, ok := m.entry(k)
	if !ok {
		return value, false
	}
	return m.c.read(e.value)
}

// Has tells whether a key has a value.
func (m Map[K, V]) Has(k K) bool {
	e, ok := m.entry(k)
	return ok && m.c.lives(e.value)
}

// Set makes value the value of a key. Both are copied.
func (m Map[K, V]) Set(k K, value V) {
	if e, ok := m.entry(k); ok {
		m.c.write(e, &value)
	}
}

// Delete takes a key away. It does nothing if the key is not there.
func (m Map[K, V]) Delete(k K) {
	if e, ok := m.entry(k); ok && e.value != nil {
		m.c.s.set(e, nil)
	}
}

// All goes through the map in the order of its keys: false before true, numbers and times by their value, text by its bytes. The map may
// be changed meanwhile: what happens to keys that are still to come is seen.
func (m Map[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		m.walk(func(key, value []byte) bool {
			k, err := m.parseKey(key)
			if err != nil {
				m.c.failed(err)
				return false
			}
			v, ok := m.c.read(value)
			return ok && yield(k, v)
		})
	}
}

// Len is how many keys there are. It reads all of them.
func (m Map[K, V]) Len() int {
	n := 0
	m.walk(func(_, _ []byte) bool { n++; return true })
	return n
}

// Clear takes all keys away, one by one.
func (m Map[K, V]) Clear() { m.c.clear() }

// walk calls f with the encoded keys and the entries that are to be seen.
func (m Map[K, V]) walk(f func(key, value []byte) bool) {
	m.c.walk(func(rest string, value []byte) bool {
		return !m.c.lives(value) || f([]byte(rest), value)
	})
}
