package window

import "slices"

// nodes are merged values that further windows will need again, in memory only: they are made anew of the slices when they are gone.
type nodes[V any] struct {
	runs  map[nodeID]*run[V]
	grown *run[V] // of cumulative windows: the slices up to the last window that closed
	first int64   // number of the first slice in grown
	last  int64   // of the last one
	bytes int64
	high  int64 // no node holds a slice with a higher number, nor is of a higher level
	level int
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

// touch drops what holds a slice: it changes, or leaves.
func (n *nodes[V]) touch(number int64) {
	if n.bytes == 0 {
		return
	}
	if n.grown != nil && number >= n.first && number <= n.last {
		n.dropGrown()
	}
	if len(n.runs) == 0 || number > n.high { // nearly all records are newer than what was merged
		return
	}
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

// parts calls f with the nodes that make up a hopping window, from left to right: the number of the first slice, the level, and the
// indexes from i to j of the slices that there are in it. Nodes without slices are left out.
func (s *Sliced[V]) parts(b Bounds, i, j int, f func(a int64, k, i, j int) error) error {
	hop, rest := s.line.at(b.Start)/s.cfg.Every, s.cfg.Size%s.cfg.Every
	from, n := hop, s.cfg.Size/s.cfg.Every
	if rest != 0 {
		from, n = 2*hop, 2*n+1
	}
	for to := from + n; from < to && i < j; {
		k := room(from, to)
		next := s.upTo(i, j, from+1<<k)
		if next > i {
			if err := f(from, k, i, next); err != nil {
				return err
			}
		}
		from, i = from+1<<k, next
	}
	return nil
}

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
		x := s.stream()
		x.run = r
		return x, nil
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
	x = s.stream()
	x.run = r
	return x, nil
}

// mayKeep reports whether merged values of the slices from index i to j may be kept: all of these are in memory, and kept values take
// no more than a quarter of what the task's stores may take.
func (s *Sliced[V]) mayKeep(i, j int) bool {
	for _, w := range s.wins[i:j] {
		if !w.complete {
			return false
		}
	}
	return s.c.OverlayBytes <= 0 || s.nodes.bytes < s.c.OverlayBytes/4
}

// keep reads a stream to its end and frees it.
func (s *Sliced[V]) keep(x *stream[V]) (*run[V], error) {
	defer s.free(x)
	r := &run[V]{}
	for {
		if err := s.c.Pause(); err != nil {
			return nil, err
		}
		if err := s.next(x); err != nil {
			return nil, err
		}
		if x.key == nil {
			return r, nil
		}
		r.keys = append(r.keys, x.key...)
		r.ends = append(r.ends, uint32(len(r.keys)))
		r.vals = append(r.vals, *x.val)
		if s.cfg.Bytes != nil {
			r.heap += int64(s.cfg.Bytes(x.val))
		}
	}
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
		x = s.stream()
		x.run = n.grown
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
	x = s.stream()
	x.run = r
	return x, nil
}
