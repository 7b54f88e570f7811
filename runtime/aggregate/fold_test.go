package aggregate

import (
	"errors"
	"testing"
)

// TestFold: the first error stays, on whichever side it was.
func TestFold(t *testing.T) {
	sum := func(a, b int64) (int64, error) {
		if a+b > 100 {
			return 0, errors.New("too much")
		}
		return a + b, nil
	}
	a, b := Fold[int64]{Value: 1}, Fold[int64]{Value: 2}
	if a.Merge(&b, sum); a.Value != 3 || b.Value != 2 {
		t.Errorf("merged: %+v, %+v", a, b)
	}
	b.Take(0, errors.New("no"))
	b.Take(7, nil)
	b.Take(0, errors.New("later"))
	if v, err := b.Result(); v != 0 || err == nil || err.Error() != "no" {
		t.Errorf("failed: %v, %v", v, err)
	}
	c := b
	if c.Merge(&a, sum); c.Failed != "no" {
		t.Errorf("a failed one stays so: %+v", c)
	}
	if a.Merge(&b, sum); a.Failed != "no" || a.Value != 0 {
		t.Errorf("one becomes so: %+v", a)
	}
	d := Fold[int64]{Value: 60}
	if d.Merge(&Fold[int64]{Value: 50}, sum); d.Failed != "too much" {
		t.Errorf("a merge fails: %+v", d)
	}
	if d.fail(errors.New("")); d.Failed == "" {
		t.Error("an error without a text is lost")
	}
	if v, err := (&Fold[int64]{Value: 5}).Result(); v != 5 || err != nil {
		t.Errorf("%v, %v", v, err)
	}
}
