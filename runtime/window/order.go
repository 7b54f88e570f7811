package window

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"unsafe"
)

// Order hands out numbered keys in their byte order. They are sorted in runs of a fixed length, and these are merged, so that no piece of
// memory grows with the number of keys: making that larger would be a long step of its own.
type Order struct {
	key  func(id uint32) []byte
	runs []sortedRun
	heap []int // the indexes of the runs that are not at their end, by their next keys
}

// sortedRun is a part of the keys. Those before at were handed out.
type sortedRun struct {
	refs []ref
	at   int
}

// ref is a key by its number, with its first bytes, which decide nearly every comparison.
type ref struct {
	prefix uint64
	id     uint32
}

// runLen is so long that sorting a run takes a millisecond or two.
const runLen = 1 << 14

// NewOrder makes an order of keys, which are found by their numbers.
func NewOrder(key func(id uint32) []byte) *Order { return &Order{key: key} }

// Begin forgets what was added before. Room for some keys is kept.
func (o *Order) Begin() {
	if len(o.runs) > 1 {
		clear(o.runs[1:])
		o.runs = o.runs[:1]
	}
	if len(o.runs) > 0 {
		o.runs[0] = sortedRun{refs: o.runs[0].refs[:0]}
	}
	o.heap = o.heap[:0]
}

// Add adds a key by its number.
func (o *Order) Add(id uint32) {
	last := len(o.runs) - 1
	if last < 0 || len(o.runs[last].refs) == runLen {
		o.runs = append(o.runs, sortedRun{})
		last++
	}
	r := &o.runs[last]
	if r.refs = append(r.refs, ref{prefix(o.key(id)), id}); len(r.refs) == runLen {
		o.sort(r)
	}
}

func (o *Order) sort(r *sortedRun) {
	slices.SortFunc(r.refs, func(a, b ref) int {
		if c := cmp.Compare(a.prefix, b.prefix); c != 0 {
			return c
		}
		return bytes.Compare(o.key(a.id), o.key(b.id))
	})
}

func (o *Order) compare(a, b ref) int {
	if c := cmp.Compare(a.prefix, b.prefix); c != 0 {
		return c
	}
	return bytes.Compare(o.key(a.id), o.key(b.id))
}

// Arrange has the keys come out that were added.
func (o *Order) Arrange() {
	if last := len(o.runs) - 1; last >= 0 && len(o.runs[last].refs) < runLen {
		o.sort(&o.runs[last])
	}
	for i := range o.runs {
		if len(o.runs[i].refs) > 0 {
			o.heap = append(o.heap, i)
		}
	}
	for i := len(o.heap)/2 - 1; i >= 0; i-- {
		o.sift(i)
	}
}

// First is the number of the first of the keys that are left; false if there is none.
func (o *Order) First() (id uint32, ok bool) {
	if len(o.heap) == 0 {
		return 0, false
	}
	return o.next(o.heap[0]).id, true
}

// Shift goes on behind the first key.
func (o *Order) Shift() {
	r := &o.runs[o.heap[0]]
	if r.at++; r.at == len(r.refs) {
		last := len(o.heap) - 1
		o.heap[0] = o.heap[last]
		o.heap = o.heap[:last]
	}
	if len(o.heap) > 1 {
		o.sift(0)
	}
}

// next is the next key of a run.
func (o *Order) next(i int) ref { return o.runs[i].refs[o.runs[i].at] }

// sift moves a run down the heap to its place.
func (o *Order) sift(i int) {
	for {
		down := 2*i + 1
		if down >= len(o.heap) {
			return
		}
		if down+1 < len(o.heap) && o.compare(o.next(o.heap[down+1]), o.next(o.heap[down])) < 0 {
			down++
		}
		if o.compare(o.next(o.heap[i]), o.next(o.heap[down])) <= 0 {
			return
		}
		o.heap[i], o.heap[down] = o.heap[down], o.heap[i]
		i = down
	}
}

// Size is the memory that it takes, in bytes.
func (o *Order) Size() int64 {
	n := int64(0)
	for i := range o.runs {
		n += int64(cap(o.runs[i].refs)) * int64(unsafe.Sizeof(ref{}))
	}
	return n
}

// prefix is the first eight bytes of a key, filled up with zeros: where two differ they are in the keys' order.
func prefix(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var b [8]byte
	copy(b[:], key)
	return binary.BigEndian.Uint64(b[:])
}
