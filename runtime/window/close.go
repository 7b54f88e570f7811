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

// merge emits the window's entries in the DB and those of the overlay that stand before or at them; the overlay's are newer. It
// returns what is left of the overlay's.
func (s *panes[V]) merge(w *win[V], refs []ref, emit func(Bounds, []byte, *V) error) ([]ref, error) {
	bounds := Bounds{w.start, w.end}
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
