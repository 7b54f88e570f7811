package session

import (
	"bytes"
	"encoding/binary"

	"github.com/weirstream/weir/runtime/keyenc"
	"github.com/weirstream/weir/runtime/watermark"
)

const pointKind = 'e'

// appendPoints appends what all keys of a group's points begin with.
func appendPoints(b, key []byte) []byte { return keyenc.AppendString(append(b, pointKind), key) }

// splitPoint takes the stored value of a point apart: the store's time at which it is handed on, None if it was, whether it is new for that
// round, and what Config.Append wrote.
func splitPoint(b []byte) (round int64, isNew bool, state []byte, err error) {
	switch {
	case len(b) == 0 || b[0] != handedOn && b[0] != waiting:
		return 0, false, nil, wrongVersion(b)
	case b[0] == handedOn:
		return watermark.None, false, b[1:], nil
	}
	round, n := binary.Varint(b[1:])
	if n <= 0 || len(b) < n+2 || b[1+n] > 1 {
		return 0, false, nil, errMalformed
	}
	return round, b[1+n] == 1, b[n+2:], nil
}

// find is the number of a group, none if it isn't there. One that only the DB has is read.
func (s *Sliding[V]) find(key []byte) (uint32, error) {
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
func (s *Sliding[V]) load(hash uint32, key []byte) (id uint32, err error) {
	lo := appendPoints(append([]byte{}, s.prefix...), key)
	hi := bytes.Clone(lo)
	hi[len(hi)-1]++ // what ends a key is 0 1
	var g *group
	err = s.c.DB.Scan(lo, hi, func(k, b []byte) error {
		if err := s.c.Pause(); err != nil {
			return err
		}
		if len(k) != len(lo)+timeLen {
			return errMalformed
		}
		if id == none {
			id = s.groups.insert(hash, key)
			g = s.groups.at(id)
		}
		return s.loadPoint(id, g, int64(binary.BigEndian.Uint64(k[len(lo):])^1<<63), b)
	})
	if err != nil {
		return none, s.fatal(err)
	}
	if id == none {
		return none, nil
	}
	g.stored, g.used = true, true
	// A reminder is for the first thing that happens to a group, and each thing that does moves it with the next Seal. It is another one only if
	// the lateness has changed since; then read finds it.
	g.remind = s.next(g, s.passed)
	s.push(id, g, g.remind)
	return id, nil
}

// loadPoint adds a point as the DB has it, behind those that a group has.
func (s *Sliding[V]) loadPoint(id uint32, g *group, at int64, b []byte) error {
	round, isNewest, b, err := splitPoint(b)
	if err != nil {
		return err
	}
	if s.pointers {
		b = bytes.Clone(b)
	}
	l := s.lineOf(g)
	p := point{at: at, cell: s.cells.take(), is: isStored}
	c := s.cells.at(p.cell)
	if err := s.cfg.Decode(b, &c.val); err != nil {
		return err
	}
	s.weigh(c)
	if s.cfg.UpdateEvery != 0 && round > s.now {
		p.is |= isWaiting
		if isNewest {
			p.is |= isNew
		}
		l.changed = min(l.changed, at)
		if !g.waits {
			g.waits = true
			s.waiting = append(s.waiting, id)
		}
	}
	s.insert(l, len(l.points()), p)
	return nil
}

// weigh takes a value into the estimate of the heap.
func (s *Sliding[V]) weigh(c *cell[V]) {
	if s.cfg.Bytes == nil {
		return
	}
	n := int64(s.cfg.Bytes(&c.val))
	s.extra += n - c.extra
	c.extra = n
}

// read reads the groups of the next reminders, up to a time.
func (s *Sliding[V]) read(limit int64) error {
	read := 0
	return s.walk(func(at int64, key []byte) (bool, error) {
		if at > limit || read == loadAtOnce {
			return false, nil
		}
		if err := s.c.Pause(); err != nil {
			return false, err
		}
		hash := hashOf(s.seed, key)
		if id := s.groups.find(hash, key); id != none { // memory knows better
			if g := s.groups.at(id); g.sealed <= s.applied && (g.remind != at || !g.stored) {
				s.stale = append(s.stale, append(appendReminder(nil, at), key...))
			}
			return true, nil
		}
		read++
		id, err := s.load(hash, key)
		if err != nil {
			return false, err
		}
		if id == none || s.groups.at(id).remind != at {
			s.stale = append(s.stale, append(appendReminder(nil, at), key...))
		}
		return true, nil
	})
}
