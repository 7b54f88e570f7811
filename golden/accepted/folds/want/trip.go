package want

import "errors"

// Begun is a trip without a point: Begun, Extended and Joined make an aggregate in Go.
func Begun() Trip { return Trip{} }

// Extended is a trip with a further point. Speeds stand for places.
func Extended(t Trip, at float64) (Trip, error) {
	if at < 0 {
		return t, errors.New("nobody drives backwards")
	}
	if t.Points > 0 {
		t.Length += max(at-t.Last, t.Last-at)
	}
	t.Points, t.Last = t.Points+1, at
	return t, nil
}

// Joined is two trips as one.
func Joined(t, later Trip) Trip {
	return Trip{Length: t.Length + later.Length + max(later.Last-t.Last, t.Last-later.Last), Last: later.Last, Points: t.Points + later.Points}
}
