package session

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// TestGlobal: a window from Earliest that closes Forever after its end takes every record of its group, in memory or not, and closes at
// the end of the input only.
func TestGlobal(t *testing.T) {
	for _, bound := range []int64{0, 1} { // with 1 nothing stays in memory that need not
		t.Run(fmt.Sprint(bound), func(t *testing.T) {
			c := newContext(t, store.Options{Dir: t.TempDir()})
			c.OverlayBytes = bound
			cfg := sumConfig(Forever)
			cfg.Merge = nil
			s := newStore(t, c, cfg)
			var out []string
			emit := func(b window.Bounds, key []byte, v *sum) error {
				if b.Start != Earliest {
					t.Errorf("a window begins at %d", b.Start)
				}
				out = append(out, fmt.Sprintf("%s %d: %d of %d", key, b.End-1, v.total, v.count))
				return nil
			}
			add(t, s, Earliest, 1_700_000_000_001, "a", 5)
			add(t, s, Earliest, Earliest+1, "b", 7)
			commit(t, c, s, emit)
			for _, wm := range []int64{0, 1_800_000_000_000, 253_402_300_799_999} {
				if wm >= s.Due() {
					t.Fatalf("watermark %d closes a window", wm)
				}
			}
			add(t, s, Earliest, -5, "a", 2)
			add(t, s, Earliest, 100, "b", 1)
			commit(t, c, s, emit)
			add(t, s, Earliest, 200, "c", 3)
			if err := s.Close(watermark.End, emit, false); err != nil {
				t.Fatal(err)
			}
			want := []string{
				"a 1700000000000: 5 of 1", "b -62135596800000: 7 of 1",
				"a 1700000000000: 7 of 2", "b 99: 8 of 2",
				"b 99: 8 of 2", "c 199: 3 of 1", "a 1700000000000: 7 of 2",
			}
			if !slices.Equal(out, want) {
				t.Errorf("%q", out)
			}
			commit(t, c, s, nil)
			if left := entries(t, c); len(left) > 0 {
				t.Errorf("what is closed is still in the DB: %v", left)
			}
		})
	}
}

// TestUndo: a record that is taken back leaves neither a later end nor a change to hand on.
func TestUndo(t *testing.T) {
	c := newContext(t, store.Options{Dir: t.TempDir()})
	s := newStore(t, c, sumConfig(Forever))
	add(t, s, Earliest, 100, "a", 5)
	commit(t, c, s, nil)
	if _, fresh, err := s.Upsert(Earliest, 200, []byte("a")); err != nil || fresh {
		t.Fatal(fresh, err)
	}
	s.Undo()
	commit(t, c, s, func(window.Bounds, []byte, *sum) error {
		t.Error("a record that was taken back changed a result")
		return nil
	})
	var ends []int64
	err := s.Close(watermark.End, func(b window.Bounds, _ []byte, v *sum) error {
		ends = append(ends, b.End, v.count)
		return nil
	}, false)
	if err != nil || !slices.Equal(ends, []int64{100, 1}) {
		t.Error(ends, err)
	}
}
