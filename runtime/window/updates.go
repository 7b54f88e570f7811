package window

import (
	"hash/maphash"
	"slices"
)

// tree is what the values of one key are merged in.
type tree[V any] struct {
	vals  []*V // of the slices from index first on; nil where there is none
	first int
	dirty []int // indexes of those slices in which the key changed
	nodes map[nodeID]*V
	sums  []int64 // how many records the slices before each have
}

// changed hands on those values of a window that changed since the last Seal.
func (s *Sliced[V]) changed(b Bounds, emit func(Bounds, []byte, *V) error) error {
	i, j := s.covered(b)
	return s.eachDirty(i, j, func(key []byte, hash uint32) error {
		if err := s.values(key, hash, i, j); err != nil {
			return err
		}
		return s.emitOf(b, key, i, j, emit)
	})
}

// update hands on the values that changed since the last Seal, of all windows that are open.
func (s *Sliced[V]) update(emit func(Bounds, []byte, *V) error) error {
	return s.eachDirty(0, len(s.wins), func(key []byte, hash uint32) error {
		t := &s.tree
		t.dirty = t.dirty[:0]
		for i, w := range s.wins {
			if e := w.find(hash, key); e != nil && e.dirty {
				t.dirty = append(t.dirty, i)
			}
		}
		return s.updateOf(key, emit)
	})
}

// updateOf hands on the values of a key of all windows that are open and in which it changed, as the tree says.
func (s *Sliced[V]) updateOf(key []byte, emit func(Bounds, []byte, *V) error) error {
	t := &s.tree
	end, last, err := s.valuesAround(s.wins[t.dirty[0]], s.wins[t.dirty[len(t.dirty)-1]], key)
	if err != nil {
		return err
	}
	for ; s.line.instant(end) <= last; end += s.cfg.Every {
		for n := range s.line.kinds() {
			b, ok := s.bounds(end, n)
			if !ok {
				continue
			}
			i, j := s.covered(b)
			if err := s.c.Pause(); err != nil {
				return err
			}
			if slices.ContainsFunc(t.dirty, func(d int) bool { return d >= i && d < j }) {
				if err := s.emitOf(b, key, i, j, emit); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// valuesAround finds what a key has in all open windows that have a part of the slices from first to last, and with Config.AtEnd have not ended. It
// says where on the line the first one of these ends, and when the last one does.
func (s *Sliced[V]) valuesAround(first, last *win[V], key []byte) (end, gone int64, err error) {
	end = max(s.line.firstEnd(s.lineEnd(first)), s.handed()+s.cfg.Every)
	i, _ := s.from(s.line.instant(s.line.firstStart(s.line.at(first.start), s.handed())))
	j, _ := s.from(last.gone)
	return end, last.gone, s.values(key, uint32(maphash.Bytes(s.seed, key)), i, max(i, j)) // with Config.AtEnd there may be no such window any more
}

// Counted hands on the values of a key, of those open windows that hold the slice which the last Upsert found, and that have a multiple of n
// records of it now, in order of their ends.
func (s *Sliced[V]) Counted(key []byte, n int64, emit func(Bounds, []byte, *V) error) error {
	end, gone, err := s.valuesAround(s.last, s.last, key)
	if err != nil {
		return err
	}
	t := &s.tree
	t.sums = append(t.sums[:0], 0)
	for i, v := range t.vals {
		sum := t.sums[i]
		if v != nil {
			sum += s.cfg.Records(v)
		}
		t.sums = append(t.sums, sum)
	}
	at := s.last.start
	for ; s.line.instant(end) <= gone; end += s.cfg.Every {
		for k := range s.line.kinds() {
			b, ok := s.bounds(end, k)
			if !ok || b.Start > at { // the record is in none of that size
				continue
			}
			i, j := s.covered(b)
			if (t.sums[j-t.first]-t.sums[i-t.first])%n == 0 {
				if err := s.emitOf(b, key, i, j, emit); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// eachDirty calls f once for each key that changed in one of the slices from index i to j.
func (s *Sliced[V]) eachDirty(i, j int, f func(key []byte, hash uint32) error) error {
	for n := i; n < j; n++ {
		w := s.wins[n]
	keys:
		for _, id := range w.dirty {
			if err := s.c.Pause(); err != nil {
				return err
			}
			key := w.key(w.entry(id))
			hash := uint32(maphash.Bytes(s.seed, key))
			for _, before := range s.wins[i:n] {
				if len(before.dirty) == 0 {
					continue
				}
				if e := before.find(hash, key); e != nil && e.dirty {
					continue keys
				}
			}
			if err := f(key, hash); err != nil {
				return err
			}
		}
	}
	return nil
}

// values finds what a key has in the slices from index i to j.
func (s *Sliced[V]) values(key []byte, hash uint32, i, j int) error {
	t := &s.tree
	t.first, t.vals = i, t.vals[:0]
	clear(t.nodes)
	for _, w := range s.wins[i:j] {
		var v *V
		if e := w.find(hash, key); e != nil {
			v = &e.val
		} else if !w.complete {
			var err error
			if v, _, err = s.lookup(w, key); err != nil {
				return s.fatal(err)
			}
		}
		t.vals = append(t.vals, v)
	}
	return nil
}

// emitOf hands on the value of a key in the window b, whose slices are those from index i to j; its values were found before.
func (s *Sliced[V]) emitOf(b Bounds, key []byte, i, j int, emit func(Bounds, []byte, *V) error) error {
	var v *V
	if s.cfg.Cumulative {
		for _, x := range s.tree.vals[i-s.tree.first : j-s.tree.first] {
			v = s.both(v, x)
		}
	} else {
		from, to := s.numbers(b)
		border := border(from, to)
		m := s.upTo(i, j, border)
		v = s.both(s.frontOf(from, border, i, m), s.backOf(border, to, m, j))
	}
	if v == nil {
		return nil
	}
	return emit(b, key, v)
}

// frontOf is the value of the slices in front of a border, as [Sliced.front] would give it.
func (s *Sliced[V]) frontOf(from, border int64, i, j int) *V {
	if i == j {
		return nil
	}
	k := level(border - from)
	m := s.upTo(i, j, from+1<<k)
	return s.both(s.merged(from, k, i, m), s.frontOf(from+1<<k, border, m, j))
}

// backOf is the value of the slices behind a border, as [Sliced.back] would give it.
func (s *Sliced[V]) backOf(border, to int64, i, j int) *V {
	if i == j {
		return nil
	}
	k := level(to - border)
	m := s.upTo(i, j, to-1<<k)
	return s.both(s.backOf(border, to-1<<k, i, m), s.merged(to-1<<k, k, m, j))
}

// merged is the value of a node, as [Sliced.node] would give it.
func (s *Sliced[V]) merged(a int64, k, i, j int) *V {
	t := &s.tree
	if i == j {
		return nil
	}
	if j == i+1 {
		return t.vals[i-t.first]
	}
	id := nodeID{a, k}
	if v, ok := t.nodes[id]; ok {
		return v
	}
	mid := a + 1<<(k-1)
	m := s.upTo(i, j, mid)
	v := s.both(s.merged(a, k-1, i, m), s.merged(mid, k-1, m, j))
	if t.nodes == nil {
		t.nodes = map[nodeID]*V{}
	}
	t.nodes[id] = v
	return v
}

// both merges two values, of which either may be nil, into a new one.
func (s *Sliced[V]) both(a, b *V) *V {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	v := *a
	s.cfg.Merge(&v, b)
	return &v
}
