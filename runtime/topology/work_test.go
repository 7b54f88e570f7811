package topology

import (
	"errors"
	"slices"
	"testing"
)

// TestWork: work is done in pieces, each as long as is said, by one task after the other of those that take part; outside of work nothing
// pauses.
func TestWork(t *testing.T) {
	a, b := &Context{}, &Context{}
	var done []string
	do := func(c *Context, name string) error {
		for range 3 {
			if err := c.Pause(); err != nil {
				return err
			}
			done = append(done, name)
		}
		return nil
	}
	failed := errors.New("failed")
	w := NewWork(func() error { return errors.Join(do(a, "a"), do(b, "b"), failed) }, 2, func() bool { return true }, a, b)
	if err := do(a, "before"); err != nil {
		t.Fatal(err)
	}
	var pieces [][]string
	for {
		done = nil
		over, err := w.Go()
		if pieces = append(pieces, done); over {
			if !errors.Is(err, failed) {
				t.Errorf("the work returned %v", err)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	// The first pause of a task in a piece asks, and then each second one.
	want := [][]string{nil, {"a", "a"}, {"a"}, {"b", "b"}, {"b"}}
	if !slices.EqualFunc(pieces, want, slices.Equal[[]string]) {
		t.Errorf("pieces %q, want %q", pieces, want)
	}
	if err := do(b, "behind"); err != nil {
		t.Fatal(err)
	}
	w.Stop()
}

// TestWorkIsGivenUp: where work is stopped, the pause that it is in returns an error, and so does each behind. What was not begun is never begun.
func TestWorkIsGivenUp(t *testing.T) {
	c := &Context{}
	pauses, errs := 0, 0
	do := func() error {
		for {
			pauses++
			if err := c.Pause(); err != nil {
				if errs++; errs == 2 {
					return err
				}
			}
		}
	}
	w := NewWork(do, 1, func() bool { return pauses%4 == 0 }, c)
	if over, err := w.Go(); over || err != nil {
		t.Fatal(over, err)
	}
	w.Stop()
	if pauses != 5 || errs != 2 {
		t.Errorf("%d pauses, %d errors", pauses, errs)
	}
	if _, fatal := errors.AsType[*FatalError](w.err); !fatal {
		t.Errorf("on_error would apply to %v", w.err)
	}
	if err := c.Pause(); err != nil {
		t.Errorf("behind the work: %v", err)
	}
	NewWork(func() error { t.Error("begun"); return nil }, 1, func() bool { return true }, c).Stop()
}
