package window

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"time"

	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// Config describes a store of windows with values of type V.
type Config[V any] struct {
	Name   string // of the store, in the topology
	Output int    // index of the changelog in the sub-topology's outputs
	// Size (1 or more) and Lateness (0 or more) in milliseconds. A window closes when the watermark is Lateness past its end.
	Size, Lateness int64
	// Every is how often a hopping window begins, in milliseconds, at most Size. With Cumulative, windows of all sizes from Every to Size,
	// in steps of Every, which divides Size, begin each Size. 0 for tumbling windows.
	Every      int64
	Cumulative bool
	// Sizes, if there are any, are those of several kinds of windows that share their slices: each is larger than the one before and a multiple of
	// Every, Size is the last. They begin each Every, or with Follow as soon as the one before of the same size has ended.
	Sizes  []int64
	Follow bool
	// Offset from the epoch, in milliseconds: windows are aligned to it.
	Offset int64
	// Zone, if not nil, is where the days are days: Size, Every and Offset are whole days then, counted as 86,400,000 ms each, and windows
	// begin and end when a day begins there.
	Zone *time.Location
	// UpdateEvery is how often, in milliseconds of the store's own time, Close has a round in which it hands on what changed, for which it needs
	// an emit; see the package comment. 0: Seal hands it on, or nothing does.
	UpdateEvery int64
	// Round is what rounds hand results to, in place of Close's emit. It may change the values, which are then written with the next Seal, and
	// so are those that it left as they were. nil: emit is, and it does not change them.
	Round func(w Bounds, key []byte, v *V) error
	// ByClock says that UpdateEvery is of processing time: there is no round in Close, but in Tick, which hands results to Round and has them
	// written with the next Seal. What changed is stored with the time of the round then until that Seal.
	ByClock bool
	// AtEnd has Close hand on results when the watermark comes to their windows' ends, rather than when it closes these: until then records
	// may correct them; see the package comment.
	AtEnd bool
	// Notes says that Close's emit may change values at the ends of windows, which are then written with the next Seal, and so are those that it
	// left as they were. It is for tumbling windows.
	Notes bool
	// Gone, if not nil, is called by Close for each group of a window that closes, behind the window's last results. It must not keep key, nor
	// call this store.
	Gone func(w Bounds, key []byte) error
	// Delay is how far behind the task's watermark this store runs, in milliseconds: what feeds it comes that much late. Close,
	// Late and Due are in the store's own time, the task's watermark less Delay; what a restore asks is in the task's.
	Delay int64
	// Append appends the encoding of a value, Decode reads one into a zero value. Where V can hold pointers the bytes given to
	// Decode are a copy that it may keep parts of; otherwise they are valid during the call only.
	Append func(b []byte, v *V) []byte
	Decode func(b []byte, v *V) error
	// Bytes estimates what a value holds on the heap besides itself; nil: nothing.
	Bytes func(v *V) int
	// Records is how many records a value has. It is for [Sliced.Counted].
	Records func(v *V) int64
	// Merge takes the value b, of later records, into a. It changes neither b nor what both refer to. It is for windows that overlap.
	Merge func(a, b *V)
}

const endLen = 8

// panes are what stores of windows have in common: a table for each pane, in memory and in the DB. A pane is a window, or a slice that
// several windows share.
type panes[V any] struct {
	c    *topology.Context
	cfg  Config[V]
	line ruler
	seed maphash.Seed
	mem  memory[V]

	last    *win[V]   // of the last Upsert
	wins    []*win[V] // open panes in order of their starts
	seals   uint64
	applied uint64 // how many of the seals are in the DB
	extra   int64  // estimated heap of the values
	ended   int64  // with Config.AtEnd, the store's time: what ends then or before was handed on
	now     int64  // the store's time at the last round, or at the last Reset
	round   int64  // its time at the next one, MaxInt64 where there are none; with Config.ByClock that of the clock, and now is None
	tickAt  int64  // with Config.ByClock: what the DB has waiting for a later time is left there
	err     error  // why the panes in the DB are not known

	prefix []byte   // the store's id
	buf    []byte   // a DB key
	order  *Order   // of the entries of
	sorted *win[V]  // this pane
	keys   [][]byte // of a round
	undo   *win[V]  // of the last Upsert, if the last one in its waiting is of that

	spareDirty []uint32 // of a closed pane, for the next one
}

// win is one open pane.
type win[V any] struct {
	table[V]
	start    int64
	end      int64
	complete bool // see the package comment
	stored   bool // an entry was sealed at some time, or is in the DB: closing takes a range delete
	dirty    []uint32
	sealed   uint64 // the number of the last seal with an entry of it
	extra    int64

	// What changed since the last round: entries of the overlay, and keys that only the DB has. With unread that may have more of them.
	waiting []uint32
	away    [][]byte
	unread  bool
	left    bool // readAway left some there

	// Of slices only: their place among the slices, and the end of the last window that they are in.
	number int64
	gone   int64
}

func newPanes[V any](c *topology.Context, cfg Config[V]) (panes[V], error) {
	g := grid{cfg.Size, cfg.Every, cfg.Cumulative, cfg.Offset, cfg.Zone, cfg.Sizes, cfg.Follow}
	if g.check() != nil || cfg.Lateness < 0 || cfg.Delay < 0 || cfg.UpdateEvery < 0 || cfg.ByClock && (cfg.UpdateEvery == 0 || cfg.Round == nil) || cfg.Append == nil || cfg.Decode == nil {
		return panes[V]{}, fmt.Errorf("store %s: bad configuration", cfg.Name)
	}
	id, err := c.DB.StoreID(cfg.Name)
	if err != nil {
		return panes[V]{}, err
	}
	return panes[V]{
		c: c, cfg: cfg, line: ruler{grid: g}, seed: maphash.MakeSeed(), tickAt: watermark.End, mem: newMemory[V](), prefix: binary.AppendUvarint(nil, id),
	}, nil
}

// Name is the store's name.
func (s *panes[V]) Name() string { return s.cfg.Name }

// gone says that a group's window has closed.
func (s *panes[V]) gone(b Bounds, key []byte, _ *V) error { return s.cfg.Gone(b, key) }

// upsert finds the value of key in a pane, or makes it, and notes that it is about to change.
func (s *panes[V]) upsert(w *win[V], key []byte) (v *V, fresh bool, err error) {
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
			if s.rounds(w) {
				s.wait(w, e, id)
			}
			return &e.val, false, nil
		}
	}
	return s.add(w, hash, key)
}

// add makes the entry of a key that the overlay lacks.
func (s *panes[V]) add(w *win[V], hash uint32, key []byte) (*V, bool, error) {
	var old *V
	waits := false
	if !w.complete {
		var err error
		if old, waits, err = s.lookup(w, key); err != nil {
			return nil, false, s.fatal(err)
		}
	}
	e, id, err := w.insert(&s.mem, hash, key)
	if err != nil {
		return nil, false, s.fatal(err)
	}
	e.dirty = true
	w.dirty = append(w.dirty, id)
	if s.rounds(w) {
		if s.wait(w, e, id); waits {
			s.undo = nil // it waited before
		}
	}
	if old != nil {
		e.val = *old
	}
	return &e.val, old == nil, nil
}

// sort puts the entries of a pane in byte order of their keys.
func (s *panes[V]) sort(w *win[V]) {
	if s.order == nil {
		s.order = NewOrder(func(id uint32) []byte { return s.sorted.key(s.sorted.entry(id)) })
	}
	s.sorted = w
	w.sort(s.order, s.c.Pause)
}

// lookup reads the value of a key from the DB, nil when it isn't there, and whether it waits for the next round.
func (s *panes[V]) lookup(w *win[V], key []byte) (v *V, waits bool, err error) {
	s.buf = append(s.endKey(s.buf[:0], w.end), key...)
	b, c, err := s.c.DB.Get(s.buf)
	if err != nil || c == nil {
		return nil, false, err
	}
	v = new(V)
	if err := s.decode(b, v); err != nil {
		_ = c.Close() // the first error says more
		return nil, false, err
	}
	round, _, _ := splitValue(b) // it was decoded
	return v, round > s.now, c.Close()
}

// decode reads a stored value into the zero value v.
func (s *panes[V]) decode(b []byte, v *V) error {
	_, b, err := splitValue(b)
	if err != nil {
		return err
	}
	if s.mem.pointers {
		b = bytes.Clone(b)
	}
	return s.cfg.Decode(b, v)
}

// pane finds or opens the pane from start to end.
func (s *panes[V]) pane(start, end int64) (w *win[V], opened bool, err error) {
	if s.err != nil {
		return nil, false, s.err
	}
	i, ok := s.from(start)
	if !ok {
		s.wins = slices.Insert(s.wins, i, &win[V]{start: start, end: end, complete: true, dirty: s.spareDirty})
		s.spareDirty = nil
	}
	s.last = s.wins[i]
	return s.last, !ok, nil
}

// from is the index of the first pane that begins at start or later, and whether it begins there.
func (s *panes[V]) from(start int64) (int, bool) {
	return slices.BinarySearchFunc(s.wins, start, func(w *win[V], start int64) int { return cmp.Compare(w.start, start) })
}

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
func (s *panes[V]) endKey(b []byte, end int64) []byte {
	return AppendEnd(append(b, s.prefix...), end)
}

func (s *panes[V]) fatal(err error) error {
	return topology.Fatal(fmt.Errorf("store %s: %w", s.cfg.Name, err))
}
