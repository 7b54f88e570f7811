package session

import "github.com/weirstream/weir/runtime/watermark"

// roundDue is when the store's own time has the next round, MaxInt64 where it has none; see package window.
func (s *Store[V]) roundDue() int64 {
	if s.cfg.ByClock {
		return watermark.End
	}
	return s.round
}

// TickDue is the lowest processing time at which Tick has a round.
func (s *Store[V]) TickDue() int64 { return s.round }

// Tick has the round at a processing time, in the order of Close's.
func (s *Store[V]) Tick(now int64) error {
	if s.err != nil {
		return s.err
	}
	s.tickAt = now
	defer func() { s.tickAt = watermark.End }()
	return s.handOn(now, s.cfg.Round)
}
