package process

import (
	"bytes"
	"slices"

	"github.com/weirstream/weir/runtime/watermark"
)

// RankingConfig says what a ranking keeps.
type RankingConfig struct {
	N          int   // how many rows are the top, 1 or more
	Descending bool  // the highest value stands in front
	IDs        bool  // rows have ids, so all of a group are kept
	Old        bool  // changes say what was there before
	TTL        int64 // how long a group is kept after its last record, in milliseconds; 0: for ever
}

// Ranking keeps the rows of each group in order, of which the first N are its top: the state of a step with top.
//
// A row stands behind those that have the same value and came before it. With ids a row takes the place of the one with the same id, and since
// what is in front may leave, all rows are kept; else those that can't get into the top any more are dropped.
//
// Rows are the map rows of the group, by their values and a number; ids the map places, with the key of the row; the value last is when the
// group's last record was, and while there is one a timer comes for it. Of a group that is asked for, the first rows are known in
// memory, so that a record costs what it changes and not what there is.
type Ranking[V any] struct {
	s        *Store
	cfg      RankingConfig
	rows     cell[V]
	places   cell[[]byte]
	last     cell[struct{}]
	heads    map[string]*head
	headSize int64    // an estimate of what they take
	before   [][]byte // the values of the top before the call that is under way
	changes  []Change[V]
	place    []byte
}

// Change is a rank whose row is another one than before.
type Change[V any] struct {
	Rank    int64 // from 1 on
	Was, Is bool  // whether a row was there (only known with Old), and whether one is
	Old     V
	New     V
}

// NewRanking makes the state of a step with top. Encode appends the encoding of a record; decode reads one into a zero value, and may keep
// parts of what it is given.
func NewRanking[V any](s *Store, cfg RankingConfig, encode func(v *V, b []byte) []byte, decode func(v *V, b []byte) error) *Ranking[V] {
	r := &Ranking[V]{
		s: s, cfg: cfg, rows: newCell(s, mapKind, "rows", 0, encode, decode),
		places: newCell(s, mapKind, "places", 0, func(v *[]byte, b []byte) []byte { return append(b, *v...) }, nil),
		last:   newCell(s, valueKind, "last", 0, func(_ *struct{}, b []byte) []byte { return b }, nil), // its timer ends its life
		heads:  map[string]*head{},
	}
	s.drops = append(s.drops, r.forgetHeads)
	return r
}

// Put takes a record of a group, with its value and its id as package keyenc writes what others follow, and returns the ranks that have another
// row now, in order, until the next call. All that it is given is copied. An error is fatal.
func (r *Ranking[V]) Put(group []byte, at int64, by, id []byte, v *V) ([]Change[V], error) {
	h, err := r.begin(group, at)
	if err != nil {
		return nil, err
	}
	r.place = append(r.place[:0], by...)
	if r.cfg.Descending {
		for i := range r.place {
			r.place[i] = ^r.place[i]
		}
	}
	n := len(r.place)
	if !r.cfg.IDs {
		if full := len(h.rows) >= r.cfg.N; full && bytes.Compare(r.place, h.place(r.cfg.N - 1)[:n:n]) >= 0 {
			return nil, r.s.End(nil)
		}
		if err := r.insert(h, v); err != nil {
			return nil, err
		}
		for len(h.rows) > r.cfg.N {
			r.s.set(h.rows[len(h.rows)-1], nil)
			h.rows = h.rows[:len(h.rows)-1]
		}
		return r.changed(h)
	}
	pe, was, err := r.placeOf(id)
	if err != nil {
		return nil, err
	}
	if was != nil && len(was) == n+8 && bytes.Equal(was[:n], r.place) { // it stays where it is
		e := r.s.known(append(append(r.s.name[:0], h.prefix...), was...))
		r.s.set(e, r.rows.encode(v, begin(false, r.s.call.at, 0)))
		return r.changed(h)
	}
	if was != nil {
		r.leave(h, was)
	}
	if err := r.insert(h, v); err != nil {
		return nil, err
	}
	r.s.set(pe, append(begin(false, r.s.call.at, len(r.place)), r.place...))
	return r.changed(h)
}

// Remove is Put for a record that takes the row with its id away, if there is one.
func (r *Ranking[V]) Remove(group []byte, at int64, id []byte) ([]Change[V], error) {
	h, err := r.begin(group, at)
	if err != nil {
		return nil, err
	}
	pe, was, err := r.placeOf(id)
	if err != nil {
		return nil, err
	}
	if was == nil {
		return nil, r.s.End(nil)
	}
	r.leave(h, was)
	r.s.set(pe, nil)
	return r.changed(h)
}

// begin begins a call for a record. If the group's time is over by then there is nothing of it any more.
func (r *Ranking[V]) begin(group []byte, at int64) (*head, error) {
	s := r.s
	s.Begin(group, max(at, s.passed()))
	if r.cfg.TTL > 0 {
		e, until, err := r.until()
		if err != nil {
			return nil, err
		}
		written := s.call.at
		switch {
		case e.value == nil:
			s.setTimerAt(&s.queue, watermark.Add(written, r.cfg.TTL), []byte{version})
		case until <= s.call.at:
			if err := r.forget(); err != nil {
				return nil, err
			}
		default:
			written = max(written, until-r.cfg.TTL)
		}
		if e.value == nil || written != until-r.cfg.TTL {
			s.set(e, begin(false, written, 0))
		}
	}
	h, err := r.head()
	if err != nil {
		return nil, err
	}
	r.before = r.before[:0]
	for _, e := range h.rows[:min(len(h.rows), r.cfg.N)] {
		r.before = append(r.before, e.value)
	}
	return h, nil
}

// until finds the entry of the group's time, and when it is over.
func (r *Ranking[V]) until() (*entry, int64, error) {
	s := r.s
	s.name = append(append(s.name[:0], r.last.head...), s.call.group...)
	e, err := s.entry(s.name)
	if err != nil || e.value == nil {
		return e, 0, err
	}
	_, written, _, err := split(e.value)
	if err != nil {
		return nil, 0, s.fatal(err)
	}
	return e, watermark.Add(written, r.cfg.TTL), nil
}

// placeOf finds the entry of an id, and the place of its row: nil if there is none.
func (r *Ranking[V]) placeOf(id []byte) (*entry, []byte, error) {
	s := r.s
	s.name = append(s.appendPart(s.name[:0], r.places.head), id...)
	e, err := s.entry(s.name)
	if err != nil || e.value == nil {
		return e, nil, err
	}
	_, _, place, err := split(e.value)
	if err != nil || len(place) < 8 {
		return nil, nil, s.fatal(errMalformed)
	}
	return e, place, nil
}

// insert adds a row at r.place, behind all that have the same value.
func (r *Ranking[V]) insert(h *head, v *V) error {
	number, err := r.s.take()
	if err != nil {
		return err
	}
	r.place = appendNumber(r.place, number)
	r.s.name = append(append(r.s.name[:0], h.prefix...), r.place...)
	h.insert(r.s.fresh(r.s.name, r.rows.encode(v, begin(false, r.s.call.at, 0))))
	return nil
}

// leave takes a row away.
func (r *Ranking[V]) leave(h *head, place []byte) {
	e := r.s.known(append(append(r.s.name[:0], h.prefix...), place...))
	r.s.set(e, nil)
	h.remove(e.key)
}

// changed ends a call and says what it changed.
func (r *Ranking[V]) changed(h *head) ([]Change[V], error) {
	if r.cfg.IDs {
		if err := r.level(h); err != nil {
			return nil, err
		}
	}
	r.changes = r.changes[:0]
	for i := range max(len(r.before), min(len(h.rows), r.cfg.N)) {
		var was, is []byte
		if i < len(r.before) {
			was = r.before[i]
		}
		if i < len(h.rows) && i < r.cfg.N {
			is = h.rows[i].value
		}
		if was != nil && is != nil && (&was[0] == &is[0] || bytes.Equal(record(was), record(is))) {
			continue
		}
		c := Change[V]{Rank: int64(i) + 1}
		if was != nil && r.cfg.Old {
			c.Old, c.Was = r.rows.read(was)
		}
		if is != nil {
			c.New, c.Is = r.rows.read(is)
		}
		r.changes = append(r.changes, c)
	}
	return r.changes, r.s.End(nil)
}

// record is the part of a row's entry that is its record.
func record(b []byte) []byte {
	_, _, v, _ := split(b)
	return v
}

// Over tells whether the time of a group is over when a record of it comes: its rows are to be taken out then, with End.
func (r *Ranking[V]) Over(group []byte, at int64) (bool, error) {
	s := r.s
	s.Begin(group, max(at, s.passed()))
	e, until, err := r.until()
	return err == nil && e.value != nil && until <= s.call.at, err
}

// End takes out the top of a group whose time is over, with the last millisecond of that time. An error is fatal.
func (r *Ranking[V]) End(group []byte) (rows []V, at int64, err error) {
	s := r.s
	s.Begin(group, s.now())
	_, until, err := r.until()
	if err != nil {
		return nil, 0, err
	}
	h, err := r.head()
	if err != nil {
		return nil, 0, err
	}
	for _, e := range h.rows[:min(len(h.rows), r.cfg.N)] {
		v, _ := r.rows.read(e.value)
		rows = append(rows, v)
	}
	if err := r.forget(); err != nil {
		return nil, 0, err
	}
	return rows, until - 1, s.End(nil)
}

// Advance ends the groups whose time is over at the watermark wm: it calls over for each, in the order of these times and for one time
// in that of the groups' bytes, or with nil forgets them. The end of a bounded input ends all where there is an over, and else none.
func (r *Ranking[V]) Advance(wm int64, over func(group []byte) error) error {
	s := r.s
	if wm == watermark.End && over == nil {
		return s.err
	}
	for {
		key, err := s.takeDue(&s.queue, wm)
		if err != nil {
			return err
		}
		if key == "" {
			break
		}
		timer, err := s.entry([]byte(key))
		if err != nil {
			return err
		}
		s.assign(timer, nil)
		at, group := queueTime(key), []byte(key[2+timeLen:])
		s.Begin(group, at)
		e, until, err := r.until()
		if err != nil {
			return err
		}
		switch {
		case e.value == nil:
		case until > at: // more records came since the timer was set
			s.setTimerAt(&s.queue, until, []byte{version})
		case over == nil:
			err = r.forget()
			s.assign(e, nil)
		default:
			err = over(group)
			s.assign(e, nil)
			s.c.Stats.Timers++
		}
		if err != nil {
			return err
		}
		if err := s.End(nil); err != nil {
			return err
		}
	}
	s.schedule(&s.queue)
	return s.err
}

// forget takes all rows of the group away.
func (r *Ranking[V]) forget() error {
	s := r.s
	group := slices.Clone(s.call.group)
	for _, head := range [][]byte{r.rows.head, r.places.head} {
		prefix := s.appendPart(nil, head)
		var keys []string
		if err := s.walk(string(prefix), func(key string, _ []byte) bool { keys = append(keys, key); return true }); err != nil {
			return err
		}
		for _, key := range keys {
			if err := s.c.Pause(); err != nil {
				return err
			}
			s.assign(s.known([]byte(key)), nil)
		}
	}
	if h := r.heads[string(group)]; h != nil {
		h.rows, h.all = h.rows[:0], true
	}
	return nil
}
