package process

import (
	"errors"
	"fmt"

	"github.com/weirstream/weir/runtime/stateenc"
	"github.com/weirstream/weir/runtime/watermark"
)

// cell is how the values of a state are kept, those of its groups, or of the keys or elements that a group has.
type cell[V any] struct {
	s      *Store
	head   []byte // what the keys of its entries begin with: the kind and the name
	name   string
	ttl    int64 // in milliseconds; 0: for ever
	encode func(v *V, b []byte) []byte
	decode func(v *V, b []byte) error
}

func newCell[V any](s *Store, kind byte, name string, ttl int64, encode func(v *V, b []byte) []byte, decode func(v *V, b []byte) error) cell[V] {
	if ttl > 0 {
		s.lives[name] = ttl
	}
	return cell[V]{s, appendHead(nil, kind, name), name, ttl, encode, decode}
}

// failed ends the service when the processor returns: the state can't be read.
func (c *cell[V]) failed(err error) {
	c.s.fail(c.s.fatal(fmt.Errorf("state %s of group %q: %w", c.name, c.s.call.group, err)))
}

// lives tells whether an entry with the value b is still to be seen; b may be nil.
func (c *cell[V]) lives(b []byte) bool { return c.livesAt(b, c.s.now()) }

// livesAt is lives at a time.
func (c *cell[V]) livesAt(b []byte, now int64) bool {
	if b == nil {
		return false
	}
	_, written, _, err := split(b)
	if err != nil {
		c.failed(err)
		return false
	}
	return c.ttl == 0 || watermark.Add(written, c.ttl) > now
}

// read is the value in an entry; false, and the zero value, if there is none. It may keep parts of b.
func (c *cell[V]) read(b []byte) (value V, ok bool) { return c.readAt(b, c.s.now()) }

// readAt is read at a time.
func (c *cell[V]) readAt(b []byte, now int64) (value V, ok bool) {
	if !c.livesAt(b, now) {
		return value, false
	}
	_, _, v, err := split(b)
	if err == nil {
		err = c.decode(&value, v)
	}
	if err != nil {
		c.failed(err)
		var none V
		return none, false
	}
	return value, true
}

// write gives an entry a copy of value.
func (c *cell[V]) write(e *entry, value *V) { c.put(e, value, max(c.s.call.at, c.s.now())) }

// put is write at a time.
func (c *cell[V]) put(e *entry, value *V, written int64) {
	s := c.s
	reminded := false
	if e.value != nil {
		var err error
		if reminded, _, _, err = split(e.value); err != nil {
			c.failed(err)
			return
		}
	}
	if c.ttl > 0 && !reminded {
		s.remind(e.key, watermark.Add(written, c.ttl), c.ttl)
	}
	s.set(e, c.encode(value, begin(reminded || c.ttl > 0, written, len(e.value))))
}

// walk calls f with the entries of the group's map or list: what is behind the group in their keys, and their values.
func (c *cell[V]) walk(f func(rest string, value []byte) bool) {
	prefix := string(c.s.appendPart(nil, c.head))
	if err := c.s.walk(prefix, func(key string, value []byte) bool { return f(key[len(prefix):], value) }); err != nil {
		c.s.fail(err)
	}
}

// clear takes all entries of the group's map or list away.
func (c *cell[V]) clear() {
	var keys []string
	c.walk(func(rest string, _ []byte) bool { keys = append(keys, rest); return true })
	c.remove(keys)
}

// remove takes entries away, of which it is given what is behind the group in their keys.
func (c *cell[V]) remove(keys []string) {
	s := c.s
	for _, rest := range keys {
		s.name = append(s.appendPart(s.name[:0], c.head), rest...)
		if e, ok := s.lookup(s.name); ok && e.value != nil {
			s.set(e, nil)
		}
	}
}

// begin is the start of an entry's value, with room for about size bytes.
func begin(reminded bool, written int64, size int) []byte {
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
