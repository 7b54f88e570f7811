package session

import (
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// Close closes the windows that the watermark wm closes, in order of their ends, those of one end in byte order of their groups' keys, and
// hands each of them to emit; with onlyDirty just those that changed since the last Seal, as the others were handed on then, or in a store
// with rounds since the last one. With Config.AtEnd it hands windows on when the watermark comes to their ends instead, in the same order. Then
// there is a round, if one is due: group by group in byte order of the keys, the windows of one in order of their starts. emit may be nil; it
// must not keep key or value, nor call this store.
func (s *Store[V]) Close(wm int64, emit func(w window.Bounds, key []byte, v *V) error, onlyDirty bool) error {
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
func (s *Store[V]) closeAt(at int64, emit func(window.Bounds, []byte, *V) error, onlyDirty bool) error {
	s.order.Begin()
	for len(s.heap) > 0 && s.heap[0].at == at {
		if err := s.c.Pause(); err != nil {
			return err
		}
		id := s.heap.pop().id
		g := s.groups.at(id)
		if g.due != at {
			continue // of a group that is gone, or has an earlier item
		}
		g.due = never
		if end := s.earliest(g); end > at {
			if end < never { // else its windows have ended with a record
				s.push(id, g, end)
			}
			continue
		}
		s.order.Add(id)
	}
	s.order.Arrange()
	last, ended := emit, s.ended
	if s.cfg.AtEnd {
		last, s.ended = nil, max(s.ended, watermark.Add(at, s.cfg.Lateness))
	}
	for id, ok := s.order.First(); ok; id, ok = s.order.First() {
		if err := s.c.Pause(); err != nil {
			return err
		}
		s.order.Shift()
		g := s.groups.at(id)
		s.touch(id, g)
		for link := &g.first; *link != 0; {
			n := *link
			w := s.wins.at(n)
			if w.end > ended && s.over(w) {
				if err := s.end(g, w, emit); err != nil {
					return err
				}
			}
			if w.end != at {
				link = &w.next
				continue
			}
			if emit := last; emit != nil && (!onlyDirty || s.changed(w)) {
				if err := emit(window.Bounds{Start: w.start, End: w.end}, s.groups.keyOf(g), &w.val); err != nil {
					return err
				}
			}
			if s.cfg.Gone != nil {
				if err := s.cfg.Gone(window.Bounds{Start: w.start, End: w.end}, s.groups.keyOf(g), &w.val); err != nil {
					return err
				}
			}
			*link = w.next
			s.free(n)
			s.c.Stats.WindowsClosed++
		}
		if g.first != 0 {
			s.push(id, g, s.earliest(g))
		}
		s.closed = max(s.closed, watermark.Add(at, s.cfg.Lateness))
	}
	return nil
}

// item says that a group is to be looked at. It counts only if the group's due has its time: a group has one such item, and others that
// are left over from before.
type item struct {
	at int64
	id uint32
}

// leftOver is how many items may be left over besides as many as there are groups.
const leftOver = 1024

// heap is a heap of items by their times.
type heap []item

// tidy drops items that do not count.
func (h *heap) tidy(counts func(x item) bool) {
	old := *h
	*h = (*h)[:0]
	for _, x := range old { // what is pushed stands before what is still to be looked at
		if counts(x) {
			h.push(x)
		}
	}
}

func (h *heap) push(x item) {
	*h = append(*h, x)
	q := *h
	i := len(q) - 1
	for i > 0 {
		up := (i - 1) / 2
		if q[up].at <= x.at {
			break
		}
		q[i] = q[up]
		i = up
	}
	q[i] = x
}

func (h *heap) pop() item {
	q := *h
	top, x := q[0], q[len(q)-1]
	q = q[:len(q)-1]
	*h = q
	if len(q) == 0 {
		return top
	}
	i := 0
	for {
		down := 2*i + 1
		if down >= len(q) {
			break
		}
		if down+1 < len(q) && q[down+1].at < q[down].at {
			down++
		}
		if q[down].at >= x.at {
			break
		}
		q[i] = q[down]
		i = down
	}
	q[i] = x
	return top
}
