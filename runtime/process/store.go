package process

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// Config describes the store of a step.
type Config struct {
	Name   string // of the step
	Output int    // index of the changelog in the sub-topology's outputs
	// Delay is how far behind the task's watermark this step runs, in milliseconds: what feeds it comes that much late. Due and
	// Advance are in the step's own time, the task's watermark less Delay.
	Delay int64
}

const (
	version = 1

	valueKind      = 'v'
	mapKind        = 'm'
	listKind       = 'l'
	queueKind      = 'q'
	processingKind = 'p'
	timerMark      = 't'
	lookMark       = 'x'
	heldMark       = 'r'
	numberKind     = 'n'
	timeLen        = 8

	entryBytes = 96 // an estimate of what an entry takes besides key and value
)

// Store is the state and the timers of one step. It belongs to its task's goroutine. After a method returned an error that is fatal
// the store must be Reset before it is used again.
type Store struct {
	c      *topology.Context
	cfg    Config
	prefix []byte           // the store's id in the DB
	lives  map[string]int64 // the times to live of the states that have one, in milliseconds
	err    error            // why the DB can't be read

	entries    map[string]*entry // what was changed or read
	parts      map[string]*part  // those of maps and lists once more, by what their keys begin with
	dirty      []*entry          // changed since the last Seal, in the order of the first change
	size       int64
	seals      uint64
	applied    uint64 // how many of the seals are in the DB
	queue      queue  // in event time
	processing queue  // in processing time

	numbers numbers
	drops   []func() // called when entries leave memory

	call call
	buf  []byte // a DB key
	name []byte // a key
}

// entry is what is known of a key. It stays in memory at least until its last change is in the DB.
type entry struct {
	key    string
	value  []byte // nil: there is none; never changed in place
	dirty  bool
	stored bool   // the changelog may have it
	sealed uint64 // the number of the last Seal that wrote it
}

// call is the call of the processor that is under way.
type call struct {
	group  []byte
	at     int64
	fired  *queue // of the timer that the call is for, nil for a record
	due    int64  // its time
	undo   []change
	failed error // what a method without an error of its own came upon
}

// change is a value before it was changed.
type change struct {
	e     *entry
	value []byte
}

// New makes a store and adds it to c.Stores.
func New(c *topology.Context, cfg Config) (*Store, error) {
	id, err := c.DB.StoreID(cfg.Name)
	if err != nil {
		return nil, err
	}
	s := &Store{c: c, cfg: cfg, prefix: binary.AppendUvarint(nil, id), lives: map[string]int64{}}
	if s.Reset(); s.err != nil {
		return nil, s.err
	}
	c.Stores = append(c.Stores, s)
	return s, nil
}

// Name is the store's name.
func (s *Store) Name() string { return s.cfg.Name }

// Size is an estimate of the memory used, in bytes.
func (s *Store) Size() int64 { return s.size }

// Reset forgets everything in memory, committed or not, and the open batch.
func (s *Store) Reset() {
	s.c.DB.Discard()
	s.entries, s.parts, s.dirty = map[string]*entry{}, map[string]*part{}, nil
	for _, drop := range s.drops {
		drop()
	}
	s.size, s.seals, s.applied, s.err = 0, 0, 0, nil
	s.call, s.numbers = call{}, numbers{}
	s.queue, s.processing = queue{kind: queueKind}, queue{kind: processingKind}
	s.schedule(&s.queue)
	s.schedule(&s.processing)
}

// Begin begins a call of the processor for a group, by a record or a timer with a time in Unix milliseconds. The group's key must
// not change before End.
func (s *Store) Begin(group []byte, at int64) {
	s.call.group, s.call.at, s.call.failed = group, at, nil
	if s.call.fired != nil {
		s.c.Stats.Timers++
	}
}

// At is the time of the call that is under way, in Unix milliseconds.
func (s *Store) At() int64 { return s.call.at }

// End ends a call that returned err. If that, or what the call did, is an error, everything that it changed is undone and the error
// returned.
func (s *Store) End(err error) error {
	if err == nil || s.err != nil {
		err = s.call.failed
	}
	if err != nil {
		for _, c := range slices.Backward(s.call.undo) {
			s.assign(c.e, c.value)
		}
	}
	clear(s.call.undo)
	s.call.undo = s.call.undo[:0]
	return err
}

// now is the step's own time, that of the last watermark before the end of a bounded input. It moves with the timers in event time that
// fire, so that what they see does not depend on how far the watermark goes in one step, which behind a repartition topic is by commits.
func (s *Store) now() int64 {
	if s.call.fired == &s.queue {
		return max(s.passed(), s.call.due)
	}
	wm := s.c.Clock.Now()
	if wm == watermark.End {
		wm = s.c.Clock.Settled()
	}
	return watermark.Sub(wm, s.cfg.Delay)
}

// fail notes what a method without an error of its own came upon; the call fails by it.
func (s *Store) fail(err error) {
	if s.call.failed == nil {
		s.call.failed = err
	}
}

// fatal is an error that is no record's fault.
func (s *Store) fatal(err error) error {
	s.err = topology.Fatal(fmt.Errorf("store %s: %w", s.cfg.Name, err))
	return s.err
}

// entry finds the entry of a key, which may be one that says that there is none.
func (s *Store) entry(key []byte) (*entry, error) {
	if e := s.entries[string(key)]; e != nil {
		return e, nil
	}
	if s.err != nil {
		return nil, s.err
	}
	s.buf = append(append(s.buf[:0], s.prefix...), key...)
	b, closer, err := s.c.DB.Get(s.buf)
	if err != nil {
		return nil, s.fatal(err)
	}
	e := &entry{key: string(key)}
	if closer != nil {
		e.value, e.stored = append(make([]byte, 0, len(b)), b...), true
		if err := closer.Close(); err != nil {
			return nil, s.fatal(err)
		}
		if err := checkVersion(e.value); err != nil {
			return nil, s.fatal(err)
		}
	}
	s.entries[e.key] = e
	s.join(e)
	s.size += int64(len(e.key)+len(e.value)) + entryBytes
	return e, nil
}

// lookup is entry for a method without an error of its own; false if it failed.
func (s *Store) lookup(key []byte) (*entry, bool) {
	e, err := s.entry(key)
	if err != nil {
		s.fail(err)
		return nil, false
	}
	return e, true
}

func checkVersion(b []byte) error {
	if len(b) == 0 {
		return errors.New("a stored value is empty")
	}
	if b[0] != version {
		return fmt.Errorf("a stored value has version %d, which is not known here (only %d)", b[0], version)
	}
	return nil
}

// set gives an entry a value that it may keep, or with nil takes it away.
func (s *Store) set(e *entry, value []byte) {
	s.call.undo = append(s.call.undo, change{e, e.value})
	s.assign(e, value)
}

// assign is set for what is not undone.
func (s *Store) assign(e *entry, value []byte) {
	s.size += int64(len(value) - len(e.value))
	e.value = value
	if !e.dirty {
		e.dirty = true
		s.dirty = append(s.dirty, e)
	}
}

// Seal writes what changed since the last Seal to the changelog and to the open batch of the DB, in the order in which it was first
// changed. A driver calls it once per commit, and Committed once for each of those calls that reached the DB, in the same order.
func (s *Store) Seal() error {
	if s.err != nil {
		return s.err
	}
	s.seals++
	now := time.Now().UnixMilli()
	batch := s.c.DB.Batch()
	for _, e := range s.dirty {
		if err := s.c.Pause(); err != nil {
			return err
		}
		e.dirty = false
		if e.value == nil && !e.stored {
			continue // made and taken away between two commits
		}
		e.stored, e.sealed = e.value != nil, s.seals
		s.buf = append(append(s.buf[:0], s.prefix...), e.key...)
		b := s.c.Out.Begin()
		k := len(b)
		b = append(b, e.key...)
		var err error
		if e.value == nil {
			s.c.Out.SendTombstone(s.cfg.Output, b, k, now)
			err = batch.Delete(s.buf)
		} else {
			v := len(b)
			s.c.Out.Send(s.cfg.Output, append(b, e.value...), k, v, now)
			err = batch.Set(s.buf, e.value)
		}
		if err != nil {
			return s.fatal(err)
		}
	}
	clear(s.dirty)
	s.dirty = s.dirty[:0]
	return nil
}

// Committed says that the oldest seal not yet reported is in the DB. If the task's stores take more than they may, everything that
// the DB has is dropped from memory.
func (s *Store) Committed() {
	s.applied = min(s.applied+1, s.seals)
	bound := s.c.OverlayBytes
	if bound <= 0 {
		return
	}
	var size int64
	for _, st := range s.c.Stores {
		size += st.Size()
	}
	if size <= bound {
		return
	}
	for key, e := range s.entries {
		_ = s.c.Pause() // who gives up forgets the store
		if !e.dirty && e.sealed <= s.applied {
			delete(s.entries, key)
			s.size -= int64(len(e.key)+len(e.value)) + entryBytes
		}
	}
	for _, drop := range s.drops {
		drop()
	}
	s.forget()
	s.queue.forget(s.entries)
	s.processing.forget(s.entries)
}
