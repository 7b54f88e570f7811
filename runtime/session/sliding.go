package session

import (
	"fmt"
	"unsafe"

	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// Sliding holds the records of each group by their times, for windows that slide over them: see the package comment. It belongs to its task's
// goroutine. After a method returned an error the store must be Reset before it is used again.
type Sliding[V any] struct {
	kept[V]
	lines       slab[line[V]]
	cells       slab[cell[V]]
	gone        []gone   // points that the DB is to forget
	stale       [][]byte // keys of reminders that no group has
	places      int64    // memory of the lines' points, in bytes
	mergedBytes int64    // memory of what is merged
	scratch     merged[V]
	last        added
	sums        []int64
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
	k, err := newKept(c, cfg)
	if err != nil {
		return nil, err
	}
	s := &Sliding[V]{kept: k}
	if s.Reset(); s.err != nil {
		return nil, s.err
	}
	c.Stores = append(c.Stores, s)
	return s, nil
}

// Size is an estimate of the memory used, in bytes.
func (s *Sliding[V]) Size() int64 {
	return s.groups.size() + int64(s.lines.used)*int64(unsafe.Sizeof(line[V]{})) + int64(s.cells.used)*int64(unsafe.Sizeof(cell[V]{})) +
		s.places + int64(len(s.heap))*int64(unsafe.Sizeof(item{})) + s.order.Size() + s.extra + s.mergedBytes
}

// Reset forgets everything in memory, committed or not, and the open batch.
func (s *Sliding[V]) Reset() {
	s.reset()
	s.lines, s.cells = slab[line[V]]{}, slab[cell[V]]{}
	s.gone, s.stale = nil, nil
	s.places, s.mergedBytes = 0, 0
	s.scratch = merged[V]{}
	s.passed = watermark.Sub(s.ended, s.cfg.Lateness)
	if s.err = s.seek(); s.err == nil {
		s.complete = s.reminded.ahead == nil // every group in the DB has a reminder
		if !s.complete {
			s.passed = min(s.passed, s.reminded.at-1) // less if the lateness was longer before
		}
		s.schedule()
	}
}

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
		s.mergedBytes -= l.merged.size()
		l.merged = nil
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
