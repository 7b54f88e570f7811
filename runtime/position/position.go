// Package position says how far a task has come: what it read, what it wrote to its changelogs, and its watermark.
//
// A position is stored in two places. As text it is the metadata of the offsets committed to Kafka, which a broker bounds at
// 4,096 bytes (offset.metadata.max.bytes), so it holds no map of upstream watermarks: the task's own watermark is the floor
// from which a restarted task goes on, and upstream tasks announce theirs again. As bytes it is part of every batch of the
// local store, so that a store directory always says which commit it stands at.
//
// # Text
//
//	w1 WATERMARK WRITER STORE:END STORE:END …
//
// Fields are separated by one space. WATERMARK is a decimal number of Unix milliseconds, or "-" for none. WRITER is the common
// prefix of the transactional ids that write for the task, escaped as in a URL query, or "-" for none. Each STORE:END is a
// store's name, escaped likewise, and the end offset of its changelog partition, in order of the names.
//
// # Bytes
//
//	byte 0     version, 1
//	byte 1-8   watermark, big endian, two's complement
//	uvarint    number of inputs, then for each: uvarint length of the topic, topic, uvarint next offset, varint leader epoch
//	uvarint    number of stores, then for each: uvarint length of the name, name, uvarint end offset
//
// Inputs and stores are in order of their names. Both forms are read strictly: what is left over, out of order or of an unknown
// version is an error.
package position

import (
	"errors"
	"fmt"
	"maps"
	"math"
)

// None is the watermark of a position before any event time was seen.
const None = math.MinInt64

// Offset is the next offset to read, with the leader epoch of the record before it (-1: not known).
type Offset struct {
	Offset int64
	Epoch  int32
}

// Position is how far a task has come. The zero value claims a watermark of 1970: use [Start] for a task that begins.
type Position struct {
	// Watermark is the task's watermark in Unix milliseconds. Windows that it closes are closed.
	Watermark int64
	// Inputs are the next offsets to read, by topic. An input that was never read is missing.
	Inputs map[string]Offset
	// Changelogs are the end offsets of the task's changelog partitions, by store name: what lies below belongs to the position.
	Changelogs map[string]int64
}

// Start is the position of a task that has read nothing.
func Start() Position { return Position{Watermark: None} }

// Clone is a deep copy.
func (p Position) Clone() Position {
	p.Inputs, p.Changelogs = maps.Clone(p.Inputs), maps.Clone(p.Changelogs)
	return p
}

// Equal reports whether two positions say the same; nil and empty maps do.
func (p Position) Equal(q Position) bool {
	return p.Watermark == q.Watermark && maps.Equal(p.Inputs, q.Inputs) && maps.Equal(p.Changelogs, q.Changelogs)
}

// WithEnds is the position with some changelogs' end offsets replaced; p itself is left as it is.
func (p Position) WithEnds(ends map[string]int64) Position {
	p = p.Clone()
	if p.Changelogs == nil {
		p.Changelogs = map[string]int64{}
	}
	maps.Copy(p.Changelogs, ends)
	return p
}

// ErrAhead says that local state holds more than was committed, which cannot be undone.
var ErrAhead = errors.New("local state is ahead of the committed position")

// Missing is what a store at position p lacks to stand at target: for each of target's changelogs the offset to replay from,
// up to the offset in target. Changelogs that are complete are left out. It is [ErrAhead] when p holds more than target, as when
// the group's offsets were reset: the store must then be moved aside and built again.
func (p Position) Missing(target Position) (map[string]int64, error) {
	from := map[string]int64{}
	for name, end := range target.Changelogs {
		if have := p.Changelogs[name]; have < end {
			from[name] = have
		}
	}
	for name, have := range p.Changelogs {
		if end := target.Changelogs[name]; have > end {
			return nil, fmt.Errorf("%w: store %s holds its changelog up to offset %d, committed is %d", ErrAhead, name, have, end)
		}
	}
	return from, nil
}
