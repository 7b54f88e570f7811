package session

import (
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// mergeFrom is how many points a window has at least for which what is merged is kept for the group's next one: of a few it is made anew.
const mergeFrom = 8

// Close closes the windows that the watermark wm closes, in order of their ends, those of one end in byte order of their groups' keys, and
// hands each of them to emit; with onlyDirty just those that changed since the last Seal, as the others were handed on then, or in a store
// with rounds since the last one. With Config.AtEnd it hands windows on when the watermark comes to their ends instead, all of them and in the same
// order. Then there is a round, if one is due: group by group in byte order of the keys, the windows of one in order
// of their ends. emit may be nil; it must not keep key or value, nor change it, nor call this store.
func (s *Sliding[V]) Close(wm int64, emit func(w window.Bounds, key []byte, v *V) error, onlyDirty bool) error {
	if s.err != nil {
		return s.err
	}
	limit := watermark.Sub(wm, s.cfg.Lateness)
	for {
		if err := s.c.Pause(); err != nil {
			return err
		}
		at, err := s.nextDue(limit, s.read)
		if err != nil {
			return err
		}
		if at > limit || at == never {
			break
		}
		if err := s.closeAt(at, emit, onlyDirty); err != nil {
			return err
		}
	}
	s.passed, s.ended = max(s.passed, limit), max(s.ended, wm)
	s.schedule()
	if wm >= s.roundDue() && !s.cfg.ByClock {
		return s.handOn(wm, emit)
	}
	return nil
}

// closeAt closes the windows that end at a time, the earliest one in the heap, and hands on those that end Lateness behind it if it does so at
// their ends.
func (s *Sliding[V]) closeAt(at int64, emit func(window.Bounds, []byte, *V) error, onlyDirty bool) error {
	s.order.Begin()
	for len(s.heap) > 0 && s.heap[0].at == at {
		if err := s.c.Pause(); err != nil {
			return err
		}
		id := s.heap.pop().id
		if g := s.groups.at(id); g.due == at { // else it is of a group that is gone, or has an earlier item
			g.due = never
			s.order.Add(id)
		}
	}
	s.order.Arrange()
	end, last := int64(watermark.None), emit
	if s.cfg.AtEnd {
		last = nil
		if e := watermark.Add(at, s.cfg.Lateness); e > s.ended {
			end, s.ended = e, e
		}
	}
	for id, ok := s.order.First(); ok; id, ok = s.order.First() {
		if err := s.c.Pause(); err != nil {
			return err
		}
		s.order.Shift()
		if end != watermark.None && emit != nil {
			if err := s.endOf(id, end, emit); err != nil {
				return err
			}
		}
		if err := s.closeOf(id, at, last, onlyDirty); err != nil {
			return err
		}
		g := s.groups.at(id)
		if next := s.next(g, at); next < never {
			s.push(id, g, next)
		}
	}
	return nil
}

// closeOf closes the window of a group that ends at a time, if there is one, and drops the point that it begins behind: no window has that any more.
func (s *Sliding[V]) closeOf(id uint32, end int64, emit func(window.Bounds, []byte, *V) error, onlyDirty bool) error {
	g := s.groups.at(id)
	s.touch(id, g)
	l := s.lines.at(g.first)
	points := l.points()
	old, begun := 0, uint8(0) // what the point is behind which the window begins
	for ; old < len(points) && points[old].at+s.cfg.Reach+2 <= end; old++ {
		begun = points[old].is
		if begun&isStored != 0 {
			s.gone = append(s.gone, gone{id, points[old].at})
		}
	}
	j := first(points, end)
	own := j > old && points[j-1].at == end-1
	if j > old && (own || old > 0) {
		w := window.Bounds{Start: end - s.cfg.Reach - 1, End: end}
		changed, born := s.marks()
		if emit != nil && (!onlyDirty || begun&born != 0 && !own || s.anyChanged(l, points, old, j, changed)) {
			if err := s.emitWhole(id, l, old, j, w, emit); err != nil {
				return err
			}
		}
		if s.cfg.Gone != nil {
			if err := s.cfg.Gone(w, s.groups.keyOf(g), nil); err != nil {
				return err
			}
		}
		s.c.Stats.WindowsClosed++
		s.closed = max(s.closed, watermark.Add(end, s.cfg.Lateness))
	}
	if old > 0 {
		s.drop(g, old)
	}
	return nil
}

// emitWhole hands on a window that closes or ends, of the points from index i up to, but not with, j.
func (s *Sliding[V]) emitWhole(id uint32, l *line[V], i, j int, w window.Bounds, emit func(window.Bounds, []byte, *V) error) error {
	m := &s.scratch
	if l.merged != nil || j-i >= mergeFrom {
		if l.merged == nil {
			l.merged = new(merged[V])
			s.mergedBytes += l.merged.size()
		}
		m = l.merged
		before := m.size()
		defer func() { s.mergedBytes += m.size() - before }()
	} else {
		s.scratch.reset(0)
	}
	v, err := s.value(m, l.points(), i, j, w.End)
	if err != nil {
		return err
	}
	return emit(w, s.groups.keyOf(s.groups.at(id)), v)
}

// marks are the marks of points that changed, and that are new, since results were handed on.
func (s *Sliding[V]) marks() (changed, born uint8) {
	if s.cfg.UpdateEvery != 0 {
		return isWaiting, isNew
	}
	return isDirty, isBorn
}

// anyChanged tells whether one of the points from index i up to, but not with, j has a mark. No window that is asked for later begins before.
func (s *Sliding[V]) anyChanged(l *line[V], points []point, i, j int, mark uint8) bool {
	k := max(i, first(points, l.changed))
	for k < len(points) && points[k].is&mark == 0 {
		_ = s.c.Pause() // who gives up notices it behind
		k++
	}
	l.changed = never
	if k < len(points) {
		l.changed = points[k].at
	}
	return k < j
}

// Live reports whether the entry under a changelog key is wanted: those that are not have tombstones.
func (s *Sliding[V]) Live([]byte, int64) (bool, error) { return true, nil }

// Trim has nothing to delete: see Live.
func (s *Sliding[V]) Trim(int64) error { return nil }
