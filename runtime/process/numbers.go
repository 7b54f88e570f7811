package process

import (
	"encoding/binary"

	"github.com/weirstream/weir/runtime/stateenc"
)

// numberBlock is how many numbers are reserved at once.
const numberBlock = 1 << 12

// numbers are given out by a store, each higher than those before, by earlier runs as well. Up to end they are reserved: that is what is
// stored, so that of many numbers one entry is written.
type numbers struct{ next, end uint64 }

// take is the next number.
func (s *Store) take() (uint64, error) {
	n := &s.numbers
	if n.next == n.end {
		e, err := s.entry([]byte{numberKind})
		if err != nil {
			return 0, err
		}
		if e.value != nil {
			if len(e.value) != 1+8 {
				return 0, s.fatal(errMalformed)
			}
			n.next = binary.BigEndian.Uint64(e.value[1:])
		}
		n.end = n.next + numberBlock
		s.assign(e, binary.BigEndian.AppendUint64([]byte{version}, n.end))
	}
	n.next++
	return n.next - 1, nil
}

// fresh puts an entry into memory whose key the DB can't have, and which there is not in memory either.
func (s *Store) fresh(key, value []byte) *entry {
	e := &entry{key: string(key)}
	s.entries[e.key] = e
	s.join(e)
	s.size += int64(len(e.key)) + entryBytes
	s.set(e, value)
	return e
}

// appendOptional appends bytes that may be nil.
func appendOptional(b, v []byte) []byte {
	b = stateenc.AppendBool(b, v != nil)
	if v == nil {
		return b
	}
	return stateenc.AppendString(b, v)
}

// optional is the reverse of appendOptional, as functions of package stateenc are.
func optional(b []byte, i int) ([]byte, int) {
	ok, i := stateenc.Bool(b, i)
	if !ok || i < 0 {
		return nil, i
	}
	v, i := stateenc.Bytes(b, i)
	if v == nil && i >= 0 {
		v = []byte{}
	}
	return v, i
}
