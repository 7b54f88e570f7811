package window

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"math"
	"reflect"
	"time"
	"unsafe"

	"github.com/weirstream/weir/runtime/topology"
)

// PartialsConfig describes a buffer of partial aggregates with states of type V.
type PartialsConfig[V any] struct {
	Name   string // of the step
	Output int    // index of the repartition topic in the sub-topology's outputs
	// Where the windows lie, as in [Config]; that there are windows of other sizes makes no difference to the slices. Size 0 is for windows that do not lie on a grid: the one of all records, and those that
	// records say.
	Size, Every int64
	Cumulative  bool
	Offset      int64
	Zone        *time.Location
	// Append appends the stored form of a state, which is that of the store behind the topic.
	Append func(b []byte, v *V) []byte
	// Bytes estimates what a state holds on the heap besides itself; nil: nothing.
	Bytes func(v *V) int
}

// Partials combines records in front of a repartition topic: it keeps an aggregate of those of each group and window that the task has read
// since it last wrote them, and writes each as one record of the topic. Of windows that overlap it is one for each slice. What it holds is
// in memory only, since a commit writes it before it commits the offsets of the records in it.
//
// A record of the topic has the group as its key, and as its event time the highest of the records that it stands for: which window it is in, and so
// whether it is late, is the same for all of them. [ReadPartial] has its format.
//
// What it holds is written when it is more than Context.CombineBytes. That depends on the records alone, not on when commits are.
//
// It belongs to its task's goroutine. After a method returned an error it must be Reset before it is used again.
type Partials[V any] struct {
	c     *topology.Context
	cfg   PartialsConfig[V]
	line  ruler
	seed  maphash.Seed
	mem   memory[partial[V]]
	table table[partial[V]]
	slice Bounds             // of the last Upsert
	last  *entry[partial[V]] // of the last Upsert
	key   []byte             // the place and the group
	place int                // how much of a key is the place
	held  int64              // an estimate of the bytes in the table
}

// partial is the aggregate of some records of one group and window.
type partial[V any] struct {
	val     V
	records int64
	at      int64 // the highest event time
	heap    int64 // what val held besides itself when it was last looked at
	look    int64 // with which of the records it is looked at again
}

// The kinds of partial aggregates, the first byte of their values. They tell them from records as well, whose first byte is [stateenc.Version].
const (
	partialOfTime   = 0x50 // its window is that of its event time, or there is one
	partialOfBounds = 0x51 // it says its window
)

// NewPartials makes a buffer and adds it to c.Buffers.
func NewPartials[V any](c *topology.Context, cfg PartialsConfig[V]) (*Partials[V], error) {
	g := grid{Size: cfg.Size, Every: cfg.Every, Cumulative: cfg.Cumulative, Offset: cfg.Offset, Zone: cfg.Zone}
	if cfg.Size != 0 && g.check() != nil || cfg.Append == nil {
		return nil, fmt.Errorf("partial aggregates of step %s: bad configuration", cfg.Name)
	}
	p := &Partials[V]{c: c, cfg: cfg, line: ruler{grid: g}, seed: maphash.MakeSeed()}
	p.Reset()
	c.Buffers = append(c.Buffers, p)
	return p, nil
}

// Upsert finds the state of a group in the window, or slice, of an event time, or makes it. The caller is about to take a record of that time
// in. The pointer is valid until the next call of any method. fresh says that it is a zero value that was not there before. The key is copied.
func (p *Partials[V]) Upsert(at int64, group []byte) (v *V, fresh bool, err error) {
	if p.cfg.Size == 0 {
		p.key = append(p.key[:0], group...)
		return p.upsert(at, 0)
	}
	if at < p.slice.Start || at >= p.slice.End {
		p.slice = p.sliceOf(at)
	}
	p.key = append(AppendEnd(p.key[:0], p.slice.Start), group...)
	return p.upsert(at, endLen)
}

// UpsertIn is Upsert for a record that says its window.
func (p *Partials[V]) UpsertIn(start, end, at int64, group []byte) (v *V, fresh bool, err error) {
	p.key = append(AppendEnd(AppendEnd(p.key[:0], start), end), group...)
	return p.upsert(at, 2*endLen)
}

// sliceOf is the stretch of time around an event time in which all records are in the same windows.
func (p *Partials[V]) sliceOf(at int64) Bounds {
	x := p.line.at(at)
	lo := floor(x, p.cfg.Size)
	hi := lo + p.cfg.Size
	if p.cfg.Every != 0 {
		lo, hi = p.line.slice(x)
	}
	return Bounds{p.line.instant(lo), p.line.instant(hi)}
}

func (p *Partials[V]) upsert(at int64, place int) (v *V, fresh bool, err error) {
	p.measure()
	if p.held > p.c.CombineBytes {
		if err := p.Flush(); err != nil {
			return nil, false, err
		}
	}
	p.place = place
	if p.last != nil && bytes.Equal(p.key, p.table.key(p.last)) { // of a group that has most of the records
		return p.take(p.last, at), false, nil
	}
	hash := uint32(maphash.Bytes(p.seed, p.key))
	e := p.table.find(hash, p.key)
	if fresh = e == nil; fresh {
		if e, _, err = p.table.insert(&p.mem, hash, p.key); err != nil {
			return nil, false, topology.Fatal(fmt.Errorf("partial aggregates of step %s: %w", p.cfg.Name, err))
		}
		e.val.at = at
		p.held += int64(unsafe.Sizeof(*e)) + int64(len(p.key)) + slotBytes
	}
	p.last = e
	return p.take(e, at), fresh, nil
}

// take counts a record into a partial aggregate.
func (p *Partials[V]) take(e *entry[partial[V]], at int64) *V {
	e.val.records++
	e.val.at = max(e.val.at, at)
	p.c.Stats.Combined++
	return &e.val.val
}

// slotBytes is what an entry takes in the table's slots.
const slotBytes = 12

// measure takes note of what the last record has made of its state. Looking at a long list takes time, so the more records there are the fewer
// of them are followed by a look.
func (p *Partials[V]) measure() {
	if p.cfg.Bytes == nil || p.last == nil || p.last.val.records < p.last.val.look {
		return
	}
	e := &p.last.val
	e.look = e.records + e.records/8 + 1
	heap := int64(p.cfg.Bytes(&e.val))
	p.held += heap - e.heap
	e.heap = heap
}

// Flush writes what is held, in the order in which it was begun, and holds nothing then.
func (p *Partials[V]) Flush() error {
	for id := range p.table.n {
		if err := p.c.Pause(); err != nil {
			return err
		}
		e := p.table.entry(id)
		key := p.table.key(e)
		b := p.c.Out.Begin()
		k := len(b)
		b = append(b, key[p.place:]...)
		v := len(b)
		if p.place == 2*endLen {
			b = append(b, partialOfBounds)
			b = append(b, key[:p.place]...)
		} else {
			b = append(b, partialOfTime)
		}
		b = binary.AppendUvarint(b, uint64(e.val.records))
		b = p.cfg.Append(b, &e.val.val)
		p.c.Out.Send(p.cfg.Output, b, k, v, e.val.at)
		p.c.Stats.Partials++
	}
	p.mem.release(&p.table, true, p.c.Pause)
	p.last, p.held = nil, 0
	return nil
}

// Held is how many partial aggregates are held.
func (p *Partials[V]) Held() int { return int(p.table.n) }

// Reset forgets what is held.
func (p *Partials[V]) Reset() {
	p.mem = memory[partial[V]]{pointers: HasPointers(reflect.TypeFor[V]())}
	p.table = table[partial[V]]{}
	p.slice, p.last, p.held = Bounds{math.MaxInt64, math.MinInt64}, nil, 0
}

// Size is an estimate of the memory used, in bytes.
func (p *Partials[V]) Size() int64 { return p.mem.size() }

// Partial is a partial aggregate as it comes out of a repartition topic.
type Partial struct {
	Records int64  // that it stands for
	Window  Bounds // if it says it
	State   []byte // in its stored form; it aliases the record
}

var (
	errPartial = errors.New("malformed partial aggregate")
	errRecord  = errors.New("a record that is no partial aggregate: it was written before the step had pre_aggregate. " +
		"Let the service read its repartition topic to the end before that is switched on or off, or give the step another name")
)

// ReadPartial takes the value of a record apart. It is one byte, 0x50, or 0x51 with the window's start and end, each 8 bytes as [AppendEnd] writes them;
// the number of records, a uvarint; and the state.
func ReadPartial(b []byte) (p Partial, err error) {
	if len(b) == 0 {
		return p, errPartial
	}
	kind := b[0]
	switch b = b[1:]; {
	case kind == partialOfBounds && len(b) >= 2*endLen:
		if p.Window.Start, b, err = SplitKey(b); err == nil {
			p.Window.End, b, err = SplitKey(b)
		}
		if err != nil || p.Window.Start >= p.Window.End {
			return p, errPartial
		}
	case kind != partialOfTime && kind != partialOfBounds:
		return p, errRecord
	case kind == partialOfBounds:
		return p, errPartial
	}
	n, size := binary.Uvarint(b)
	if size <= 0 || n == 0 || n > math.MaxInt64 {
		return p, errPartial
	}
	p.Records, p.State = int64(n), b[size:]
	return p, nil
}

// Copy is the state in bytes of its own, for states that keep parts of them.
func (p *Partial) Copy() []byte { return bytes.Clone(p.State) }
