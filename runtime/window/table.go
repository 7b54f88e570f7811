package window

import (
	"bytes"
	"errors"
)

// A table maps keys to values by open addressing with linear probing. A slot holds 32 bits of the key's hash beside the entry's
// number, so a probe that misses touches no entry, and growing touches none either. Entries stand in slabs and keys in chunks:
// both stay where they are as the table grows, nothing is copied, and a table of values without pointers is nothing to look
// into for the garbage collector.
type table[V any] struct {
	slots  []uint64 // hash<<32 | number+1; 0 is free; the length is a power of two
	slabs  []*slab[V]
	n      uint32
	chunks [][]byte // keys; the last one is being filled
	long   [][]byte // keys above maxInline
	sorted []uint32 // the numbers of those entries that there were at some time, in byte order of their keys
}

const (
	slabBits  = 8
	slabLen   = 1 << slabBits
	chunkBits = 13
	chunkLen  = 1 << chunkBits
	maxInline = 512     // longer keys get an allocation of their own
	longKey   = 1 << 15 // klen of those; key is then the index in long
	minSlots  = 64
)

type slab[V any] [slabLen]entry[V]

type entry[V any] struct {
	val     V
	key     uint32 // chunk<<chunkBits | offset
	klen    uint16
	dirty   bool // changed since the last Seal
	waiting bool // changed since the last round
}

func (t *table[V]) entry(id uint32) *entry[V] { return &t.slabs[id>>slabBits][id&(slabLen-1)] }

func (t *table[V]) key(e *entry[V]) []byte {
	if e.klen == longKey {
		return t.long[e.key]
	}
	off := e.key & (chunkLen - 1)
	return t.chunks[e.key>>chunkBits][off : off+uint32(e.klen) : off+uint32(e.klen)]
}

var errFull = errors.New("more than 4 GiB of keys in one window of one task")

// insert adds a key that is not there and returns its entry, with the zero value, and its number.
func (t *table[V]) insert(m *memory[V], hash uint32, key []byte) (*entry[V], uint32, error) {
	if uint64(t.n+1)*5 > uint64(len(t.slots))*4 {
		t.grow(m)
	}
	id := t.n
	if id == 1<<32-2 {
		return nil, 0, errFull
	}
	if int(id>>slabBits) == len(t.slabs) {
		t.slabs = append(t.slabs, m.slab())
	}
	e := t.entry(id)
	*e = entry[V]{}
	if len(key) > maxInline {
		e.key, e.klen = uint32(len(t.long)), longKey
		t.long = append(t.long, bytes.Clone(key))
		m.longBytes += int64(len(key))
	} else {
		c := len(t.chunks) - 1
		if c < 0 || len(t.chunks[c])+len(key) > chunkLen {
			if c++; c == 1<<(32-chunkBits) {
				return nil, 0, errFull
			}
			t.chunks = append(t.chunks, m.chunk())
		}
		e.key, e.klen = uint32(c)<<chunkBits|uint32(len(t.chunks[c])), uint16(len(key))
		t.chunks[c] = append(t.chunks[c], key...)
	}
	t.n++
	place(t.slots, uint64(hash)<<32|uint64(id+1))
	return e, id, nil
}

func place(slots []uint64, slot uint64) {
	mask := uint32(len(slots) - 1)
	i := uint32(slot>>32) & mask
	for slots[i] != 0 {
		i = (i + 1) & mask
	}
	slots[i] = slot
}

func (t *table[V]) grow(m *memory[V]) {
	old := t.slots
	n := max(minSlots, 2*len(old))
	if old == nil {
		n = max(n, m.hint) // windows of a store are much of a size
	}
	t.slots = m.slots(n)
	for _, s := range old {
		if s != 0 {
			place(t.slots, s)
		}
	}
	m.drop(old)
}

// find is the entry of a key, nil if it isn't there.
func (t *table[V]) find(hash uint32, key []byte) *entry[V] {
	if len(t.slots) == 0 {
		return nil
	}
	mask := uint32(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := t.slots[i]
		if slot == 0 {
			return nil
		}
		if uint32(slot>>32) == hash {
			if e := t.entry(uint32(slot) - 1); bytes.Equal(t.key(e), key) {
				return e
			}
		}
	}
}

// sort puts all entries, by their numbers, in byte order of their keys. It calls pause again and again.
func (t *table[V]) sort(o *Order, pause func() error) {
	o.Begin()
	for id := range t.n {
		_ = pause() // who gives up notices it behind
		o.Add(id)
	}
	o.Arrange()
}
