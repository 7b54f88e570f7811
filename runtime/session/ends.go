package session

import (
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// next is when a window is due, as the heap has it: Lateness before the watermark at which it closes, or is handed on at its end before that.
func (s *Store[V]) next(w *win[V]) int64 {
	if s.cfg.AtEnd && !s.over(w) {
		return watermark.Sub(w.end, s.cfg.Lateness)
	}
	return w.end
}

// over reports whether a window was handed on at its end. If it grows it has not ended any more.
func (s *Store[V]) over(w *win[V]) bool { return s.cfg.AtEnd && w.end <= s.ended }

// Ended reports whether the window that the last Upsert found has ended, so that the caller hands on what corrects it: it was handed on before,
// and what it is made of, or comes to be there at once.
func (s *Store[V]) Ended() bool { return s.over(s.wins.at(s.grown.win)) }

// end hands on a window at its end.
func (s *Store[V]) end(g *group, w *win[V], emit func(window.Bounds, []byte, *V) error) error {
	w.waiting = false
	w.dirty = w.dirty || s.cfg.Notes
	if emit == nil {
		return nil
	}
	return emit(window.Bounds{Start: w.start, End: w.end}, s.groups.keyOf(g), &w.val)
}
