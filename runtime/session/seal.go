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

// set writes an entry. The key is in s.buf.
func (s *Store[V]) set(x *sealing, key []byte, value func(b []byte) []byte) error {
	s.buf = key
	b := s.c.Out.Begin()
	k := len(b)
	b = append(b, key...)
	v := len(b)
	b = value(b)
	if err := x.batch.Set(s.inDB(key), b[v:]); err != nil {
		return err
	}
	s.c.Out.Send(s.cfg.Output, b, k, v, x.now)
	return nil
}

// delete writes a tombstone. The key is in s.buf.
func (s *Store[V]) delete(x *sealing, key []byte) error {
	s.buf = key
	b := s.c.Out.Begin()
	k := len(b)
	s.c.Out.SendTombstone(s.cfg.Output, append(b, key...), k, x.now)
	return x.batch.Delete(s.inDB(key))
}

// inDB is a key as the DB has it, behind the store's id.
func (s *Store[V]) inDB(key []byte) []byte {
	s.state = append(append(s.state[:0], s.prefix...), key...)
	return s.state
}

// Committed says that the oldest seal not yet reported is in the DB. If the task's stores take more than they may, groups that have nothing
// on its way to the DB are dropped from memory, those first that no record came for of late.
func (s *Store[V]) Committed() {
	s.applied = min(s.applied+1, s.seals)
	s.forgetGone()
	bound := s.c.OverlayBytes
	if bound <= 0 {
		return
	}
	over := -bound
	for _, st := range s.c.Stores {
		over += st.Size()
	}
	if over > 0 {
		s.evict(over)
	}
}

// forgetGone lets go of groups that have no windows any more, as far as the DB knows.
func (s *Store[V]) forgetGone() {
	n := 0
	for _, id := range s.leaving {
		_ = s.c.Pause() // who gives up forgets the store
		g := s.groups.at(id)
		switch {
		case !g.live || g.dirty || g.stored: // it was here twice; or it has come back, and will be here again
		case g.sealed <= s.applied:
			s.groups.remove(id)
		default:
			s.leaving[n] = id
			n++
		}
	}
	s.leaving = s.leaving[:n]
}

// evict drops groups until over bytes are gained, by going around twice at most: what was used since the last time stays once.
func (s *Store[V]) evict(over int64) {
	goal := s.Size() - over
	dropped := false
	for range 2 * int(s.groups.last) {
		if s.Size() <= goal {
			break
		}
		_ = s.c.Pause()
		if s.hand++; s.hand > s.groups.last {
			s.hand = 1
		}
		g := s.groups.at(s.hand)
		if !g.live || g.dirty || !g.stored || g.sealed > s.applied {
			continue
		}
		if g.used {
			g.used = false
			continue
		}
		s.unread = s.unread || g.waits
		for g.first != 0 {
			n := g.first
			g.first = s.wins.at(n).next
			s.free(n)
		}
		s.groups.remove(s.hand)
		dropped = true
	}
	if !dropped {
		return
	}
	s.complete = false
	s.reminded.rescan()
	if err := s.seek(); err != nil {
		s.err = err
	}
	s.schedule()
}
