package process

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/weirstream/weir/runtime/stateenc"
	"github.com/weirstream/weir/runtime/watermark"
)

// Value is one value for each group: the state that a spec declares as {value: TYPE}. Its methods are about the group of the call
// that is under way, and only to be used during one. They have no errors: if the state can't be read, the service ends when the
// processor returns.
type Value[V any] struct {
	s      *Store
	head   []byte // of the entries' keys: all but the group
	name   string
	ttl    int64 // in milliseconds; 0: for ever
	encode func(v *V, b []byte) []byte
	decode func(v *V, b []byte) error
}

// NewValue makes the handle of a state. Ttl is its time to live in milliseconds, 0 for one that lives until it is deleted. Encode
// appends the encoding of a value; decode reads one into a zero value, and may keep parts of what it is given.
func NewValue[V any](s *Store, name string, ttl int64, encode func(v *V, b []byte) []byte, decode func(v *V, b []byte) error) Value[V] {
	if ttl > 0 {
		s.lives[name] = ttl
	}
	head := binary.AppendUvarint([]byte{valueKind}, uint64(len(name)))
	return Value[V]{s, append(head, name...), name, ttl, encode, decode}
}

// entry finds the entry of the group.
func (v Value[V]) entry() (*entry, bool) {
	s := v.s
	s.name = append(append(s.name[:0], v.head...), s.call.group...)
	e, err := s.entry(s.name)
	if err != nil {
		s.fail(err)
		return nil, false
	}
	return e, true
}

// Get is the value, a copy of the caller's own; false, and the zero value, if there is none.
func (v Value[V]) Get() (value V, ok bool) {
	e, ok := v.entry()
	if !ok || e.value == nil {
		return value, false
	}
	_, written, b, err := split(e.value)
	if err == nil {
		if v.ttl > 0 && watermark.Add(written, v.ttl) <= v.s.now() {
			return value, false
		}
		err = v.decode(&value, b)
	}
	if err != nil {
		v.s.fail(v.s.fatal(fmt.Errorf("state %s of group %q: %w", v.name, v.s.call.group, err)))
		var none V
		return none, false
	}
	return value, true
}

// Set makes value the value of the group. It is copied.
func (v Value[V]) Set(value V) {
	e, ok := v.entry()
	if !ok {
		return
	}
	s := v.s
	written := max(s.call.at, s.now())
	reminded := false
	if e.value != nil {
		var err error
		if reminded, _, _, err = split(e.value); err != nil {
			s.fail(s.fatal(err))
			return
		}
	}
	if v.ttl > 0 && !reminded {
		s.remind(e.key, watermark.Add(written, v.ttl), v.ttl)
	}
	s.set(e, v.encode(&value, join(reminded || v.ttl > 0, written, len(e.value))))
}

// Delete takes the value of the group away. It does nothing if there is none.
func (v Value[V]) Delete() {
	if e, ok := v.entry(); ok && e.value != nil {
		v.s.set(e, nil)
	}
}

// join is the start of an entry's value, with room for about size bytes.
func join(reminded bool, written int64, size int) []byte {
	b := stateenc.AppendBool(append(make([]byte, 0, max(size, 32)), version), reminded)
	return stateenc.AppendInt(b, written)
}

var errMalformed = errors.New("a stored value is malformed")

// split takes the value of an entry apart.
func split(b []byte) (reminded bool, written int64, value []byte, err error) {
	reminded, i := stateenc.Bool(b, 1)
	written, i = stateenc.Int(b, i)
	if i < 0 {
		return false, 0, nil, errMalformed
	}
	return reminded, written, b[i:], nil
}
