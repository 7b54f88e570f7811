package process

import (
	"github.com/weirstream/weir/runtime/stateenc"
	"github.com/weirstream/weir/runtime/watermark"
)

// Latest keeps the latest record of each group until a time is over: the state of a step that passes one record of each.
//
// The time begins with a record of a group for which there is none, at its event time or, if it is late, the watermark. It is over when
// the watermark has reached its end, by a timer, or before that when a record of the group has: that one begins the next time. Of records
// with the same event time the one that was added last counts.
type Latest[V any] struct {
	c   cell[dated[V]]
	ttl int64
}

// dated is a record and its event time in Unix milliseconds.
type dated[V any] struct {
	at    int64
	value V
}

// NewLatest makes the state of a step whose times are of ttl milliseconds, at least 1. Encode appends the encoding of a record; decode
// reads one into a zero value, and may keep parts of what it is given. The store keeps it as the value latest of each group: when the
// time began stands in place of its last change, and the value is the record's event time, as a varint, and the record.
func NewLatest[V any](s *Store, ttl int64, encode func(v *V, b []byte) []byte, decode func(v *V, b []byte) error) Latest[V] {
	return Latest[V]{ttl: ttl, c: newCell(s, valueKind, "latest", 0, // its timer ends its life
		func(d *dated[V], b []byte) []byte { return encode(&d.value, stateenc.AppendInt(b, d.at)) },
		func(d *dated[V], b []byte) (err error) {
			i := 0
			if d.at, i = stateenc.Int(b, 0); i < 0 {
				return errMalformed
			}
			return decode(&d.value, b[i:])
		})}
}

// Add takes a record of a group, which is copied. If that ends a time, over is true and there is the record of that time, with its event
// time. An error is fatal.
func (l Latest[V]) Add(group []byte, at int64, v *V) (last V, was int64, over bool, err error) {
	s := l.c.s
	s.Begin(group, max(at, s.passed()))
	e, ok := l.entry()
	if !ok {
		return last, 0, false, s.End(nil)
	}
	next := dated[V]{at, *v}
	kept, ok := l.c.read(e.value)
	began, ends := s.call.at, watermark.Add(s.call.at, l.ttl)
	if ok {
		if _, began, _, err = split(e.value); err != nil {
			return last, 0, false, s.fatal(err)
		}
		over = watermark.Add(began, l.ttl) <= s.call.at
	}
	switch {
	case !ok:
		s.setTimerAt(&s.queue, ends, []byte{version})
	case over:
		s.deleteTimerAt(&s.queue, watermark.Add(began, l.ttl))
		s.setTimerAt(&s.queue, ends, []byte{version})
		began, last, was = s.call.at, kept.value, kept.at
	case at < kept.at:
		return last, 0, false, s.End(nil)
	}
	l.c.put(e, &next, began)
	return last, was, over, s.End(nil)
}

// End takes out the record of a group whose timer has come, with its event time. An error is fatal.
func (l Latest[V]) End(group []byte) (last V, was int64, err error) {
	s := l.c.s
	s.Begin(group, s.now())
	if e, ok := l.entry(); ok {
		kept, _ := l.c.read(e.value)
		last, was = kept.value, kept.at
		s.set(e, nil)
	}
	return last, was, s.End(nil)
}

// entry finds the entry of the group.
func (l Latest[V]) entry() (*entry, bool) {
	s := l.c.s
	s.name = append(append(s.name[:0], l.c.head...), s.call.group...)
	return s.lookup(s.name)
}
