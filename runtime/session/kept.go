package session

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"reflect"

	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// kept is what [Store] and [Sliding] have in common: groups in memory and in the DB, the times at which something happens to them, and what is to be
// written of them.
type kept[V any] struct {
	c      *topology.Context
	cfg    Config[V]
	prefix []byte // the store's id in the DB
	seed   maphash.Seed
	err    error // why the DB can't be read

	groups   groups
	dirty    []uint32 // groups that changed since the last Seal, in the order of the first change
	leaving  []uint32 // groups of which nothing is left, until the DB has been told
	complete bool     // the DB holds no group that is not in memory
	heap     heap     // of the groups in memory
	reminded reminded // of those in the DB
	due      int64    // no window closes before the store's time is this
	passed   int64    // the highest time so far up to which all windows are closed
	closed   int64    // the highest end + lateness of a closed window
	ended    int64    // with Config.AtEnd, the store's time: what ends then or before was handed on
	now      int64    // the store's time at the last round, or at the last Reset
	round    int64    // its time at the next one, MaxInt64 where there are none; with Config.ByClock that of the clock, and now is None
	tickAt   int64    // with Config.ByClock: what the DB has waiting for a later time is left there
	waiting  []uint32 // groups that changed since the last round; and some that are gone
	unread   bool     // there may be more in the DB

	seals    uint64
	applied  uint64        // how many of the seals are in the DB
	extra    int64         // estimated heap of the values
	hand     uint32        // where the search for groups to drop goes on
	pointers bool          // V can hold pointers
	order    *window.Order // of groups with windows to close, or to hand on
	buf      []byte        // a key
	state    []byte        // a value, or a key in the DB
}

func newKept[V any](c *topology.Context, cfg Config[V]) (kept[V], error) {
	id, err := c.DB.StoreID(cfg.Name)
	return kept[V]{
		c: c, cfg: cfg, prefix: binary.AppendUvarint(nil, id), seed: maphash.MakeSeed(), pointers: window.HasPointers(reflect.TypeFor[V]()),
	}, err
}

// reset forgets everything in memory, committed or not, and the open batch. The DB is still to be looked at.
func (s *kept[V]) reset() {
	s.c.DB.Discard()
	s.groups, s.heap = groups{}, nil
	s.dirty, s.leaving, s.waiting = nil, nil, nil
	s.order = window.NewOrder(func(id uint32) []byte { return s.groups.keyOf(s.groups.at(id)) })
	s.seals, s.applied, s.extra, s.hand = 0, 0, 0, 0
	s.closed = watermark.None
	s.now = watermark.None
	if s.c.Clock != nil {
		s.now = watermark.Sub(s.c.Clock.Now(), s.cfg.Delay)
	}
	if s.ended = s.now; s.cfg.ByClock {
		s.now = watermark.None
	}
	s.tickAt = watermark.End
	s.round, s.unread = window.NextRound(s.now, s.cfg.UpdateEvery), true
	s.err = nil
	s.reminded.rescan()
	s.due = watermark.None
	s.complete = false
}

// Name is the store's name.
func (s *kept[V]) Name() string { return s.cfg.Name }

// Due is the lowest watermark that can close a window, MaxInt64 if there is nothing in the store, or at which the next round is, or with
// Config.AtEnd a window may end. Closing then may find that all windows have grown.
func (s *kept[V]) Due() int64 { return min(s.due, s.roundDue()) }

// Closed is the task's watermark that closes exactly the windows closed so far, MinInt64 if there were none since the last Reset.
func (s *kept[V]) Closed() int64 {
	if s.closed == watermark.None {
		return watermark.None
	}
	return watermark.Add(s.closed, s.cfg.Delay)
}

// touch notes that a group is about to change.
func (s *kept[V]) touch(id uint32, g *group) {
	g.used = true
	if !g.dirty {
		g.dirty = true
		s.dirty = append(s.dirty, id)
	}
}

// schedule finds out when the next window may be due.
func (s *kept[V]) schedule() {
	at := s.reminded.at
	if len(s.heap) > 0 {
		at = min(at, s.heap[0].at)
	}
	s.due = watermark.Add(at, s.cfg.Lateness)
}

// push puts a group into the heap.
func (s *kept[V]) push(id uint32, g *group, at int64) {
	g.due = at
	if len(s.heap) > 2*s.groups.used+leftOver {
		s.heap.tidy(func(x item) bool { return s.groups.at(x.id).due == x.at })
	}
	s.heap.push(item{at, id})
	s.due = min(s.due, watermark.Add(at, s.cfg.Lateness))
}

// nextDue is the earliest time in the heap, never if that is empty, with all groups in memory whose reminders are at or before it; or a time
// behind limit. read reads the groups of the next reminders, up to a time.
func (s *kept[V]) nextDue(limit int64, read func(limit int64) error) (int64, error) {
	for {
		for len(s.heap) > 0 && s.groups.at(s.heap[0].id).due != s.heap[0].at {
			if err := s.c.Pause(); err != nil {
				return 0, err
			}
			s.heap.pop()
		}
		at := int64(never)
		if len(s.heap) > 0 {
			at = s.heap[0].at
		}
		if s.reminded.at > min(at, limit) || s.reminded.ahead == nil {
			return at, nil
		}
		if err := read(limit); err != nil {
			return 0, err
		}
	}
}

// seek finds the next reminder.
func (s *kept[V]) seek() error {
	return s.walk(func(int64, []byte) (bool, error) { return false, nil })
}

// walk is [reminded.walk].
func (s *kept[V]) walk(f func(at int64, key []byte) (bool, error)) error {
	return s.reminded.walk(s.c.DB, s.prefix, s.fatal, f)
}

// turn is the round at a time: it calls one for the groups that wait for it, in byte order of their keys. unread does so for those of them that only
// the DB has, and for the groups in memory that stand before these, and tells whether some are left for a later round.
func (s *kept[V]) turn(at int64, unread func() (left bool, err error), one func(id uint32) error) error {
	s.order.Begin()
	for _, id := range s.waiting {
		if err := s.c.Pause(); err != nil {
			return err
		}
		if g := s.groups.at(id); g.live && g.waits {
			s.order.Add(id)
		}
	}
	s.order.Arrange()
	left := false
	if s.unread && !s.complete {
		var err error
		if left, err = unread(); err != nil {
			return err
		}
	}
	if err := s.turnBefore(nil, one); err != nil {
		return err
	}
	s.waiting, s.unread = s.waiting[:0], left
	if s.round = window.NextRound(at, s.cfg.UpdateEvery); !s.cfg.ByClock {
		s.now = at
	}
	return nil
}

// turnBefore calls one for the groups in memory that are left in a round, up to a key if that is not nil.
func (s *kept[V]) turnBefore(key []byte, one func(id uint32) error) error {
	for id, ok := s.order.First(); ok; id, ok = s.order.First() {
		if err := s.c.Pause(); err != nil {
			return err
		}
		if key != nil && bytes.Compare(s.groups.keyOf(s.groups.at(id)), key) >= 0 {
			return nil
		}
		s.order.Shift()
		if err := one(id); err != nil {
			return err
		}
	}
	return nil
}

// roundDue is when the store's own time has the next round, MaxInt64 where it has none; see package window.
func (s *kept[V]) roundDue() int64 {
	if s.cfg.ByClock {
		return watermark.End
	}
	return s.round
}

// TickDue is the lowest processing time at which Tick has a round.
func (s *kept[V]) TickDue() int64 { return s.round }

func (s *kept[V]) fatal(err error) error {
	return topology.Fatal(fmt.Errorf("store %s: %w", s.cfg.Name, err))
}
