package session

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// TestExpire: what a record ends is handed on once, whether it was in memory or not, and is in the DB no longer.
func TestExpire(t *testing.T) {
	for _, bound := range []int64{0, 1} { // with 1 nothing stays in memory that need not
		t.Run(fmt.Sprint(bound), func(t *testing.T) {
			c := newContext(t, store.Options{Dir: t.TempDir()})
			c.OverlayBytes = bound
			s := newStore(t, c, sumConfig(0))
			var out []string
			emit := func(b window.Bounds, key []byte, v *sum) error {
				out = append(out, fmt.Sprintf("%s %d: %d of %d", key, b.End, v.total, v.count))
				return nil
			}
			expire := func(at int64, key string) {
				t.Helper()
				if err := s.Expire(at, []byte(key), emit, false); err != nil {
					t.Fatal(err)
				}
			}
			add(t, s, Earliest, 100, "a", 5)
			add(t, s, Earliest, 100, "b", 6)
			commit(t, c, s, nil)
			expire(99, "a")
			expire(1000, "c")
			add(t, s, Earliest, 130, "a", 1)
			commit(t, c, s, nil)
			expire(130, "a")
			add(t, s, Earliest, 230, "a", 2)
			if err := s.Complete([]byte("b"), emit); err != nil {
				t.Fatal(err)
			}
			expire(1000, "b")
			commit(t, c, s, nil)
			if n := len(entries(t, c)); n != 2 { // the group and its reminder
				t.Errorf("%d entries in the DB", n)
			}
			add(t, s, Earliest, 150, "b", 7)
			if err := s.Close(watermark.End, emit, false); err != nil {
				t.Fatal(err)
			}
			want := []string{"a 130: 6 of 2", "b 100: 6 of 1", "b 150: 7 of 1", "a 230: 2 of 1"}
			if !slices.Equal(out, want) {
				t.Errorf("%q", out)
			}
		})
	}
}

// TestExpireFails: an error of what takes a result is returned, and the window is gone all the same.
func TestExpireFails(t *testing.T) {
	c := newContext(t, store.Options{Dir: t.TempDir()})
	s := newStore(t, c, sumConfig(0))
	add(t, s, Earliest, 100, "a", 5)
	full := errors.New("full")
	if err := s.Complete([]byte("a"), func(window.Bounds, []byte, *sum) error { return full }); !errors.Is(err, full) {
		t.Fatal(err)
	}
	if err := s.Complete([]byte("a"), func(window.Bounds, []byte, *sum) error { return full }); err != nil {
		t.Fatal(err)
	}
}

// TestLeftOver: what is known of windows that ended with a record does not add up, though the time that it waits for is far away.
func TestLeftOver(t *testing.T) {
	c := newContext(t, store.Options{Dir: t.TempDir()})
	s := newStore(t, c, sumConfig(Forever))
	for i := range int64(50) {
		for k := range int64(200) {
			key := fmt.Sprint(k)
			add(t, s, Earliest, 1000*i, key, 1)
			if err := s.Complete([]byte(key), nil); err != nil {
				t.Fatal(err)
			}
		}
		commit(t, c, s, nil)
	}
	if n := len(s.heap); n > 2*200+leftOver {
		t.Errorf("%d items for no group", n)
	}
	add(t, s, Earliest, 7, "a", 1)
	n := 0
	if err := s.Close(watermark.End, func(window.Bounds, []byte, *sum) error { n++; return nil }, false); err != nil || n != 1 {
		t.Error(n, err)
	}
}

// TestExpireChanged: of what a record ends only what has changed since the last commit is handed on, where the rest was then.
func TestExpireChanged(t *testing.T) {
	c := newContext(t, store.Options{Memory: true})
	s := newStore(t, c, sumConfig(0))
	var out []string
	emit := func(b window.Bounds, key []byte, v *sum) error {
		out = append(out, fmt.Sprintf("%s %d: %d", key, b.End, v.total))
		return nil
	}
	add(t, s, Earliest, 100, "a", 5)
	add(t, s, Earliest, 100, "b", 6)
	commit(t, c, s, nil)
	add(t, s, Earliest, 110, "b", 1)
	for _, key := range []string{"a", "b", "c"} {
		if err := s.Expire(110, []byte(key), emit, true); err != nil {
			t.Fatal(err)
		}
	}
	commit(t, c, s, emit)
	if want := []string{"b 110: 7"}; !slices.Equal(out, want) {
		t.Errorf("%q, not %q", out, want)
	}
	if n := len(entries(t, c)); n != 0 {
		t.Errorf("%d entries are left in the DB", n)
	}
}

// TestAnotherLife: for how long a group may be silent is not part of what is kept, so it can change between two runs.
func TestAnotherLife(t *testing.T) {
	c := newContext(t, store.Options{Memory: true})
	s := newStore(t, c, sumConfig(Forever))
	add(t, s, Earliest, 100, "a", 5)
	if due := s.Due(); due != never {
		t.Errorf("due at %d", due)
	}
	commit(t, c, s, nil)
	s = newStore(t, c, sumConfig(9))
	if late, err := s.Late(Earliest, 101, []byte("a"), 108); late || err != nil {
		t.Error(late, err)
	}
	if due := s.Due(); due != 109 {
		t.Errorf("due at %d", due)
	}
	var out []string
	emit := func(b window.Bounds, key []byte, v *sum) error {
		out = append(out, fmt.Sprintf("%s %d: %d", key, b.End, v.total))
		return nil
	}
	for _, wm := range []int64{108, 109} {
		if err := s.Close(wm, emit, false); err != nil {
			t.Fatal(err)
		}
		if n := len(out); n != int(wm-108) {
			t.Errorf("at %d: %q", wm, out)
		}
	}
}
