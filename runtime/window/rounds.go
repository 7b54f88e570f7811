package window

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/weirstream/weir/runtime/watermark"
)

// Versions of a stored value; see the package comment.
const (
	handedOn = 1 // or handed on by another rule than in rounds
	waiting  = 2
)

// NextRound is when the next round is in a store whose time is t: at the next multiple of every milliseconds. A store that has had no time
// yet has one as soon as it does; one whose input has ended, and one without rounds (0), has none.
func NextRound(t, every int64) int64 {
	switch {
	case every == 0 || t == watermark.End:
		return watermark.End
	case t == watermark.None:
		return watermark.None + 1
	}
	return watermark.Add(floor(t, every), every)
}

// wait notes that an entry is to be handed on in the next round.
func (s *panes[V]) wait(w *win[V], e *entry[V], id uint32) {
	if s.undo = nil; !e.waiting {
		e.waiting = true
		w.waiting = append(w.waiting, id)
		s.undo = w
	}
}

// Undo says that the caller did not change the value that the last Upsert found, so that it need not be handed on for that.
func (s *panes[V]) Undo() {
	if w := s.undo; w != nil {
		last := len(w.waiting) - 1
		w.entry(w.waiting[last]).waiting = false
		w.waiting, s.undo = w.waiting[:last], nil
	}
}

// appendVersion appends what stands before a value in its stored form.
func (s *panes[V]) appendVersion(b []byte, waits bool) []byte {
	if waits {
		return binary.AppendVarint(append(b, waiting), s.round)
	}
	return append(b, handedOn)
}

// splitValue takes a stored value apart: the store's time at which it is handed on, None if it was, and what Config.Append wrote.
func splitValue(b []byte) (round int64, state []byte, err error) {
	switch {
	case len(b) == 0:
		return 0, nil, errors.New("a stored value is empty")
	case b[0] == handedOn:
		return watermark.None, b[1:], nil
	case b[0] != waiting:
		return 0, nil, fmt.Errorf("a stored value has version %d, which is not known here (only %d and %d)", b[0], handedOn, waiting)
	}
	round, n := binary.Varint(b[1:])
	if n <= 0 {
		return 0, nil, errors.New("a stored value is malformed")
	}
	return round, b[1+n:], nil
}

// changedKeys are the keys of a pane that changed since the last round, in no order. They are valid until a window closes.
func (s *panes[V]) changedKeys(w *win[V], keys [][]byte) ([][]byte, error) {
	if w.unread {
		if err := s.readAway(w); err != nil {
			return nil, s.fatal(err)
		}
	}
	for _, id := range w.waiting {
		if err := s.c.Pause(); err != nil {
			return nil, err
		}
		keys = append(keys, w.key(w.entry(id)))
	}
	for _, key := range w.away {
		if err := s.c.Pause(); err != nil {
			return nil, err
		}
		if w.find(uint32(maphash.Bytes(s.seed, key)), key) == nil { // else it has changed once more
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// readAway asks the DB which values that the overlay lacks changed since the last round.
func (s *panes[V]) readAway(w *win[V]) error {
	w.away = nil
	lo := s.endKey(nil, w.end)
	err := s.c.DB.Scan(lo, s.behind(w.end), func(k, b []byte) error {
		round, _, err := splitValue(b)
		if err == nil {
			err = s.c.Pause()
		}
		switch {
		case err != nil || round <= s.now:
		case round > s.tickAt:
			w.left = true
		default:
			w.away = append(w.away, bytes.Clone(k[len(lo):]))
		}
		return err
	})
	w.unread = err != nil
	return err
}

// handOn hands on the values of a window that changed since the last round, in byte order of their keys.
func (s *panes[V]) handOn(w *win[V], emit func(Bounds, []byte, *V) error) error {
	keys, err := s.changedKeys(w, s.keys[:0])
	if err != nil {
		return err
	}
	s.keys = keys
	slices.SortFunc(keys, func(a, b []byte) int {
		_ = s.c.Pause() // a sort can't be given up; what comes behind it is
		return bytes.Compare(a, b)
	})
	for _, key := range keys {
		if err := s.c.Pause(); err != nil {
			return err
		}
		v, err := s.value(w, key)
		if err != nil {
			return err
		}
		if err := emit(Bounds{w.start, w.end}, key, v); err != nil {
			return err
		}
	}
	return nil
}

// value is the value of a key that the pane has, which may be changed if Config.Round is set.
func (s *panes[V]) value(w *win[V], key []byte) (*V, error) {
	if s.cfg.Round != nil {
		v, _, err := s.upsert(w, key)
		return v, err
	}
	if e := w.find(uint32(maphash.Bytes(s.seed, key)), key); e != nil {
		return &e.val, nil
	}
	v, _, err := s.lookup(w, key)
	if err == nil && v == nil {
		err = fmt.Errorf("there was a value of %q, and it is gone", key)
	}
	if err != nil {
		return nil, s.fatal(err)
	}
	return v, nil
}

// roundOver notes that everything was handed on at a time.
func (s *panes[V]) roundOver(at int64) {
	for _, w := range s.wins {
		for _, id := range w.waiting {
			_ = s.c.Pause() // who gives up forgets the store
			w.entry(id).waiting = false
		}
		w.waiting, w.away, w.unread, w.left = w.waiting[:0], nil, w.left, false
	}
	clear(s.keys)
	if s.round = NextRound(at, s.cfg.UpdateEvery); !s.cfg.ByClock {
		s.now = at
	}
}

// changedIn is a key that changed since the last round in the slice with an index.
type changedIn struct {
	key   []byte
	slice int
}

// changedSlices are the keys that changed in the slices from index i to j, in byte order and then in that of the slices.
func (s *Sliced[V]) changedSlices(i, j int) ([]changedIn, error) {
	var all []changedIn
	for n := i; n < j; n++ {
		keys, err := s.changedKeys(s.wins[n], s.keys[:0])
		if err != nil {
			return nil, err
		}
		s.keys = keys
		for _, key := range keys {
			all = append(all, changedIn{key, n})
		}
	}
	slices.SortStableFunc(all, func(a, b changedIn) int {
		_ = s.c.Pause()
		return bytes.Compare(a.key, b.key)
	})
	return all, nil
}

// perKey calls f for each key of a sorted list with the part of the list that is about it.
func perKey(all []changedIn, f func(key []byte, in []changedIn) error) error {
	for len(all) > 0 {
		n := 1
		for n < len(all) && bytes.Equal(all[n].key, all[0].key) {
			n++
		}
		if err := f(all[0].key, all[:n]); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// handOnIn hands on those values of a window that changed since the last round.
func (s *Sliced[V]) handOnIn(b Bounds, emit func(Bounds, []byte, *V) error) error {
	i, j := s.covered(b)
	all, err := s.changedSlices(i, j)
	if err != nil {
		return err
	}
	return perKey(all, func(key []byte, _ []changedIn) error {
		if err := s.c.Pause(); err != nil {
			return err
		}
		if err := s.values(key, uint32(maphash.Bytes(s.seed, key)), i, j); err != nil {
			return err
		}
		return s.emitOf(b, key, i, j, emit)
	})
}

// handOnAll is the round at a time: it hands on the values that changed since the last one, of all windows that are open.
func (s *Sliced[V]) handOnAll(at int64, emit func(Bounds, []byte, *V) error) error {
	all, err := s.changedSlices(0, len(s.wins))
	if err != nil {
		return err
	}
	err = perKey(all, func(key []byte, in []changedIn) error {
		t := &s.tree
		t.dirty = t.dirty[:0]
		for _, c := range in {
			t.dirty = append(t.dirty, c.slice)
			if s.cfg.ByClock { // that it does not wait any more is written
				if _, _, err := s.upsert(s.wins[c.slice], key); err != nil {
					return err
				}
			}
		}
		return s.updateOf(key, emit)
	})
	if err == nil {
		s.roundOver(at)
	}
	return err
}
