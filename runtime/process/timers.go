package process

import (
	"container/heap"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"time"

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
func (t Timers) Set(at time.Time) {
	s, ms := t.s, at.UnixMilli()
	if s.call.timer && ms <= s.call.at {
		s.fail(ErrTimer)
		return
	}
	s.enqueue(append(appendTime(s.name[:0], ms, timerMark), s.call.group...))
}

// Delete takes the timer for a time away. It does nothing if there is none.
func (t Timers) Delete(at time.Time) {
	s := t.s
	s.name = append(appendTime(s.name[:0], at.UnixMilli(), timerMark), s.call.group...)
	e, err := s.entry(s.name)
	if err != nil {
		s.fail(err)
		return
	}
	if e.value != nil {
		s.set(e, nil)
	}
}

// Watermark is the event time that the step has come to; false if it has seen nothing yet.
func (t Timers) Watermark() (time.Time, bool) {
	now := t.s.now()
	return time.UnixMilli(now).UTC(), now != watermark.None
}

// appendTime appends the start of a key under 'q'.
func appendTime(b []byte, at int64, mark byte) []byte {
	return append(binary.BigEndian.AppendUint64(append(b, queueKind), uint64(at)^1<<63), mark)
}

// queueTime is the time in a key under 'q'.
func queueTime(key string) int64 {
	return int64(binary.BigEndian.Uint64([]byte(key[1:1+timeLen])) ^ 1<<63)
}

// remind has an entry looked at when its life may be over.
func (s *Store) remind(key string, end, ttl int64) {
	step := max(ttl/64, 1)
	if r := end % step; r != 0 {
		end = watermark.Add(end, (step-r)%step)
	}
	s.enqueue(append(appendTime(s.name[:0], end, lookMark), key...))
}

// enqueue sets an entry under 'q'.
func (s *Store) enqueue(key []byte) {
	e, err := s.entry(key)
	if err != nil {
		s.fail(err)
		return
	}
	if e.value == nil {
		s.set(e, []byte{version})
		s.queue.add(e.key)
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
		key, err := s.next()
		if err != nil {
			return err
		}
		if key == "" || queueTime(key) > wm {
			break
		}
		s.queue.pop(key)
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
			err = s.look(rest)
		case fire != nil:
			s.c.Stats.Timers++
			s.call.timer = true
			err = fire([]byte(rest), at)
			s.call.timer = false
		}
		if err != nil {
			return err
		}
	}
	if ends {
		s.queue.release()
	}
	s.schedule()
	return s.err
}

// look deletes an entry if its life is over, and else has it looked at again when it will be.
func (s *Store) look(key string) error {
	e, err := s.entry([]byte(key))
	if err != nil || e.value == nil {
		return err
	}
	n, i := binary.Uvarint([]byte(key[1:min(len(key), 1+binary.MaxVarintLen64)]))
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
		s.assign(e, append(join(false, written, len(e.value)), value...))
	case end <= s.now():
		s.c.Stats.Expired++
		s.assign(e, nil)
	default:
		s.Begin(nil, end)
		s.remind(key, end, ttl)
		return s.End(nil)
	}
	return nil
}

// schedule finds out what is due next.
func (s *Store) schedule() {
	s.queue.due = math.MaxInt64
	if key, err := s.next(); err == nil && key != "" {
		s.queue.due = queueTime(key)
	}
}

// queue finds the entries under 'q' in their order: those in memory by a heap, the others in the DB.
type queue struct {
	due   int64
	mem   keys // may hold keys that are gone, or that memory has no more
	held  []string
	holds bool // keys that are added wait in held
	// The DB: ahead is the first key that is not behind from, if known.
	from  string
	ahead string
	known bool
}

func (q *queue) add(key string) {
	if q.holds {
		q.held = append(q.held, key)
		return
	}
	heap.Push(&q.mem, key)
	q.due = min(q.due, queueTime(key))
}

// pop goes on behind a key, the first one.
func (q *queue) pop(key string) {
	for len(q.mem) > 0 && q.mem[0] == key {
		heap.Pop(&q.mem)
	}
	if q.known && q.ahead == key {
		q.from, q.known = key+"\x00", false
	}
}

// hold keeps keys that are added from now on back until release.
func (q *queue) hold() { q.holds = true }

func (q *queue) release() {
	q.holds = false
	for _, key := range q.held {
		heap.Push(&q.mem, key)
	}
	q.held = nil
	q.rescan()
}

// rescan has the DB searched from the beginning.
func (q *queue) rescan() { q.from, q.ahead, q.known = "", "", false }

// next is the first key under 'q', "" if there is none.
func (s *Store) next() (string, error) {
	if s.err != nil {
		return "", s.err
	}
	q := &s.queue
	for len(q.mem) > 0 {
		if e := s.entries[q.mem[0]]; e != nil && e.value != nil {
			break
		}
		heap.Pop(&q.mem)
	}
	if e := s.entries[q.ahead]; q.known && q.ahead != "" && e != nil && e.value == nil {
		q.from, q.known = q.ahead+"\x00", false
	}
	if !q.known {
		if err := s.seek(); err != nil {
			return "", err
		}
	}
	switch {
	case len(q.mem) == 0:
		return q.ahead, nil
	case q.ahead == "" || q.mem[0] < q.ahead:
		return q.mem[0], nil
	}
	return q.ahead, nil
}

// seek finds the next key in the DB that memory doesn't say is gone.
func (s *Store) seek() error {
	q, n := &s.queue, len(s.prefix)
	lo := append(append([]byte{}, s.prefix...), max(q.from, string(queueKind))...)
	hi := append(append([]byte{}, s.prefix...), queueKind+1)
	q.ahead = ""
	err := s.c.DB.Skip(lo, hi, func(k []byte) []byte {
		if e := s.entries[string(k[n:])]; e != nil && e.value == nil {
			return append(k[:len(k):len(k)], 0)
		}
		q.ahead = string(k[n:])
		return nil
	})
	if err != nil {
		return s.fatal(err)
	}
	if q.ahead != "" && len(q.ahead) < 2+timeLen {
		return s.fatal(errMalformed)
	}
	q.known = true
	return nil
}

// keys is a heap.
type keys []string

func (k keys) Len() int           { return len(k) }
func (k keys) Less(i, j int) bool { return strings.Compare(k[i], k[j]) < 0 }
func (k keys) Swap(i, j int)      { k[i], k[j] = k[j], k[i] }

// Push implements [heap.Interface].
func (k *keys) Push(x any) { *k = append(*k, x.(string)) }

// Pop implements [heap.Interface].
func (k *keys) Pop() any {
	old := *k
	x := old[len(old)-1]
	old[len(old)-1] = ""
	*k = old[:len(old)-1]
	return x
}
