package watermark

import (
	"encoding/hex"
	"testing"
)

func TestSource(t *testing.T) {
	c := NewClock([]Config{{Lag: 10}})
	if c.Now() != None {
		t.Fatal("a new clock shows a time")
	}
	for _, s := range []struct{ et, want int64 }{{-5, -15}, {-7, -15}, {-5, -15}, {100, 90}, {90, 90}, {101, 91}, {-1 << 60, 91}} {
		if got := c.Observe(0, s.et); got != s.want {
			t.Errorf("after %d: %d, want %d", s.et, got, s.want)
		}
	}
	c.SetIdle(0, true)
	if c.Now() != 91 || !c.Idle() {
		t.Error("idleness of the only input moved the clock")
	}
	if c.Observe(0, 50); c.Idle() {
		t.Error("an old record did not end idleness")
	}
	if got := c.Advance(0, 200); got != 200 {
		t.Errorf("advanced to %d", got)
	}
	if got := c.Observe(0, 150); got != 200 {
		t.Errorf("went back to %d", got)
	}
	if c.End(0) != End || c.Settled() != 200 || c.Observe(0, 1000) != End {
		t.Error("the end is not the end")
	}
}

func TestFloor(t *testing.T) {
	c := NewClock([]Config{{Lag: 10}, {}})
	c.Floor(50)
	c.Observe(0, 1000)
	if c.Now() != 50 {
		t.Errorf("an input without records did not hold the clock at its floor: %d", c.Now())
	}
	if got := c.Observe(1, 20); got != 50 {
		t.Errorf("fell below the floor: %d", got)
	}
	if got := c.Observe(1, 60); got != 60 {
		t.Errorf("got %d, want the minimum of 990 and 60", got)
	}
	if got := c.SetIdle(1, true); got != 990 {
		t.Errorf("got %d, want 990 with the other idle", got)
	}
	if c.SetIdle(0, true); c.Now() != 990 {
		t.Error("all idle must hold")
	}
	if c.End(0); c.Now() != 990 {
		t.Error("one input's end closed another, idle one")
	}
	if c.End(1); c.Now() != End {
		t.Error("all ended, but not at End")
	}
	c.Reset(7)
	if c.Now() != 7 || c.Observe(0, 100) != 7 || c.Observe(1, 100) != 90 {
		t.Error("reset kept something")
	}
}

func TestClone(t *testing.T) {
	c := NewClock([]Config{{Upstreams: []int{2}}})
	c.Mark(0, 0, 0, Mark{Watermark: 5})
	d := c.Clone()
	d.Mark(0, 0, 1, Mark{Watermark: 7})
	if c.Now() != None || d.Now() != 5 {
		t.Errorf("%d %d", c.Now(), d.Now())
	}
}

func TestRepartition(t *testing.T) {
	c := NewClock([]Config{{Upstreams: []int{3}}})
	step := func(up int32, wm int64, idle bool, want int64) {
		t.Helper()
		if got := c.Mark(0, 0, up, Mark{wm, idle}); got != want {
			t.Errorf("mark %d of %d: clock at %d, want %d", wm, up, got, want)
		}
	}
	step(0, 100, false, None)
	step(1, 50, false, None) // upstream 2 is unknown
	if c.Observe(0, 1000) != None {
		t.Error("an event time moved a repartition input")
	}
	step(2, None, false, None)
	step(2, 40, false, 40)
	step(2, 30, false, 40) // marks don't go back
	step(2, 30, true, 50)
	step(1, 0, true, 100)
	step(0, 0, true, 100) // all idle: holds
	if !c.Idle() {
		t.Error("all upstreams idle, but the task is not")
	}
	step(2, 30, false, 100)
	step(0, 120, false, 100)
	step(2, 110, false, 110)
	step(0, End, false, 110)
	step(2, End, false, 110) // upstream 1 is idle: no End without it
	step(1, End, false, End)
	step(-1, 5, false, End)
	step(1<<30, 5, false, End)
	if c.Settled() != 110 {
		t.Errorf("settled at %d", c.Settled())
	}
}

// TestStreamTime: behind a repartition topic the task that is ahead counts. Nobody is waited for, but at the end.
func TestStreamTime(t *testing.T) {
	c := NewClock([]Config{{Upstreams: []int{2, 1}, StreamTime: true}})
	for _, s := range []struct {
		from, partition int
		m               Mark
		want            int64
	}{
		{0, 0, Mark{Watermark: 100}, 100},
		{0, 1, Mark{Watermark: 50}, 100},
		{1, 0, Mark{Watermark: None}, 100},
		{1, 0, Mark{Watermark: 130, Idle: true}, 130},
		{0, 0, Mark{Watermark: End}, 130},
		{0, 1, Mark{Watermark: 140}, 140},
		{0, 1, Mark{Watermark: End}, 140},
		{0, 3, Mark{Watermark: 150}, 150}, // there are more tasks than was known
		{1, 0, Mark{Watermark: End}, 150},
		{0, 3, Mark{Watermark: End}, 150}, // 2 has not spoken
		{0, 2, Mark{Watermark: End}, End},
	} {
		if got := c.Mark(0, s.from, int32(s.partition), s.m); got != s.want {
			t.Errorf("mark %+v of %d/%d: clock at %d, want %d", s.m, s.from, s.partition, got, s.want)
		}
		if c.Idle() {
			t.Error("what waits for nobody is idle")
		}
	}
	if c.Settled() != 150 {
		t.Errorf("settled at %d", c.Settled())
	}
}

// TestSeveralUpstreams: an input that two sub-topologies write waits for every task of both.
func TestSeveralUpstreams(t *testing.T) {
	c := NewClock([]Config{{Upstreams: []int{2, 1}}})
	c.Mark(0, 0, 0, Mark{Watermark: 9})
	c.Mark(0, 0, 1, Mark{Watermark: 8})
	if c.Now() != None {
		t.Error("a sub-topology that has not spoken did not hold the clock")
	}
	d := c.Clone()
	if d.Mark(0, 1, 0, Mark{Watermark: 5}) != 5 || d.Mark(0, 1, 0, Mark{Idle: true}) != 8 {
		t.Errorf("clock at %d", d.Now())
	}
	if c.Now() != None {
		t.Error("the clone shares marks")
	}
}

func TestUnknownUpstreamHolds(t *testing.T) {
	c := NewClock([]Config{{Upstreams: []int{1}}})
	c.Mark(0, 0, 2, Mark{Watermark: 9})
	c.Mark(0, 0, 0, Mark{Watermark: 9})
	if c.Now() != None {
		t.Error("an upstream between known ones did not hold the clock")
	}
	if c.Mark(0, 0, 1, Mark{Watermark: 5}) != 5 {
		t.Error("want 5")
	}
}

func TestSaturation(t *testing.T) {
	for _, s := range []struct{ got, want int64 }{
		{Sub(None, 5), None}, {Sub(None+3, 5), None}, {Sub(End, 5), End}, {Sub(5, 7), -2}, {Sub(None+5, 5), None},
		{Add(End, 5), End}, {Add(End-3, 5), End}, {Add(None, 5), None + 5}, {Add(End-5, 5), End},
	} {
		if s.got != s.want {
			t.Errorf("got %d, want %d", s.got, s.want)
		}
	}
	c := NewClock([]Config{{Lag: End}})
	if c.Observe(0, -5); c.Now() != None {
		t.Errorf("now %d", c.Now())
	}
}

func TestMarkBytes(t *testing.T) {
	for _, s := range []struct {
		m    Mark
		want string
	}{
		{Mark{1, false}, "0100000000000000000105" + hex.EncodeToString([]byte("per_user"))},
		{Mark{None, true}, "0101800000000000000005" + hex.EncodeToString([]byte("per_user"))},
		{Mark{End, false}, "01007fffffffffffffff05" + hex.EncodeToString([]byte("per_user"))},
	} {
		b := AppendMark(nil, "per_user", 5, s.m)
		if got := hex.EncodeToString(b); got != s.want {
			t.Errorf("%v: %s, want %s", s.m, got, s.want)
		}
		if sub, p, m, err := ParseMark(b); err != nil || sub != "per_user" || p != 5 || m != s.m {
			t.Errorf("read back %q %d %v %v", sub, p, m, err)
		}
	}
	for _, bad := range []string{"", "02", "01", "0100000000000000000", "01000000000000000001", "010000000000000000018080808080808080808001", "01000000000000000001ffffffff0f"} {
		b, _ := hex.DecodeString(bad)
		if _, _, _, err := ParseMark(b); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

func FuzzParseMark(f *testing.F) {
	f.Add(AppendMark(nil, "a", 3, Mark{7, true}))
	f.Fuzz(func(t *testing.T, b []byte) {
		sub, p, m, err := ParseMark(b)
		if err != nil {
			return
		}
		sub2, p2, m2, err := ParseMark(AppendMark(nil, sub, p, m))
		if err != nil || sub != sub2 || p != p2 || m != m2 {
			t.Fatal("not the same after a round trip")
		}
	})
}

func BenchmarkObserve(b *testing.B) {
	c := NewClock([]Config{{Lag: 10}})
	for i := range int64(b.N) {
		c.Observe(0, i&1023)
	}
}
