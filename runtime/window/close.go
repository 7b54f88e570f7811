package window

import (
	"bytes"
	"math"

	"github.com/weirstream/weir/runtime/watermark"
)

const noneClosed = math.MinInt64

// Close closes the windows that the watermark wm closes, in order of their starts, and removes them from memory and, with the
// commit, from the DB. It hands each of their entries to emit in byte order of the keys; with onlyDirty just those that changed
// since the last Seal, as the others were handed on then, in the order in which they were first touched. emit may be nil; it must
// not keep key or value, nor call this store.
func (s *Tumbling[V]) Close(wm int64, emit func(w Bounds, key []byte, v *V) error, onlyDirty bool) error {
	if wm < s.due {
		return s.err
	}
	if s.err != nil {
		return s.err
	}
	n := 0
	var stored []*win[V]
	for ; n < len(s.wins) && s.Late(s.wins[n].start, wm); n++ {
		w := s.wins[n]
		if emit != nil {
			if err := s.emit(w, emit, onlyDirty); err != nil {
				return err
			}
		}
		if w.stored {
			stored = append(stored, w)
		}
	}
	if n == 0 {
		return nil
	}
	if len(stored) > 0 {
		// Every window up to the last one is closed, so one range takes them all.
		if err := s.deleteWindows(stored[0].end(s), stored[len(stored)-1].end(s)); err != nil {
			return s.fatal(err)
		}
	}
	s.closed = max(s.closed, watermark.Add(s.wins[n-1].start, s.span))
	s.c.Stats.WindowsClosed += int64(n)
	for _, w := range s.wins[:n] {
		s.release(w, true)
	}
	clear(s.wins[:n])
	s.wins = s.wins[n:]
	s.last = nil
	s.schedule()
	return nil
}

// deleteWindows deletes the windows whose ends are from first to last.
func (s *Tumbling[V]) deleteWindows(first, last int64) error {
	return s.c.DB.Batch().DeleteRange(s.endKey(nil, first), s.behind(last))
}

// behind is the DB key behind all entries of windows that end at end or before.
func (s *Tumbling[V]) behind(end int64) []byte {
	if end == math.MaxInt64 {
		hi := bytes.Clone(s.prefix)
		hi[len(hi)-1]++
		return hi
	}
	return s.endKey(nil, end+1)
}

func (s *Tumbling[V]) emit(w *win[V], emit func(Bounds, []byte, *V) error, onlyDirty bool) error {
	bounds := Bounds{w.start, w.end(s)}
	if onlyDirty {
		for _, id := range w.dirty {
			e := w.entry(id)
			if err := emit(bounds, w.key(e), &e.val); err != nil {
				return err
			}
		}
		return nil
	}
	refs := w.sorted(s.refs[:0])
	s.refs = refs
	if !w.complete {
		var err error
		if refs, err = s.merge(w, refs, emit); err != nil {
			return err
		}
	}
	for _, r := range refs {
		e := w.entry(r.id)
		if err := emit(bounds, w.key(e), &e.val); err != nil {
			return err
		}
	}
	return nil
}

// merge emits the window's entries in the DB and those of the overlay that stand before or at them; the overlay's are newer. It
// returns what is left of the overlay's.
func (s *Tumbling[V]) merge(w *win[V], refs []ref, emit func(Bounds, []byte, *V) error) ([]ref, error) {
	bounds := Bounds{w.start, w.end(s)}
	lo := s.endKey(nil, bounds.End)
	var emitErr error
	err := s.c.DB.Scan(lo, s.behind(bounds.End), func(k, b []byte) error {
		k = k[len(lo):]
		for len(refs) > 0 {
			e := w.entry(refs[0].id)
			c := bytes.Compare(w.key(e), k)
			if c > 0 {
				break
			}
			refs = refs[1:]
			if emitErr = emit(bounds, w.key(e), &e.val); emitErr != nil || c == 0 {
				return emitErr
			}
		}
		var v V
		if err := s.decode(b, &v); err != nil {
			return err
		}
		emitErr = emit(bounds, k, &v)
		return emitErr
	})
	if emitErr != nil {
		return nil, emitErr // as it is: the caller may look into it
	}
	if err != nil {
		return nil, s.fatal(err)
	}
	return refs, nil
}

// Closed is the task's watermark that closes exactly the windows closed so far, MinInt64 if there were none since the last Reset.
func (s *Tumbling[V]) Closed() int64 {
	if s.closed == noneClosed {
		return noneClosed
	}
	return watermark.Add(s.closed, s.cfg.Delay)
}

// Live reports whether the entry under a changelog key is wanted by a task whose restored watermark is wm.
func (s *Tumbling[V]) Live(key []byte, wm int64) (bool, error) {
	end, _, err := SplitKey(key)
	if err != nil {
		return false, s.fatal(err)
	}
	return watermark.Add(end, s.cfg.Lateness) > watermark.Sub(wm, s.cfg.Delay), nil
}

// Trim deletes, in the open batch, the windows that the task's restored watermark wm closes. Call Reset when the batch was
// applied.
func (s *Tumbling[V]) Trim(wm int64) error {
	last := watermark.Sub(watermark.Sub(wm, s.cfg.Delay), s.cfg.Lateness)
	if last == watermark.None {
		return nil // closes nothing
	}
	return s.deleteWindows(math.MinInt64, last)
}
