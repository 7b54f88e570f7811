package window

import "time"

// Bounds are the start (inclusive) and end (exclusive) of a window in Unix milliseconds.
type Bounds struct{ Start, End int64 }

// StartTime is the window's start in UTC.
func (b Bounds) StartTime() time.Time { return time.UnixMilli(b.Start).UTC() }

// EndTime is the window's end in UTC.
func (b Bounds) EndTime() time.Time { return time.UnixMilli(b.End).UTC() }

// StartOf is the start of the tumbling window of size milliseconds (1 or more) that holds eventTime. It rounds down on both sides
// of the epoch.
func StartOf(eventTime, size int64) int64 {
	return floor(eventTime, size)
}

// floor is the largest multiple of size that is not above t.
func floor(t, size int64) int64 {
	r := t % size
	if r < 0 {
		r += size
	}
	return t - r
}
