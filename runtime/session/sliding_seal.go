package session

import (
	"encoding/binary"
	"time"

	"github.com/weirstream/weir/runtime/window"
)

// Seal takes up what changed since the last Seal: it calls emit, if that isn't nil, for each open window that did, and writes the points to the
// changelog and to the open batch of the DB. Groups come in the order in which they were first touched since the last Seal, the windows of
// one in order of their ends. emit must not keep key or value, nor change it, nor call this store.
//
// A driver calls it once per commit, and Committed once for each of those calls that reached the DB, in the same order.
func (s *Sliding[V]) Seal(emit func(w window.Bounds, key []byte, v *V) error) error {
	if s.err != nil {
		return s.err
	}
	s.seals++
	x := sealing{batch: s.c.DB.Batch(), now: time.Now().UnixMilli()} // compaction goes by wall-clock time, whatever the event times
	for _, d := range s.gone {
		if err := s.c.Pause(); err != nil {
			return err
		}
		key := s.groups.keyOf(s.groups.at(d.group))
		if err := s.delete(&x, window.AppendEnd(appendPoints(s.buf[:0], key), d.at)); err != nil {
			return s.fatal(err)
		}
	}
	s.gone = s.gone[:0]
	for _, key := range s.stale {
		if err := s.delete(&x, append(s.buf[:0], key...)); err != nil {
			return s.fatal(err)
		}
	}
	s.stale = nil
	for _, id := range s.dirty {
		if err := s.c.Pause(); err != nil {
			return err
		}
		g := s.groups.at(id)
		if emit != nil {
			if err := s.handOnGroup(g, emit); err != nil {
				return err
			}
		}
		g.dirty = false
		if err := s.write(&x, id, g); err != nil {
			return err
		}
	}
	s.dirty = s.dirty[:0]
	return nil
}

// write writes what changed of a group.
func (s *Sliding[V]) write(x *sealing, id uint32, g *group) error {
	key := s.groups.keyOf(g)
	if g.first == 0 {
		if !g.stored { // it came and went between two commits
			if g.sealed <= s.applied {
				s.groups.remove(id)
			} else {
				s.leaving = append(s.leaving, id) // the DB is still to hear of those before
			}
			return nil
		}
		s.leaving = append(s.leaving, id)
		g.stored, g.sealed = false, s.seals
		return s.checked(s.delete(x, append(appendReminder(s.buf[:0], g.remind), key...)))
	}
	if first := s.next(g, s.passed); !g.stored || g.remind != first {
		if g.stored {
			if err := s.delete(x, append(appendReminder(s.buf[:0], g.remind), key...)); err != nil {
				return s.fatal(err)
			}
		}
		g.remind = first
		k := append(appendReminder(s.buf[:0], first), key...)
		if err := s.set(x, k, func(b []byte) []byte { return append(b, reminderVersion) }); err != nil {
			return s.fatal(err)
		}
	}
	g.stored, g.sealed = true, s.seals
	l := s.lines.at(g.first)
	points := l.points()
	for i := first(points, l.dirty); i < len(points); i++ {
		if err := s.c.Pause(); err != nil {
			return err
		}
		p := &points[i]
		if p.is&isDirty == 0 {
			continue
		}
		k := window.AppendEnd(appendPoints(s.buf[:0], key), p.at)
		if err := s.set(x, k, func(b []byte) []byte { return s.encode(b, p) }); err != nil {
			return s.fatal(err)
		}
		p.is = p.is&^(isDirty|isBorn) | isStored
		s.weigh(s.cells.at(p.cell))
	}
	l.dirty = never
	if s.cfg.UpdateEvery == 0 {
		l.changed = never
	}
	return nil
}

// encode appends the value of a point.
func (s *Sliding[V]) encode(b []byte, p *point) []byte {
	if s.cfg.UpdateEvery != 0 && p.is&isWaiting != 0 {
		b = append(binary.AppendVarint(append(b, waiting), s.round), flag(p.is&isNew != 0))
	} else {
		b = append(b, handedOn)
	}
	return s.cfg.Append(b, s.valueOf(*p))
}

func (s *Sliding[V]) checked(err error) error {
	if err != nil {
		return s.fatal(err)
	}
	return nil
}

// Committed says that the oldest seal not yet reported is in the DB. If the task's stores take more than they may, what is merged is dropped
// from memory first, and then groups that have nothing on its way to the DB, those first that no record came for of late.
func (s *Sliding[V]) Committed() {
	s.applied = min(s.applied+1, s.seals)
	s.forgetGone()
	if s.excess() <= 0 {
		return
	}
	for id := uint32(1); id <= s.groups.last && s.mergedBytes > 0; id++ {
		_ = s.c.Pause() // who gives up forgets the store
		if g := s.groups.at(id); g.live && g.first != 0 {
			s.forgetMerged(s.lines.at(g.first))
		}
	}
	if over := s.excess(); over > 0 {
		s.evict(over, s.Size, s.evictGroup)
	}
}

// evictGroup drops a group of which the DB has everything.
func (s *Sliding[V]) evictGroup(id uint32, g *group) {
	s.unread = s.unread || g.waits
	s.drop(g, len(s.lines.at(g.first).points()))
	s.groups.remove(id)
}
