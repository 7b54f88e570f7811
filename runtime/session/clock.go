package session

import "github.com/weirstream/weir/runtime/watermark"

// Tick has the round at a processing time, in the order of Close's.
func (s *Store[V]) Tick(now int64) error {
	if s.err != nil {
		return s.err
	}
	s.tickAt = now
	defer func() { s.tickAt = watermark.End }()
	return s.handOn(now, s.cfg.Round)
}
