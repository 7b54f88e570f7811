package session

import (
	"encoding/binary"
	"time"

	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/window"
)

// Seal takes up what changed since the last Seal: it calls emit, if that isn't nil, for each window that did, and writes the groups to the
// changelog and to the open batch of the DB. Groups come in the order in which they were first touched since the last Seal, the windows of
// one in order of their starts. emit must not keep key or value, nor call this store.
//
// A driver calls it once per commit, and Committed once for each of those calls that reached the DB, in the same order.
func (s *Store[V]) Seal(emit func(w window.Bounds, key []byte, v *V) error) error {
	if s.err != nil {
		return s.err
	}
	s.seals++
	x := sealing{batch: s.c.DB.Batch(), now: time.Now().UnixMilli()} // compaction goes by wall-clock time, whatever the event times
	for _, id := range s.dirty {
		if err := s.c.Pause(); err != nil {
			return err
		}
		g := s.groups.at(id)
		for n := g.first; n != 0; n = s.wins.at(n).next {
			w := s.wins.at(n)
			if !w.dirty {
				continue
			}
			if emit != nil && !s.over(w) {
				if err := emit(window.Bounds{Start: w.start, End: w.end}, s.groups.keyOf(g), &w.val); err != nil {
					return err
				}
			}
			w.dirty = false
			s.weigh(w)
		}
		g.dirty = false
		if err := s.write(&x, id, g); err != nil {
			return s.fatal(err)
		}
	}
	s.dirty = s.dirty[:0]
	return nil
}

// sealing is a Seal under way.
type sealing struct {
	batch *store.Batch
	now   int64
}

// write writes a group as it is now.
func (s *Store[V]) write(x *sealing, id uint32, g *group) error {
	key := s.groups.keyOf(g)
	if g.first == 0 {
		if !g.stored { // its windows came and went between two commits
			if g.sealed <= s.applied {
				s.groups.remove(id)
			} else {
				s.leaving = append(s.leaving, id) // the DB is still to hear of those before
			}
			return nil
		}
		s.leaving = append(s.leaving, id)
		g.stored, g.sealed = false, s.seals
		if err := s.delete(x, append(append(s.buf[:0], groupKind), key...)); err != nil {
			return err
		}
		return s.delete(x, append(appendReminder(s.buf[:0], g.remind), key...))
	}
	if first := s.earliest(g); !g.stored || g.remind > first || g.remind <= s.passed {
		if g.stored {
			if err := s.delete(x, append(appendReminder(s.buf[:0], g.remind), key...)); err != nil {
				return err
			}
		}
		g.remind = first
		k := append(appendReminder(s.buf[:0], first), key...)
		if err := s.set(x, k, func(b []byte) []byte { return append(b, reminderVersion) }); err != nil {
			return err
		}
	}
	g.stored, g.sealed = true, s.seals
	return s.set(x, append(append(s.buf[:0], groupKind), key...), func(b []byte) []byte { return s.encode(b, g) })
}

// encode appends the value of a group.
func (s *Store[V]) encode(b []byte, g *group) []byte {
	count, waits := 0, false
	for n := g.first; n != 0; n = s.wins.at(n).next {
		count++
		waits = waits || s.wins.at(n).waiting
	}
	if waits {
		b = binary.AppendVarint(binary.AppendVarint(append(b, waiting), g.remind), s.round)
	} else {
		b = binary.AppendVarint(append(b, handedOn), g.remind)
	}
	b = binary.AppendUvarint(b, uint64(count))
	for n := g.first; n != 0; n = s.wins.at(n).next {
		w := s.wins.at(n)
		b = binary.AppendUvarint(binary.AppendVarint(b, w.start), uint64(w.end-w.start))
		if waits {
			b = append(b, flag(w.waiting))
		}
		s.state = s.cfg.Append(s.state[:0], &w.val)
		b = append(binary.AppendUvarint(b, uint64(len(s.state))), s.state...)
	}
	return b
}

// Committed says that the oldest seal not yet reported is in the DB. If the task's stores take more than they may, groups that have nothing
// on its way to the DB are dropped from memory, those first that no record came for of late.
func (s *Store[V]) Committed() {
	s.applied = min(s.applied+1, s.seals)
	s.forgetGone()
	if over := s.excess(); over > 0 {
		s.evict(over, s.Size, s.evictGroup)
	}
}

// evictGroup drops a group of which the DB has everything.
func (s *Store[V]) evictGroup(id uint32, g *group) {
	s.unread = s.unread || g.waits
	for g.first != 0 {
		n := g.first
		g.first = s.wins.at(n).next
		s.free(n)
	}
	s.groups.remove(id)
}
