package session

import (
	"bytes"

	"github.com/weirstream/weir/runtime/keyenc"
	"github.com/weirstream/weir/runtime/window"
)

// handOn is the round at the store's time wm.
func (s *Sliding[V]) handOn(wm int64, emit func(window.Bounds, []byte, *V) error) error {
	s.order.Begin()
	for _, id := range s.waiting {
		if err := s.c.Pause(); err != nil {
			return err
		}
		if g := s.groups.at(id); g.live && g.waits {
			s.order.Add(id)
		}
	}
	s.order.Arrange()
	if s.unread && !s.complete {
		if err := s.handOnUnread(emit); err != nil {
			return err
		}
	}
	if err := s.handOnBefore(nil, emit); err != nil {
		return err
	}
	s.waiting, s.unread = s.waiting[:0], false
	s.now, s.round = wm, window.NextRound(wm, s.cfg.UpdateEvery)
	return nil
}

// handOnBefore hands on the groups in memory that are left, up to a key if that is not nil.
func (s *Sliding[V]) handOnBefore(key []byte, emit func(window.Bounds, []byte, *V) error) error {
	for id, ok := s.order.First(); ok; id, ok = s.order.First() {
		if err := s.c.Pause(); err != nil {
			return err
		}
		g := s.groups.at(id)
		if key != nil && bytes.Compare(s.groups.keyOf(g), key) >= 0 {
			return nil
		}
		s.order.Shift()
		g.waits = false
		if err := s.handOnGroup(g, emit); err != nil {
			return err
		}
	}
	return nil
}

// handOnGroup hands on those open windows of a group that changed since results were handed on the last time.
func (s *Sliding[V]) handOnGroup(g *group, emit func(window.Bounds, []byte, *V) error) error {
	if g.first == 0 {
		return nil
	}
	l := s.lines.at(g.first)
	if l.changed == never {
		return nil
	}
	points := l.points()
	from := first(points, l.changed)
	changed, born := s.marks()
	m := s.fresh()
	for w := ends(points, s.cfg.Reach, max(s.passed, l.changed)); w.next(); {
		if err := s.c.Pause(); err != nil {
			return err
		}
		if made := !w.own && points[w.begun].is&born != 0; !made && !s.anyChanged(l, points, w.i, w.j, changed) {
			continue
		}
		v, err := s.value(m, points, w.i, w.j, w.end)
		if err != nil {
			return err
		}
		if err := emit(window.Bounds{Start: w.start, End: w.end}, s.groups.keyOf(g), v); err != nil {
			return err
		}
	}
	if s.cfg.UpdateEvery == 0 {
		return nil // the points are still to be written
	}
	for i := from; i < len(points); i++ {
		_ = s.c.Pause() // who gives up forgets the store
		points[i].is &^= changed | born
	}
	l.changed = never
	return nil
}

// handOnUnread hands on what only the DB has, and the groups in memory that stand before it. What it reads does not stay in memory: a round may
// be of all groups there are.
func (s *Sliding[V]) handOnUnread(emit func(window.Bounds, []byte, *V) error) error {
	lo := append(bytes.Clone(s.prefix), pointKind)
	hi := append(bytes.Clone(s.prefix), pointKind+1)
	var group []byte // the last one that waits, with the end of its key
	var failed error // as it is: the caller may look into it
	err := s.c.DB.Scan(lo, hi, func(k, b []byte) error {
		if failed = s.c.Pause(); failed != nil {
			return failed
		}
		k = k[len(lo):]
		if len(k) < timeLen {
			return errMalformed
		}
		if k = k[:len(k)-timeLen]; !s.waits(b) || bytes.Equal(k, group) {
			return nil
		}
		group = append(group[:0], k...)
		key, _, err := keyenc.Bytes(group)
		if err != nil {
			return err
		}
		hash := hashOf(s.seed, key)
		if s.groups.find(hash, key) != none {
			return nil // memory knows better
		}
		if failed = s.handOnBefore(key, emit); failed != nil {
			return failed
		}
		id, err := s.load(hash, key)
		if err != nil {
			return err
		}
		g := s.groups.at(id)
		g.waits = false
		if failed = s.handOnGroup(g, emit); failed != nil {
			return failed
		}
		s.evictGroup(id, g)
		return nil
	})
	if failed != nil {
		return failed
	}
	if err != nil {
		return s.fatal(err)
	}
	return nil
}

// waits tells, by the stored value of a point, whether it waits for the next round.
func (s *Sliding[V]) waits(b []byte) bool {
	round, _, _, err := splitPoint(b)
	return err != nil || round > s.now // what is malformed is told when it is read
}
