package window

import (
	"bytes"
	"math"
)

// deleteWindows deletes the windows whose ends are from first to last.
func (s *panes[V]) deleteWindows(first, last int64) error {
	return s.c.DB.Batch().DeleteRange(s.endKey(nil, first), s.behind(last))
}

// behind is the DB key behind all entries of windows that end at end or before.
func (s *panes[V]) behind(end int64) []byte {
	if end == math.MaxInt64 {
		hi := bytes.Clone(s.prefix)
		hi[len(hi)-1]++
		return hi
	}
	return s.endKey(nil, end+1)
}

// merge emits the window's entries in the DB and those of the overlay, in order already, that stand before or at them; the overlay's are
// newer.
func (s *panes[V]) merge(w *win[V], emit func(Bounds, []byte, *V) error) error {
	bounds := Bounds{w.start, w.end}
	lo := s.endKey(nil, bounds.End)
	var emitErr error
	err := s.c.DB.Scan(lo, s.behind(bounds.End), func(k, b []byte) error {
		k = k[len(lo):]
		if emitErr = s.c.Pause(); emitErr != nil {
			return emitErr
		}
		for id, ok := s.order.First(); ok; id, ok = s.order.First() {
			if emitErr = s.c.Pause(); emitErr != nil {
				return emitErr
			}
			e := w.entry(id)
			c := bytes.Compare(w.key(e), k)
			if c > 0 {
				break
			}
			s.order.Shift()
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
		return emitErr // as it is: the caller may look into it
	}
	if err != nil {
		return s.fatal(err)
	}
	return nil
}
