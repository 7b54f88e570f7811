package window

import (
	"bytes"
	"unsafe"

	"github.com/weirstream/weir/runtime/store"
)

// stream hands out the values of a slice, of a node or of a window in byte order of their keys. That of an inner node merges two others
// as it goes, so a window of any size takes little memory.
type stream[V any] struct {
	key []byte // of the value in hand; nil: there are no more
	val *V
	own V // what val points to, where it stands nowhere else

	// One of these: a slice, a run of merged values, or two streams.
	w           *win[V]
	order       *Order      // what is left of the overlay's entries; for use again
	it          *store.Iter // the slice's entries in the DB, nil if the overlay has all of them
	skip        int         // length of what stands before the group in a DB key
	run         *run[V]
	at          int
	left, right *stream[V]
	both        byte // which of the two the value in hand is of: 1, 2 or 3
}

// run holds merged values in order of their keys.
type run[V any] struct {
	keys []byte
	ends []uint32 // of the keys
	vals []V
	heap int64 // what the values hold besides themselves
}

func (r *run[V]) key(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = r.ends[i-1]
	}
	return r.keys[from:r.ends[i]:r.ends[i]]
}

func (r *run[V]) bytes() int64 {
	var v V
	return int64(cap(r.keys)) + int64(cap(r.ends))*4 + int64(cap(r.vals))*int64(unsafe.Sizeof(v)) + r.heap
}

// next moves a stream on to its next value.
func (s *Sliced[V]) next(x *stream[V]) error {
	switch {
	case x.run != nil:
		if x.at == len(x.run.vals) {
			x.key = nil
			return nil
		}
		x.key, x.val = some(x.run.key(x.at)), &x.run.vals[x.at]
		x.at++
		return nil
	case x.w != nil:
		return s.nextOfSlice(x)
	}
	if x.both&1 != 0 {
		if err := s.next(x.left); err != nil {
			return err
		}
	}
	if x.both&2 != 0 {
		if err := s.next(x.right); err != nil {
			return err
		}
	}
	l, r := x.left, x.right
	switch {
	case l.key == nil:
		x.both, x.key, x.val = 2, r.key, r.val
	case r.key == nil:
		x.both, x.key, x.val = 1, l.key, l.val
	default:
		switch c := bytes.Compare(l.key, r.key); {
		case c < 0:
			x.both, x.key, x.val = 1, l.key, l.val
		case c > 0:
			x.both, x.key, x.val = 2, r.key, r.val
		default:
			x.own = *l.val
			s.cfg.Merge(&x.own, r.val)
			x.both, x.key, x.val = 3, l.key, &x.own
		}
	}
	return nil
}

// some is a key that is there: of an empty one nothing may be stored, and nil is the end.
func some(key []byte) []byte {
	if key == nil {
		return []byte{}
	}
	return key
}

// nextOfSlice takes the next entry of the overlay or of the DB; the overlay's are newer.
func (s *Sliced[V]) nextOfSlice(x *stream[V]) error {
	if x.it != nil && x.both&2 != 0 {
		if !x.it.Next() {
			x.both &^= 2
			if err := x.it.Close(); err != nil {
				return s.fatal(err)
			}
			x.it = nil
		}
	}
	var e *entry[V]
	if id, ok := x.order.First(); ok {
		e = x.w.entry(id)
	}
	if x.it == nil {
		if e == nil {
			x.key = nil
			return nil
		}
		x.order.Shift()
		x.key, x.val = some(x.w.key(e)), &e.val
		return nil
	}
	k := x.it.Key()[x.skip:]
	c := 1
	if e != nil {
		c = bytes.Compare(x.w.key(e), k)
	}
	if e != nil && c <= 0 {
		x.order.Shift()
		x.key, x.val = some(x.w.key(e)), &e.val
		x.both = 0
		if c == 0 {
			x.both = 2
		}
		return nil
	}
	b, err := x.it.Value()
	if err != nil {
		return s.fatal(err)
	}
	x.own = *new(V)
	if err := s.decode(b, &x.own); err != nil {
		return s.fatal(err)
	}
	x.key, x.val, x.both = some(k), &x.own, 2
	return nil
}

// whole hands on all values of a window.
func (s *Sliced[V]) whole(b Bounds, emit func(Bounds, []byte, *V) error) error {
	i, j := s.covered(b)
	x, err := s.window(b, i, j)
	if x == nil || err != nil {
		return err
	}
	defer s.free(x)
	for {
		if err := s.c.Pause(); err != nil {
			return err
		}
		if err := s.next(x); err != nil {
			return err
		}
		if x.key == nil {
			return nil
		}
		if err := emit(b, x.key, x.val); err != nil {
			return err
		}
	}
}

// window is a stream over the slices from index i to j, which are all that there are of the window b; nil if there are none.
func (s *Sliced[V]) window(b Bounds, i, j int) (*stream[V], error) {
	if s.cfg.Cumulative {
		return s.grown(i, j)
	}
	var x *stream[V]
	err := s.parts(b, i, j, func(a int64, k, i, j int) error {
		y, err := s.node(a, k, i, j, b.End)
		x = s.beside(x, y)
		return err
	})
	if err != nil {
		s.free(x)
		return nil, err
	}
	return x, nil
}

// slice is a stream of one slice.
func (s *Sliced[V]) slice(w *win[V]) (*stream[V], error) {
	x := s.stream()
	if x.order == nil {
		x.order = NewOrder(func(id uint32) []byte { return x.w.key(x.w.entry(id)) })
	}
	x.w = w
	w.sort(x.order, s.c.Pause)
	if w.complete {
		return x, nil
	}
	lo := s.endKey(nil, w.end)
	it, err := s.c.DB.Iter(lo, s.behind(w.end))
	if err != nil {
		s.free(x)
		return nil, s.fatal(err)
	}
	// As if an entry before the first had been used up.
	x.it, x.skip, x.both = it, len(lo), 2
	return x, nil
}

// beside merges two streams, of which either may be nil.
func (s *Sliced[V]) beside(left, right *stream[V]) *stream[V] {
	if left == nil {
		return right
	}
	if right == nil {
		return left
	}
	x := s.stream()
	x.left, x.right, x.both = left, right, 3 // both are in front of their first values
	return x
}

func (s *Sliced[V]) stream() *stream[V] {
	if n := len(s.idle); n > 0 {
		x := s.idle[n-1]
		s.idle = s.idle[:n-1]
		return x
	}
	return new(stream[V])
}

// free takes a stream apart, wherever it stands.
func (s *Sliced[V]) free(x *stream[V]) {
	if x == nil {
		return
	}
	if x.it != nil {
		_ = x.it.Close() // what went wrong with it was told when it was read
	}
	s.free(x.left)
	s.free(x.right)
	*x = stream[V]{order: x.order}
	s.idle = append(s.idle, x)
}
