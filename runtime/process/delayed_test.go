package process

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/runtime/watermark"
)

// TestDelayed goes through the borders, with what is known in memory and in the local store.
func TestDelayed(t *testing.T) {
	for _, commits := range []bool{false, true} {
		h := start(t, 0)
		d := NewDelayed(h.s, appendInt, decodeInt)
		var out []string
		show := func(v *int64, key []byte, at int64) error {
			out = append(out, fmt.Sprintf("%d key %q %v of %d", *v, key, key == nil, at))
			return nil
		}
		advance := func(wm int64) {
			if wm >= h.s.Due() {
				if err := d.Advance(wm, show); err != nil {
					t.Fatal(err)
				}
			}
			h.c.Clock.Pass(wm)
		}
		add := func(at, due, v int64, key []byte) {
			wm := watermark.Sub(h.c.Clock.Observe(0, at), 10)
			held, err := d.Hold(due, key, at, &v)
			if err != nil {
				t.Fatal(err)
			}
			if !held {
				out = append(out, fmt.Sprintf("%d at once", v))
			}
			advance(wm)
			if commits {
				h.commit()
			}
		}
		add(-1000, -900, 1, []byte("a")) // before 1970
		add(-995, -900, 2, nil)          // of one time in the order in which they came
		add(-950, -901, 3, []byte{})
		add(-891, math.MaxInt64, 4, []byte("never")) // the watermark is at -901
		add(-891, -901, 5, nil)                      // it had been before this one
		add(-890, -900, 6, nil)                      // it comes to -900, which this is the last one to wait for
		add(-890, -900, 7, nil)
		add(-890, -899, 8, nil)
		add(-890, -850, 9, nil)
		advance(watermark.End)
		want := []string{
			`3 key "" false of -950`, "5 at once", `1 key "a" false of -1000`, `2 key "" true of -995`, `6 key "" true of -890`, "7 at once",
			`8 key "" true of -890`, `9 key "" true of -890`, `4 key "never" false of -891`,
		}
		if !slices.Equal(out, want) {
			t.Errorf("commits %v: got\n%q\nwant\n%q", commits, out, want)
		}
		if commits {
			h.commit()
			if got := h.scan(); len(got) != 1 { // how many numbers were given out
				t.Errorf("left are %q", got)
			}
		}
	}
}

// TestDelayedByClock waits for processing time, whatever the watermark says short of the end.
func TestDelayedByClock(t *testing.T) {
	h := start(t, 0)
	d := NewDelayedByClock(h.s, appendInt, decodeInt)
	var out []int64
	show := func(v *int64, _ []byte, _ int64) error { out = append(out, *v); return nil }
	add := func(now, due, v int64) {
		h.c.Processing = now
		held, err := d.Hold(due, nil, 0, &v)
		if err != nil || held != (due > now) {
			t.Fatal(held, err)
		}
	}
	tick := func(now int64) {
		h.c.Processing = now
		if now >= h.s.ProcessingDue() {
			if err := d.Tick(now, show); err != nil {
				t.Fatal(err)
			}
		}
		h.commit()
	}
	add(100, 150, 1)
	add(100, 100, 2) // due: it is not kept
	add(120, 149, 3)
	if err := d.Advance(1000, show); err != nil || out != nil {
		t.Fatal(out, err)
	}
	tick(148)
	add(148, 150, 4)
	tick(149)
	tick(150)
	add(150, 170, 5)
	add(150, 160, 6)
	h.commit()
	if err := d.Advance(watermark.End, show); err != nil {
		t.Fatal(err)
	}
	if want := []int64{3, 1, 4, 6, 5}; !slices.Equal(out, want) {
		t.Errorf("got %v, want %v", out, want)
	}
}

// TestDelayedMany compares random records, commits, aborts and steps of the watermark with a sorted list. Most are on disk, and more at once
// than are read ahead.
func TestDelayedMany(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	h := start(t, 0)
	d := NewDelayed(h.s, appendInt, decodeInt)
	type waits struct{ due, v int64 }
	var want, committed []waits
	wm, was := int64(0), int64(0)
	for v := range int64(20_000) {
		due := wm + 1 + r.Int64N(5000)
		if held, err := d.Hold(due, nil, due, &v); err != nil || !held {
			t.Fatal(held, err)
		}
		want = append(want, waits{due, v})
		switch r.IntN(400) {
		case 0:
			h.commit()
			committed, was = slices.Clone(want), wm
			if n := len(h.s.queue.mem); n > 0 {
				t.Fatalf("%d keys of what is in the local store are left in memory", n)
			}
		case 1:
			h.s.Reset()
			h.c.Clock.Reset(was)
			want, wm = slices.Clone(committed), was
		case 2:
			wm += r.Int64N(4000)
			slices.SortStableFunc(want, func(a, b waits) int { return int(a.due - b.due) })
			if err := d.Advance(wm, func(v *int64, _ []byte, at int64) error {
				if len(want) == 0 || want[0] != (waits{at, *v}) {
					return fmt.Errorf("record %d of %d came", *v, at)
				}
				want = want[1:]
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if len(want) > 0 && want[0].due <= wm {
				t.Fatalf("%v did not come by %d", want[0], wm)
			}
			h.c.Clock.Pass(wm)
		}
	}
}

// TestDelayedFormat pins the bytes.
func TestDelayedFormat(t *testing.T) {
	h := start(t, 0)
	event, clock := NewDelayed(h.s, appendInt, decodeInt), NewDelayedByClock(h.s, appendInt, decodeInt)
	v := int64(5)
	for _, d := range []*Delayed[int64]{event, clock} {
		if _, err := d.Hold(1000, []byte("k"), 990, &v); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := event.Hold(1000, nil, -1, &v); err != nil {
		t.Fatal(err)
	}
	h.commit()
	want := []string{
		`"n" 010000000000001000`,
		`"p\x80\x00\x00\x00\x00\x00\x03\xe8r\x00\x00\x00\x00\x00\x00\x00\x01" 01bc0f01016b0100070a`,
		`"q\x80\x00\x00\x00\x00\x00\x03\xe8r\x00\x00\x00\x00\x00\x00\x00\x00" 01bc0f01016b0100070a`,
		`"q\x80\x00\x00\x00\x00\x00\x03\xe8r\x00\x00\x00\x00\x00\x00\x00\x02" 0101000100070a`,
	}
	if got := h.scan(); !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
