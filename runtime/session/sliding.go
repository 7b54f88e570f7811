package session

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"reflect"
	"unsafe"

	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// Sliding holds the records of each group by their times, for windows that slide over them: see the package comment. It belongs to its task's
// goroutine. After a method returned an error the store must be Reset before it is used again.
type Sliding[V any] struct {
	c      *topology.Context
	cfg    Config[V]
	prefix []byte // the store's id in the DB
	seed   maphash.Seed
	err    error // why the DB can't be read

	groups   groups // the first of a group is the number of its line
	lines    slab[line[V]]
	cells    slab[cell[V]]
	dirty    []uint32 // groups that changed since the last Seal, in the order of the first change
	gone     []gone   // points that the DB is to forget
	leaving  []uint32 // groups without a point, until the DB has been told
	complete bool     // the DB holds no group that is not in memory
	heap     heap     // of the groups in memory
	reminded reminded // of those in the DB
	stale    [][]byte // keys of reminders that no group has
	due      int64    // no window closes before the store's time is this
	passed   int64    // windows that end at this time or before are closed
	ended    int64    // with Config.AtEnd, those that do were handed on at their ends
	closed   int64    // the highest end + lateness of a closed window
	now      int64    // the store's time at the last round, or at the last Reset; None with Config.ByClock
	round    int64    // the time of the next one, MaxInt64 where there are none
	tickAt   int64    // the processing time in Tick, MaxInt64 otherwise
	waiting  []uint32 // groups that changed since the last round; and some that are gone
	unread   bool     // there may be more in the DB

	seals    uint64
	applied  uint64 // how many of the seals are in the DB
	extra    int64  // estimated heap of the values
	places   int64  // memory of the lines' points, in bytes
	hand     uint32 // where the search for groups to drop goes on
	pointers bool   // V can hold pointers
	kept     int64  // memory of what is merged
	scratch  merged[V]
	order    *window.Order // of groups with windows to close, or to hand on
	last     added
	sums     []int64
	buf      []byte // a key
	state    []byte // a value, or a key in the DB
}

// added is what the last Upsert did.
type added struct {
	group uint32
	at    int64
	fresh bool
}

// gone is a point that the DB has, of a group that is still in memory.
type gone struct {
	group uint32
	at    int64
}

// NewSliding makes a store of sliding windows and adds it to c.Stores.
func NewSliding[V any](c *topology.Context, cfg Config[V]) (*Sliding[V], error) {
	if cfg.Reach < 1 || cfg.Lateness < 0 || cfg.Delay < 0 || cfg.UpdateEvery < 0 || cfg.Append == nil || cfg.Decode == nil || cfg.Merge == nil ||
		cfg.Max != 0 || cfg.Apart || cfg.Notes || cfg.ByClock != (cfg.Round != nil) || cfg.ByClock && cfg.UpdateEvery == 0 {
		return nil, fmt.Errorf("store %s: bad configuration", cfg.Name)
	}
	id, err := c.DB.StoreID(cfg.Name)
	if err != nil {
		return nil, err
	}
	s := &Sliding[V]{
		c: c, cfg: cfg, prefix: binary.AppendUvarint(nil, id), seed: maphash.MakeSeed(), pointers: window.HasPointers(reflect.TypeFor[V]()),
	}
	if s.Reset(); s.err != nil {
		return nil, s.err
	}
	c.Stores = append(c.Stores, s)
	return s, nil
}

// Name is the store's name.
func (s *Sliding[V]) Name() string { return s.cfg.Name }

// Size is an estimate of the memory used, in bytes.
func (s *Sliding[V]) Size() int64 {
	return s.groups.size() + int64(s.lines.used)*int64(unsafe.Sizeof(line[V]{})) + int64(s.cells.used)*int64(unsafe.Sizeof(cell[V]{})) +
		s.places + int64(len(s.heap))*int64(unsafe.Sizeof(item{})) + s.order.Size() + s.extra + s.kept
}

// Reset forgets everything in memory, committed or not, and the open batch.
func (s *Sliding[V]) Reset() {
	s.c.DB.Discard()
	s.groups, s.lines, s.cells, s.heap = groups{}, slab[line[V]]{}, slab[cell[V]]{}, nil
	s.dirty, s.gone, s.leaving, s.waiting, s.stale = nil, nil, nil, nil, nil
	s.order = window.NewOrder(func(id uint32) []byte { return s.groups.keyOf(s.groups.at(id)) })
	s.seals, s.applied, s.extra, s.places, s.kept, s.hand = 0, 0, 0, 0, 0, 0
	s.scratch = merged[V]{}
	s.closed = watermark.None
	s.now = watermark.None
	if s.c.Clock != nil {
		s.now = watermark.Sub(s.c.Clock.Now(), s.cfg.Delay)
	}
	s.passed = watermark.Sub(s.now, s.cfg.Lateness)
	if s.ended = s.now; s.cfg.ByClock {
		s.now = watermark.None
	}
	s.tickAt = watermark.End
	s.round, s.unread = window.NextRound(s.now, s.cfg.UpdateEvery), true
	s.err = nil
	s.reminded.rescan()
	s.due = watermark.None
	s.complete = false
	if s.err = s.seek(); s.err == nil {
		s.complete = s.reminded.ahead == nil // every group in the DB has a reminder
		if !s.complete {
			s.passed = min(s.passed, s.reminded.at-1) // less if the lateness was longer before
		}
		s.schedule()
	}
}

// Due is the lowest watermark that can close a window, MaxInt64 if there is nothing in the store, or at which the next round is, or with
// Config.AtEnd a window may end.
func (s *Sliding[V]) Due() int64 { return min(s.due, s.roundDue()) }

// Late reports whether a record is too late under the watermark wm for all windows that it would be in: that which ends with it, those that end
// with later records of the group, and those that begin behind earlier ones. One that is too late for some of them is part of the others. With
// Config.AtEnd the watermark is as in [Store.Late].
func (s *Sliding[V]) Late(at int64, key []byte, wm int64) (bool, error) {
	s.ended = max(s.ended, wm)
	closed := watermark.Sub(wm, s.cfg.Lateness) // windows that end then or before
	if wm < s.due {                             // else some are still to be closed: a record comes before what the watermark closes that it moves
		s.passed = max(s.passed, closed)
	}
	switch reach := s.cfg.Reach; {
	case at+1 > closed:
		return false, nil
	case at+reach+1 <= closed:
		return true, nil
	}
	id, err := s.find(key)
	if err != nil || id == none {
		return err == nil, err
	}
	g := s.groups.at(id)
	if g.first == 0 {
		return true, nil
	}
	points := s.lines.at(g.first).points()
	before := func(from, to int64) bool { return first(points, from) < first(points, to) }
	return !before(closed, at+s.cfg.Reach+1) && !before(closed-s.cfg.Reach-1, at), nil
}

// Missed is the window that ends with a record of the time at, for one that is too late for it and for those of later records.
func (s *Sliding[V]) Missed(at int64) window.Bounds {
	return window.Bounds{Start: at - s.cfg.Reach, End: at + 1}
}

// Upsert finds the value of a group at a time, or makes it. The caller is about to change it: it is part of the next Seal. The pointer
// is valid until the next call of any method. fresh says that it is a zero value that was not there before. The key is copied.
func (s *Sliding[V]) Upsert(at int64, key []byte) (v *V, fresh bool, err error) {
	id, err := s.find(key)
	if err != nil {
		return nil, false, err
	}
	if id == none {
		id = s.groups.insert(hashOf(s.seed, key), key)
	}
	g := s.groups.at(id)
	s.touch(id, g)
	l := s.lineOf(g)
	points := l.points()
	i := first(points, at)
	if fresh = i == len(points) || points[i].at != at; fresh {
		s.insert(l, i, point{at: at, cell: s.cells.take(), is: isBorn | isNew})
		points = l.points()
		if next := s.earlier(nextEvent(points[i:i+1], s.cfg.Reach, s.passed), points[i:i+1]); next < g.due {
			s.push(id, g, next)
		}
	}
	points[i].is |= isDirty | isWaiting
	l.dirty, l.changed = min(l.dirty, at), min(l.changed, at)
	if l.merged != nil {
		l.merged.change(points, i)
	}
	if s.cfg.UpdateEvery != 0 && !g.waits {
		g.waits = true
		s.waiting = append(s.waiting, id)
	}
	s.last = added{id, at, fresh}
	return s.valueOf(points[i]), fresh, nil
}

// Counted hands on the values of those open windows that the last Upsert, of a group's key, changed or made and that have a multiple of n records
// now, in order of their ends. With Config.AtEnd they have not ended, either.
func (s *Sliding[V]) Counted(key []byte, n int64, emit func(w window.Bounds, key []byte, v *V) error) error {
	points := s.lineOf(s.groups.at(s.last.group)).points()
	from := first(points, s.last.at-s.cfg.Reach)
	s.sums = append(s.sums[:0], 0)
	for _, p := range points[from:first(points, s.last.at+s.cfg.Reach+2)] {
		s.sums = append(s.sums, s.sums[len(s.sums)-1]+s.cfg.Records(s.valueOf(p)))
	}
	m := s.fresh()
	w := ends(points, s.cfg.Reach, max(s.handed(), s.last.at))
	for w.next() && w.start <= s.last.at+1 {
		if err := s.c.Pause(); err != nil {
			return err
		}
		if !s.touched(&w) || (s.sums[w.j-from]-s.sums[w.i-from])%n != 0 {
			continue
		}
		v, err := s.value(m, points, w.i, w.j, w.end)
		if err != nil {
			return err
		}
		if err := emit(window.Bounds{Start: w.start, End: w.end}, key, v); err != nil {
			return err
		}
	}
	return nil
}

// fresh is a merged that has nothing, for windows of one group in order of their ends.
func (s *Sliding[V]) fresh() *merged[V] {
	s.scratch.reset(0)
	return &s.scratch
}

// lineOf is the line of a group, made if it has none.
func (s *Sliding[V]) lineOf(g *group) *line[V] {
	if g.first == 0 {
		g.first = s.lines.take()
		*s.lines.at(g.first) = line[V]{dirty: never, changed: never}
	}
	return s.lines.at(g.first)
}

// insert adds a point to a line.
func (s *Sliding[V]) insert(l *line[V], i int, p point) {
	before := cap(l.all)
	l.insert(i, p)
	s.places += int64(cap(l.all)-before) * int64(unsafe.Sizeof(p))
}

// valueOf is the value of a point.
func (s *Sliding[V]) valueOf(p point) *V { return &s.cells.at(p.cell).val }

// drop takes the first n points out of a group's line, and the line with the last one.
func (s *Sliding[V]) drop(g *group, n int) {
	l := s.lines.at(g.first)
	for _, p := range l.points()[:n] {
		c := s.cells.at(p.cell)
		s.extra -= c.extra
		*c = cell[V]{}
		s.cells.drop(p.cell)
	}
	if l.cut(n); len(l.all) > 0 {
		return
	}
	s.places -= int64(cap(l.all)) * int64(unsafe.Sizeof(point{}))
	s.forgetMerged(l)
	*l = line[V]{}
	s.lines.drop(g.first)
	g.first = 0
}

// forgetMerged drops what is merged for a line.
func (s *Sliding[V]) forgetMerged(l *line[V]) {
	if l.merged != nil {
		s.kept -= l.merged.size()
		l.merged = nil
	}
}

// touch notes that a group is about to change.
func (s *Sliding[V]) touch(id uint32, g *group) {
	g.used = true
	if !g.dirty {
		g.dirty = true
		s.dirty = append(s.dirty, id)
	}
}

// next is when something happens to a group next, with no more records, where windows that end at a time or before are closed.
func (s *Sliding[V]) next(g *group, behind int64) int64 {
	if g.first == 0 {
		return never
	}
	points := s.lines.at(g.first).points()
	return s.earlier(nextEvent(points, s.cfg.Reach, behind), points)
}

func (s *Sliding[V]) fatal(err error) error {
	return topology.Fatal(fmt.Errorf("store %s: %w", s.cfg.Name, err))
}
