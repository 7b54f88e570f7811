package session

import "unsafe"

// merged is what the points of one line are merged to, for windows that come one after the other. The border of a window is the time in it
// that is a multiple of its length, of which there is one. Points in front of it are merged from the border on to the left, each with what
// is between it and the border; those behind from the border on to the right; and then both sides. So the order goes by times alone, and
// windows with one border share what lies next to it: a window costs some three merges, however many points it has.
type merged[V any] struct {
	border int64
	front  []V   // the k-th has the k+1 points in front of the border
	back   V     // of the next points behind it
	n      int   // how many these are
	until  int64 // no point from this time on is in front or back
	heap   int64 // what front holds besides itself
	both   V
}

// reset begins anew, with another border.
func (m *merged[V]) reset(border int64) {
	clear(m.front)
	*m = merged[V]{border: border, front: m.front[:0]}
}

func (m *merged[V]) size() int64 {
	return int64(cap(m.front))*int64(unsafe.Sizeof(m.back)) + int64(unsafe.Sizeof(*m)) + m.heap
}

// change drops what has the point with an index in it, which has changed or is new.
func (m *merged[V]) change(points []point, i int) {
	at := points[i].at
	if at >= m.until {
		return
	}
	b := first(points, m.border)
	if at >= m.border {
		if i-b < m.n {
			m.n = 0
		}
		return
	}
	if k := b - 1 - i; k < len(m.front) {
		clear(m.front[k:])
		m.front = m.front[:k]
	}
}

// value is what the points from index i up to, but not with, j have, one at least, which are those of a window that ends at end. It is valid until
// the next call, and belongs to m or to a point: the caller does not change it.
func (s *Sliding[V]) value(m *merged[V], points []point, i, j int, end int64) (*V, error) {
	if i+1 == j {
		return s.valueOf(points[i]), nil
	}
	length := s.cfg.Reach + 1
	if border := floor(end-1, length); m.border != border {
		m.reset(border)
	}
	b := i + first(points[i:j], m.border)
	for len(m.front) < b-i {
		if err := s.c.Pause(); err != nil {
			return nil, err
		}
		k := len(m.front)
		v := *s.valueOf(points[b-1-k])
		if k > 0 {
			s.cfg.Merge(&v, &m.front[k-1])
		}
		m.front = append(m.front, v)
		if s.cfg.Bytes != nil {
			m.heap += int64(s.cfg.Bytes(&v))
		}
	}
	if m.n > j-b {
		m.n = 0
	}
	for ; m.n < j-b; m.n++ {
		if err := s.c.Pause(); err != nil {
			return nil, err
		}
		v := s.valueOf(points[b+m.n])
		if m.n == 0 {
			m.back = *v
		} else {
			s.cfg.Merge(&m.back, v)
		}
	}
	m.until = max(m.until, end)
	switch {
	case b == i:
		return &m.back, nil
	case b == j:
		return &m.front[b-i-1], nil
	}
	m.both = m.front[b-i-1]
	s.cfg.Merge(&m.both, &m.back)
	return &m.both, nil
}

// floor is the greatest multiple of every that is not above t.
func floor(t, every int64) int64 {
	r := t % every
	if r < 0 {
		r += every
	}
	return t - r
}
