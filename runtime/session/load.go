package session

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/window"
)

const (
	groupKind  = 's'
	remindKind = 'q'
	timeLen    = 8
)

var errMalformed = errors.New("a stored entry is malformed")

// reminded goes through the reminders in the DB.
type reminded struct {
	from  []byte // a key of the store: what is before was looked at
	ahead []byte // the first one from there on, nil if there is none
	at    int64  // its time, or never
}

// rescan has the reminders looked at from the beginning.
func (r *reminded) rescan() { *r = reminded{from: []byte{remindKind}, at: never} }

// loadAtOnce is how many groups are read before windows are closed again.
const loadAtOnce = 1024

// find is the number of a group, none if it isn't there. One that only the DB has is read.
func (s *Store[V]) find(key []byte) (uint32, error) {
	hash := hashOf(s.seed, key)
	id := s.groups.find(hash, key)
	if id != none || s.complete {
		return id, s.err
	}
	if s.err != nil {
		return none, s.err
	}
	return s.load(hash, key)
}

// load reads a group that is not in memory from the DB.
func (s *Store[V]) load(hash uint32, key []byte) (uint32, error) {
	s.buf = append(append(append(s.buf[:0], s.prefix...), groupKind), key...)
	b, closer, err := s.c.DB.Get(s.buf)
	if err != nil {
		return none, s.fatal(err)
	}
	if closer == nil {
		return none, nil
	}
	if s.pointers {
		b = bytes.Clone(b)
	}
	id := s.groups.insert(hash, key)
	if err := errors.Join(s.decode(s.groups.at(id), b), closer.Close()); err != nil {
		return none, s.fatal(err)
	}
	g := s.groups.at(id)
	for n := g.first; n != 0; n = s.wins.at(n).next {
		if w := s.wins.at(n); w.waiting {
			s.wait(id, g, w)
		}
	}
	g.stored, g.used = true, true
	s.push(id, g, s.earliest(g))
	return id, nil
}

// decode reads the value of a group.
func (s *Store[V]) decode(g *group, b []byte) error {
	if len(b) == 0 || b[0] != handedOn && b[0] != waiting {
		return wrongVersion(b)
	}
	waits := b[0] == waiting
	b = b[1:]
	ok := true
	unsigned := func() uint64 {
		n, i := binary.Uvarint(b)
		if i <= 0 {
			ok = false
			return 0
		}
		b = b[i:]
		return n
	}
	signed := func() int64 {
		n, i := binary.Varint(b)
		if i <= 0 {
			ok = false
			return 0
		}
		b = b[i:]
		return n
	}
	g.remind = signed()
	past := true // the round for which windows wait, if they do
	if waits {
		past = signed() <= s.now
	}
	link := &g.first
	for count := unsigned(); count > 0 && ok; count-- {
		n := s.wins.take()
		*link = n
		w := s.wins.at(n)
		link = &w.next
		w.start = signed()
		w.end = w.start + int64(unsigned())
		if waits {
			w.waiting = unsigned() == 1 && !past && !s.over(w)
		}
		size := unsigned()
		if !ok || size > uint64(len(b)) || w.end <= w.start {
			return errMalformed
		}
		if err := s.cfg.Decode(b[:size:size], &w.val); err != nil {
			return err
		}
		s.weigh(w)
		b = b[size:]
	}
	if !ok || g.first == 0 || len(b) > 0 {
		return errMalformed
	}
	return nil
}

func wrongVersion(b []byte) error {
	if len(b) == 0 {
		return errors.New("a stored value is empty")
	}
	return fmt.Errorf("a stored value has version %d, which is not known here (only %d and %d)", b[0], handedOn, waiting)
}

// weigh takes a window's value into the estimate of the heap.
func (s *Store[V]) weigh(w *win[V]) {
	if s.cfg.Bytes == nil {
		return
	}
	n := int64(s.cfg.Bytes(&w.val))
	s.extra += n - w.extra
	w.extra = n
}

// read reads the groups of the next reminders, up to a time.
func (s *Store[V]) read(limit int64) error {
	read := 0
	return s.walk(func(at int64, key []byte) (bool, error) {
		if at > limit || read == loadAtOnce {
			return false, nil
		}
		if err := s.c.Pause(); err != nil {
			return false, err
		}
		hash := hashOf(s.seed, key)
		if s.groups.find(hash, key) != none {
			return true, nil // memory knows better
		}
		read++
		id, err := s.load(hash, key)
		if err == nil && id == none {
			err = s.fatal(fmt.Errorf("there is a reminder of group %q, but no window", key))
		}
		if err != nil {
			return false, err
		}
		s.touch(id, s.groups.at(id)) // its reminder is over: the next Seal moves it
		return true, nil
	})
}

// walk calls f with the time and the group of one reminder after the other, of the store with a prefix, until it returns false or an error. The
// one at which it stopped is then ahead. What goes wrong otherwise is returned as fatal makes it.
func (r *reminded) walk(db *store.DB, prefix []byte, fatal func(error) error, f func(at int64, key []byte) (bool, error)) error {
	lo := append(append([]byte{}, prefix...), r.from...)
	hi := append(append([]byte{}, prefix...), remindKind+1)
	r.ahead, r.at = nil, never
	var failed error
	err := db.Skip(lo, hi, func(k []byte) []byte {
		k = k[len(prefix):]
		if len(k) < 1+timeLen {
			failed = fatal(errMalformed)
			return nil
		}
		at := timeOf(k)
		more, err := f(at, k[1+timeLen:])
		if err != nil || !more {
			failed = err
			r.ahead = append(r.ahead, k...)
			r.from, r.at = r.ahead, at
			return nil
		}
		lo = append(append(append(lo[:0], prefix...), k...), 0)
		return lo
	})
	if err != nil {
		return fatal(err)
	}
	if r.ahead == nil {
		r.from = []byte{remindKind + 1}
	}
	return failed
}

// appendReminder appends the key of a reminder, but for the group.
func appendReminder(b []byte, at int64) []byte { return window.AppendEnd(append(b, remindKind), at) }

// timeOf is the time in the key of a reminder.
func timeOf(key []byte) int64 {
	return int64(binary.BigEndian.Uint64(key[1:]) ^ 1<<63)
}
