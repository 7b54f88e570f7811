package window

import (
	"hash/maphash"
	"sort"

	"github.com/weirstream/weir/runtime/watermark"
)

// over reports whether a window was handed on at its end, so that what changes in it is handed on with the record that changes it. Of a slice
// it is not said, as there may be others of its windows.
func (s *panes[V]) over(w *win[V]) bool {
	return s.cfg.AtEnd && s.cfg.Every == 0 && w.end <= s.ended
}

// rounds reports whether what changes in a pane waits for a round.
func (s *panes[V]) rounds(w *win[V]) bool { return s.cfg.UpdateEvery != 0 && !s.over(w) }

// Ended reports whether the window that the last Upsert found was handed on at its end, so that the caller hands on what corrects it.
func (s *Tumbling[V]) Ended() bool { return s.over(s.last) }

// unended is the index of the first window that is to be handed on at its end, behind all others if there is none.
func (s *Tumbling[V]) unended() int {
	if !s.cfg.AtEnd {
		return len(s.wins)
	}
	return sort.Search(len(s.wins), func(i int) bool { return !s.over(s.wins[i]) })
}

// endUntil hands on all values of the windows that end at the watermark wm or before, and were not handed on yet, in order of their ends.
func (s *Tumbling[V]) endUntil(wm int64, emit func(Bounds, []byte, *V) error) error {
	for i := s.unended(); i < len(s.wins) && s.wins[i].end <= wm; i++ {
		w := s.wins[i]
		var err error
		if s.cfg.Notes {
			err = s.note(w, emit)
		} else {
			err = s.emit(w, emit, false)
		}
		if err != nil {
			return err
		}
		s.handedOn(w)
	}
	s.ended = max(s.ended, wm)
	s.schedule()
	return nil
}

// note hands on all values of a window to emit, which may change them: they are in memory then.
func (s *Tumbling[V]) note(w *win[V], emit func(Bounds, []byte, *V) error) error {
	if !w.complete {
		lo := s.endKey(nil, w.end)
		var paused error
		err := s.c.DB.Scan(lo, s.behind(w.end), func(k, _ []byte) error {
			if paused = s.c.Pause(); paused != nil {
				return paused
			}
			k = k[len(lo):]
			if w.find(uint32(maphash.Bytes(s.seed, k)), k) != nil {
				return nil
			}
			_, _, err := s.upsert(w, k)
			return err
		})
		if paused != nil {
			return paused // as it is: the caller may look into it
		}
		if err != nil {
			return s.fatal(err)
		}
		w.complete = true
	}
	s.sort(w)
	for id, ok := s.order.First(); ok; id, ok = s.order.First() {
		if err := s.c.Pause(); err != nil {
			return err
		}
		s.order.Shift()
		e := w.entry(id)
		if !e.dirty {
			e.dirty = true
			w.dirty = append(w.dirty, id)
		}
		if err := emit(Bounds{w.start, w.end}, w.key(e), &e.val); err != nil {
			return err
		}
	}
	return nil
}

// handedOn notes that nothing of a pane waits for a round any more.
func (s *panes[V]) handedOn(w *win[V]) {
	for _, id := range w.waiting {
		_ = s.c.Pause() // who gives up forgets the store
		w.entry(id).waiting = false
	}
	w.waiting, w.away, w.unread = w.waiting[:0], nil, false
}

// Windows that overlap: ended is where on the line the last window ends that was handed on, and ending where the next one does.

// ends brings what is known of ended windows up to a watermark that Close was called under, or would have been if there had been something
// to do.
func (s *Sliced[V]) ends(wm int64) {
	if s.cfg.AtEnd && wm > s.panes.ended {
		s.panes.ended = wm
		s.endedAt = max(s.endedAt, s.line.closedBy(wm, 0))
	}
}

// handed is where on the line the last window ends that is not handed on by rounds, commits or counts any more.
func (s *Sliced[V]) handed() int64 {
	if s.cfg.AtEnd {
		return s.endedAt
	}
	return s.closed
}

// scheduleEnd finds the window that ends next.
func (s *Sliced[V]) scheduleEnd() {
	s.endDue = watermark.End
	if !s.cfg.AtEnd {
		return
	}
	i := sort.Search(len(s.wins), func(i int) bool { return s.line.lastEnd(s.line.at(s.wins[i].start)) > s.endedAt })
	if i < len(s.wins) {
		s.ending = max(s.line.firstEnd(s.lineEnd(s.wins[i])), s.endedAt+s.cfg.Every)
		s.endDue = s.line.instant(s.ending)
	}
}

// endUntil hands on all values of the windows that end at the watermark wm or before, and were not handed on yet, in order of their ends.
func (s *Sliced[V]) endUntil(wm int64, emit func(Bounds, []byte, *V) error) error {
	for s.endDue <= wm && s.endDue != watermark.End {
		for k := range s.line.kinds() {
			b, ok := s.bounds(s.ending, k)
			if !ok {
				continue
			}
			if err := s.whole(b, emit); err != nil {
				return err
			}
		}
		s.endedAt = s.ending
		s.scheduleEnd()
	}
	s.ends(wm)
	return nil
}

// Correct hands on the values of a key, of those open windows that hold the slice which the last Upsert found, and were handed on at their ends,
// in order of these.
func (s *Sliced[V]) Correct(key []byte, emit func(Bounds, []byte, *V) error) error {
	w := s.last
	end := max(s.line.firstEnd(s.lineEnd(w)), s.closed+s.cfg.Every)
	if end > s.endedAt {
		return nil
	}
	i, _ := s.from(s.line.instant(s.line.firstStart(s.line.at(w.start), s.closed)))
	j, _ := s.from(w.gone)
	if err := s.values(key, uint32(maphash.Bytes(s.seed, key)), i, j); err != nil {
		return err
	}
	for ; end <= s.endedAt && s.line.instant(end) <= w.gone; end += s.cfg.Every {
		for k := range s.line.kinds() {
			b, ok := s.bounds(end, k)
			if !ok || b.Start > w.start { // the record is in none of that size
				continue
			}
			i, j := s.covered(b)
			if err := s.emitOf(b, key, i, j, emit); err != nil {
				return err
			}
		}
	}
	return nil
}
