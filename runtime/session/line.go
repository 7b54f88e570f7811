package session

import (
	"sort"

	"github.com/weirstream/weir/runtime/watermark"
)

// line is what a group of a store of sliding windows has on the time line: a point for each time of a record.
type line[V any] struct {
	all  []point // in order of their times, from head on
	head int
	// No point before these times is dirty, or has a change that was not handed on.
	dirty, changed int64
	merged         *merged[V] // for the last window that closed, nil if there is none
}

// point is one time, and where its value is.
type point struct {
	at   int64
	cell uint32
	is   uint8
}

// What a point is.
const (
	isDirty   uint8 = 1 << iota // changed since the last Seal
	isBorn                      // there since the last Seal
	isWaiting                   // changed since the last round
	isNew                       // there since the last round
	isStored                    // the DB has it, or will
)

// cell is a point's value.
type cell[V any] struct {
	val   V
	extra int64 // its part of Sliding.extra
}

func (l *line[V]) points() []point { return l.all[l.head:] }

// first is the index of the first point at a time or behind it.
func first(points []point, at int64) int {
	if n := len(points); n == 0 || points[n-1].at < at {
		return n
	}
	if points[0].at >= at {
		return 0
	}
	return sort.Search(len(points), func(i int) bool { return points[i].at >= at })
}

// insert makes room for a point in front of the one with an index.
func (l *line[V]) insert(i int, p point) {
	if len(l.all) == cap(l.all) && l.head > len(l.all)/2 {
		n := copy(l.all, l.all[l.head:])
		l.all, l.head = l.all[:n], 0
	}
	l.all = append(l.all, p)
	if points := l.points(); i < len(points)-1 {
		copy(points[i+1:], points[i:])
		points[i] = p
	}
}

// cut takes the first n points out.
func (l *line[V]) cut(n int) {
	if l.head += n; l.head == len(l.all) {
		l.all, l.head = l.all[:0], 0
	}
}

// neighbours goes through the windows of a line, in order of their ends. A window lasts from start up to, but not with, end, and has the points from
// index i up to, but not with, j.
type neighbours struct {
	points     []point
	reach      int64
	start, end int64
	i, j       int
	begun      int  // the index of the point behind which it begins, -1 if there is none
	own        bool // its last point is at its end
	l, r       int  // the next points of which a window ends with them, and begins behind them
}

// ends has next give the windows that end behind a time.
func ends(points []point, reach, behind int64) neighbours {
	return neighbours{points: points, reach: reach, l: first(points, behind), r: first(points, watermark.Sub(behind, reach+1))}
}

// next finds the next window, false if there is none.
func (w *neighbours) next() bool {
	for w.l < len(w.points) || w.r < len(w.points) {
		end := int64(never)
		if w.l < len(w.points) {
			end = w.points[w.l].at + 1
		}
		if w.r < len(w.points) {
			end = min(end, w.points[w.r].at+w.reach+2)
		}
		w.end, w.start = end, end-w.reach-1
		w.own, w.begun = false, -1
		if w.l < len(w.points) && w.points[w.l].at+1 == end {
			w.own = true
			w.l++
		}
		if w.r < len(w.points) && w.points[w.r].at+w.reach+2 == end {
			w.begun = w.r
			w.r++
		}
		for w.i < len(w.points) && w.points[w.i].at < w.start {
			w.i++
		}
		for w.j < len(w.points) && w.points[w.j].at < end {
			w.j++
		}
		if w.i < w.j {
			return true
		}
	}
	return false
}

// nextEvent is the first time behind another one at which a window of a line ends, or could: never if there is none.
func nextEvent(points []point, reach, behind int64) int64 {
	at := int64(never)
	if i := first(points, behind); i < len(points) {
		at = points[i].at + 1
	}
	if i := first(points, watermark.Sub(behind, reach+1)); i < len(points) {
		at = min(at, points[i].at+reach+2)
	}
	return at
}
