package session

import (
	"errors"
	"fmt"
	"math"
	"unsafe"

	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// Config describes a store of session windows with values of type V.
type Config[V any] struct {
	Name     string // of the store, in the topology
	Output   int    // index of the changelog in the sub-topology's outputs
	Lateness int64  // in milliseconds, 0 or more: a window closes when the watermark is that far past its end
	Max      int64  // the most milliseconds from a window's start to its end, of which no record may bring more; 0: no bound
	// UpdateEvery is how often, in milliseconds of the store's own time, Close has a round in which it hands on what changed, for which it needs
	// an emit; see package window. 0: Seal hands it on, or nothing does.
	UpdateEvery int64
	// Round is what rounds hand results to, in place of Close's emit. It may change the values, which are then written with the next Seal, and
	// so are those that it left as they were. nil: emit is, and it does not change them.
	Round func(w window.Bounds, key []byte, v *V) error
	// ByClock says that UpdateEvery is of processing time: there is no round in Close, but in Tick, which hands results to Round and has them
	// written with the next Seal. What changed is stored with the time of the round then until that Seal.
	ByClock bool
	// AtEnd has Close hand on results when the watermark comes to their windows' ends, rather than when it closes these: until then records
	// may correct them; see [Store.Ended].
	AtEnd bool
	// Notes says that Close's emit may change values at the ends of windows, which are then written with the next Seal.
	Notes bool
	// Gone, if not nil, is called by Close and Expire for each group of a window that closes, behind the window's last results. It must not keep
	// key or v, nor call this store. Of a [Sliding] window v is nil.
	Gone func(w window.Bounds, key []byte, v *V) error
	// Delay is how far behind the task's watermark this store runs, in milliseconds: what feeds it comes that much late. Close,
	// Late and Due are in the store's own time, the task's watermark less Delay; Closed is in the task's.
	Delay int64
	// Append appends the encoding of a value, Decode reads one into a zero value. Where V can hold pointers the bytes given to
	// Decode are a copy that it may keep parts of; otherwise they are valid during the call only.
	Append func(b []byte, v *V) []byte
	Decode func(b []byte, v *V) error
	// Apart says that windows are only one if they have the same start and the same end.
	Apart bool
	// Merge takes the value b, of later records, into a. It changes neither b nor what both refer to. It may be nil where all records
	// of a group bring the same event time, since then there is one window, and with Apart.
	Merge func(a, b *V)
	// Bytes estimates what a value holds on the heap besides itself; nil: nothing.
	Bytes func(v *V) int
	// Reach is how far the first and the last record of a sliding window are apart at most, in milliseconds, 1 or more, and Records is how many
	// records a value has, for [Sliding.Counted]. Only [Sliding] has them, and it has neither Max, Apart nor Notes, and Round only with
	// ByClock, which changes no values.
	Reach   int64
	Records func(v *V) int64
}

// Windows that take every record of a group begin at Earliest, before all event times there are, and close Forever after they end: when
// the input does.
const (
	Earliest = -62_135_596_800_000 // the year 1
	Forever  = math.MaxInt64
)

// never is a time that does not come.
const never = math.MaxInt64

// Store holds the open session windows of one step. It belongs to its task's goroutine. After a method returned an error the store must
// be Reset before it is used again.
type Store[V any] struct {
	kept[V]
	wins  windows[V]
	grown grown // by the last Upsert
}

// New makes a store and adds it to c.Stores.
func New[V any](c *topology.Context, cfg Config[V]) (*Store[V], error) {
	if cfg.Lateness < 0 || cfg.Max < 0 || cfg.Delay < 0 || cfg.UpdateEvery < 0 || cfg.ByClock && (cfg.UpdateEvery == 0 || cfg.Round == nil) || cfg.Append == nil || cfg.Decode == nil || cfg.Reach != 0 {
		return nil, fmt.Errorf("store %s: bad configuration", cfg.Name)
	}
	k, err := newKept(c, cfg)
	if err != nil {
		return nil, err
	}
	s := &Store[V]{kept: k}
	if s.Reset(); s.err != nil {
		return nil, s.err
	}
	c.Stores = append(c.Stores, s)
	return s, nil
}

// Size is an estimate of the memory used, in bytes.
func (s *Store[V]) Size() int64 {
	return s.groups.size() + int64(s.wins.used)*int64(unsafe.Sizeof(win[V]{})) + int64(len(s.heap))*int64(unsafe.Sizeof(item{})) +
		s.order.Size() + s.extra
}

// Reset forgets everything in memory, committed or not, and the open batch.
func (s *Store[V]) Reset() {
	s.reset()
	s.wins = windows[V]{}
	s.passed = watermark.None
	if s.err = s.seek(); s.err == nil {
		s.complete = s.reminded.ahead == nil // every group in the DB has a reminder
		s.schedule()
	}
}

// Late reports whether a record with the event time at and the end e is too late under the watermark wm: the window that it would make is
// closed, and it is part of none that is open. With Config.AtEnd the watermark is the one under which Close was called last, or would have been
// if there had been something to do.
func (s *Store[V]) Late(at, end int64, key []byte, wm int64) (bool, error) {
	s.ended = max(s.ended, wm)
	if watermark.Add(end, s.cfg.Lateness) > wm {
		return false, nil
	}
	id, err := s.find(key)
	if err != nil || id == none {
		return err == nil, err
	}
	for n := s.groups.at(id).first; n != 0; n = s.wins.at(n).next {
		if s.joins(s.wins.at(n), at, end) {
			return false, nil
		}
	}
	return true, nil
}

// joins reports whether a window and another one, from start to end, become one.
func (s *Store[V]) joins(w *win[V], start, end int64) bool {
	if s.cfg.Apart {
		return w.start == start && w.end == end
	}
	return w.start < end && w.end > start && (s.cfg.Max == 0 || max(w.end, end)-min(w.start, start) <= s.cfg.Max)
}

// Upsert finds the value of the window that a record of the group key is in, by its event time at and the end that its window has at least,
// or makes it. Windows that the record connects are merged before. The caller is about to change the value: it is part of the next Seal.
// The pointer is valid until the next call of any method. fresh says that it is a zero value that was not there before. The key is copied.
func (s *Store[V]) Upsert(at, end int64, key []byte) (v *V, fresh bool, err error) {
	id, err := s.find(key)
	if err != nil {
		return nil, false, err
	}
	if id == none {
		id = s.groups.insert(hashOf(s.seed, key), key)
	}
	g := s.groups.at(id)
	s.touch(id, g)
	if n := g.first; n != 0 {
		// Nearly always the record goes on with the group's only window.
		if w := s.wins.at(n); w.next == 0 && at >= w.start && s.joins(w, at, end) {
			s.grown = grown{n, w.end, w.dirty, w.waiting}
			w.end = max(w.end, end)
			w.dirty = true
			s.wait(id, g, w)
			if at := s.next(w); at < g.due { // it had ended, and goes on
				s.push(id, g, at)
			}
			return &w.val, false, nil
		}
	}
	n, fresh := s.place(g, at, end)
	w := s.wins.at(n)
	s.grown = grown{n, w.end, w.dirty, w.waiting}
	w.dirty = true
	s.wait(id, g, w)
	if at := s.next(w); at < g.due {
		s.push(id, g, at)
	}
	return &w.val, fresh, nil
}

// Bounds are those of the window that the last Upsert found.
func (s *Store[V]) Bounds() window.Bounds {
	w := s.wins.at(s.grown.win)
	return window.Bounds{Start: w.start, End: w.end}
}

// grown is a window as it was before a record.
type grown struct {
	win            uint32
	end            int64
	dirty, waiting bool
}

// Undo takes back what the last Upsert, which found a window and merged none, did to its end. The caller did not change the value.
func (s *Store[V]) Undo() {
	w := s.wins.at(s.grown.win)
	w.end, w.dirty, w.waiting = s.grown.end, s.grown.dirty, s.grown.waiting
}

// Complete is [Store.Expire] for all windows of a group: a record was their last one.
func (s *Store[V]) Complete(key []byte, emit func(w window.Bounds, key []byte, v *V) error) error {
	return s.Expire(never, key, emit, false)
}

// Expire ends the windows of a group that end at a time or before, whatever the watermark, and hands them to emit, which may be nil; with onlyDirty
// as [Store.Close] does. It must not keep key or value, nor call this store. An error of emit is returned when the windows are gone.
func (s *Store[V]) Expire(at int64, key []byte, emit func(w window.Bounds, key []byte, v *V) error, onlyDirty bool) error {
	id, err := s.find(key)
	if err != nil || id == none {
		return err
	}
	g := s.groups.at(id)
	for link := &g.first; *link != 0; {
		n := *link
		w := s.wins.at(n)
		if w.end > at {
			link = &w.next
			continue
		}
		s.touch(id, g)
		*link, w.next = w.next, 0
		if emit != nil && (!onlyDirty || s.changed(w)) {
			err = errors.Join(err, emit(window.Bounds{Start: w.start, End: w.end}, s.groups.keyOf(g), &w.val))
		}
		if s.cfg.Gone != nil {
			err = errors.Join(err, s.cfg.Gone(window.Bounds{Start: w.start, End: w.end}, s.groups.keyOf(g), &w.val))
		}
		s.free(n)
		s.c.Stats.WindowsClosed++
	}
	return err
}

// place is the number of the window of a group that a record is in, made or merged as the package comment says.
func (s *Store[V]) place(g *group, at, end int64) (n uint32, fresh bool) {
	for link := &g.first; *link != 0; {
		m := *link
		w := s.wins.at(m)
		if !s.joins(w, at, end) {
			link = &w.next
			continue
		}
		*link, w.next = w.next, 0
		at, end = min(at, w.start), max(end, w.end)
		if n == 0 {
			n = m
			continue
		}
		s.cfg.Merge(&s.wins.at(n).val, &w.val)
		s.free(m)
	}
	if fresh = n == 0; fresh {
		n = s.wins.take()
	}
	w := s.wins.at(n)
	w.start, w.end = at, end
	link := &g.first
	for *link != 0 {
		before := s.wins.at(*link)
		if before.start > at || before.start == at && before.end > end {
			break
		}
		link = &before.next
	}
	w.next, *link = *link, n
	return n, fresh
}

// free gives a window that is in no group back.
func (s *Store[V]) free(n uint32) {
	s.extra -= s.wins.at(n).extra
	s.wins.drop(n)
}

// earliest is when the first of a group's windows is due, never if it has none.
func (s *Store[V]) earliest(g *group) int64 {
	at := int64(never)
	for n := g.first; n != 0; n = s.wins.at(n).next {
		at = min(at, s.next(s.wins.at(n)))
	}
	return at
}
