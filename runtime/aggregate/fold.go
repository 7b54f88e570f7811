package aggregate

import "errors"

// Fold is the state of a fold in a part of a window. There an expression that fails makes no bad record, as it may be in other windows as well:
// it is told when a result is made that has the part in it.
type Fold[T any] struct {
	Value  T
	Failed string // what failed first, "" if nothing did
}

// Take takes in what a record makes of the value, or why it makes nothing.
func (f *Fold[T]) Take(next T, err error) {
	switch {
	case f.Failed != "":
	case err != nil:
		f.fail(err)
	default:
		f.Value = next
	}
}

// Merge takes in the state b of later records, which stays as it is.
func (f *Fold[T]) Merge(b *Fold[T], merge func(acc, other T) (T, error)) {
	if f.Failed != "" || b.Failed != "" {
		if f.Failed == "" {
			f.fail(errors.New(b.Failed))
		}
		return
	}
	f.Take(merge(f.Value, b.Value))
}

// fail forgets the value: nothing is made of it any more.
func (f *Fold[T]) fail(err error) {
	var none T
	f.Value, f.Failed = none, err.Error()
	if f.Failed == "" {
		f.Failed = "an error without a text"
	}
}

// Result is the value, or why there is none.
func (f *Fold[T]) Result() (T, error) {
	if f.Failed != "" {
		return f.Value, errors.New(f.Failed)
	}
	return f.Value, nil
}
