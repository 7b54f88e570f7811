package window

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/weirstream/weir/runtime/watermark"
)

// sealAll writes what changed since the last time to the changelog and to the open batch of the DB, and calls emit for it, if that isn't
// nil.
func (s *panes[V]) sealAll(emit func(w Bounds, key []byte, v *V) error) error {
	s.seals++
	now := time.Now().UnixMilli() // changelogs are deleted by age in wall-clock time, whatever the event times
	for _, w := range s.wins {
		if len(w.dirty) == 0 {
			continue
		}
		if err := s.seal(w, emit, now); err != nil {
			return err
		}
	}
	return nil
}

func (s *panes[V]) seal(w *win[V], emit func(Bounds, []byte, *V) error, now int64) error {
	bounds := Bounds{w.start, w.end}
	batch := s.c.DB.Batch()
	extra := int64(0)
	s.buf = s.endKey(s.buf[:0], bounds.End)
	head := len(s.buf)
	for _, id := range w.dirty {
		if err := s.c.Pause(); err != nil {
			return err
		}
		e := w.entry(id)
		key := w.key(e)
		if emit != nil && !s.over(w) {
			if err := emit(bounds, key, &e.val); err != nil {
				return err
			}
		}
		s.buf = append(s.buf[:head], key...)
		b := s.c.Out.Begin()
		k := len(b)
		b = append(b, s.buf[len(s.prefix):]...)
		v := len(b)
		b = s.appendVersion(b, e.waiting)
		b = s.cfg.Append(b, &e.val)
		if err := batch.Set(s.buf, b[v:]); err != nil {
			return s.fatal(err)
		}
		s.c.Out.Send(s.cfg.Output, b, k, v, now)
		if s.cfg.Bytes != nil {
			extra += int64(s.cfg.Bytes(&e.val))
		}
		e.dirty = false
	}
	// The values that changed stand for the others of their window.
	extra = extra / int64(len(w.dirty)) * int64(w.n)
	s.extra += extra - w.extra
	w.extra = extra
	w.dirty = w.dirty[:0]
	w.stored = true
	w.sealed = s.seals
	return nil
}

// Committed says that the oldest seal not yet reported is in the DB. If the task's stores take more than they may, windows that
// have nothing on its way to the DB are dropped from memory, those first that changed least recently.
func (s *panes[V]) Committed() {
	s.applied = min(s.applied+1, s.seals)
	bound := s.c.OverlayBytes
	if bound <= 0 {
		return
	}
	over := -bound
	for _, st := range s.c.Stores {
		over += st.Size()
	}
	if over <= 0 {
		return
	}
	own := s.Size()
	s.mem.trim()
	s.spareDirty = nil
	over -= own - s.Size()
	s.evict(over)
}

// evict drops clean windows until over bytes are gained.
func (s *panes[V]) evict(over int64) {
	var clean []*win[V]
	for _, w := range s.wins {
		if w.n > 0 && len(w.dirty) == 0 && w.sealed <= s.applied {
			clean = append(clean, w)
		}
	}
	slices.SortStableFunc(clean, func(a, b *win[V]) int { return cmp.Compare(a.sealed, b.sealed) })
	for _, w := range clean {
		if over <= 0 {
			return
		}
		before := s.Size()
		w.unread = w.unread || len(w.waiting)+len(w.away) > 0
		s.release(w, false)
		w.complete = false
		over -= before - s.Size()
	}
}

func (s *panes[V]) release(w *win[V], keep bool) {
	s.extra -= w.extra
	if cap(w.dirty) > cap(s.spareDirty) {
		s.spareDirty = w.dirty[:0]
	}
	w.extra, w.dirty, w.waiting, w.away = 0, nil, nil, nil
	s.mem.release(&w.table, keep, s.c.Pause)
}

// Size is an estimate of the memory used, in bytes.
func (s *panes[V]) Size() int64 { return s.mem.size() + s.extra }

// leave lets go of the first n panes.
func (s *panes[V]) leave(n int) {
	for _, w := range s.wins[:n] {
		s.release(w, true)
	}
	clear(s.wins[:n])
	s.wins = s.wins[n:]
	s.last = nil
}

// forget drops everything in memory, committed or not, and the open batch.
func (s *panes[V]) forget() {
	s.c.DB.Discard()
	s.last, s.undo, s.wins, s.extra, s.spareDirty = nil, nil, nil, 0, nil
	s.mem = memory[V]{pointers: s.mem.pointers}
	s.seals, s.applied = 0, 0
	s.now = watermark.None
	if s.c.Clock != nil {
		s.now = watermark.Sub(s.c.Clock.Now(), s.cfg.Delay)
	}
	s.ended = s.now
	if s.cfg.ByClock {
		s.now = watermark.None
	}
	s.round = NextRound(s.now, s.cfg.UpdateEvery)
}

// load asks the DB which panes it holds; start gives the start of the one that ends at end.
func (s *panes[V]) load(start func(end int64) int64) error {
	hi := slices.Clone(s.prefix)
	hi[len(hi)-1]++ // uvarints of one length are in order in their last byte, and ids of another length begin otherwise
	var bad error
	err := s.c.DB.Skip(s.prefix, hi, func(k []byte) []byte {
		end, _, err := SplitKey(k[len(s.prefix):])
		if err != nil {
			bad = err
			return nil
		}
		w := &win[V]{start: start(end), end: end, stored: true}
		w.unread = s.rounds(w)
		s.wins = append(s.wins, w)
		if end == 1<<63-1 {
			return nil
		}
		return s.endKey(nil, end+1)
	})
	if err = errors.Join(err, bad); err != nil {
		return s.fatal(err)
	}
	return nil
}
