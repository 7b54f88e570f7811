package window

import (
	"bytes"
	"math/bits"
	"slices"
	"unsafe"
)

// nodes are merged values that further windows will need again, in memory only: they are made anew of the slices when they are gone.
type nodes[V any] struct {
	runs  map[nodeID]*run[V]
	sides []side[V] // of hopping windows: what is in front of a border, and behind it
	grown *run[V]   // of cumulative windows: the slices up to the last window that closed
	first int64     // number of the first slice in grown
	last  int64     // of the last one
	bytes int64

	latest *run[V] // with keys of its own
	keys   []byte  // of a run that is being merged
	ends   []uint32

	high  int64 // nothing here holds a slice with a higher number, and no node is of a higher level
	level int
}

// side is what the slices from number from up to number to are merged to, on one side of a border, which is one of both. It was made for a window
// of so many slices.
type side[V any] struct {
	from, to, border int64
	size             int64
	run              *run[V]
}

// nodeID names a node by its first slice's number and its level: it holds 1<<level slices.
type nodeID struct {
	first int64
	level int
}

func (n *nodes[V]) put(id nodeID, r *run[V]) {
	if n.runs == nil {
		n.runs = map[nodeID]*run[V]{}
	}
	n.runs[id] = r
	n.bytes += r.bytes()
	n.high, n.level = max(n.high, id.first+1<<id.level-1), max(n.level, id.level)
}

// side finds what is kept of one side of a border, nil if nothing is.
func (n *nodes[V]) side(from, to, border int64) *run[V] {
	for _, x := range n.sides {
		if x.from == from && x.to == to && x.border == border {
			return x.run
		}
	}
	return nil
}

// putSide keeps a side. What no window will need any more goes: of windows that come one after the other those in front of a border shrink,
// so the shorter ones are still needed, and those behind it grow by whole nodes, so that of what begins at the last node nothing is.
func (n *nodes[V]) putSide(x side[V], lastNode int64) {
	n.dropSides(func(o side[V]) bool {
		return o.size == x.size && (o.border != x.border || x.from == x.border && o.from == x.from && o.to > lastNode)
	})
	n.sides = append(n.sides, x)
	n.bytes += x.run.bytes()
	n.high = max(n.high, x.to-1)
}

// dropSides drops the sides of which f says so.
func (n *nodes[V]) dropSides(f func(side[V]) bool) {
	rest := n.sides[:0]
	for _, x := range n.sides {
		if f(x) {
			n.bytes -= x.run.bytes()
		} else {
			rest = append(rest, x)
		}
	}
	clear(n.sides[len(rest):])
	n.sides = rest
}

// touch drops what holds a slice: it changes, or leaves.
func (n *nodes[V]) touch(number int64) {
	if n.bytes == 0 {
		return
	}
	if n.grown != nil && number >= n.first && number <= n.last {
		n.dropGrown()
	}
	if number > n.high { // nearly all records are newer than what was merged
		return
	}
	n.dropSides(func(x side[V]) bool { return number >= x.from && number < x.to })
	for k := 1; k <= n.level; k++ {
		id := nodeID{number >> k << k, k}
		if r := n.runs[id]; r != nil {
			n.bytes -= r.bytes()
			delete(n.runs, id)
		}
	}
}

func (n *nodes[V]) dropGrown() {
	n.bytes -= n.grown.bytes()
	n.grown = nil
}

// numbers are those of the slices of a hopping window: from the first one up to, but not with, the one behind the last, whether they are there or not.
func (s *Sliced[V]) numbers(b Bounds) (from, to int64) {
	from = s.line.at(b.Start) / s.cfg.Every
	if s.cfg.Size%s.cfg.Every == 0 {
		return from, s.line.at(b.End) / s.cfg.Every
	}
	from *= 2
	return from, from + 2*(s.cfg.Size/s.cfg.Every) + 1
}

// border is, of the numbers from from up to, but not with, to, the one that the highest power of two divides.
func border(from, to int64) int64 {
	k := bits.Len64(uint64((from-1)^(to-1))) - 1
	return (to - 1) >> k << k
}

// level is that of the largest node that begins, or ends, at a distance from a border.
func level(distance int64) int { return bits.TrailingZeros64(uint64(distance)) }

// upTo is the index of the first of the slices from i to j whose number is number or higher, j if there is none.
func (s *Sliced[V]) upTo(i, j int, number int64) int {
	n, _ := slices.BinarySearchFunc(s.wins[i:j], number, func(w *win[V], number int64) int {
		if w.number < number {
			return -1
		}
		return 1
	})
	return i + n
}

// node is a stream over the node of level k that begins with slice number a; the slices that there are in it are those from index i to
// j. A node of slices that are as good as final is kept for the windows to come.
func (s *Sliced[V]) node(a int64, k, i, j int, closing int64) (*stream[V], error) {
	if i == j {
		return nil, nil
	}
	if j == i+1 {
		return s.slice(s.wins[i])
	}
	id := nodeID{a, k}
	if r := s.nodes.runs[id]; r != nil {
		return s.streamOf(r), nil
	}
	mid := a + 1<<(k-1)
	m := s.upTo(i, j, mid)
	left, err := s.node(a, k-1, i, m, closing)
	if err != nil {
		return nil, err
	}
	right, err := s.node(mid, k-1, m, j, closing)
	if err != nil {
		s.free(left)
		return nil, err
	}
	x := s.beside(left, right)
	if s.wins[j-1].end > closing || !s.mayKeep(i, j) {
		return x, nil
	}
	r, err := s.keep(x)
	if err != nil {
		return nil, err
	}
	s.nodes.put(id, r)
	return s.streamOf(r), nil
}

// front is a stream over the slices in front of a border, from number from on; those that there are of them are those from index i to j.
func (s *Sliced[V]) front(from, border, size int64, i, j int, closing int64) (*stream[V], error) {
	if i == j {
		return nil, nil
	}
	if j == i+1 {
		return s.slice(s.wins[i])
	}
	if r := s.nodes.side(from, border, border); r != nil {
		return s.streamOf(r), nil
	}
	k := level(border - from)
	next := from + 1<<k
	m := s.upTo(i, j, next)
	left, err := s.node(from, k, i, m, closing)
	if err != nil {
		return nil, err
	}
	right, err := s.front(next, border, size, m, j, closing)
	if err != nil {
		s.free(left)
		return nil, err
	}
	return s.keepSide(side[V]{from: from, to: border, border: border, size: size}, k, left, right, i, j)
}

// back is a stream over the slices behind a border, up to, but not with, number to.
func (s *Sliced[V]) back(border, to, size int64, i, j int, closing int64) (*stream[V], error) {
	if i == j {
		return nil, nil
	}
	if j == i+1 {
		return s.slice(s.wins[i])
	}
	if r := s.nodes.side(border, to, border); r != nil {
		return s.streamOf(r), nil
	}
	k := level(to - border)
	last := to - 1<<k
	m := s.upTo(i, j, last)
	left, err := s.back(border, last, size, i, m, closing)
	if err != nil {
		return nil, err
	}
	right, err := s.node(last, k, m, j, closing)
	if err != nil {
		s.free(left)
		return nil, err
	}
	return s.keepSide(side[V]{from: border, to: to, border: border, size: size}, k, left, right, i, j)
}

// keepSide merges a node of level k and what lies between it and the border. It is kept for the windows to come, unless none of them will need it:
// because the node is a single slice, or because they have no slices in common.
func (s *Sliced[V]) keepSide(x side[V], k int, left, right *stream[V], i, j int) (*stream[V], error) {
	both := s.beside(left, right)
	if left == nil || right == nil || k == 0 || s.cfg.Follow || !s.mayKeep(i, j) {
		return both, nil
	}
	var err error
	if x.run, err = s.keep(both); err != nil {
		return nil, err
	}
	s.nodes.putSide(x, x.to-1<<k)
	return s.streamOf(x.run), nil
}

// streamOf is a stream over a run.
func (s *Sliced[V]) streamOf(r *run[V]) *stream[V] {
	x := s.stream()
	x.run = r
	return x
}

// keepMost bounds the values of a run, in bytes: making room for more would be a long step of its own.
const keepMost = 64 << 20

// mayKeep reports whether merged values of the slices from index i to j may be kept: all of these are in memory, they are not very many, and
// kept values take no more than a quarter of what the task's stores may take.
func (s *Sliced[V]) mayKeep(i, j int) bool {
	for _, w := range s.wins[i:j] {
		if !w.complete || int64(w.n)*int64(unsafe.Sizeof(entry[V]{})) > keepMost {
			return false
		}
	}
	return s.c.OverlayBytes <= 0 || s.nodes.bytes < s.c.OverlayBytes/4
}

// keep reads a stream to its end and frees it.
func (s *Sliced[V]) keep(x *stream[V]) (*run[V], error) {
	defer s.free(x)
	r := &run[V]{}
	if x.same {
		l := x.left.run
		r.keys, r.ends = l.keys, l.ends
		r.vals = make([]V, 0, len(l.vals))
	} else {
		r.vals = make([]V, 0, s.least(x))
	}
	n := &s.nodes
	n.keys, n.ends = n.keys[:0], n.ends[:0]
	for {
		if err := s.c.Pause(); err != nil {
			return nil, err
		}
		if err := s.next(x); err != nil {
			return nil, err
		}
		if x.key == nil {
			break
		}
		if !x.same {
			n.keys = append(n.keys, x.key...)
			n.ends = append(n.ends, uint32(len(n.keys)))
		}
		r.vals = append(r.vals, *x.val)
		if s.cfg.Bytes != nil {
			r.heap += int64(s.cfg.Bytes(x.val))
		}
	}
	if x.same {
		return r, nil
	}
	if l := n.latest; l != nil && slices.Equal(l.ends, n.ends) && bytes.Equal(l.keys, n.keys) {
		r.keys, r.ends = l.keys, l.ends
		return r, nil
	}
	r.keys, r.ends = bytes.Clone(n.keys), slices.Clone(n.ends)
	n.latest = r
	return r, nil
}

// grown is a stream over the slices of a cumulative window, those from index i to j: what is kept of the window before, and then the
// slices behind.
func (s *Sliced[V]) grown(i, j int) (x *stream[V], err error) {
	n := &s.nodes
	if i == j {
		return nil, nil
	}
	first, last := s.wins[i].number, s.wins[j-1].number
	if n.grown != nil && n.first == first && n.last <= last {
		x = s.streamOf(n.grown)
		i = s.upTo(i, j, n.last+1)
	}
	if i == j {
		return x, nil
	}
	from := i
	for ; i < j; i++ {
		y, err := s.slice(s.wins[i])
		if err != nil {
			s.free(x)
			return nil, err
		}
		x = s.beside(x, y)
	}
	if !s.mayKeep(from, j) {
		return x, nil
	}
	r, err := s.keep(x)
	if err != nil {
		return nil, err
	}
	if n.grown != nil {
		n.dropGrown()
	}
	n.grown, n.first, n.last = r, first, last
	n.bytes += r.bytes()
	return s.streamOf(r), nil
}
