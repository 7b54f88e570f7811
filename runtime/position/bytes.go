package position

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

const bytesVersion = 1

// Append appends the byte form of p.
func (p Position) Append(b []byte) []byte {
	b = append(b, bytesVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(p.Watermark))
	b = binary.AppendUvarint(b, uint64(len(p.Inputs)))
	for _, topic := range slices.Sorted(maps.Keys(p.Inputs)) {
		o := p.Inputs[topic]
		b = appendString(b, topic)
		b = binary.AppendUvarint(b, uint64(o.Offset))
		b = binary.AppendVarint(b, int64(o.Epoch))
	}
	b = binary.AppendUvarint(b, uint64(len(p.Changelogs)))
	for _, name := range slices.Sorted(maps.Keys(p.Changelogs)) {
		b = appendString(b, name)
		b = binary.AppendUvarint(b, uint64(p.Changelogs[name]))
	}
	return b
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

var errShort = errors.New("position: stored bytes are damaged")

// Decode reads the byte form.
func Decode(b []byte) (Position, error) {
	if len(b) == 0 {
		return Position{}, errShort
	}
	if b[0] != bytesVersion {
		return Position{}, fmt.Errorf("position: stored version %d is not known here (this service writes %d)", b[0], bytesVersion)
	}
	if len(b) < 9 {
		return Position{}, errShort
	}
	p := Position{Watermark: int64(binary.BigEndian.Uint64(b[1:])), Inputs: map[string]Offset{}, Changelogs: map[string]int64{}}
	r := reader{b: b[9:]}
	last := ""
	for i := range r.uint() {
		topic := r.string(i == 0, &last)
		p.Inputs[topic] = Offset{int64(r.uint()), r.int32()}
		if r.bad {
			return Position{}, errShort
		}
	}
	for i := range r.uint() {
		name := r.string(i == 0, &last)
		p.Changelogs[name] = int64(r.uint())
		if r.bad {
			return Position{}, errShort
		}
	}
	if r.bad || len(r.b) > 0 {
		return Position{}, errShort
	}
	return p, nil
}

// reader takes fields off b; what can't be read sets bad and gives zero.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > math.MaxInt64 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) int32() int32 {
	v, n := binary.Varint(r.b)
	if n <= 0 || v < math.MinInt32 || v > math.MaxInt32 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return int32(v)
}

// string reads a name, which must stand behind the last one in order unless it is the first.
func (r *reader) string(first bool, last *string) string {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	if !first && s <= *last {
		r.bad = true
	}
	*last = s
	return s
}
