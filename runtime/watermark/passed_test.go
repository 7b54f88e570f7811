package watermark

import "testing"

// TestPassed: the watermark that has taken effect is the one that was passed on, also in copies, and after a restart the restored one.
func TestPassed(t *testing.T) {
	c := NewClock([]Config{{}})
	if c.Passed() != None {
		t.Errorf("%d has passed at the beginning", c.Passed())
	}
	c.Observe(0, 10)
	if c.Now() != 10 || c.Passed() != None {
		t.Errorf("now %d, passed %d", c.Now(), c.Passed())
	}
	c.Pass(10)
	d := c.Clone()
	c.Observe(0, 20)
	c.Pass(20)
	if c.Passed() != 20 || d.Passed() != 10 {
		t.Errorf("passed %d, in the copy %d", c.Passed(), d.Passed())
	}
	c.Reset(15)
	if c.Passed() != 15 {
		t.Errorf("%d has passed after a restart at 15", c.Passed())
	}
}
