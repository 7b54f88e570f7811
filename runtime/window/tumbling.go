package window

import (
	"math"

	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// Tumbling is a store of tumbling windows. It belongs to its task's goroutine. After a method returned an error the store must
// be Reset before it is used again.
type Tumbling[V any] struct {
	panes[V]
	due    int64 // the lowest watermark that closes a window, or with Config.AtEnd comes to the end of one
	closed int64 // highest end + lateness of a closed window
}

const noneClosed = math.MinInt64

// NewTumbling makes a store and adds it to c.Stores. It knows at once which windows the DB holds.
func NewTumbling[V any](c *topology.Context, cfg Config[V]) (*Tumbling[V], error) {
	p, err := newPanes(c, cfg)
	if err != nil {
		return nil, err
	}
	s := &Tumbling[V]{panes: p}
	if s.Reset(); s.err != nil {
		return nil, s.err
	}
	c.Stores = append(c.Stores, s)
	return s, nil
}

// StartOf is the start of the window that holds an event time. For windows of a fixed size that are aligned to the epoch the function
// [StartOf] does the same.
func (s *Tumbling[V]) StartOf(eventTime int64) int64 {
	return s.line.instant(floor(s.line.at(eventTime), s.cfg.Size))
}

// end is the end of the window that begins at start.
func (s *Tumbling[V]) end(start int64) int64 {
	if s.cfg.Zone == nil {
		return watermark.Add(start, s.cfg.Size)
	}
	return s.line.instant(s.line.at(start) + s.cfg.Size)
}

// Late reports whether a record of the window that begins at start is too late under the watermark wm. With Config.AtEnd that is the one under
// which Close was called last, or would have been if there had been something to do.
func (s *Tumbling[V]) Late(start, wm int64) bool {
	s.ended = max(s.ended, wm)
	return watermark.Add(s.end(start), s.cfg.Lateness) <= wm
}

// Missed is the window that begins at start, for a record that is too late for it.
func (s *Tumbling[V]) Missed(start int64) Bounds { return Bounds{start, s.end(start)} }

// Due is the lowest watermark that closes a window, MaxInt64 if none is open, or at which the next round is, or with Config.AtEnd a window's end.
func (s *Tumbling[V]) Due() int64 { return min(s.due, s.roundDue()) }

// Upsert finds the value of key in the window that begins at start, or makes it. The caller is about to change it: it is part of
// the next Seal. The pointer is valid until the next call of any method. fresh says that it is a zero value that was not there
// before. The key is copied.
func (s *Tumbling[V]) Upsert(start int64, key []byte) (v *V, fresh bool, err error) {
	w := s.last
	if w == nil || w.start != start {
		var opened bool
		if w, opened, err = s.pane(start, s.end(start)); err != nil {
			return nil, false, err
		}
		if opened {
			s.schedule()
		}
	}
	return s.upsert(w, key)
}

// Bounds are those of the window that the last Upsert found.
func (s *Tumbling[V]) Bounds() Bounds { return Bounds{s.last.start, s.last.end} }

func (s *Tumbling[V]) schedule() {
	s.due = math.MaxInt64
	if len(s.wins) > 0 {
		s.due = watermark.Add(s.wins[0].end, s.cfg.Lateness)
	}
	if i := s.unended(); i < len(s.wins) {
		s.due = min(s.due, s.wins[i].end)
	}
}

// Close closes the windows that the watermark wm closes, in order of their starts, and removes them from memory and, with the
// commit, from the DB. It hands each of their entries to emit in byte order of the keys; with onlyDirty just those that changed
// since the last Seal, as the others were handed on then, in the order in which they were first touched, or in a store with rounds
// since the last one, in byte order. With Config.AtEnd it hands on those of windows that the watermark comes to the ends of instead, all of
// them. Then there is a round, if one is due. emit may be nil; it must not keep key or value, nor call this store.
func (s *Tumbling[V]) Close(wm int64, emit func(w Bounds, key []byte, v *V) error, onlyDirty bool) error {
	if s.err != nil || wm < s.Due() {
		return s.err
	}
	last := emit
	if s.cfg.AtEnd {
		if err := s.endUntil(wm, emit); err != nil {
			return err
		}
		last = nil
	}
	if err := s.closeUntil(wm, last, onlyDirty); err != nil || wm < s.roundDue() {
		return err
	}
	if s.cfg.Round != nil {
		emit = s.cfg.Round
	}
	return s.handOnAll(wm, emit)
}

// handOnAll is the round at a time.
func (s *Tumbling[V]) handOnAll(at int64, emit func(w Bounds, key []byte, v *V) error) error {
	for _, w := range s.wins {
		if err := s.handOn(w, emit); err != nil {
			return err
		}
	}
	s.roundOver(at)
	return nil
}

func (s *Tumbling[V]) closeUntil(wm int64, emit func(w Bounds, key []byte, v *V) error, onlyDirty bool) error {
	n := 0
	var stored []*win[V]
	for ; n < len(s.wins) && s.closes(s.wins[n], wm); n++ {
		w := s.wins[n]
		if emit != nil {
			if err := s.emit(w, emit, onlyDirty); err != nil {
				return err
			}
		}
		if s.cfg.Gone != nil {
			if err := s.emit(w, s.gone, false); err != nil {
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
		if err := s.deleteWindows(stored[0].end, stored[len(stored)-1].end); err != nil {
			return s.fatal(err)
		}
	}
	s.closed = max(s.closed, watermark.Add(s.wins[n-1].end, s.cfg.Lateness))
	s.c.Stats.WindowsClosed += int64(n)
	s.leave(n)
	s.schedule()
	return nil
}

// closes reports whether the watermark wm closes a window.
func (s *Tumbling[V]) closes(w *win[V], wm int64) bool {
	return watermark.Add(w.end, s.cfg.Lateness) <= wm
}

func (s *Tumbling[V]) emit(w *win[V], emit func(Bounds, []byte, *V) error, onlyDirty bool) error {
	bounds := Bounds{w.start, w.end}
	if onlyDirty && s.cfg.UpdateEvery != 0 {
		return s.handOn(w, emit)
	}
	if onlyDirty {
		for _, id := range w.dirty {
			if err := s.c.Pause(); err != nil {
				return err
			}
			e := w.entry(id)
			if err := emit(bounds, w.key(e), &e.val); err != nil {
				return err
			}
		}
		return nil
	}
	s.sort(w)
	if !w.complete {
		if err := s.merge(w, emit); err != nil {
			return err
		}
	}
	for id, ok := s.order.First(); ok; id, ok = s.order.First() {
		if err := s.c.Pause(); err != nil {
			return err
		}
		s.order.Shift()
		e := w.entry(id)
		if err := emit(bounds, w.key(e), &e.val); err != nil {
			return err
		}
	}
	return nil
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

// Seal takes up what changed since the last Seal: for each such entry it calls emit, if that isn't nil, and writes the value to
// the changelog and to the open batch of the DB. Entries come in order of their windows, within one in the order in which they
// were first touched since the last Seal. emit must not keep key or value.
//
// A driver calls it once per commit, and Committed once for each of those calls that reached the DB, in the same order.
func (s *Tumbling[V]) Seal(emit func(w Bounds, key []byte, v *V) error) error {
	if s.err != nil {
		return s.err
	}
	return s.sealAll(emit)
}

// Reset forgets everything in memory, committed or not, and the open batch. It then asks the DB which windows it holds; an error
// of that comes out of the next Upsert, Close or Seal.
func (s *Tumbling[V]) Reset() {
	s.forget()
	s.closed = noneClosed
	s.err = s.load(func(end int64) int64 { return s.line.instant(s.line.at(end) - s.cfg.Size) })
	s.schedule()
}
