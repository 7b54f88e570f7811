package window

import (
	"github.com/weirstream/weir/runtime/watermark"
)

// Rounds by the clock differ from those of the store's own time in that nothing that is committed says when there was one. So what waits for a
// round is written once more when it was handed on. When the store has started over, what waits in the DB for a time that has come is handed
// on at once, and the rest goes on waiting for its own.

// roundDue is when the store's own time has the next round, MaxInt64 where it has none.
func (s *panes[V]) roundDue() int64 {
	if s.cfg.ByClock {
		return watermark.End
	}
	return s.round
}

// TickDue is the lowest processing time at which Tick has a round.
func (s *panes[V]) TickDue() int64 { return s.round }

// Tick has the round at a processing time, in the order of Close's.
func (s *Tumbling[V]) Tick(now int64) error {
	if s.err != nil {
		return s.err
	}
	s.tickAt = now
	defer func() { s.tickAt = watermark.End }()
	return s.handOnAll(now, s.cfg.Round)
}

// Tick has the round at a processing time, in the order of Close's.
func (s *Sliced[V]) Tick(now int64) error {
	if s.err != nil {
		return s.err
	}
	s.tickAt = now
	defer func() { s.tickAt = watermark.End }()
	return s.handOnAll(now, s.cfg.Round)
}
