package session

// windows gives out windows by their numbers, from 1 on. They stand in slabs, so that they stay where they are as there come to be more,
// and windows of values without pointers are nothing to look into for the garbage collector.
type windows[V any] struct {
	slabs []*[slabLen]win[V]
	last  uint32
	spare uint32 // the first of those that were dropped, linked by next
	used  int
}

const (
	slabBits = 8
	slabLen  = 1 << slabBits
)

// win is an open window.
type win[V any] struct {
	start, end int64
	val        V
	extra      int64  // its part of Store.extra
	next       uint32 // the group's next window in order of the starts; 0: there is none
	dirty      bool   // changed since the last Seal
	waiting    bool   // changed since the last round
}

func (w *windows[V]) at(n uint32) *win[V] { return &w.slabs[n>>slabBits][n&(slabLen-1)] }

// take is the number of a zero window.
func (w *windows[V]) take() uint32 {
	w.used++
	if n := w.spare; n != 0 {
		w.spare = w.at(n).next
		w.at(n).next = 0
		return n
	}
	w.last++
	if int(w.last>>slabBits) == len(w.slabs) {
		w.slabs = append(w.slabs, new([slabLen]win[V]))
	}
	return w.last
}

func (w *windows[V]) drop(n uint32) {
	w.used--
	*w.at(n) = win[V]{next: w.spare}
	w.spare = n
}
