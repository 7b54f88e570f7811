package process

import (
	"github.com/weirstream/weir/runtime/stateenc"
	"github.com/weirstream/weir/runtime/watermark"
)

// Delayed are records that wait for a time, each with its key and its event time: the state of a step with delay.
//
// They are handed on in the order of those times, and for one time in that in which they came. The time is one that the watermark has to
// reach or, of a delay by the clock, processing time. At the end of a bounded input there is nothing left to wait for: all are handed on,
// in the same order.
type Delayed[V any] struct {
	s      *Store
	q      *queue
	encode func(v *V, b []byte) []byte
	decode func(v *V, b []byte) error
}

// NewDelayed makes the state of a step whose records wait for the watermark. Encode appends the encoding of a record; decode reads one
// into a zero value, and may keep parts of what it is given.
func NewDelayed[V any](s *Store, encode func(v *V, b []byte) []byte, decode func(v *V, b []byte) error) *Delayed[V] {
	return &Delayed[V]{s, &s.queue, encode, decode}
}

// NewDelayedByClock is NewDelayed for records that wait for processing time.
func NewDelayedByClock[V any](s *Store, encode func(v *V, b []byte) []byte, decode func(v *V, b []byte) error) *Delayed[V] {
	return &Delayed[V]{s, &s.processing, encode, decode}
}

// Hold keeps a record, with its key, which may be nil, and its event time, until a time in Unix milliseconds. It is false if that had come
// before the record did, and then nothing is kept. Key and record are copied. An error is fatal.
func (d *Delayed[V]) Hold(due int64, key []byte, at int64, v *V) (bool, error) {
	s := d.s
	now := s.c.Processing
	if d.q == &s.queue {
		now = s.passed()
	}
	if due <= now {
		return false, nil
	}
	number, err := s.take()
	if err != nil {
		return false, err
	}
	s.name = appendNumber(appendTime(s.name[:0], d.q.kind, due, heldMark), number)
	s.buf = d.encode(v, appendOptional(stateenc.AppendInt(append(s.buf[:0], version), at), key))
	e := s.fresh(s.name, append(make([]byte, 0, len(s.buf)), s.buf...))
	d.q.add(e.key)
	return true, s.End(nil)
}

// Advance hands on the records that the watermark wm has reached, in order, and at the end of a bounded input all. An error of release ends
// it. What release is given is its own.
func (d *Delayed[V]) Advance(wm int64, release func(v *V, key []byte, at int64) error) error {
	if d.q == &d.s.queue || wm == watermark.End {
		return d.release(wm, release)
	}
	return d.s.err
}

// Tick hands on the records that processing time has reached, in Unix milliseconds, as Advance does.
func (d *Delayed[V]) Tick(now int64, release func(v *V, key []byte, at int64) error) error {
	return d.release(now, release)
}

func (d *Delayed[V]) release(until int64, release func(v *V, key []byte, at int64) error) error {
	s := d.s
	for {
		if err := s.c.Pause(); err != nil {
			return err
		}
		if err := s.readAhead(d.q); err != nil {
			return err
		}
		name, err := s.next(d.q)
		if err != nil {
			return err
		}
		if name == "" || queueTime(name) > until {
			break
		}
		if name[1+timeLen] != heldMark {
			return s.fatal(errMalformed)
		}
		d.q.pop(name)
		e := s.entries[name]
		if e == nil {
			if e, err = s.entry([]byte(name)); err != nil {
				return err
			}
		}
		at, i := stateenc.Int(e.value, 1)
		key, i := optional(e.value, i)
		if i < 0 {
			return s.fatal(errMalformed)
		}
		var v V
		if err := d.decode(&v, e.value[i:]); err != nil {
			return s.fatal(err)
		}
		s.assign(e, nil)
		s.c.Stats.Timers++
		if err := release(&v, key, at); err != nil {
			return err
		}
	}
	s.schedule(d.q)
	return s.err
}
