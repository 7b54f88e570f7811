package process

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/keyenc"
	"github.com/weirstream/weir/runtime/store"
)

// element is a value with the time at which it was written.
type element struct{ value, written int64 }

// model is what maps and lists should hold, by group.
type model struct {
	maps  map[string]map[int64]element
	lists map[string][]element
}

func newModel() *model {
	return &model{map[string]map[int64]element{"a": {}, "bb": {}}, map[string][]element{}}
}

func (m *model) clone() *model {
	c := &model{map[string]map[int64]element{}, map[string][]element{}}
	for g, v := range m.maps {
		c.maps[g] = maps.Clone(v)
	}
	for g, v := range m.lists {
		c.lists[g] = slices.Clone(v)
	}
	return c
}

// expire takes away what is not to be seen any more.
func (m *model) expire(now, ttl int64) {
	if ttl == 0 {
		return
	}
	over := func(e element) bool { return e.written+ttl <= now }
	for g := range m.maps {
		maps.DeleteFunc(m.maps[g], func(_ int64, e element) bool { return over(e) })
	}
	for g := range m.lists {
		m.lists[g] = slices.DeleteFunc(m.lists[g], over)
	}
}

func intKey(b []byte, k int64) []byte { return keyenc.AppendInt(b, k) }

func parseIntKey(b []byte) (int64, error) {
	k, rest, err := keyenc.Int(b)
	return k, errors.Join(err, keyenc.End(rest))
}

// TestCollections does random things to maps and lists, and to a model of them: calls that succeed and that fail, commits whose
// records reach the DB at once or later, losing everything that is not committed, lives that end.
func TestCollections(t *testing.T) {
	for seed := range uint64(24) {
		ttl := []int64{0, 0, 40}[seed%3]
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { runCollections(t, seed, ttl) })
	}
}

func runCollections(t *testing.T, seed uint64, ttl int64) {
	r := rand.New(rand.NewPCG(seed, 1))
	h := start(t, 0)
	m := NewMap(h.s, "m", ttl, intKey, parseIntKey, appendInt, decodeInt)
	l := NewList(h.s, "l", ttl, appendInt, decodeInt)
	want, committed := newModel(), newModel()
	var batch *store.Batch // sealed, and not in the DB yet
	apply := func() {
		if batch == nil {
			return
		}
		if err := h.c.DB.Apply(batch, store.Position{}); err != nil {
			t.Fatal(err)
		}
		h.s.Committed()
		batch = nil
	}
	boom := errors.New("boom")
	at := int64(0)
	for range 400 {
		at += r.Int64N(4)
		switch r.IntN(12) {
		case 0:
			apply()
			if err := h.s.Seal(); err != nil {
				t.Fatal(err)
			}
			batch, committed = h.c.DB.Detach(), want.clone()
			continue
		case 1:
			apply()
			continue
		case 2:
			if r.IntN(3) == 0 {
				apply()
				h.s.Reset()
				want = committed.clone()
			}
			continue
		}
		next, group := want.clone(), []string{"a", "bb"}[r.IntN(2)]
		fails := r.IntN(5) == 0
		err := h.call(group, at, func() error {
			next.expire(at, ttl)
			for range 1 + r.IntN(5) {
				alter(t, r, m, l, next, group, at)
				compare(t, m, l, next, group)
			}
			if fails {
				return boom
			}
			return nil
		})
		switch {
		case fails && !errors.Is(err, boom) || !fails && err != nil:
			t.Fatal(err)
		case !fails:
			want = next
		}
		h.advance(at)
	}
	want.expire(at, ttl)
	for _, g := range []string{"a", "bb"} {
		if err := h.call(g, at, func() error { compare(t, m, l, want, g); m.Clear(); l.Clear(); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	apply()
	h.advance(at + 2*ttl)
	h.commit()
	if n := h.stored(); n != 0 {
		t.Errorf("%d entries are left", n)
	}
	if len(h.s.parts) != 0 {
		t.Errorf("%d parts are left in memory", len(h.s.parts))
	}
}

// alter does one random thing.
func alter(t *testing.T, r *rand.Rand, m Map[int64, int64], l List[int64], want *model, group string, at int64) {
	k, v := r.Int64N(12)-6, r.Int64N(1000)
	mm, ll := want.maps[group], want.lists[group]
	switch r.IntN(12) {
	case 0, 1, 2, 3:
		m.Set(k, v)
		mm[k] = element{v, at}
	case 4, 5:
		m.Delete(k)
		delete(mm, k)
	case 6:
		if r.IntN(6) == 0 {
			m.Clear()
			clear(mm)
		}
	case 7, 8, 9:
		l.Append(v, v+1)
		ll = append(ll, element{v, at}, element{v + 1, at})
	case 10:
		n := r.IntN(4) - 1
		l.DropFirst(n)
		ll = ll[min(max(n, 0), len(ll)):]
	case 11:
		// Changes during a walk: the next key goes, one behind it comes.
		for k := range m.All() {
			m.Delete(k + 1)
			delete(mm, k+1)
			m.Set(k+2, v)
			mm[k+2] = element{v, at}
			if k > 6 {
				break
			}
		}
	}
	want.lists[group] = ll
	if t.Failed() {
		t.FailNow()
	}
}

func compare(t *testing.T, m Map[int64, int64], l List[int64], want *model, group string) {
	t.Helper()
	var got, exp []string
	for k, v := range m.All() {
		got = append(got, fmt.Sprint(k, "=", v))
		if g, ok := m.Get(k); !ok || g != v || !m.Has(k) {
			t.Errorf("key %d: %d %v, and %d in a walk", k, g, ok, v)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(want.maps[group])) {
		exp = append(exp, fmt.Sprint(k, "=", want.maps[group][k].value))
	}
	for i, v := range l.All() {
		got = append(got, fmt.Sprint(i, ":", v))
	}
	for i, e := range want.lists[group] {
		exp = append(exp, fmt.Sprint(i, ":", e.value))
	}
	if !slices.Equal(got, exp) || m.Len() != len(want.maps[group]) || l.Len() != len(want.lists[group]) {
		t.Fatalf("group %s: got %v (%d, %d), want %v", group, got, m.Len(), l.Len(), exp)
	}
	if m.Has(1000) {
		t.Error("a key that was never set")
	}
}

// TestProcessingTimers fire by another clock than the others.
func TestProcessingTimers(t *testing.T) {
	h := start(t, 0)
	clock := ProcessingTimers{h.s}
	err := h.call("a", 1000, func() error {
		h.s.c.Processing = 5
		clock.Set(time.UnixMilli(20))
		clock.Set(time.UnixMilli(10))
		clock.Set(time.UnixMilli(30))
		clock.Delete(time.UnixMilli(30))
		Timers{h.s}.Set(time.UnixMilli(1001))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h.commit()
	h.s.Reset()
	var fired []string
	fire := func(group []byte, now, eventTime int64) error {
		h.s.Begin(group, eventTime)
		fired = append(fired, fmt.Sprintf("%s@%d, event time %d", group, now, h.s.At()))
		clock.Set(time.UnixMilli(now + 5))
		if now == 15 {
			clock.Set(time.UnixMilli(now))
		}
		if err := h.s.End(nil); (now == 15) != errors.Is(err, ErrTimer) {
			t.Errorf("at %d: %v", now, err)
		}
		return nil
	}
	if err := h.s.Tick(9, fire); err != nil || fired != nil {
		t.Errorf("%v %v", fired, err)
	}
	h.c.Clock.Observe(0, 2000)
	if err := h.s.Tick(19, fire); err != nil || !slices.Equal(fired, []string{"a@10, event time 2000", "a@15, event time 2000"}) {
		t.Errorf("%v %v", fired, err)
	}
	if got := h.advance(3000); !slices.Equal(got, []string{"a@1001"}) {
		t.Errorf("%v", got)
	}
	fired = nil
	if err := h.s.Tick(20, fire); err != nil || len(fired) != 1 {
		t.Errorf("%v %v", fired, err)
	}
}
