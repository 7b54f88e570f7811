package process

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/weirstream/weir/runtime/watermark"
)

// first gives a record of a group to seen, and then lets the watermark take effect as a task does.
func (h *harness) first(seen Seen, group string, at int64) bool {
	h.t.Helper()
	wm := h.c.Clock.Observe(0, at)
	ok, err := seen.First([]byte(group), at)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.s.Advance(wm, nil); err != nil {
		h.t.Fatal(err)
	}
	h.c.Clock.Pass(wm)
	return ok
}

// TestSeen goes through the borders, with what is known in memory and in the local store.
func TestSeen(t *testing.T) {
	for _, commits := range []bool{false, true} {
		h := start(t, 0)
		seen := NewSeen(h.s, 100)
		for _, step := range []struct {
			group string
			at    int64
			first bool
		}{
			{"a", 1000, true},
			{"a", 1000, false},
			{"b", 1000, true},
			{"a", 900, false},   // out of order
			{"a", 1099, false},  // a millisecond before the end
			{"a", 1100, true},   // the end; what was dropped did not put it off
			{"a", 1199, false},  //
			{"b", 1199, true},   //
			{"c", 500, true},    // late: remembered from the watermark, 1199, on
			{"c", 1298, false},  //
			{"d", 1298, true},   //
			{"c", 1299, true},   //
			{"a", 1000, true},   // late, and forgotten
			{"a", 1398, false},  // for it was seen at 1299
			{"a", 1399, true},   //
			{"a", 99999, true},  //
			{"b", 99999, true},  //
			{"a", 99999, false}, //
		} {
			if got := h.first(seen, step.group, step.at); got != step.first {
				t.Errorf("commits %v: %s at %d: first is %v", commits, step.group, step.at, got)
			}
			if commits {
				h.commit()
			}
		}
	}
}

// TestSeenForgets sees that nothing is left of groups whose time is over, and that without a time to live none is forgotten.
func TestSeenForgets(t *testing.T) {
	h := start(t, 0)
	seen := NewSeen(h.s, 100)
	for i := range 50 {
		h.first(seen, fmt.Sprint(i), int64(1000+i))
		h.commit()
	}
	h.first(seen, "x", 5000)
	h.commit()
	if got := h.scan(); len(got) != 2 { // x and its reminder
		t.Errorf("left are %q", got)
	}
	ever := start(t, 0)
	seen = NewSeen(ever.s, 0)
	ever.first(seen, "x", 1000)
	ever.commit()
	if ever.first(seen, "x", math.MaxInt64/2) || ever.s.Due() != math.MaxInt64 {
		t.Error("x is forgotten, or to be")
	}
}

// scan is what the local store has of the store.
func (h *harness) scan() []string {
	h.t.Helper()
	var got []string
	if err := h.c.DB.Scan([]byte{1}, []byte{2}, func(k, v []byte) error {
		got = append(got, fmt.Sprintf("%q %x", k[1:], v))
		return nil
	}); err != nil {
		h.t.Fatal(err)
	}
	return got
}

// TestOnceFormat pins the bytes of both.
func TestOnceFormat(t *testing.T) {
	h := start(t, 0)
	seen, latest := NewSeen(h.s, 64), NewLatest(h.s, 64, appendInt, decodeInt)
	h.first(seen, "gr", 1000)
	v := int64(5)
	if _, _, _, err := latest.Add([]byte("gr"), 990, &v); err != nil {
		t.Fatal(err)
	}
	h.commit()
	want := []string{
		`"q\x80\x00\x00\x00\x00\x00\x04(tgr" 01`,
		`"q\x80\x00\x00\x00\x00\x00\x04(xv\x04seengr" 01`,
		`"v\x04seengr" 0101d00f`,
		`"v\x06latestgr" 0100d00fbc0f0100070a`,
	}
	if got := h.scan(); !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// TestLatest goes through the borders, with what is known in memory and in the local store.
func TestLatest(t *testing.T) {
	for _, commits := range []bool{false, true} {
		h := start(t, 0)
		latest := NewLatest(h.s, 100, appendInt, decodeInt)
		var out []string
		advance := func(wm int64) {
			if err := h.s.Advance(wm, func(group []byte, at int64) error {
				last, was, err := latest.End(group)
				out = append(out, fmt.Sprintf("%s %d of %d at %d", group, last, was, at))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			h.c.Clock.Pass(wm)
		}
		add := func(group string, at, v, lag int64) {
			wm := watermark.Sub(h.c.Clock.Observe(0, at), lag)
			last, was, over, err := latest.Add([]byte(group), at, &v)
			if err != nil {
				t.Fatal(err)
			}
			if over {
				out = append(out, fmt.Sprintf("%s %d of %d by %d", group, last, was, at))
			}
			advance(wm)
			if commits {
				h.commit()
			}
		}
		add("a", 1000, 1, 1000)
		add("b", 1010, 2, 1000)
		add("a", 1050, 3, 1000)
		add("a", 1050, 4, 1000) // the one that comes last of those with one time
		add("a", 1040, 5, 1000) // out of order
		add("a", 1100, 6, 1000) // the end comes with a record of the group
		add("a", 1150, 7, 0)    // and that of b with the watermark
		add("c", 10, 8, 0)      // late: until 1250
		add("d", 1199, 9, 0)
		add("d", 1200, 10, 0)
		add("d", 1249, 11, 0)
		add("d", 1250, 12, 0)
		advance(watermark.End)
		want := []string{
			"a 4 of 1050 by 1100", "b 2 of 1010 at 1110", "a 7 of 1150 at 1200", "c 8 of 10 at 1250", "d 12 of 1250 at 1299",
		}
		if !slices.Equal(out, want) {
			t.Errorf("commits %v: got\n%q\nwant\n%q", commits, out, want)
		}
		if commits {
			h.commit()
			if got := h.scan(); len(got) != 0 {
				t.Errorf("left are %q", got)
			}
		}
	}
}

// TestPrevious goes through the borders, with what is known in memory and in the local store, and pins the bytes.
func TestPrevious(t *testing.T) {
	for _, commits := range []bool{false, true} {
		h := start(t, 0)
		previous := NewPrevious(h.s, 100, appendInt, decodeInt)
		for i, step := range []struct {
			group  string
			at, v  int64
			before int64
			ok     bool
		}{
			{"a", 1000, 1, 0, false},
			{"b", 1000, 2, 0, false},
			{"a", 1099, 3, 1, true},
			{"a", 1050, 4, 3, true},  // out of order: the time stays that of 1099
			{"a", 1198, 5, 4, true},  //
			{"a", 1298, 6, 0, false}, // the end
			{"b", 1299, 7, 0, false},
			{"c", 10, 8, 0, false}, // late: kept from the watermark, 1299, on
			{"c", 1398, 9, 8, true},
			{"a", 1398, 10, 0, false},
		} {
			wm := h.c.Clock.Observe(0, step.at)
			before, ok, err := previous.Swap([]byte(step.group), step.at, &step.v)
			if err != nil {
				t.Fatal(err)
			}
			if before != step.before || ok != step.ok {
				t.Errorf("commits %v: record %d: before it was %d, %v", commits, i, before, ok)
			}
			if err := h.s.Advance(wm, nil); err != nil {
				t.Fatal(err)
			}
			h.c.Clock.Pass(wm)
			if commits {
				h.commit()
			}
		}
		if !commits {
			continue
		}
		h.first(NewSeen(h.s, 1), "end", 5000)
		h.commit()
		if got := h.scan(); len(got) != 2 { // what is seen, and its reminder
			t.Errorf("left are %q", got)
		}
	}
	h := start(t, 0)
	v := int64(5)
	if _, _, err := NewPrevious(h.s, 64, appendInt, decodeInt).Swap([]byte("gr"), 1000, &v); err != nil {
		t.Fatal(err)
	}
	h.commit()
	want := []string{`"q\x80\x00\x00\x00\x00\x00\x04(xv\bpreviousgr" 01`, `"v\bpreviousgr" 0101d00f0100070a`}
	if got := h.scan(); !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
