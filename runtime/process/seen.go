package process

import "github.com/weirstream/weir/runtime/watermark"

// Seen remembers which groups there were: the state of a step that passes one record of each.
//
// A group is remembered from a record on, until the watermark, or a record of the group, has reached that record's event time plus the
// time to live. The record itself is what decides wherever it is not late, and it does not matter to it when the watermark comes, which
// behind a repartition topic goes by commits. Of a late record the watermark counts in place of its event time.
type Seen struct{ c cell[struct{}] }

// NewSeen makes the state of a step whose groups are remembered for ttl milliseconds, or with 0 for ever. The store keeps it as the
// value seen of each group, which has no bytes.
func NewSeen(s *Store, ttl int64) Seen {
	encode := func(_ *struct{}, b []byte) []byte { return b }
	return Seen{newCell(s, valueKind, "seen", ttl, encode, nil)}
}

// First tells whether a group is not remembered at the event time of a record of it, in Unix milliseconds. From then on it is. An error is
// fatal.
func (m Seen) First(group []byte, at int64) (bool, error) {
	s := m.c.s
	s.Begin(group, max(at, s.passed()))
	s.name = append(append(s.name[:0], m.c.head...), group...)
	e, ok := s.lookup(s.name)
	first := ok && !m.c.livesAt(e.value, s.call.at)
	if first {
		m.c.put(e, &struct{}{}, s.call.at)
	}
	return first, s.End(nil)
}

// passed is the step's own time as of before the record in hand, or the windows whose results come by, moved it.
func (s *Store) passed() int64 {
	wm := s.c.Clock.Passed()
	if wm == watermark.End {
		wm = s.c.Clock.Settled()
	}
	return watermark.Sub(wm, s.cfg.Delay)
}
