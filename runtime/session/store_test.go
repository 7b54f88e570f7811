package session

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

type sum struct{ count, total int64 }

func sumConfig(lateness int64) Config[sum] {
	return Config[sum]{
		Name: "s", Lateness: lateness,
		Append: func(b []byte, v *sum) []byte { return binary.AppendVarint(binary.AppendVarint(b, v.count), v.total) },
		Decode: func(b []byte, v *sum) error {
			n, m := 0, 0
			if v.count, n = binary.Varint(b); n > 0 {
				v.total, m = binary.Varint(b[n:])
			}
			if n <= 0 || m <= 0 || n+m != len(b) {
				return errors.New("bad sum")
			}
			return nil
		},
		Merge: func(a, b *sum) { a.count += b.count; a.total += b.total },
		Bytes: func(*sum) int { return 7 },
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

func newStore[V any](t testing.TB, c *topology.Context, cfg Config[V]) *Store[V] {
	t.Helper()
	s, err := New(c, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// entries are those of the first store in the DB.
func entries(t testing.TB, c *topology.Context) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := c.DB.Scan([]byte{1}, []byte{2}, func(k, v []byte) error {
		all[fmt.Sprintf("%q", k[1:])] = fmt.Sprintf("%x", v)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func add(t testing.TB, s *Store[sum], at, end int64, key string, n int64) {
	t.Helper()
	v, _, err := s.Upsert(at, end, []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	v.count++
	v.total += n
}

func commit(t testing.TB, c *topology.Context, s *Store[sum], emit func(window.Bounds, []byte, *sum) error) {
	t.Helper()
	if err := s.Seal(emit); err != nil {
		t.Fatal(err)
	}
	for _, ch := range c.Out.Take() {
		for range ch.Records() {
			ch.Done()
		}
	}
	if err := c.DB.Apply(c.DB.Detach(), position.Start()); err != nil {
		t.Fatal(err)
	}
	s.Committed()
}

// TestFormat pins the bytes of version 1: stores and changelogs hold them.
func TestFormat(t *testing.T) {
	c := newContext(t, store.Options{Memory: true})
	defer c.DB.Close()
	s := newStore(t, c, sumConfig(0))
	add(t, s, -2, 30, "gr", 5)
	add(t, s, 10, 40, "gr", 6)
	add(t, s, 100, 130, "gr", 7)
	commit(t, c, s, nil)
	want := map[string]string{
		`"q\x80\x00\x00\x00\x00\x00\x00(gr"`: "01",
		`"sgr"`:                              "01" + "50" + "02" + "03" + "2a" + "02" + "0416" + "c801" + "1e" + "02" + "020e",
	}
	if got := entries(t, c); !maps.Equal(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
	// What stands there is what a store reads, and its reminder goes on when its time has come.
	s = newStore(t, c, sumConfig(0))
	add(t, s, 120, 150, "gr", 8)
	var got []string
	if err := s.Close(60, func(b window.Bounds, key []byte, v *sum) error { got = append(got, show(b, key, v)); return nil }, false); err != nil {
		t.Fatal(err)
	}
	if w := []string{"-2-40 gr 2/11"}; !slices.Equal(got, w) {
		t.Errorf("closed %v, want %v", got, w)
	}
	commit(t, c, s, nil)
	want = map[string]string{
		`"q\x80\x00\x00\x00\x00\x00\x00\x96gr"`: "01",
		`"sgr"`:                                 "01" + "ac02" + "01" + "c801" + "32" + "02" + "041e",
	}
	if got := entries(t, c); !maps.Equal(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
}

// TestUpdates hands on what changed since the last time, once.
func TestUpdates(t *testing.T) {
	c := newContext(t, store.Options{Memory: true})
	defer c.DB.Close()
	s := newStore(t, c, sumConfig(5))
	var got []string
	emit := func(b window.Bounds, key []byte, v *sum) error { got = append(got, show(b, key, v)); return nil }
	expect := func(want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		got = nil
	}
	add(t, s, 0, 10, "a", 1)
	add(t, s, 20, 30, "a", 1)
	add(t, s, 5, 15, "b", 1)
	commit(t, c, s, emit)
	expect("0-10 a 1/1", "20-30 a 1/1", "5-15 b 1/1")
	add(t, s, 9, 21, "a", 1) // joins the two
	commit(t, c, s, emit)
	expect("0-30 a 3/3")
	if err := s.Close(20, emit, true); err != nil { // b's window goes, of which nothing is new
		t.Fatal(err)
	}
	expect()
	add(t, s, 29, 39, "a", 1)
	if err := s.Close(44, emit, true); err != nil {
		t.Fatal(err)
	}
	expect("0-39 a 4/4")
	commit(t, c, s, emit)
	expect()
	if s.Due() != watermark.End || s.Closed() != 44 {
		t.Errorf("due at %d, closed at %d", s.Due(), s.Closed())
	}
}

// TestDamage is about entries that can't be read: an error that stops the task, and nothing is lost.
func TestDamage(t *testing.T) {
	for _, value := range []string{"", "\x02", "\x01", "\x01\x50\x01", "\x01\x50\x00", "\x01\x50\x01\x03\x2a\x02\x04", "\x01\x50\x01\x03\x00\x02\x04\x16",
		"\x01\x50\x01\x03\x2a\x02\x04\x16\x00", "\x01\x50\x01\x03\x2a\x01\x04"} {
		c := newContext(t, store.Options{Memory: true})
		id, err := c.DB.StoreID("s")
		if err != nil || id != 1 {
			t.Fatal(id, err)
		}
		b := c.DB.Batch()
		for k, v := range map[string]string{"\x01sgr": value, "\x01q\x80\x00\x00\x00\x00\x00\x00(gr": "\x01"} {
			if err := b.Set([]byte(k), []byte(v)); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.DB.Apply(c.DB.Detach(), position.Start()); err != nil {
			t.Fatal(err)
		}
		s := newStore(t, c, sumConfig(0))
		_, _, err = s.Upsert(5, 10, []byte("gr"))
		if _, ok := errors.AsType[*topology.FatalError](err); !ok {
			t.Errorf("%x: %v", value, err)
		}
		s.Reset()
		err = s.Close(100, nil, false)
		if _, ok := errors.AsType[*topology.FatalError](err); !ok {
			t.Errorf("closing, %x: %v", value, err)
		}
		if err := c.DB.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReturn is about a group whose end is on its way to the DB when it comes back, ends again, and comes back once more.
func TestReturn(t *testing.T) {
	c := newContext(t, store.Options{Memory: true})
	defer c.DB.Close()
	c.OverlayBytes = 1
	s := newStore(t, c, sumConfig(0))
	add(t, s, 0, 10, "a", 1)
	commit(t, c, s, nil)
	commit(t, c, s, nil) // what was used stays once
	if s.groups.used != 0 {
		t.Fatal("the group was not dropped")
	}
	add(t, s, 5, 15, "a", 1)
	for _, at := range []int64{20, 40} {
		if err := s.Close(at, nil, false); err != nil {
			t.Fatal(err)
		}
		if err := s.Seal(nil); err != nil {
			t.Fatal(err)
		}
		defer c.DB.Detach().Drop() // on its way for good
		if v, fresh, err := s.Upsert(at, at+10, []byte("a")); err != nil || !fresh || v.count != 0 {
			t.Fatal(*v, fresh, err)
		}
	}
}
