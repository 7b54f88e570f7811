package process

// Previous keeps the record of each group that was processed last: the state of a step that sees each record with the one before it.
//
// It is kept until the watermark, or a record of the group, has reached the highest event time of the group's records plus the time to
// live. As with [Seen] the records decide where none is late, and of a late one the watermark counts.
type Previous[V any] struct{ c cell[V] }

// NewPrevious makes the state of a step that keeps records for ttl milliseconds, or with 0 for ever. Encode appends the encoding of a
// record; decode reads one into a zero value, and may keep parts of what it is given. The store keeps it as the value previous of each
// group, with that event time in place of its last change.
func NewPrevious[V any](s *Store, ttl int64, encode func(v *V, b []byte) []byte, decode func(v *V, b []byte) error) Previous[V] {
	return Previous[V]{newCell(s, valueKind, "previous", ttl, encode, decode)}
}

// Swap takes a record of a group with its event time in Unix milliseconds, which is copied, and returns the one before; false if there is
// none. An error is fatal.
func (p Previous[V]) Swap(group []byte, at int64, v *V) (before V, ok bool, err error) {
	s := p.c.s
	s.Begin(group, max(at, s.passed()))
	s.name = append(append(s.name[:0], p.c.head...), group...)
	if e, found := s.lookup(s.name); found {
		written := s.call.at
		if before, ok = p.c.readAt(e.value, written); ok {
			_, was, _, _ := split(e.value) // it was read
			written = max(written, was)
		}
		p.c.put(e, v, written)
	}
	return before, ok, s.End(nil)
}
