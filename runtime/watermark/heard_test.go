package watermark

import "testing"

// TestHeard: a record that says nothing of its input's watermark ends the input's idleness, and changes nothing else.
func TestHeard(t *testing.T) {
	c := NewClock([]Config{{}, {}})
	if got := c.Heard(0); got != None {
		t.Errorf("before anything was said: %d", got)
	}
	c.Observe(0, 100)
	c.Observe(1, 50)
	if got := c.Heard(1); got != 50 {
		t.Errorf("heard of an input that is not idle: %d, want 50", got)
	}
	if got := c.SetIdle(1, true); got != 100 {
		t.Fatalf("with input 1 idle: %d, want 100", got)
	}
	c.Heard(1)
	if c.InputIdle(1) {
		t.Error("the input is idle after a record")
	}
	c.Observe(0, 200)
	if got := c.Now(); got != 100 {
		t.Errorf("input 1, which said 50, holds nothing back: %d, want 100", got)
	}
	if got := c.Observe(1, 150); got != 150 {
		t.Errorf("after a mark: %d, want 150", got)
	}
}
