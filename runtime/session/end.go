package session

import (
	"fmt"
	"time"

	"github.com/weirstream/weir/runtime/watermark"
)

// End is when the window of one record ends, of its event time in Unix milliseconds and the gap that it says. A gap above most
// milliseconds, if that is not 0, is cut off there; parts of a millisecond are cut off, too. It is an error if nothing is left.
func End(at int64, gap time.Duration, most int64) (int64, error) {
	ms := gap.Milliseconds()
	if ms < 1 {
		return 0, fmt.Errorf("a session can't end %v after a record: a gap is 1ms at least", gap)
	}
	if most > 0 {
		ms = min(ms, most)
	}
	return watermark.Add(at, ms), nil
}

// Bounds are those of the window that a record says, in Unix milliseconds; parts of one are cut off. It is an error if nothing is left between
// them.
func Bounds(start, end time.Time) (from, to int64, err error) {
	if from, to = start.UnixMilli(), end.UnixMilli(); to <= from {
		return 0, 0, fmt.Errorf("a window can't last from %s to %s: it is 1ms long at least", start.Format(time.RFC3339Nano), end.Format(time.RFC3339Nano))
	}
	return from, to, nil
}
