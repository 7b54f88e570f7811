package process

import (
	"container/heap"

	"github.com/weirstream/weir/runtime/stateenc"
	"github.com/weirstream/weir/runtime/watermark"
)

// Fold keeps what the records of each group make of a state, one after the other, and the timers that they set: the state of a step with fold.
//
// A timer has a name, and a group has one of each name. In event time it fires when the watermark reaches its time, or when a record of the
// group at that time or a later one does, before that record. So if no record is late it is the group's records that decide what fires, and not when the
// watermark comes, which behind a repartition topic goes by commits. In processing time it fires by the clock.
//
// What is kept of a group is forgotten when the watermark, or a record of the group, has reached the highest event time of its records plus the
// time to live, of a late record the watermark counting in place of its event time, and no timer is running any more.
//
// A group has one reminder in each of the store's queues, at the time of its earliest timer or before, as sessions have theirs: a record that puts a
// timer off changes nothing but what is kept of its group, and a reminder that comes too early is put off when it comes.
type Fold[V any] struct {
	s      *Store
	head   []byte // what the keys of its entries begin with
	ttl    int64
	timers []FoldTimer
	fire   func(timer int, group []byte, at int64, v *V) error
	encode func(v *V, b []byte) []byte
	decode func(v *V, b []byte) error

	// What is known of the group in hand.
	group   []byte
	e       *entry
	there   bool  // something is kept of it
	at      int64 // the time of the record in hand
	highest int64 // of the group's records
	wake    int64 // the time of its reminder in event time, never if it has none
	tick    int64 // that in processing time
	times   []int64
	v       V
	behind  V // the record in hand
}

// FoldTimer is a timer of a fold.
type FoldTimer struct {
	Name       string
	Processing bool // it goes by processing time
	Forget     bool // the group is forgotten when it has fired
}

// never is the time of a timer that is not running.
const never = watermark.End

// NewFold makes the state of a step that keeps what it keeps for ttl milliseconds behind a group's last record, or with 0 for ever. Fire is called
// for each timer that fires, by its place in timers, with its group, the event time of that and the state; it must not keep or change them.
// Encode appends the encoding of a state; decode reads one into a zero value, and may keep parts of what it is given.
//
// The store keeps it as the value fold of each group, with the highest event time in place of that of its last change. Behind that stand, as
// package stateenc has them: a uint with the bits 1, 2 for the reminders that there are; the times of these; how many timers are running; for
// each its name and its time; and the state.
func NewFold[V any](s *Store, ttl int64, timers []FoldTimer, encode func(v *V, b []byte) []byte, decode func(v *V, b []byte) error,
	fire func(timer int, group []byte, at int64, v *V) error) *Fold[V] {
	return &Fold[V]{s: s, head: appendHead(nil, valueKind, "fold"), ttl: ttl, timers: timers, fire: fire, encode: encode, decode: decode, times: make([]int64, len(timers))}
}

// Take begins with a record of a group, by its event time in Unix milliseconds: the timers that it finds due fire. Then was is the state before it;
// fresh says that it is a zero value, and the group begins. Next is a zero value for the state behind the record. Until Put nothing has changed.
// An error is that of fire, or fatal.
func (f *Fold[V]) Take(group []byte, at int64) (was, next *V, fresh bool, err error) {
	f.at = max(at, f.s.passed())
	if err := f.load(group); err != nil {
		return nil, nil, false, err
	}
	if f.there {
		fired, err := f.fireUntil(f.at)
		if err != nil {
			return nil, nil, false, err
		}
		if fired {
			if err := f.save(&f.v); err != nil {
				return nil, nil, false, err
			}
		}
		if f.over(f.at) {
			f.clear()
		}
	}
	var zero V
	f.behind = zero
	return &f.v, &f.behind, !f.there, nil
}

// Set sets a timer, by its place, whether or not it is running.
func (f *Fold[V]) Set(timer int, at int64) { f.times[timer] = at }

// Later is Set, but does not move a timer that is running to an earlier time.
func (f *Fold[V]) Later(timer int, at int64) {
	if f.times[timer] == never || at > f.times[timer] {
		f.times[timer] = at
	}
}

// Start is Set, but does not move a timer that is running.
func (f *Fold[V]) Start(timer int, at int64) {
	if f.times[timer] == never {
		f.times[timer] = at
	}
}

// Cancel takes a timer away. It does nothing if that is not running.
func (f *Fold[V]) Cancel(timer int) { f.times[timer] = never }

// Put ends with the record that Take began with: the state is now next. An error is fatal.
func (f *Fold[V]) Put() error {
	if !f.there {
		f.there, f.highest = true, f.at
	}
	f.highest = max(f.highest, f.at)
	return f.save(&f.behind)
}

// Wake is for [Store.Advance]: the reminder of a group in event time has come. Its timers fire that are due, and it may be forgotten.
func (f *Fold[V]) Wake(group []byte, at int64) error {
	if err := f.load(group); err != nil || !f.there || f.wake != at {
		return err
	}
	f.wake = never
	if _, err := f.fireUntil(at); err != nil {
		return err
	}
	if !f.s.queue.holds && f.over(at) { // the end of a bounded input ends no life
		f.s.c.Stats.Expired++
		f.clear()
	}
	return f.save(&f.v)
}

// WakeProcessing is for [Store.Tick]: the reminder of a group in processing time has come. The event time of what fires is the step's own, or
// the highest of the group's records if that is later.
func (f *Fold[V]) WakeProcessing(group []byte, at, now int64) error {
	if err := f.load(group); err != nil || !f.there || f.tick != at {
		return err
	}
	f.tick = never
	for f.there {
		i, _, ok := f.next(true, at)
		if !ok {
			break
		}
		if err := f.fired(i, max(f.highest, now)); err != nil {
			return err
		}
	}
	return f.save(&f.v)
}

// fireUntil fires the timers in event time that are due at a time.
func (f *Fold[V]) fireUntil(now int64) (some bool, err error) {
	for f.there {
		i, at, ok := f.next(false, now)
		if !ok {
			break
		}
		if some, err = true, f.fired(i, at); err != nil {
			return some, err
		}
	}
	return some, nil
}

// next is the first timer of a kind that is due at a time; of those of one time, the first in the spec.
func (f *Fold[V]) next(processing bool, now int64) (timer int, at int64, ok bool) {
	for i, t := range f.times {
		if t <= now && t != never && f.timers[i].Processing == processing && (!ok || t < at) {
			timer, at, ok = i, t, true
		}
	}
	return timer, at, ok
}

// fired fires a timer.
func (f *Fold[V]) fired(timer int, at int64) error {
	f.times[timer] = never
	f.s.c.Stats.Timers++
	if err := f.fire(timer, f.group, at, &f.v); err != nil {
		return err
	}
	if f.timers[timer].Forget {
		f.clear()
	}
	return nil
}

// over tells whether the group is to be forgotten at a time.
func (f *Fold[V]) over(now int64) bool {
	return f.there && f.ttl > 0 && watermark.Add(f.highest, f.ttl) <= now && f.earliest(false) == never && f.earliest(true) == never
}

// earliest is the time of the first timer of a kind.
func (f *Fold[V]) earliest(processing bool) int64 {
	at := int64(never)
	for i, t := range f.times {
		if f.timers[i].Processing == processing {
			at = min(at, t)
		}
	}
	return at
}

// clear forgets the group in hand, but not its reminders.
func (f *Fold[V]) clear() {
	var zero V
	f.there, f.v = false, zero
	for i := range f.times {
		f.times[i] = never
	}
}

// load takes a group in hand.
func (f *Fold[V]) load(group []byte) error {
	s := f.s
	f.clear()
	f.group, f.wake, f.tick = group, never, never
	s.name = append(append(s.name[:0], f.head...), group...)
	e, err := s.entry(s.name)
	if err != nil {
		return err
	}
	if f.e = e; e.value == nil {
		return nil
	}
	_, highest, b, err := split(e.value)
	if err != nil {
		return s.fatal(err)
	}
	reminders, i := stateenc.Uint(b, 0)
	if reminders&1 != 0 {
		f.wake, i = stateenc.Int(b, i)
	}
	if reminders&2 != 0 {
		f.tick, i = stateenc.Int(b, i)
	}
	running, i := stateenc.Len(b, i)
	for range running {
		var name []byte
		var at int64
		name, i = stateenc.Bytes(b, i)
		at, i = stateenc.Int(b, i)
		for k := range f.timers {
			if f.timers[k].Name == string(name) { // one that the spec has no more is forgotten
				f.times[k] = at
			}
		}
	}
	if i < 0 {
		return s.fatal(errMalformed)
	}
	if err := f.decode(&f.v, b[i:]); err != nil {
		return s.fatal(err)
	}
	f.there, f.highest = true, highest
	return nil
}

// save writes what is known of the group in hand, with v as its state, and has it looked at when there is something to do next.
func (f *Fold[V]) save(v *V) error {
	s := f.s
	if !f.there {
		s.assign(f.e, nil)
		if err := s.unmark(&s.queue, f.wake, f.group); err != nil {
			return err
		}
		err := s.unmark(&s.processing, f.tick, f.group)
		f.wake, f.tick = never, never
		return err
	}
	wake, tick, ends := f.earliest(false), f.earliest(true), false
	if wake == never && tick == never && f.ttl > 0 {
		wake, ends = watermark.Add(f.highest, f.ttl), true
	}
	var err error
	if f.wake, err = s.mark(&s.queue, f.wake, wake, f.group, f.highest, ends); err != nil {
		return err
	}
	if f.tick, err = s.mark(&s.processing, f.tick, tick, f.group, f.highest, false); err != nil {
		return err
	}
	var reminders uint64
	if f.wake != never {
		reminders = 1
	}
	if f.tick != never {
		reminders |= 2
	}
	b := stateenc.AppendUint(begin(false, f.highest, len(f.e.value)), reminders)
	if f.wake != never {
		b = stateenc.AppendInt(b, f.wake)
	}
	if f.tick != never {
		b = stateenc.AppendInt(b, f.tick)
	}
	running := 0
	for _, at := range f.times {
		if at != never {
			running++
		}
	}
	b = stateenc.AppendLen(b, running)
	for i, at := range f.times {
		if at != never {
			b = stateenc.AppendInt(stateenc.AppendString(b, f.timers[i].Name), at)
		}
	}
	s.assign(f.e, f.encode(v, b))
	return nil
}

// mark has a group looked at in a queue at a time, unless its reminder, which is at was, comes earlier; never is no time. It returns when the
// reminder comes. At the end of a bounded input those of timers come still, and those at which a life ends do not.
func (s *Store) mark(q *queue, was, at int64, group []byte, eventTime int64, ends bool) (int64, error) {
	if at >= was {
		return was, nil
	}
	if err := s.unmark(q, was, group); err != nil {
		return was, err
	}
	e, err := s.entry(append(appendTime(s.name[:0], q.kind, at, timerMark), group...))
	if err != nil {
		return was, err
	}
	value := []byte{version}
	if q.kind == processingKind {
		value = stateenc.AppendInt(value, eventTime)
	}
	s.assign(e, value)
	if q.holds && !ends {
		heap.Push(&q.mem, e.key)
	} else {
		q.add(e.key)
	}
	return at, nil
}

// unmark takes the reminder of a group away that is at a time, if that is not never.
func (s *Store) unmark(q *queue, at int64, group []byte) error {
	if at == never {
		return nil
	}
	e, err := s.entry(append(appendTime(s.name[:0], q.kind, at, timerMark), group...))
	if err == nil && e.value != nil {
		s.assign(e, nil)
	}
	return err
}
