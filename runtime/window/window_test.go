package window

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

type sum struct{ count, total int64 }

func sumConfig(size, lateness int64) Config[sum] {
	return Config[sum]{
		Name: "s", Size: size, Lateness: lateness,
		Append: func(b []byte, v *sum) []byte { return binary.AppendVarint(binary.AppendVarint(b, v.count), v.total) },
		Decode: func(b []byte, v *sum) error {
			n, m := 0, 0
			if v.count, n = binary.Varint(b); n > 0 {
				v.total, m = binary.Varint(b[n:])
			}
			if n <= 0 || m <= 0 {
				return errors.New("bad sum")
			}
			return nil
		},
	}
}

func newContext(t testing.TB, o store.Options) *topology.Context {
	t.Helper()
	db, err := store.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return &topology.Context{DB: db, Out: emit.New(emit.NewPool(8), []emit.Target{{Topic: "cl", Fixed: 3}})}
}

func newStore[V any](t testing.TB, c *topology.Context, cfg Config[V]) *Tumbling[V] {
	t.Helper()
	s, err := NewTumbling(c, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func add(t testing.TB, s *Tumbling[sum], start int64, key string, n int64) (fresh bool) {
	t.Helper()
	v, fresh, err := s.Upsert(start, []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	v.count++
	v.total += n
	return fresh
}

// taken are the changelog records of a commit: key → value, in hex.
func taken(c *topology.Context) (recs []string) {
	for _, ch := range c.Out.Take() {
		for _, r := range ch.Records() {
			recs = append(recs, hex.EncodeToString(r.Key)+"="+hex.EncodeToString(r.Value))
			ch.Done()
		}
	}
	return recs
}

func commit(t testing.TB, c *topology.Context, s *Tumbling[sum]) []string {
	t.Helper()
	if err := s.Seal(nil); err != nil {
		t.Fatal(err)
	}
	recs := taken(c)
	if err := c.DB.Apply(c.DB.Detach(), position.Start()); err != nil {
		t.Fatal(err)
	}
	s.Committed()
	return recs
}

func closed(t testing.TB, s *Tumbling[sum], wm int64, onlyDirty bool) (got []string) {
	t.Helper()
	err := s.Close(wm, func(w Bounds, key []byte, v *sum) error {
		got = append(got, fmt.Sprintf("%d-%d %s %d/%d", w.Start, w.End, key, v.count, v.total))
		return nil
	}, onlyDirty)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func equal(t testing.TB, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestStartOf(t *testing.T) {
	for _, c := range []struct{ t, size, want int64 }{
		{0, 10, 0}, {9, 10, 0}, {10, 10, 10}, {-1, 10, -10}, {-10, 10, -10}, {-11, 10, -20}, {5, 1, 5}, {-5, 1, -5}, {-1, 60_000, -60_000},
	} {
		if got := StartOf(c.t, c.size); got != c.want {
			t.Errorf("StartOf(%d, %d) = %d, want %d", c.t, c.size, got, c.want)
		}
	}
	b := Bounds{-1500, 0}
	if b.StartTime() != time.Date(1969, 12, 31, 23, 59, 58, 5e8, time.UTC) || b.EndTime() != time.Unix(0, 0).UTC() {
		t.Error("times of bounds")
	}
}

func TestBoundaries(t *testing.T) {
	c := newContext(t, store.Options{Memory: true})
	defer c.DB.Close()
	s := newStore(t, c, sumConfig(10, 5))
	if s.Due() != math.MaxInt64 {
		t.Error("nothing is open, but something is due")
	}
	for _, x := range []struct {
		start, wm int64
		late      bool
	}{{0, 14, false}, {0, 15, true}, {-20, -6, false}, {-20, -5, true}, {0, watermark.None, false}, {0, watermark.End, true}, {math.MaxInt64 - 3, math.MaxInt64 - 1, false}} {
		if s.Late(x.start, x.wm) != x.late {
			t.Errorf("window %d, watermark %d: late is not %v", x.start, x.wm, x.late)
		}
	}
	add(t, s, 10, "b", 1)
	add(t, s, -20, "a", 1)
	add(t, s, 0, "c", 1)
	if s.Due() != -5 {
		t.Errorf("due at %d", s.Due())
	}
	equal(t, "just before", closed(t, s, -6, false), nil)
	equal(t, "at the moment", closed(t, s, -5, false), []string{"-20--10 a 1/1"})
	if s.Due() != 15 || s.Closed() != -5 {
		t.Errorf("due at %d, closed %d", s.Due(), s.Closed())
	}
	equal(t, "at the end", closed(t, s, watermark.End, false), []string{"0-10 c 1/1", "10-20 b 1/1"})
	if s.Closed() != 25 || c.Stats.WindowsClosed != 3 {
		t.Errorf("closed %d, %d windows", s.Closed(), c.Stats.WindowsClosed)
	}
}

// TestStoredBytes pins what goes to the changelog and what never does.
func TestStoredBytes(t *testing.T) {
	c := newContext(t, store.Options{Memory: true})
	defer c.DB.Close()
	if _, err := c.DB.StoreID("another"); err != nil {
		t.Fatal(err)
	}
	s := newStore(t, c, sumConfig(10, 0))
	if !add(t, s, 0, "k", 5) || add(t, s, 0, "k", -2) || !add(t, s, -10, "", 1) || !add(t, s, 100, "x", 1) {
		t.Error("fresh is wrong")
	}
	equal(t, "closed before it was sealed", closed(t, s, 0, false), []string{"-10-0  1/1"})
	equal(t, "changelog", commit(t, c, s), []string{
		"800000000000000a" + "6b" + "=01" + "04" + "06",
		"800000000000006e" + "78" + "=01" + "02" + "02",
	})
	equal(t, "no change, no record", commit(t, c, s), nil)
	entries := map[string]string{}
	scan := func() map[string]string {
		clear(entries)
		err := c.DB.Scan([]byte{1}, []byte{9}, func(k, v []byte) error {
			entries[hex.EncodeToString(k)] = hex.EncodeToString(v)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return entries
	}
	if !maps.Equal(scan(), map[string]string{"02800000000000000a6b": "010406", "02800000000000006e78": "010202"}) {
		t.Errorf("DB %v", entries)
	}
	equal(t, "close", closed(t, s, 20, false), []string{"0-10 k 2/3"})
	equal(t, "closing writes no tombstones", commit(t, c, s), nil)
	if !maps.Equal(scan(), map[string]string{"02800000000000006e78": "010202"}) {
		t.Errorf("DB %v", entries)
	}
	// A window that is born and closed within one commit is nowhere.
	add(t, s, 120, "y", 1)
	closed(t, s, 130, false)
	if got := commit(t, c, s); got != nil || len(scan()) != 0 {
		t.Errorf("left %v, %v", got, entries)
	}
}

func TestSealOrderAndUpdates(t *testing.T) {
	c := newContext(t, store.Options{Memory: true})
	defer c.DB.Close()
	s := newStore(t, c, sumConfig(10, 0))
	var got []string
	seal := func(want ...string) {
		t.Helper()
		got = nil
		err := s.Seal(func(w Bounds, key []byte, v *sum) error {
			got = append(got, fmt.Sprintf("%d %s %d", w.Start, key, v.count))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "seal", got, want)
	}
	add(t, s, 10, "b", 1)
	add(t, s, 0, "z", 1)
	add(t, s, 0, "a", 1)
	add(t, s, 10, "b", 1)
	seal("0 z 1", "0 a 1", "10 b 2")
	add(t, s, 0, "a", 1)
	seal("0 a 2")
	add(t, s, 0, "z", 1)
	add(t, s, 0, "b", 1)
	equal(t, "close with updates", closed(t, s, 10, true), []string{"0-10 z 2/2", "0-10 b 1/1"})
	seal()
	fail := errors.New("no")
	add(t, s, 10, "b", 1)
	if err := s.Seal(func(Bounds, []byte, *sum) error { return fail }); err != fail {
		t.Errorf("got %v", err)
	}
	if err := s.Close(100, func(Bounds, []byte, *sum) error { return fail }, false); err != fail {
		t.Errorf("got %v", err)
	}
}

// TestInFlight: what was sealed and not applied must not be evicted, or the DB would be asked for a value that it lacks.
func TestInFlight(t *testing.T) {
	c := newContext(t, store.Options{Memory: true})
	defer c.DB.Close()
	c.OverlayBytes = 1
	s := newStore(t, c, sumConfig(10, 0))
	add(t, s, 0, "k", 1)
	if err := s.Seal(nil); err != nil {
		t.Fatal(err)
	}
	a := c.DB.Detach()
	add(t, s, 0, "k", 1)
	if err := s.Seal(nil); err != nil {
		t.Fatal(err)
	}
	b := c.DB.Detach()
	if err := c.DB.Apply(a, position.Start()); err != nil {
		t.Fatal(err)
	}
	s.Committed()
	if v, fresh, err := s.Upsert(0, []byte("k")); fresh || err != nil || v.count != 2 {
		t.Fatalf("with the second seal on its way: %v, fresh %v, %v", v, fresh, err)
	}
	if err := c.DB.Apply(b, position.Start()); err != nil {
		t.Fatal(err)
	}
	s.Committed()
	if s.Size() == 0 {
		t.Error("a dirty window was evicted")
	}
	commit(t, c, s)
	if s.Size() != 0 {
		t.Errorf("%d bytes left of a bound of 1", s.Size())
	}
	if add(t, s, 0, "k", 1) || !add(t, s, 0, "new", 1) {
		t.Error("fresh is wrong after eviction")
	}
	equal(t, "merged", closed(t, s, 10, false), []string{"0-10 k 3/3", "0-10 new 1/1"})
}

func TestLeastRecentlyUsedGoesFirst(t *testing.T) {
	c := newContext(t, store.Options{Memory: true})
	defer c.DB.Close()
	s := newStore(t, c, sumConfig(10, 1000))
	for i := range int64(4) {
		add(t, s, 10*i, "k", 1)
		commit(t, c, s)
	}
	one := s.Size() / 4
	add(t, s, 0, "k", 1)
	commit(t, c, s)
	c.OverlayBytes = 2*one + one/2
	commit(t, c, s)
	var left []int64
	for _, w := range s.wins {
		if w.n > 0 {
			left = append(left, w.start)
		}
	}
	if !slices.Equal(left, []int64{0, 30}) {
		t.Errorf("left in memory: %v", left)
	}
}

func TestReset(t *testing.T) {
	c := newContext(t, store.Options{Memory: true})
	defer c.DB.Close()
	s := newStore(t, c, sumConfig(10, 0))
	add(t, s, 0, "a", 1)
	add(t, s, 50, "a", 1)
	commit(t, c, s)
	add(t, s, 0, "a", 1)
	add(t, s, 0, "b", 1)
	add(t, s, 20, "c", 1)
	closed(t, s, 10, false)
	s.Reset()
	if s.Due() != 10 {
		t.Errorf("due at %d", s.Due())
	}
	if add(t, s, 0, "a", 0) || !add(t, s, 20, "c", 1) {
		t.Error("fresh is wrong after a reset")
	}
	equal(t, "after a reset", closed(t, s, 60, false), []string{"0-10 a 2/1", "20-30 c 1/1", "50-60 a 1/1"})
	// A store opened on the same DB finds the same.
	c2 := &topology.Context{DB: c.DB, Out: c.Out}
	s2 := newStore(t, c2, sumConfig(10, 0))
	equal(t, "opened again", closed(t, s2, 60, false), []string{"0-10 a 1/1", "50-60 a 1/1"})
}

func TestTrimAndLive(t *testing.T) {
	for _, x := range []struct {
		wm   int64
		left []string
	}{
		{watermark.None, []string{"-10-0 k 1/1", "0-10 k 1/1", "10-20 k 1/1"}},
		{4, []string{"-10-0 k 1/1", "0-10 k 1/1", "10-20 k 1/1"}},
		{5, []string{"0-10 k 1/1", "10-20 k 1/1"}},
		{24, []string{"10-20 k 1/1"}},
		{25, nil},
		{watermark.End, nil},
	} {
		c := newContext(t, store.Options{Memory: true})
		s := newStore(t, c, sumConfig(10, 5))
		for _, start := range []int64{-10, 0, 10} {
			add(t, s, start, "k", 1)
		}
		commit(t, c, s)
		live := 0
		for _, end := range []int64{0, 10, 20} {
			ok, err := s.Live(append(AppendEnd(nil, end), 'k'), x.wm)
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				live++
			}
		}
		if live != len(x.left) {
			t.Errorf("watermark %d: %d live", x.wm, live)
		}
		if err := s.Trim(x.wm); err != nil {
			t.Fatal(err)
		}
		if err := c.DB.Apply(c.DB.Detach(), position.Start()); err != nil {
			t.Fatal(err)
		}
		s.Reset()
		equal(t, fmt.Sprint("left at ", x.wm), closed(t, s, watermark.End, false), x.left)
		if _, err := s.Live([]byte("short"), 0); err == nil {
			t.Error("a short key was taken")
		}
		c.DB.Close()
	}
}

// TestPointers: values with strings survive the buffers that they were decoded from.
func TestPointers(t *testing.T) {
	type named struct{ name string }
	c := newContext(t, store.Options{Memory: true})
	defer c.DB.Close()
	c.OverlayBytes = 1
	s := newStore(t, c, Config[named]{
		Name: "s", Size: 10,
		Append: func(b []byte, v *named) []byte { return append(b, v.name...) },
		Decode: func(b []byte, v *named) error { v.name = string(b); return nil },
		Bytes:  func(v *named) int { return len(v.name) },
	})
	long := string(make([]byte, 5000))
	for _, key := range []string{"a", "b", long} {
		v, _, err := s.Upsert(0, []byte(key))
		if err != nil {
			t.Fatal(err)
		}
		v.name = "name of " + key
	}
	if err := s.Seal(nil); err != nil {
		t.Fatal(err)
	}
	if s.Size() < 10_000 {
		t.Errorf("size %d without the heap of keys and values", s.Size())
	}
	taken(c)
	if err := c.DB.Apply(c.DB.Detach(), position.Start()); err != nil {
		t.Fatal(err)
	}
	s.Committed()
	if s.Size() != 0 {
		t.Errorf("size %d after everything was evicted", s.Size())
	}
	for _, key := range []string{"a", long} {
		if v, fresh, err := s.Upsert(0, []byte(key)); err != nil || fresh || v.name != "name of "+key {
			t.Errorf("read back %v %v %v", v, fresh, err)
		}
	}
	if !s.mem.pointers || newMemory[sum]().pointers || !newMemory[[1]*int]().pointers || newMemory[[0]*int]().pointers {
		t.Error("pointers are not recognised")
	}
}

func TestDamagedState(t *testing.T) {
	for name, x := range map[string]struct{ key, value []byte }{
		"newer value": {append(AppendEnd(nil, 10), 'k'), []byte{2}},
		"empty value": {append(AppendEnd(nil, 10), 'k'), nil},
		"bad value":   {append(AppendEnd(nil, 10), 'k'), []byte{1}},
		"short key":   {[]byte("x"), []byte{1}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newContext(t, store.Options{Memory: true})
			defer c.DB.Close()
			s := newStore(t, c, sumConfig(10, 0))
			if err := c.DB.Batch().Set(append([]byte{1}, x.key...), x.value); err != nil {
				t.Fatal(err)
			}
			if err := c.DB.Apply(c.DB.Detach(), position.Start()); err != nil {
				t.Fatal(err)
			}
			s.Reset()
			_, _, err := s.Upsert(0, []byte("k"))
			if _, ok := errors.AsType[*topology.FatalError](err); !ok {
				t.Errorf("upsert: %v", err)
			}
			err = s.Close(100, func(Bounds, []byte, *sum) error { return nil }, false)
			if _, ok := errors.AsType[*topology.FatalError](err); !ok {
				t.Errorf("close: %v", err)
			}
		})
	}
}
