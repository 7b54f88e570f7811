package process

// Value is one value for each group: the state that a spec declares as {value: TYPE}. Its methods are about the group of the call
// that is under way, and only to be used during one. They have no errors: if the state can't be read, the service ends when the
// processor returns.
type Value[V any] struct{ c cell[V] }

// NewValue makes the handle of a state. Ttl is its time to live in milliseconds, 0 for one that lives until it is deleted. Encode
// appends the encoding of a value; decode reads one into a zero value, and may keep parts of what it is given.
func NewValue[V any](s *Store, name string, ttl int64, encode func(v *V, b []byte) []byte, decode func(v *V, b []byte) error) Value[V] {
	return Value[V]{newCell(s, valueKind, name, ttl, encode, decode)}
}

// entry finds the entry of the group.
func (v Value[V]) entry() (*entry, bool) {
	s := v.c.s
	s.name = append(append(s.name[:0], v.c.head...), s.call.group...)
	return s.lookup(s.name)
}

// Get is the value, a copy of the caller's own; false, and the zero value, if there is none.
func (v Value[V]) Get() (value V, ok bool) {
	e, ok := v.entry()
	if !ok {
		return value, false
	}
	return v.c.read(e.value)
}

// Set makes value the value of the group. It is copied.
func (v Value[V]) Set(value V) {
	if e, ok := v.entry(); ok {
		v.c.write(e, &value)
	}
}

// Delete takes the value of the group away. It does nothing if there is none.
func (v Value[V]) Delete() {
	if e, ok := v.entry(); ok && e.value != nil {
		v.c.s.set(e, nil)
	}
}
