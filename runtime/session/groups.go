package session

import (
	"bytes"
	"hash/maphash"
	"unsafe"
)

// groups finds groups by their keys: a hash table with open addressing and linear probing. A slot holds 32 bits of the key's hash beside the
// group's number, so a probe that misses touches no group.
type groups struct {
	slots []uint64 // hash<<32 | number; 0 is free; the length is a power of two
	slabs []*[slabLen]group
	last  uint32
	spare uint32 // the first of those that were removed, linked by first
	used  int
	keys  keys
}

// group is what memory has of a group.
type group struct {
	key    uint32 // its place in keys
	klen   uint32
	hash   uint32
	first  uint32 // its earliest window, 0 if it has none
	due    int64  // the time of its item in the heap; never: it has none
	remind int64  // the time of its reminder in the DB, if that has it
	sealed uint64 // the number of the last Seal that wrote it
	stored bool   // the DB has it, or will
	dirty  bool   // changed since the last Seal
	waits  bool   // is in Store.waiting
	used   bool   // since the last search for groups to drop came by
	live   bool   // the number is in use
}

// none is the number of no group.
const none = 0

const minSlots = 64

func hashOf(seed maphash.Seed, key []byte) uint32 { return uint32(maphash.Bytes(seed, key)) }

func (g *groups) at(id uint32) *group { return &g.slabs[id>>slabBits][id&(slabLen-1)] }

func (g *groups) keyOf(x *group) []byte { return g.keys.get(x.key, x.klen) }

func (g *groups) size() int64 {
	return int64(g.used)*int64(unsafe.Sizeof(group{})) + int64(len(g.slots))*8 + g.keys.used
}

// find is the number of a group, none if it isn't there.
func (g *groups) find(hash uint32, key []byte) uint32 {
	if len(g.slots) == 0 {
		return none
	}
	mask := uint32(len(g.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := g.slots[i]
		if slot == 0 {
			return none
		}
		if uint32(slot>>32) == hash {
			if id := uint32(slot); bytes.Equal(g.keyOf(g.at(id)), key) {
				return id
			}
		}
	}
}

// insert adds a group that is not there. The key is copied.
func (g *groups) insert(hash uint32, key []byte) uint32 {
	if (g.used+1)*5 > len(g.slots)*4 {
		g.grow()
	}
	id := g.spare
	if id != none {
		g.spare = g.at(id).first
	} else {
		g.last++
		if id = g.last; int(id>>slabBits) == len(g.slabs) {
			g.slabs = append(g.slabs, new([slabLen]group))
		}
	}
	g.used++
	*g.at(id) = group{key: g.keys.put(key), klen: uint32(len(key)), hash: hash, due: never, live: true}
	g.place(uint64(hash)<<32 | uint64(id))
	return id
}

func (g *groups) place(slot uint64) {
	mask := uint32(len(g.slots) - 1)
	i := uint32(slot>>32) & mask
	for g.slots[i] != 0 {
		i = (i + 1) & mask
	}
	g.slots[i] = slot
}

func (g *groups) grow() {
	old := g.slots
	g.slots = make([]uint64, max(minSlots, 2*len(old)))
	for _, s := range old {
		if s != 0 {
			g.place(s)
		}
	}
}

// remove takes a group out, whose windows are gone.
func (g *groups) remove(id uint32) {
	x := g.at(id)
	mask := uint32(len(g.slots) - 1)
	i := x.hash & mask
	for uint32(g.slots[i]) != id {
		i = (i + 1) & mask
	}
	// What stands behind moves up, unless it would come to stand in front of where its hash points.
	for j := (i + 1) & mask; g.slots[j] != 0; j = (j + 1) & mask {
		if home := uint32(g.slots[j]>>32) & mask; (j-home)&mask >= (j-i)&mask {
			g.slots[i] = g.slots[j]
			i = j
		}
	}
	g.slots[i] = 0
	g.keys.drop(x.key, x.klen)
	g.used--
	*x = group{first: g.spare, due: never}
	g.spare = id
}

// keys holds the bytes of keys. They stand in chunks, in units of 16 bytes; what a key leaves is used by the next one of as many units.
type keys struct {
	chunks [][]byte
	spare  [maxInline/unit + 1][]uint32 // places, by how many units they have
	long   [][]byte                     // keys above maxInline
	gone   []uint32                     // places in long that are free
	used   int64
}

const (
	unit      = 16
	chunkBits = 12 // of units: 64 KiB
	chunkLen  = unit << chunkBits
	maxInline = 512
)

func units(n uint32) uint32 { return (n + unit - 1) / unit }

// put copies a key and returns its place.
func (k *keys) put(key []byte) uint32 {
	n := units(uint32(len(key)))
	k.used += int64(n) * unit
	if len(key) > maxInline {
		key = bytes.Clone(key)
		if last := len(k.gone) - 1; last >= 0 {
			at := k.gone[last]
			k.gone = k.gone[:last]
			k.long[at] = key
			return at
		}
		k.long = append(k.long, key)
		return uint32(len(k.long) - 1)
	}
	if last := len(k.spare[n]) - 1; last >= 0 {
		at := k.spare[n][last]
		k.spare[n] = k.spare[n][:last]
		copy(k.get(at, uint32(len(key))), key)
		return at
	}
	c := len(k.chunks) - 1
	if c < 0 || len(k.chunks[c])+int(n)*unit > chunkLen {
		k.chunks = append(k.chunks, make([]byte, 0, chunkLen))
		c++
	}
	at := uint32(c)<<chunkBits | uint32(len(k.chunks[c])/unit)
	k.chunks[c] = k.chunks[c][:len(k.chunks[c])+int(n)*unit]
	copy(k.get(at, uint32(len(key))), key)
	return at
}

// get is the key of a length at a place.
func (k *keys) get(at, n uint32) []byte {
	if n > maxInline {
		return k.long[at]
	}
	if n == 0 {
		return []byte{}
	}
	off := at & (1<<chunkBits - 1) * unit
	return k.chunks[at>>chunkBits][off : off+n : off+n]
}

func (k *keys) drop(at, n uint32) {
	k.used -= int64(units(n)) * unit
	if n > maxInline {
		k.long[at] = nil
		k.gone = append(k.gone, at)
		return
	}
	k.spare[units(n)] = append(k.spare[units(n)], at)
}
