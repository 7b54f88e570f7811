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
	ids         []uint32    // what is left of the overlay's entries
	it          *store.Iter // the slice's entries in the DB, nil if the overlay has all of them
	skip        int         // length of what stands before the group in a DB key
	run         *run[V]
	at          int
	left, right *stream[V]
	both        byte // which of the two the value in hand is of: 1, 2 or 3
	same        bool // they are runs of the same keys
}

// run holds merged values in order of their keys. Runs that follow each other often have the same keys, and then share them.
type run[V any] struct {
	keys []byte
	ends []uint32 // of the keys
	vals []V
	heap int64 // what the values hold besides themselves
}

// sameKeys reports whether two runs share their keys.
func (r *run[V]) sameKeys(o *run[V]) bool {
	return len(r.ends) > 0 && len(r.ends) == len(o.ends) && &r.ends[0] == &o.ends[0]
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
	case x.same:
		l, r := x.left.run, x.right.run
		if x.at == len(l.vals) {
			x.key = nil
			return nil
		}
		x.own = l.vals[x.at]
		s.cfg.Merge(&x.own, &r.vals[x.at])
		x.key, x.val = some(l.key(x.at)), &x.own
		x.at++
		return nil
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

// least is how many values a stream has at the least, as far as memory knows: as a rule it is how many it has.
func (s *Sliced[V]) least(x *stream[V]) int {
	switch {
	case x.run != nil:
		return len(x.run.vals)
	case x.w != nil:
		return int(x.w.n)
	}
	return max(s.least(x.left), s.least(x.right))
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
	if len(x.ids) > 0 {
		e = x.w.entry(x.ids[0])
	}
	if x.it == nil {
		if e == nil {
			x.key = nil
			return nil
		}
		x.ids = x.ids[1:]
		x.key, x.val = some(x.w.key(e)), &e.val
		return nil
	}
	k := x.it.Key()[x.skip:]
	c := 1
	if e != nil {
		c = bytes.Compare(x.w.key(e), k)
	}
	if e != nil && c <= 0 {
		x.ids = x.ids[1:]
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
	from, to := s.numbers(b)
	border := border(from, to)
	m := s.upTo(i, j, border)
	front, err := s.front(from, border, to-from, i, m, b.End)
	if err != nil {
		return nil, err
	}
	back, err := s.back(border, to, to-from, m, j, b.End)
	if err != nil {
		s.free(front)
		return nil, err
	}
	return s.beside(front, back), nil
}

// slice is a stream of one slice.
func (s *Sliced[V]) slice(w *win[V]) (*stream[V], error) {
	x := s.stream()
	x.w, x.ids = w, s.sortedIDs(w)
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

// sortedIDs are the numbers of a slice's entries in byte order of their keys. They are needed for several windows, so they are kept for as long as
// there are no more entries.
func (s *Sliced[V]) sortedIDs(w *win[V]) []uint32 {
	if uint32(len(w.sorted)) == w.n {
		return w.sorted
	}
	s.sort(w)
	s.mem.bytes += (int64(w.n) - int64(len(w.sorted))) * 4
	w.sorted = make([]uint32, 0, w.n)
	for id, ok := s.order.First(); ok; id, ok = s.order.First() {
		_ = s.c.Pause() // who gives up notices it behind
		s.order.Shift()
		w.sorted = append(w.sorted, id)
	}
	return w.sorted
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
	x.same = left.run != nil && right.run != nil && left.run.sameKeys(right.run)
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
	*x = stream[V]{}
	s.idle = append(s.idle, x)
}
