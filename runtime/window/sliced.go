package window

import (
	"fmt"
	"math"

	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// Sliced is a store of windows that overlap: hopping or cumulative ones, or ones of several sizes. Each record changes one slice, whatever the number
// of windows that share it, and a window's values are merged of its slices' when it is handed on.
//
// # Order of merging
//
// Sums of doubles depend on the order in which they are made, so it is fixed, by the windows' places on the time line alone. The slices
// of cumulative windows are merged one after the other. Those of hopping windows are numbered, and leaves of binary trees: nodes of 2^k slices
// begin at multiples of 2^k, and a node merges its halves. The border of a window is the number in it that the highest power of two
// divides. In front of it lie nodes that become larger towards it, and behind it nodes that become smaller. Those in front are merged
// from the border on to the left, each with what is between it and the border; those behind from the border on to the right; and then
// both sides.
//
// The windows that come one after the other share their border for a while. So what is merged next to it can be kept: the side in front, of
// the next window, is a part of what was merged for this one, and the side behind has this one's in it. A window costs some four merges
// a key, however many slices it has.
//
// It belongs to its task's goroutine. After a method returned an error the store must be Reset before it is used again.
type Sliced[V any] struct {
	panes[V]
	due    int64
	end    int64 // of the window that is due, on the line
	closed int64 // the end of the last closed window, on the line
	wm     int64 // the highest watermark seen
	// With Config.AtEnd, on the line: the end of the last window that was handed on, and that of the next one, when it is due.
	endedAt, ending, endDue int64
	nodes                   nodes[V]
	idle                    []*stream[V] // for use again
	tree                    tree[V]
}

// NewSliced makes a store and adds it to c.Stores. It knows at once which slices the DB holds.
func NewSliced[V any](c *topology.Context, cfg Config[V]) (*Sliced[V], error) {
	p, err := newPanes(c, cfg)
	if err != nil {
		return nil, err
	}
	if cfg.Every == 0 || cfg.Merge == nil {
		return nil, fmt.Errorf("store %s: bad configuration", cfg.Name)
	}
	s := &Sliced[V]{panes: p}
	if s.Reset(); s.err != nil {
		return nil, s.err
	}
	c.Stores = append(c.Stores, s)
	return s, nil
}

// Late reports whether a record is too late under the watermark wm for all windows that it would be in. One that is too late for some of
// them is part of the others. With Config.AtEnd the watermark is as in [Tumbling.Late].
func (s *Sliced[V]) Late(eventTime, wm int64) bool {
	s.wm = max(s.wm, wm)
	s.ends(wm)
	if w := s.last; w != nil && eventTime >= w.start && eventTime < w.end {
		return watermark.Add(w.gone, s.cfg.Lateness) <= wm
	}
	lo, _ := s.line.slice(s.line.at(eventTime))
	return watermark.Add(s.line.instant(s.line.lastEnd(lo)), s.cfg.Lateness) <= wm
}

// Missed is the window that a record with an event time was too late for when it was too late for all: the last to end of those it would have been in,
// and the largest of several that end then.
func (s *Sliced[V]) Missed(eventTime int64) Bounds {
	lo, _ := s.line.slice(s.line.at(eventTime))
	start, end := s.line.last(lo)
	return Bounds{s.line.instant(start), s.line.instant(end)}
}

// Due is the lowest watermark that closes a window, MaxInt64 if none is open, or at which the next round is, or with Config.AtEnd a window's end.
func (s *Sliced[V]) Due() int64 { return min(s.due, s.endDue, s.roundDue()) }

// Upsert finds the value of key in the slice that holds an event time, or makes it. The caller is about to change it: it is part of the
// next Seal. The pointer is valid until the next call of any method. fresh says that it is a zero value that was not there before.
// The key is copied.
func (s *Sliced[V]) Upsert(eventTime int64, key []byte) (v *V, fresh bool, err error) {
	w := s.last
	if w == nil || eventTime < w.start || eventTime >= w.end {
		lo, hi := s.line.slice(s.line.at(eventTime))
		var opened bool
		if w, opened, err = s.pane(s.line.instant(lo), s.line.instant(hi)); err != nil {
			return nil, false, err
		}
		if opened {
			s.number(w, lo)
			closed := s.line.closedBy(s.wm, s.cfg.Lateness)
			if len(s.wins) > 1 {
				// The window that is due may not have been closed yet: a record comes before what the watermark closes that it moves.
				closed = min(closed, s.end-s.cfg.Every)
			}
			s.closed = max(s.closed, closed)
			s.schedule()
		}
	}
	s.nodes.touch(w.number)
	return s.upsert(w, key)
}

// number fills in what the store knows of a new slice that begins at lo on the line.
func (s *Sliced[V]) number(w *win[V], lo int64) {
	hop := floor(lo, s.cfg.Every)
	w.number = hop / s.cfg.Every
	if s.cfg.Size%s.cfg.Every != 0 { // two slices each hop
		w.number *= 2
		if lo != hop {
			w.number++
		}
	}
	w.gone = s.line.instant(s.line.lastEnd(lo))
}

func (s *Sliced[V]) schedule() {
	s.due = math.MaxInt64
	s.scheduleEnd()
	if len(s.wins) == 0 {
		return
	}
	// A window that is not closed and begins with the first slice, or before it: the first slice is in one, else it would be gone.
	s.end = s.line.firstEnd(s.lineEnd(s.wins[0]))
	if s.end <= s.closed {
		s.end = s.closed + s.cfg.Every
	}
	s.due = watermark.Add(s.line.instant(s.end), s.cfg.Lateness)
}

// lineEnd is where a slice ends on the line.
func (s *Sliced[V]) lineEnd(w *win[V]) int64 {
	_, hi := s.line.slice(s.line.at(w.start))
	return hi
}

// bounds are those of the n-th of the windows that end at end on the line, the smaller ones first; false if there is none of that size.
func (s *Sliced[V]) bounds(end int64, n int) (Bounds, bool) {
	start, ok := s.line.ending(end, n)
	if !ok {
		return Bounds{}, false
	}
	return Bounds{s.line.instant(start), s.line.instant(end)}, true
}

// Close closes the windows that the watermark wm closes, in order of their ends, and removes the slices that none needs any more from
// memory and, with the commit, from the DB. It hands each window's values to emit in byte order of the keys; with onlyDirty just those
// that changed since the last Seal, as the others were handed on then, or in a store with rounds since the last one. With Config.AtEnd it hands
// on those of windows that the watermark comes to the ends of instead, all of them. Then there is a round, if one is due: key by key, in order
// of the windows' ends. emit may be nil; it must not keep key or value, nor call this store.
func (s *Sliced[V]) Close(wm int64, emit func(w Bounds, key []byte, v *V) error, onlyDirty bool) error {
	if s.err != nil || wm < s.Due() {
		return s.err
	}
	s.wm = max(s.wm, wm)
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
	return s.handOnAll(wm, emit)
}

func (s *Sliced[V]) closeUntil(wm int64, emit func(w Bounds, key []byte, v *V) error, onlyDirty bool) error {
	first, last := int64(0), int64(math.MinInt64) // ends of stored slices that are gone
	for len(s.wins) > 0 && s.due <= wm {
		for k := range s.line.kinds() {
			b, ok := s.bounds(s.end, k)
			if !ok {
				continue
			}
			if err := s.closeOne(b, emit, onlyDirty); err != nil {
				return err
			}
			s.c.Stats.WindowsClosed++
		}
		s.closed = s.end
		n, end := 0, s.line.instant(s.end)
		for ; n < len(s.wins) && s.wins[n].gone <= end; n++ {
			if w := s.wins[n]; w.stored {
				if last == math.MinInt64 {
					first = w.end
				}
				last = w.end
			}
		}
		if n > 0 {
			for _, w := range s.wins[:n] {
				s.nodes.touch(w.number)
			}
			s.leave(n)
		}
		s.schedule()
	}
	if last == math.MinInt64 {
		return nil
	}
	// Every slice up to the last one is gone, so one range takes them all.
	if err := s.deleteWindows(first, last); err != nil {
		return s.fatal(err)
	}
	return nil
}

// closeOne hands on what there is to say of a window that closes.
func (s *Sliced[V]) closeOne(b Bounds, emit func(w Bounds, key []byte, v *V) error, onlyDirty bool) (err error) {
	switch {
	case emit == nil:
	case onlyDirty && s.cfg.UpdateEvery != 0:
		err = s.handOnIn(b, emit)
	case onlyDirty:
		err = s.changed(b, emit)
	default:
		err = s.whole(b, emit)
	}
	if err == nil && s.cfg.Gone != nil {
		err = s.whole(b, s.gone)
	}
	return err
}

// Seal takes up what changed since the last Seal: it hands the values that changed of each window that is still open to emit, if that
// isn't nil, and writes the changed values of slices to the changelog and to the open batch of the DB. emit must not keep key or value.
//
// A driver calls it once per commit, and Committed once for each of those calls that reached the DB, in the same order.
func (s *Sliced[V]) Seal(emit func(w Bounds, key []byte, v *V) error) error {
	if s.err != nil {
		return s.err
	}
	if emit != nil {
		if err := s.update(emit); err != nil {
			return err
		}
	}
	return s.sealAll(nil)
}

// Committed says that the oldest seal not yet reported is in the DB. If the task's stores take more than they may, merged nodes are
// dropped from memory first, and then slices that have nothing on its way to the DB, those first that changed least recently.
func (s *Sliced[V]) Committed() {
	if bound := s.c.OverlayBytes; bound > 0 {
		size := int64(0)
		for _, st := range s.c.Stores {
			size += st.Size()
		}
		if size > bound {
			s.nodes = nodes[V]{}
		}
	}
	s.panes.Committed()
}

// Size is an estimate of the memory used, in bytes.
func (s *Sliced[V]) Size() int64 { return s.panes.Size() + s.nodes.bytes }

// Closed is the task's watermark that closes exactly the windows closed so far, MinInt64 if there were none.
func (s *Sliced[V]) Closed() int64 {
	if s.closed <= minTime {
		return noneClosed
	}
	return watermark.Add(watermark.Add(s.line.instant(s.closed), s.cfg.Lateness), s.cfg.Delay)
}

// Live reports whether the entry under a changelog key is wanted by a task whose restored watermark is wm.
func (s *Sliced[V]) Live(key []byte, wm int64) (bool, error) {
	end, _, err := SplitKey(key)
	if err != nil {
		return false, s.fatal(err)
	}
	lo, _ := s.line.slice(s.line.at(end - 1))
	return watermark.Add(s.line.instant(s.line.lastEnd(lo)), s.cfg.Lateness) > watermark.Sub(wm, s.cfg.Delay), nil
}

// Trim deletes, in the open batch, the slices that no window needs that the task's restored watermark wm leaves open. Call Reset when the
// batch was applied.
func (s *Sliced[V]) Trim(wm int64) error {
	if wm == watermark.None {
		return nil // closes nothing
	}
	closed := s.line.closedBy(watermark.Sub(wm, s.cfg.Delay), s.cfg.Lateness)
	return s.deleteWindows(math.MinInt64, s.line.instant(s.line.over(closed)))
}

// Reset forgets everything in memory, committed or not, and the open batch. It then asks the DB which slices it holds, and the task's
// clock which windows are closed; an error of the DB comes out of the next Upsert, Close or Seal.
func (s *Sliced[V]) Reset() {
	s.forget()
	s.nodes = nodes[V]{}
	s.wm = watermark.None
	if s.c.Clock != nil {
		s.wm = watermark.Sub(s.c.Clock.Now(), s.cfg.Delay)
	}
	s.closed, s.endedAt = s.line.closedBy(s.wm, s.cfg.Lateness), s.line.closedBy(s.wm, 0)
	s.err = s.load(func(end int64) int64 {
		lo, _ := s.line.slice(s.line.at(end - 1))
		return s.line.instant(lo)
	})
	for _, w := range s.wins {
		s.number(w, s.line.at(w.start))
	}
	s.schedule()
}

// covered are the indexes of the slices in a window.
func (s *Sliced[V]) covered(b Bounds) (i, j int) {
	i, _ = s.from(b.Start)
	j, _ = s.from(b.End)
	return i, j
}
