package window

import (
	"math/bits"
	"reflect"
	"unsafe"
)

// memory gives out what tables are made of and counts it. What a closed window leaves is used again by the next one: windows
// come and go at the pace of the data, and the heap should not.
type memory[V any] struct {
	bytes     int64 // slabs, chunks and slots, in use and spare
	longBytes int64
	live      int // slabs in use
	hint      int // slots that the last table to be released could have done with

	spareSlabs  []*slab[V]
	spareChunks [][]byte
	spareSlots  []uint64
	pointers    bool // V holds pointers
}

// minSpare is how many slabs and chunks are kept whatever is in use.
const minSpare = 16

func newMemory[V any]() memory[V] { return memory[V]{pointers: HasPointers(reflect.TypeFor[V]())} }

func (m *memory[V]) slab() *slab[V] {
	m.live++
	if n := len(m.spareSlabs); n > 0 {
		s := m.spareSlabs[n-1]
		m.spareSlabs[n-1] = nil
		m.spareSlabs = m.spareSlabs[:n-1]
		return s
	}
	m.bytes += int64(unsafe.Sizeof(slab[V]{}))
	return new(slab[V])
}

func (m *memory[V]) chunk() []byte {
	if n := len(m.spareChunks); n > 0 {
		c := m.spareChunks[n-1]
		m.spareChunks = m.spareChunks[:n-1]
		return c[:0]
	}
	m.bytes += chunkLen
	return make([]byte, 0, chunkLen)
}

func (m *memory[V]) slots(n int) []uint64 {
	if s := m.spareSlots; len(s) >= n && len(s) <= 2*n {
		m.spareSlots = nil
		clear(s)
		return s
	}
	m.bytes += int64(n) * 8
	return make([]uint64, n)
}

// drop lets slots go, and keeps the largest as the spare.
func (m *memory[V]) drop(slots []uint64) {
	if len(slots) > len(m.spareSlots) {
		slots, m.spareSlots = m.spareSlots, slots
	}
	m.bytes -= int64(len(slots)) * 8
}

// release takes a table apart. With keep its parts become spares, as far as the tables in use may soon need as many again;
// without they are left to the garbage collector, and the store's size really falls. It calls pause again and again.
func (m *memory[V]) release(t *table[V], keep bool, pause func() error) {
	m.live -= len(t.slabs)
	limit := 0
	if keep {
		m.hint = 1 << bits.Len64(uint64(t.n)*5/4)
		limit = max(minSpare, m.live, len(t.slabs))
	}
	for _, s := range t.slabs {
		_ = pause() // who gives up forgets the store
		if len(m.spareSlabs) >= limit {
			m.bytes -= int64(unsafe.Sizeof(*s))
			continue
		}
		if m.pointers {
			clear(s[:])
		}
		m.spareSlabs = append(m.spareSlabs, s)
	}
	for _, c := range t.chunks {
		if len(m.spareChunks) >= limit {
			m.bytes -= chunkLen
			continue
		}
		m.spareChunks = append(m.spareChunks, c)
	}
	if keep && len(t.slots) <= 2*m.hint {
		m.drop(t.slots)
	} else {
		m.bytes -= int64(len(t.slots)) * 8
	}
	for _, k := range t.long {
		m.longBytes -= int64(len(k))
	}
	m.bytes -= int64(len(t.sorted)) * 4
	*t = table[V]{}
}

// trim lets all spares go.
func (m *memory[V]) trim() {
	m.bytes -= int64(len(m.spareSlabs))*int64(unsafe.Sizeof(slab[V]{})) + int64(len(m.spareChunks))*chunkLen + int64(len(m.spareSlots))*8
	m.spareSlabs, m.spareChunks, m.spareSlots = nil, nil, nil
}

func (m *memory[V]) size() int64 { return m.bytes + m.longBytes }

// HasPointers says whether values of the type refer to other memory.
func HasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && HasPointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if HasPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16,
		reflect.Uint32, reflect.Uint64, reflect.Uintptr, reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return false
	}
	return true
}
