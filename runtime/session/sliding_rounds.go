package session

import (
	"bytes"

	"github.com/weirstream/weir/runtime/keyenc"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// roundDue is when the store's own time has the next round, MaxInt64 where it has none.
func (s *Sliding[V]) roundDue() int64 {
	if s.cfg.ByClock {
		return watermark.End
	}
	return s.round
}

// TickDue is the lowest processing time at which Tick has a round.
func (s *Sliding[V]) TickDue() int64 { return s.round }

// Tick has the round at a processing time, in the order of Close's.
func (s *Sliding[V]) Tick(now int64) error {
	if s.err != nil {
		return s.err
	}
	s.tickAt = now
	defer func() { s.tickAt = watermark.End }()
	return s.handOn(now, s.cfg.Round)
}

// handOn is the round at a time.
func (s *Sliding[V]) handOn(at int64, emit func(window.Bounds, []byte, *V) error) error {
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
	left := false
	if s.unread && !s.complete {
		var err error
		if left, err = s.handOnUnread(emit); err != nil {
			return err
		}
	}
	if err := s.handOnBefore(nil, emit); err != nil {
		return err
	}
	s.waiting, s.unread = s.waiting[:0], left
	if s.round = window.NextRound(at, s.cfg.UpdateEvery); !s.cfg.ByClock {
		s.now = at
	}
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
		if err := s.roundOf(id, g, emit); err != nil {
			return err
		}
	}
	return nil
}

// roundOf hands on a group in a round. With Config.ByClock the points are written once more, since nothing else says that they do not wait.
func (s *Sliding[V]) roundOf(id uint32, g *group, emit func(window.Bounds, []byte, *V) error) error {
	g.waits = false
	if s.cfg.ByClock {
		s.touch(id, g)
	}
	return s.handOnGroup(g, emit)
}

// handOnGroup hands on those open windows of a group that changed since results were handed on the last time, but with Config.AtEnd none that has
// ended.
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
	for w := ends(points, s.cfg.Reach, max(s.handed(), l.changed)); w.next(); {
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
		if s.cfg.ByClock && points[i].is&changed != 0 {
			points[i].is |= isDirty
			l.dirty = min(l.dirty, points[i].at)
		}
		points[i].is &^= changed | born
	}
	l.changed = never
	return nil
}

// handOnUnread hands on what only the DB has, and the groups in memory that stand before it. What it reads does not stay in memory: a round may
// be of all groups there are. With Config.ByClock it does, as it is still to be written, and some may be left for a later round.
func (s *Sliding[V]) handOnUnread(emit func(window.Bounds, []byte, *V) error) (left bool, err error) {
	lo := append(bytes.Clone(s.prefix), pointKind)
	hi := append(bytes.Clone(s.prefix), pointKind+1)
	var group []byte // the last one that waits, with the end of its key
	var failed error // as it is: the caller may look into it
	err = s.c.DB.Scan(lo, hi, func(k, b []byte) error {
		if failed = s.c.Pause(); failed != nil {
			return failed
		}
		k = k[len(lo):]
		if len(k) < timeLen {
			return errMalformed
		}
		round := s.waitsFor(b)
		if k = k[:len(k)-timeLen]; round <= s.now || bytes.Equal(k, group) {
			return nil
		}
		if round > s.tickAt {
			left = true
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
		if failed = s.roundOf(id, g, emit); failed != nil {
			return failed
		}
		if !s.cfg.ByClock {
			s.evictGroup(id, g)
		}
		return nil
	})
	if failed != nil {
		return left, failed
	}
	if err != nil {
		return left, s.fatal(err)
	}
	return left, nil
}

// waitsFor is the time of the round that a point waits for, by its stored value; None if it waits for none.
func (s *Sliding[V]) waitsFor(b []byte) int64 {
	round, _, _, err := splitPoint(b)
	if err != nil {
		return s.tickAt // which is told when it is read
	}
	return round
}
