package session

import (
	"bytes"

	"github.com/weirstream/weir/runtime/keyenc"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

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
	one := func(id uint32) error { return s.roundOf(id, s.groups.at(id), emit) }
	return s.turn(at, func() (bool, error) { return s.handOnUnread(emit, one) }, one)
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
func (s *Sliding[V]) handOnUnread(emit func(window.Bounds, []byte, *V) error, one func(id uint32) error) (left bool, err error) {
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
		if failed = s.turnBefore(key, one); failed != nil {
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
