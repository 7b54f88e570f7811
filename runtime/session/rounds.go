package session

import (
	"bytes"
	"encoding/binary"

	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// Versions of stored values; see the package comment.
const (
	handedOn        = 1 // a group of which nothing waits for a round
	waiting         = 2
	reminderVersion = 1
)

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// wait notes that a window is to be handed on in the next round, if there are rounds.
func (s *Store[V]) wait(id uint32, g *group, w *win[V]) {
	if s.cfg.UpdateEvery == 0 {
		return
	}
	if w.waiting = !s.over(w); !w.waiting {
		return
	}
	if !g.waits {
		g.waits = true
		s.waiting = append(s.waiting, id)
	}
}

// changed tells whether a window changed since its result was handed on.
func (s *Store[V]) changed(w *win[V]) bool {
	if s.cfg.UpdateEvery != 0 {
		return w.waiting
	}
	return w.dirty
}

// handOn is the round at a time.
func (s *Store[V]) handOn(at int64, emit func(window.Bounds, []byte, *V) error) error {
	if s.cfg.Round != nil {
		emit = s.cfg.Round
	}
	one := func(id uint32) error { return s.handOnGroup(id, emit) }
	return s.turn(at, func() (bool, error) { return s.handOnUnread(emit, one) }, one)
}

// handOnGroup hands on those windows of a group in memory that changed since the last round.
func (s *Store[V]) handOnGroup(id uint32, emit func(window.Bounds, []byte, *V) error) error {
	g := s.groups.at(id)
	g.waits = false
	if s.cfg.Round != nil {
		s.touch(id, g)
	}
	return s.handOnWindows(g, s.groups.keyOf(g), emit)
}

func (s *Store[V]) handOnWindows(g *group, key []byte, emit func(window.Bounds, []byte, *V) error) error {
	for n := g.first; n != 0; n = s.wins.at(n).next {
		w := s.wins.at(n)
		if !w.waiting {
			continue
		}
		w.waiting = false
		w.dirty = w.dirty || s.cfg.Round != nil
		if err := emit(window.Bounds{Start: w.start, End: w.end}, key, &w.val); err != nil {
			return err
		}
	}
	return nil
}

// handOnUnread hands on what only the DB has, and the groups in memory that stand before it. What it reads does not stay in memory: a round may
// be of all groups there are. With Config.ByClock some may be left, for a later one.
func (s *Store[V]) handOnUnread(emit func(window.Bounds, []byte, *V) error, one func(id uint32) error) (left bool, err error) {
	lo := append(bytes.Clone(s.prefix), groupKind)
	hi := append(bytes.Clone(s.prefix), groupKind+1)
	var emitErr error
	err = s.c.DB.Scan(lo, hi, func(k, b []byte) error {
		if emitErr = s.c.Pause(); emitErr != nil {
			return emitErr
		}
		key := k[len(lo):]
		round := s.waitsFor(b)
		if round <= s.now || s.groups.find(hashOf(s.seed, key), key) != none {
			return nil // memory knows better
		}
		if round > s.tickAt {
			left = true
			return nil
		}
		if emitErr = s.turnBefore(key, one); emitErr != nil {
			return emitErr
		}
		if s.cfg.Round != nil { // what it changes has to be in memory
			id, err := s.load(hashOf(s.seed, key), key)
			if err == nil {
				err = s.handOnGroup(id, emit)
			}
			emitErr = err
			return err
		}
		if s.pointers {
			b = bytes.Clone(b)
		}
		var g group
		if err := s.decode(&g, b); err != nil {
			return err
		}
		emitErr = s.handOnWindows(&g, key, emit)
		for n := g.first; n != 0; n = g.first {
			g.first = s.wins.at(n).next
			s.free(n)
		}
		return emitErr
	})
	if emitErr != nil {
		return left, emitErr // as it is: the caller may look into it
	}
	if err != nil {
		return left, s.fatal(err)
	}
	return left, nil
}

// waitsFor is, without reading the windows, the time of the round that some in the stored value of a group wait for, None if none does.
func (s *Store[V]) waitsFor(b []byte) int64 {
	if len(b) == 0 || b[0] != waiting {
		return watermark.None
	}
	_, n := binary.Varint(b[1:]) // the reminder's time
	if n <= 0 {
		return s.tickAt // it is malformed, which decode tells
	}
	round, m := binary.Varint(b[1+n:])
	if m <= 0 {
		return s.tickAt
	}
	return round
}
