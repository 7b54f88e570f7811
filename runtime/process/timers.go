package process

import (
	"errors"
	"time"

	"github.com/weirstream/weir/runtime/stateenc"
	"github.com/weirstream/weir/runtime/watermark"
)

// Timers are the timers of a step. Its methods are about the group of the call that is under way, and only to be used during one.
type Timers struct{ s *Store }

// NewTimers makes the handle of a store's timers.
func NewTimers(s *Store) Timers { return Timers{s} }

// ErrTimer is the error of a timer that would fire without end.
var ErrTimer = errors.New("a timer sets one for its own time or an earlier one, which would fire without end")

// Set has the processor called when the watermark reaches a time, in whole milliseconds: what is below is cut off. A time that has
// passed comes right behind this call. Setting a timer that is set already changes nothing. In the call of a timer the time must be
// later than that timer's, or the call fails.
func (t Timers) Set(at time.Time) { t.s.setTimer(&t.s.queue, at, []byte{version}) }

// Delete takes the timer for a time away. It does nothing if there is none.
func (t Timers) Delete(at time.Time) { t.s.deleteTimer(&t.s.queue, at) }

// Watermark is the event time that the step has come to; false if it has seen nothing yet.
func (t Timers) Watermark() (time.Time, bool) {
	now := t.s.now()
	return time.UnixMilli(now).UTC(), now != watermark.None
}

// ProcessingTimers are the timers of a step in processing time. Its methods are about the group of the call that is under way, and only to be
// used during one.
type ProcessingTimers struct{ s *Store }

// NewProcessingTimers makes the handle of a store's timers in processing time.
func NewProcessingTimers(s *Store) ProcessingTimers { return ProcessingTimers{s} }

// Set has the processor called when processing time, see [ProcessingTimers.Now], reaches a time, in whole milliseconds: what is below is
// cut off. Setting a timer that is set already changes nothing. In the call of such a timer the time must be later than that timer's,
// or the call fails.
func (t ProcessingTimers) Set(at time.Time) {
	s := t.s
	s.setTimer(&s.processing, at, stateenc.AppendInt([]byte{version}, max(s.call.at, s.now())))
}

// Delete takes the timer for a time away. It does nothing if there is none.
func (t ProcessingTimers) Delete(at time.Time) { t.s.deleteTimer(&t.s.processing, at) }

// Now is processing time: what the clock said when the commit began that the call belongs to.
func (t ProcessingTimers) Now() time.Time { return time.UnixMilli(t.s.c.Processing).UTC() }

func (s *Store) setTimer(q *queue, at time.Time, value []byte) {
	s.setTimerAt(q, at.UnixMilli(), value)
}

// setTimerAt is setTimer for a time in Unix milliseconds.
func (s *Store) setTimerAt(q *queue, ms int64, value []byte) {
	if s.call.fired == q && ms <= s.call.due {
		s.fail(ErrTimer)
		return
	}
	s.enqueue(q, append(appendTime(s.name[:0], q.kind, ms, timerMark), s.call.group...), value)
}

func (s *Store) deleteTimer(q *queue, at time.Time) { s.deleteTimerAt(q, at.UnixMilli()) }

// deleteTimerAt is deleteTimer for a time in Unix milliseconds.
func (s *Store) deleteTimerAt(q *queue, ms int64) {
	s.name = append(appendTime(s.name[:0], q.kind, ms, timerMark), s.call.group...)
	if e, ok := s.lookup(s.name); ok && e.value != nil {
		s.set(e, nil)
	}
}

// remind has an entry looked at when its life may be over.
func (s *Store) remind(key string, end, ttl int64) {
	step := max(ttl/64, 1)
	if r := end % step; r != 0 {
		end = watermark.Add(end, (step-r)%step)
	}
	s.enqueue(&s.queue, append(appendTime(s.name[:0], queueKind, end, lookMark), key...), []byte{version})
}

// enqueue puts an entry into a queue, if it is not there.
func (s *Store) enqueue(q *queue, key, value []byte) {
	if e, ok := s.lookup(key); ok && e.value == nil {
		s.set(e, value)
		q.add(e.key)
	}
}

// Due is the lowest watermark for which Advance has something to do, MaxInt64 if there is nothing.
func (s *Store) Due() int64 { return s.queue.due }

// Advance calls fire for each timer that the watermark wm has reached, in order, and deletes state whose time to live is over. An
// error of fire ends it. The group's key belongs to fire. A step that has no timers any more has a nil fire: those that it set before
// are forgotten as they come.
func (s *Store) Advance(wm int64, fire func(group []byte, at int64) error) error {
	ends := wm == watermark.End
	if ends {
		s.queue.hold()
	}
	for {
		key, err := s.takeDue(&s.queue, wm)
		if err != nil {
			return err
		}
		if key == "" {
			break
		}
		at, mark, rest := queueTime(key), key[1+timeLen], key[2+timeLen:]
		if mark == lookMark && ends {
			s.queue.add(key)
			continue
		}
		e, err := s.entry([]byte(key))
		if err != nil {
			return err
		}
		s.assign(e, nil)
		switch {
		case mark == lookMark:
			err = s.look(rest, at)
		case fire != nil:
			s.call.fired, s.call.due = &s.queue, at
			err = fire([]byte(rest), at)
			s.call.fired = nil
		}
		if err != nil {
			return err
		}
	}
	if ends {
		s.queue.release()
	}
	s.schedule(&s.queue)
	return s.err
}

// ProcessingDue is the lowest processing time for which Tick has something to do, MaxInt64 if there is nothing.
func (s *Store) ProcessingDue() int64 { return s.processing.due }

// Tick calls fire for each timer in processing time that is due at now, in order, with its time and the event time of the call: the
// step's own time, or if that is later, or there is none yet, what it was for the call that set the timer. Now is in Unix milliseconds.
// An error of fire ends it. The group's key belongs to fire. With a nil fire the timers are forgotten, as by Advance.
func (s *Store) Tick(now int64, fire func(group []byte, at, eventTime int64) error) error {
	for {
		key, err := s.takeDue(&s.processing, now)
		if err != nil {
			return err
		}
		if key == "" {
			break
		}
		e, err := s.entry([]byte(key))
		if err != nil {
			return err
		}
		set, i := stateenc.Int(e.value, 1)
		if err := stateenc.Done(e.value, i); err != nil {
			return s.fatal(err)
		}
		s.assign(e, nil)
		if fire == nil {
			continue
		}
		at := queueTime(key)
		s.call.fired, s.call.due = &s.processing, at
		err = fire([]byte(key[2+timeLen:]), at, max(set, s.now()))
		s.call.fired = nil
		if err != nil {
			return err
		}
	}
	s.schedule(&s.processing)
	return s.err
}

// look deletes an entry if its life is over at a time, and else has it looked at again when it will be.
func (s *Store) look(key string, at int64) error {
	e, err := s.entry([]byte(key))
	if err != nil || e.value == nil {
		return err
	}
	n, i := uvarint(key[1:])
	if i <= 0 || uint64(len(key)-1-i) < n {
		return s.fatal(errMalformed)
	}
	ttl := s.lives[key[1+i:1+i+int(n)]]
	_, written, value, err := split(e.value)
	if err != nil {
		return s.fatal(err)
	}
	end := watermark.Add(written, ttl)
	switch {
	case ttl == 0: // the spec has given it up since: the entry stays, and has no reminder any more
		s.assign(e, append(begin(false, written, len(e.value)), value...))
	case end <= at:
		s.c.Stats.Expired++
		s.assign(e, nil)
	default:
		s.Begin(nil, end)
		s.remind(key, end, ttl)
		return s.End(nil)
	}
	return nil
}
