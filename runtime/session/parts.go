package session

import (
	"encoding/binary"
	"fmt"
	"unsafe"
)

// Parts are the values of a group's last records, where a result of so many of them is wanted each time that some more have come: each value is of a
// part of them, of as many records as there are from one result to the next. So a record changes one value, and what is too old leaves as a
// whole. The last part is the one that is being filled.
//
// # Format
//
// The stored form is the version, 1; how many records the last part has as a uvarint; how many parts there are as a uvarint; and for each, the
// oldest first, the length of its stored form as a uvarint, and that.
type Parts[P any] struct {
	list []P
	n    int64 // records of the last part
}

const partsVersion = 1

// Add is the part of one more record, where results are of the last size records, with each every-th, which size is a multiple of. fresh says
// that it is a zero value. The pointer is valid until the next Add.
func (p *Parts[P]) Add(size, every int64) (part *P, fresh bool) {
	if fresh = len(p.list) == 0 || p.n >= every; fresh {
		if old := len(p.list) + 1 - int(size/every); old > 0 {
			n := copy(p.list, p.list[old:])
			clear(p.list[n:])
			p.list = p.list[:n]
		}
		p.list = append(p.list, *new(P))
		p.n = 0
	}
	p.n++
	return &p.list[len(p.list)-1], fresh
}

// Complete tells whether the last record completed its part.
func (p *Parts[P]) Complete(every int64) bool { return p.n >= every }

// Whole is the value of all parts, merged one after the other from the oldest on. It is not part of the state. Merge takes the value b, of
// later records, into a, and changes neither b nor what both refer to.
func (p *Parts[P]) Whole(merge func(a, b *P)) *P {
	v := p.list[0]
	for i := range p.list[1:] {
		merge(&v, &p.list[i+1])
	}
	return &v
}

// Append appends the stored form; part does it for a part.
func (p *Parts[P]) Append(b []byte, part func(b []byte, v *P) []byte) []byte {
	b = binary.AppendUvarint(append(b, partsVersion), uint64(p.n))
	b = binary.AppendUvarint(b, uint64(len(p.list)))
	var buf []byte
	for i := range p.list {
		buf = part(buf[:0], &p.list[i])
		b = append(binary.AppendUvarint(b, uint64(len(buf))), buf...)
	}
	return b
}

// Decode reads what Append wrote into a zero value; part reads a part.
func (p *Parts[P]) Decode(b []byte, part func(b []byte, v *P) error) error {
	if len(b) == 0 || b[0] != partsVersion {
		return fmt.Errorf("a group's parts have a version that is not known here (only %d)", partsVersion)
	}
	b = b[1:]
	ok := true
	unsigned := func() uint64 {
		n, i := binary.Uvarint(b)
		if i <= 0 {
			ok = false
			return 0
		}
		b = b[i:]
		return n
	}
	p.n = int64(unsigned())
	for count := unsigned(); count > 0; count-- {
		size := unsigned()
		if !ok || size > uint64(len(b)) {
			return errMalformed
		}
		p.list = append(p.list, *new(P))
		if err := part(b[:size:size], &p.list[len(p.list)-1]); err != nil {
			return err
		}
		b = b[size:]
	}
	if !ok || p.n < 1 || len(p.list) == 0 || len(b) > 0 {
		return errMalformed
	}
	return nil
}

// Bytes estimates what is held on the heap; part, which may be nil, does it for a part.
func (p *Parts[P]) Bytes(part func(v *P) int) int {
	n := cap(p.list) * int(unsafe.Sizeof(*new(P)))
	if part != nil {
		for i := range p.list {
			n += part(&p.list[i])
		}
	}
	return n
}
