package cel

import "time"

// Pointer is an optional as Go functions may take it: nil for none, else a pointer to a variable of its own.
func Pointer[T any](o Opt[T]) *T {
	if !o.Valid {
		return nil
	}
	return &o.Value
}

// FromPointer is the optional that a Go function returned: none for nil, else what p points to.
func FromPointer[T any](p *T) Opt[T] {
	if p == nil {
		return Opt[T]{}
	}
	return Opt[T]{Value: *p, Valid: true}
}

// TimeFromGo is a time that a Go function returned, in UTC and without a monotonic clock. One outside of the years 1 to 9999 is an
// error.
func TimeFromGo(t time.Time) (time.Time, error) { return inRange(t.Round(0).UTC()) }

// CheckTime is the error that TimeFromGo has for a time.
func CheckTime(t time.Time) error {
	_, err := inRange(t)
	return err
}
