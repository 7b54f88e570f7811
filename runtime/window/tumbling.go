package window

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"math"
	"slices"

	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// Config describes a store of tumbling windows with values of type V.
type Config[V any] struct {
	Name   string // of the store, in the topology
	Output int    // index of the changelog in the sub-topology's outputs
	// Size (1 or more) and Lateness (0 or more) in milliseconds.
	Size, Lateness int64
	// Delay is how far behind the task's watermark this store runs, in milliseconds: what feeds it comes that much late. Close,
	// Late and Due are in the store's own time, the task's watermark less Delay; what a restore asks is in the task's.
	Delay int64
	// Append appends the encoding of a value, Decode reads one into a zero value. Where V can hold pointers the bytes given to
	// Decode are a copy that it may keep parts of; otherwise they are valid during the call only.
	Append func(b []byte, v *V) []byte
	Decode func(b []byte, v *V) error
	// Bytes estimates what a value holds on the heap besides itself; nil: nothing.
	Bytes func(v *V) int
}

const (
	valueVersion = 1
	endLen       = 8
)

// Tumbling is a store of tumbling windows. It belongs to its task's goroutine. After a method returned an error the store must
// be Reset before it is used again.
type Tumbling[V any] struct {
	c    *topology.Context
	cfg  Config[V]
	span int64 // size + lateness
	seed maphash.Seed
	mem  memory[V]

	last    *win[V]   // of the last Upsert
	wins    []*win[V] // open windows in order of their starts
	due     int64
	closed  int64 // highest end + lateness of a closed window
	seals   uint64
	applied uint64 // how many of the seals are in the DB
	extra   int64  // estimated heap of the values
	err     error  // why the windows in the DB are not known

	prefix []byte // the store's id
	buf    []byte // a DB key
	refs   []ref

	spareDirty []uint32 // of a closed window, for the next one
}

// win is one open window.
type win[V any] struct {
	table[V]
	start    int64
	complete bool // see the package comment
	stored   bool // an entry was sealed at some time, or is in the DB: closing takes a range delete
	dirty    []uint32
	sealed   uint64 // the number of the last seal with an entry of it
	extra    int64
}

// NewTumbling makes a store and adds it to c.Stores. It knows at once which windows the DB holds.
func NewTumbling[V any](c *topology.Context, cfg Config[V]) (*Tumbling[V], error) {
	if cfg.Size < 1 || cfg.Lateness < 0 || cfg.Delay < 0 || cfg.Append == nil || cfg.Decode == nil {
		return nil, fmt.Errorf("store %s: bad configuration", cfg.Name)
	}
	id, err := c.DB.StoreID(cfg.Name)
	if err != nil {
		return nil, err
	}
	s := &Tumbling[V]{
		c: c, cfg: cfg, span: watermark.Add(cfg.Size, cfg.Lateness), seed: maphash.MakeSeed(), mem: newMemory[V](),
		prefix: binary.AppendUvarint(nil, id),
	}
	if s.Reset(); s.err != nil {
		return nil, s.err
	}
	c.Stores = append(c.Stores, s)
	return s, nil
}

// Name is the store's name.
func (s *Tumbling[V]) Name() string { return s.cfg.Name }

// Late reports whether a record of the window that begins at start is too late under the watermark wm.
func (s *Tumbling[V]) Late(start, wm int64) bool { return watermark.Add(start, s.span) <= wm }

// Due is the lowest watermark that closes a window, MaxInt64 if none is open.
func (s *Tumbling[V]) Due() int64 { return s.due }

// Upsert finds the value of key in the window that begins at start, or makes it. The caller is about to change it: it is part of
// the next Seal. The pointer is valid until the next call of any method. fresh says that it is a zero value that was not there
// before. The key is copied.
func (s *Tumbling[V]) Upsert(start int64, key []byte) (v *V, fresh bool, err error) {
	w := s.last
	if w == nil || w.start != start {
		if w, err = s.window(start); err != nil {
			return nil, false, err
		}
	}
	hash := uint32(maphash.Bytes(s.seed, key))
	if len(w.slots) > 0 {
		mask := uint32(len(w.slots) - 1)
		for i := hash & mask; ; i = (i + 1) & mask {
			slot := w.slots[i]
			if slot == 0 {
				break
			}
			if uint32(slot>>32) != hash {
				continue
			}
			id := uint32(slot) - 1
			e := w.entry(id)
			if !bytes.Equal(w.key(e), key) {
				continue
			}
			if !e.dirty {
				e.dirty = true
				w.dirty = append(w.dirty, id)
			}
			return &e.val, false, nil
		}
	}
	return s.add(w, hash, key)
}

// add makes the entry of a key that the overlay lacks.
func (s *Tumbling[V]) add(w *win[V], hash uint32, key []byte) (*V, bool, error) {
	var old *V
	if !w.complete {
		var err error
		if old, err = s.lookup(w, key); err != nil {
			return nil, false, s.fatal(err)
		}
	}
	e, id, err := w.insert(&s.mem, hash, key)
	if err != nil {
		return nil, false, s.fatal(err)
	}
	e.dirty = true
	w.dirty = append(w.dirty, id)
	if old != nil {
		e.val = *old
	}
	return &e.val, old == nil, nil
}

// lookup reads the value of a key from the DB, nil when it isn't there.
func (s *Tumbling[V]) lookup(w *win[V], key []byte) (*V, error) {
	s.buf = append(s.endKey(s.buf[:0], w.end(s)), key...)
	b, c, err := s.c.DB.Get(s.buf)
	if err != nil || c == nil {
		return nil, err
	}
	v := new(V)
	if err := s.decode(b, v); err != nil {
		_ = c.Close() // the first error says more
		return nil, err
	}
	return v, c.Close()
}

// decode reads a stored value into the zero value v.
func (s *Tumbling[V]) decode(b []byte, v *V) error {
	if len(b) == 0 {
		return fmt.Errorf("a stored value is empty")
	}
	if b[0] != valueVersion {
		return fmt.Errorf("a stored value has version %d, which is not known here (only %d)", b[0], valueVersion)
	}
	if b = b[1:]; s.mem.pointers {
		b = bytes.Clone(b)
	}
	return s.cfg.Decode(b, v)
}

// window finds or opens a window.
func (s *Tumbling[V]) window(start int64) (*win[V], error) {
	if s.err != nil {
		return nil, s.err
	}
	i, ok := slices.BinarySearchFunc(s.wins, start, func(w *win[V], start int64) int {
		switch {
		case w.start < start:
			return -1
		case w.start > start:
			return 1
		}
		return 0
	})
	if !ok {
		s.wins = slices.Insert(s.wins, i, &win[V]{start: start, complete: true, dirty: s.spareDirty})
		s.spareDirty = nil
		s.schedule()
	}
	s.last = s.wins[i]
	return s.last, nil
}

func (s *Tumbling[V]) schedule() {
	s.due = math.MaxInt64
	if len(s.wins) > 0 {
		s.due = watermark.Add(s.wins[0].start, s.span)
	}
}

func (w *win[V]) end(s *Tumbling[V]) int64 { return watermark.Add(w.start, s.cfg.Size) }

// AppendEnd appends the first part of a changelog key.
func AppendEnd(b []byte, end int64) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(end)^1<<63)
}

// SplitKey takes a changelog key apart.
func SplitKey(b []byte) (end int64, key []byte, err error) {
	if len(b) < endLen {
		return 0, nil, fmt.Errorf("a stored key has %d bytes, fewer than a window's end takes", len(b))
	}
	return int64(binary.BigEndian.Uint64(b) ^ 1<<63), b[endLen:], nil
}

// endKey appends the beginning of all DB keys of a window.
func (s *Tumbling[V]) endKey(b []byte, end int64) []byte {
	return AppendEnd(append(b, s.prefix...), end)
}

func (s *Tumbling[V]) fatal(err error) error {
	return topology.Fatal(fmt.Errorf("store %s: %w", s.cfg.Name, err))
}
