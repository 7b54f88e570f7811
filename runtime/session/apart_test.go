package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// TestApart: windows that overlap or touch stay apart, and close in order of their ends, those of one group and end in order of their starts.
func TestApart(t *testing.T) {
	for _, bound := range []int64{0, 1} { // with 1 nothing stays in memory that need not
		t.Run(fmt.Sprint(bound), func(t *testing.T) {
			c := newContext(t, store.Options{Dir: t.TempDir()})
			c.OverlayBytes = bound
			cfg := sumConfig(10)
			cfg.Apart, cfg.Merge = true, nil
			var gone []string
			cfg.Gone = func(b window.Bounds, key []byte, _ *sum) error {
				gone = append(gone, fmt.Sprintf("%s %d-%d", key, b.Start, b.End))
				return nil
			}
			s := newStore(t, c, cfg)
			for i, w := range [][2]int64{{0, 100}, {0, 50}, {50, 100}, {-20, 300}, {0, 100}, {99, 100}, {0, 51}, {50, 100}} {
				add(t, s, w[0], w[1], "a", int64(i))
				add(t, s, w[0], w[1], "b", 1)
				commit(t, c, s, nil)
			}
			if late, err := s.Late(0, 49, []byte("a"), 59); err != nil || !late {
				t.Error(late, err) // there are windows around it, but it is none of them
			}
			var out []string
			for _, wm := range []int64{59, 60, 109, 110, watermark.End} {
				err := s.Close(wm, func(b window.Bounds, key []byte, v *sum) error {
					out = append(out, fmt.Sprintf("%s %d-%d %d", key, b.Start, b.End, v.total))
					return nil
				}, false)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, "-")
				commit(t, c, s, nil)
			}
			want := []string{
				"-", "a 0-50 1", "b 0-50 1", "-", "a 0-51 6", "b 0-51 1", "-",
				"a 0-100 4", "a 50-100 9", "a 99-100 5", "b 0-100 2", "b 50-100 2", "b 99-100 1", "-", "a -20-300 3", "b -20-300 1", "-",
			}
			if !slices.Equal(out, want) {
				t.Errorf("%q", out)
			}
			for i, g := range slices.DeleteFunc(want, func(s string) bool { return s == "-" }) {
				if i >= len(gone) || !strings.HasPrefix(g, gone[i]+" ") {
					t.Errorf("gone are %q", gone)
					break
				}
			}
			if left := entries(t, c); len(left) > 0 {
				t.Errorf("what is closed is still in the DB: %v", left)
			}
		})
	}
}

func TestBounds(t *testing.T) {
	at := time.UnixMilli(1000)
	for _, c := range []struct {
		start, end time.Time
		from, to   int64
		err        string
	}{
		{at, at.Add(time.Millisecond), 1000, 1001, ""},
		{at.Add(-time.Nanosecond), at, 999, 1000, ""},
		{at, at.Add(999 * time.Microsecond), 0, 0, "a window can't last from 1970-01-01T00:00:01Z to 1970-01-01T00:00:01.000999Z: it is 1ms long at least"},
		{at, at.Add(-time.Hour), 0, 0, "a window can't last from 1970-01-01T00:00:01Z to 1969-12-31T23:00:01Z: it is 1ms long at least"},
	} {
		from, to, err := Bounds(c.start.UTC(), c.end.UTC())
		if from != c.from || to != c.to || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Error(c.start, c.end, from, to, err)
		}
	}
}
