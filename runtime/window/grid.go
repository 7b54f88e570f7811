package window

import (
	"errors"
	"math"
	"sort"
	"time"

	"github.com/weirstream/weir/runtime/watermark"
)

// grid says where windows lie; see [Config].
type grid struct {
	Size, Every int64
	Cumulative  bool
	Offset      int64
	Zone        *time.Location
	Sizes       []int64
	Follow      bool
}

const msDay = 24 * 60 * 60 * 1000

func (g *grid) check() error {
	whole := g.Zone == nil || g.Size%msDay == 0 && g.Every%msDay == 0 && g.Offset%msDay == 0
	for i, size := range g.Sizes {
		if g.Every < 1 || size%g.Every != 0 || i > 0 && size <= g.Sizes[i-1] || i == len(g.Sizes)-1 && size != g.Size {
			return errors.New("bad sizes")
		}
	}
	if g.Size < 1 || g.Every < 0 || g.Every > g.Size || g.Cumulative && (g.Every == 0 || g.Size%g.Every != 0) || !whole {
		return errors.New("bad grid")
	}
	return nil
}

// On the line of a grid windows are aligned to 0 and all days have 24 hours: what follows is plain arithmetic there. A slice is a
// stretch of the line in which no window begins or ends.

// slice is the slice that holds x.
func (g *grid) slice(x int64) (lo, hi int64) {
	lo = floor(x, g.Every)
	hi = lo + g.Every
	// Windows whose size is no multiple of Every end in the midst of a hop.
	if rest := g.Size % g.Every; rest != 0 {
		if x < lo+rest {
			hi = lo + rest
		} else {
			lo += rest
		}
	}
	return lo, hi
}

// firstEnd is the end of the first window that holds the slice that ends at hi.
func (g *grid) firstEnd(hi int64) int64 {
	end := g.floorEnd(hi)
	if end < hi {
		end += g.Every
	}
	return end
}

// lastEnd is the end of the last window that holds the slice that begins at lo.
func (g *grid) lastEnd(lo int64) int64 {
	_, end := g.last(lo)
	return end
}

// last is the last window to end that holds the slice that begins at lo, the largest of several that end then.
func (g *grid) last(lo int64) (start, end int64) {
	switch {
	case g.Cumulative:
		start = floor(lo, g.Size)
		return start, start + g.Size
	case !g.Follow:
		start = floor(lo, g.Every)
		return start, start + g.Size
	}
	end = math.MinInt64
	for _, size := range g.Sizes { // in ascending order
		if from := floor(lo, size); from+size >= end {
			start, end = from, from+size
		}
	}
	return start, end
}

// firstStart is where the first of the windows begins that are open when those are closed that end at closed, and that hold the slice from lo on.
func (g *grid) firstStart(lo, closed int64) int64 {
	if !g.Follow {
		return g.start(max(g.firstEnd(lo+1), closed+g.Every))
	}
	first := lo
	for _, size := range g.Sizes {
		if start := floor(lo, size); start+size > closed {
			first = min(first, start)
		}
	}
	return first
}

// kinds is how many windows may end at one place.
func (g *grid) kinds() int { return max(1, len(g.Sizes)) }

// ending is the start of the n-th of the windows that end at end, the smaller ones first; false if there is none of that size.
func (g *grid) ending(end int64, n int) (start int64, ok bool) {
	if len(g.Sizes) == 0 {
		return g.start(end), true
	}
	size := g.Sizes[n]
	return end - size, !g.Follow || floor(end, size) == end
}

// over is the place in front of which no slice is part of a window that is open when those are closed that end at closed.
func (g *grid) over(closed int64) int64 {
	switch {
	case g.Cumulative:
		return floor(closed, g.Size)
	case !g.Follow:
		return closed - g.Size + g.Every
	}
	over := int64(math.MaxInt64)
	for _, size := range g.Sizes {
		over = min(over, floor(closed, size))
	}
	return over
}

// floorEnd is the last end of a window that is not behind x.
func (g *grid) floorEnd(x int64) int64 {
	if g.Cumulative {
		return floor(x, g.Every)
	}
	rest := g.Size % g.Every
	return floor(x-rest, g.Every) + rest
}

// start is the start of the window that ends at end, of several the largest.
func (g *grid) start(end int64) int64 {
	if g.Cumulative {
		return floor(end-1, g.Size)
	}
	return end - g.Size
}

// ruler translates between time and the line of a grid.
type ruler struct {
	grid
	days [64]day // those asked for of late, by their numbers' low bits
}

// day is a day of a zone: from begins it, to ends it, both Unix milliseconds.
type day struct{ from, to int64 }

// Times outside these are no event times; bounding them keeps sums from overflowing, and watermarks at both ends of the range in order.
const (
	minTime = -100_000_000_000_000 // about 1200 BC
	maxTime = 300_000_000_000_000  // about 11476
)

// at is where a time is on the line; with a zone the beginning of its day.
func (r *ruler) at(t int64) int64 {
	t = min(max(t, minTime), maxTime)
	if r.Zone == nil {
		return t - r.Offset
	}
	// The day of the zone is that of UTC, or the one before or behind.
	n := floor(t, msDay) / msDay
	for _, n := range [3]int64{n, n + 1, n - 1} {
		if d := r.day(n); t >= d.from && t < d.to {
			return n*msDay - r.Offset
		}
	}
	return n*msDay - r.Offset // a zone that is more than a day away from UTC does not exist
}

// instant is the time of a place on the line; with a zone that is the beginning of a day.
func (r *ruler) instant(x int64) int64 {
	if r.Zone == nil {
		return x + r.Offset
	}
	return r.day((x + r.Offset) / msDay).from
}

// day is day number n since 1970-01-01.
func (r *ruler) day(n int64) *day {
	d := &r.days[uint64(n)%uint64(len(r.days))]
	if from := r.dayStart(n); d.to == 0 || d.from != from {
		*d = day{from, r.dayStart(n + 1)}
	}
	return d
}

// dayStart is the first moment at which the calendar of the zone shows day n since 1970-01-01 or a later one. There are days without
// a midnight, and in some places a day that never was.
func (r *ruler) dayStart(n int64) int64 {
	const most = 36 * 60 * 60 * 1000 // further from UTC than any zone
	lo := n*msDay - most
	return lo + int64(sort.Search(2*most, func(i int) bool {
		t := time.UnixMilli(lo + int64(i)).In(r.Zone)
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).UnixMilli() >= n*msDay
	}))
}

// closedBy is how far windows are closed under a watermark: the last end of a window, on the line.
func (r *ruler) closedBy(wm, lateness int64) int64 {
	return r.floorEnd(r.at(watermark.Sub(wm, lateness)))
}
