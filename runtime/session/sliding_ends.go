package session

import (
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// handed is the time at which windows end, or before, that neither rounds nor commits nor counts hand on any more.
func (s *Sliding[V]) handed() int64 {
	if s.cfg.AtEnd {
		return max(s.passed, s.ended)
	}
	return s.passed
}

// earlier is the time at which one of some points' windows closes, or Lateness before that at which one ends that is handed on then: the heap and
// the reminders go by the time up to which windows are closed.
func (s *Sliding[V]) earlier(closes int64, points []point) int64 {
	if !s.cfg.AtEnd {
		return closes
	}
	end := nextEvent(points, s.cfg.Reach, s.ended)
	if end == never {
		return closes
	}
	return min(closes, watermark.Sub(end, s.cfg.Lateness))
}

// endOf hands on the window of a group that ends at a time, if there is one.
func (s *Sliding[V]) endOf(id uint32, end int64, emit func(window.Bounds, []byte, *V) error) error {
	g := s.groups.at(id)
	if g.first == 0 {
		return nil
	}
	l := s.lines.at(g.first)
	points := l.points()
	start := end - s.cfg.Reach - 1
	i, j := first(points, start), first(points, end)
	if i == j {
		return nil
	}
	if own, begun := points[j-1].at == end-1, i > 0 && points[i-1].at == start-1; !own && !begun {
		return nil
	}
	return s.emitWhole(id, l, i, j, window.Bounds{Start: start, End: end}, emit)
}

// touched tells whether the last Upsert changed or made a window that ends behind its record, and begins right behind it at the latest: it made
// that one if the record is the first of its time, and no other one has the window end with it.
func (s *Sliding[V]) touched(w *neighbours) bool {
	return w.start <= s.last.at || s.last.fresh && !w.own
}

// Correct hands on the values of those open windows that the last Upsert, of a group's key, changed or made and that were handed on at their ends,
// or would have been, in order of these.
func (s *Sliding[V]) Correct(key []byte, emit func(w window.Bounds, key []byte, v *V) error) error {
	if s.last.at >= s.ended { // all windows of the record end later
		return nil
	}
	points := s.lineOf(s.groups.at(s.last.group)).points()
	m := s.fresh()
	for w := ends(points, s.cfg.Reach, max(s.passed, s.last.at)); w.next() && w.end <= s.ended && w.start <= s.last.at+1; {
		if err := s.c.Pause(); err != nil {
			return err
		}
		if !s.touched(&w) {
			continue
		}
		v, err := s.value(m, points, w.i, w.j, w.end)
		if err != nil {
			return err
		}
		if err := emit(window.Bounds{Start: w.start, End: w.end}, key, v); err != nil {
			return err
		}
	}
	return nil
}
