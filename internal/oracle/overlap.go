package oracle

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"sort"
	"time"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/check"
)

const msDay = 24 * 60 * 60 * 1000

// calendar lays windows out as the spec says. Its line is time shifted by the windows' offset, with days of 24 hours where the spec names
// a time zone.
type calendar struct {
	size, every, offset int64
	sizes               []int64 // of windows of several
	follow              bool    // those of one size follow each other
	cumulative          bool
	zone                *time.Location
	days                map[int64]int64 // when a day begins
}

func newCalendar(w *check.Window) *calendar {
	c := &calendar{
		size: w.Size.Milliseconds(), every: w.Every.Milliseconds(), offset: w.Offset.Milliseconds(), cumulative: w.Kind == check.Cumulative,
		days: map[int64]int64{},
	}
	for _, size := range w.Sizes {
		c.sizes = append(c.sizes, size.Milliseconds())
	}
	c.follow = w.Kind == check.Tumbling
	if w.Zone != "" {
		var err error
		if c.zone, err = celenv.Zone(w.Zone); err != nil {
			panic(err) // the spec was checked
		}
	}
	return c
}

// line is where a time is on the line.
func (c *calendar) line(t int64) int64 {
	if c.zone == nil {
		return t - c.offset
	}
	return c.date(t)*msDay - c.offset
}

// date is the number of days from 1970-01-01 to the day of a time.
func (c *calendar) date(t int64) int64 {
	y, m, d := time.UnixMilli(t).In(c.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).UnixMilli() / msDay
}

// time is the time of a place on the line.
func (c *calendar) time(x int64) int64 {
	if c.zone == nil {
		return x + c.offset
	}
	day := (x + c.offset) / msDay
	if t, ok := c.days[day]; ok {
		return t
	}
	t := (day - 2) * msDay
	for _, step := range []int64{900_000, 1000, 1} { // ever more exactly
		for c.date(t+step) < day {
			t += step
		}
	}
	c.days[day] = t + 1
	return t + 1
}

// tumbling is the one window of a time that is not shared.
func (c *calendar) tumbling(t int64) bounds {
	start := startOf(c.line(t), c.size)
	return bounds{c.time(start), c.time(start + c.size)}
}

// windows are those that hold a place on the line, by their bounds there, in order of their ends.
func (c *calendar) windows(x int64) (out []bounds) {
	if c.cumulative {
		start := startOf(x, c.size)
		for end := start + c.every; end <= start+c.size; end += c.every {
			if end > x {
				out = append(out, bounds{start, end})
			}
		}
		return out
	}
	sizes := c.sizes
	if sizes == nil {
		sizes = []int64{c.size}
	}
	for _, size := range sizes {
		hop := c.every
		if c.follow {
			hop = size
		}
		for start := startOf(x, hop); start > x-size; start -= hop {
			out = append(out, bounds{start, start + size})
		}
	}
	slices.SortFunc(out, func(a, b bounds) int { return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(b.start, a.start)) })
	return out
}

// slice is the number of the stretch without a border of a window that x is in.
func (c *calendar) slice(x int64) int64 {
	hop := startOf(x, c.every)
	n := hop / c.every
	rest := c.size % c.every
	if rest == 0 {
		return n
	}
	n *= 2
	if x-hop >= rest {
		n++
	}
	return n
}

// overlap keeps groups by slices.
type overlap struct {
	cal   *calendar
	parts map[int64]map[string]*group
	lines map[int64]int64 // a place on the line in each slice
}

// fold merges what a group has in a window, in the order that is fixed by the window's place.
func (o *overlap) fold(ev *evaluator, fs []*check.Aggregate, win bounds, id string) []accumulator {
	a, b := o.cal.slice(win.start), o.cal.slice(win.end-1)+1
	var all []accumulator
	if o.cal.cumulative {
		for ; a < b; a++ {
			all = mergeAll(ev, fs, all, o.node(ev, fs, a, 1, id))
		}
		return all
	}
	border := border(a, b)
	for at := border; at > a; {
		n := int64(1)
		for at-2*n >= a && at%(2*n) == 0 {
			n *= 2
		}
		at -= n
		all = mergeAll(ev, fs, o.node(ev, fs, at, n, id), all)
	}
	var behind []accumulator
	for at := border; at < b; {
		n := int64(1)
		for at+2*n <= b && at%(2*n) == 0 {
			n *= 2
		}
		behind = mergeAll(ev, fs, behind, o.node(ev, fs, at, n, id))
		at += n
	}
	return mergeAll(ev, fs, all, behind)
}

// border is, of the numbers from a up to, but not with, b, the one that the highest power of two divides.
func border(a, b int64) int64 {
	if a <= 0 && b > 0 {
		return 0
	}
	at := a
	for n := int64(2); ; n *= 2 {
		next := (a + n - 1) / n * n // of numbers below 0 as well: division rounds towards 0
		if a < 0 {
			next = a / n * n
		}
		if next >= b {
			return at
		}
		at = next
	}
}

// node merges n slices from number a on, a power of two.
func (o *overlap) node(ev *evaluator, fs []*check.Aggregate, a, n int64, id string) []accumulator {
	if n > 1 {
		return mergeAll(ev, fs, o.node(ev, fs, a, n/2, id), o.node(ev, fs, a+n/2, n/2, id))
	}
	if g := o.parts[a][id]; g != nil {
		return g.accs
	}
	return nil
}

func mergeAll(ev *evaluator, fs []*check.Aggregate, a, b []accumulator) []accumulator {
	if a == nil || b == nil {
		return append(a, b...)
	}
	out := make([]accumulator, len(fs))
	for i, f := range fs {
		if f.Func == check.Fold {
			out[i] = a[i].mergeFold(ev, f.Fold, b[i])
		} else {
			out[i] = a[i].merge(f.Func, b[i])
		}
	}
	return out
}

// addToSlice puts a record that is not late into its slice.
func (t *task) addToSlice(w *window, e elem, args []input) {
	o, st := w.overlap, w.step
	x := o.cal.line(e.time)
	n := o.cal.slice(x)
	if o.parts[n] == nil {
		o.parts[n] = map[string]*group{}
		o.lines[n] = x
	}
	id := identity(e.group)
	g := o.parts[n][id]
	if g == nil {
		g = &group{key: e.group, text: id, accs: make([]accumulator, len(st.Aggregate))}
		o.parts[n][id] = g
	}
	for i, a := range st.Aggregate {
		g.accs[i] = g.accs[i].addPart(a.Func, args[i], e.time)
	}
	g.changed = true
	g.changes++
	if n := st.UpdateCount; byCommit(st.Out) || st.Corrections || n > 0 {
		for _, win := range o.cal.windows(x) {
			whole := o.group(t.run.ev, st, win, g)
			if !late(o.cal.time(win.end), w.lateness(), minus(t.wm, w.delay)) && (byCommit(st.Out) || w.ended(whole.win, t.wm) || n > 0 && whole.changes%n == 0) {
				t.result(w, whole)
			}
		}
	}
}

// group is what a group has in a whole window.
func (o *overlap) group(ev *evaluator, st *check.Step, win bounds, g *group) *group {
	whole := &group{win: bounds{o.cal.time(win.start), o.cal.time(win.end)}, key: g.key, text: g.text, accs: o.fold(ev, st.Aggregate, win, g.text)}
	for n, part := range o.parts {
		if x := o.lines[n]; x >= win.start && x < win.end && part[g.text] != nil {
			whole.changed = whole.changed || part[g.text].changed
			whole.changes += part[g.text].changes
		}
	}
	if n := st.UpdateCount; n > 0 {
		whole.changed = whole.changes%n != 0
	}
	return whole
}

// dueOfSlices is due for windows that overlap.
func (t *task) dueOfSlices(w *window, old, wm int64) (out []*group) {
	o := w.overlap
	found := map[bounds]map[string]*group{}
	for _, n := range slices.Sorted(maps.Keys(o.parts)) {
		needed := false
		for _, win := range o.cal.windows(o.lines[n]) {
			end := o.cal.time(win.end)
			if !late(end, w.lateness(), minus(wm, w.delay)) {
				needed = true
				continue
			}
			if late(end, w.lateness(), minus(old, w.delay)) {
				continue
			}
			if found[win] == nil {
				found[win] = map[string]*group{}
			}
			for id, g := range o.parts[n] {
				if found[win][id] == nil {
					found[win][id] = o.group(t.run.ev, w.step, win, g)
				}
			}
		}
		if !needed {
			defer delete(o.parts, n)
		}
	}
	for _, groups := range found {
		out = append(out, slices.Collect(maps.Values(groups))...)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].win.end != out[j].win.end {
			return out[i].win.end < out[j].win.end
		}
		if out[i].win.start != out[j].win.start { // the smaller ones first
			return out[i].win.start > out[j].win.start
		}
		return out[i].text < out[j].text
	})
	return out
}

// addPart is add for a part of a window: a sum is not told to be too large before the whole of it is known.
func (a accumulator) addPart(f check.Func, in input, at int64) accumulator {
	if f == check.Fold {
		if a.err == nil {
			a.val, a.err = in.fold(a.val)
		}
		return a
	}
	if f == check.Sum || f == check.Avg {
		switch v := in.args[0].(type) {
		case celtypes.Int, celtypes.Uint, celtypes.Duration, celenv.Decimal:
			return a.plus(accumulator{n: 1, val: v, exact: whole(v)})
		}
	}
	a, err := a.add(f, in, at)
	if err != nil {
		panic(fmt.Sprint("an aggregate that can't fail: ", err))
	}
	return a
}

// whole is a number as it is kept for an exact sum, nil if it is a decimal.
func whole(v ref.Val) *big.Int {
	switch v := v.(type) {
	case celtypes.Int:
		return big.NewInt(int64(v))
	case celtypes.Uint:
		return new(big.Int).SetUint64(uint64(v))
	case celtypes.Duration:
		return big.NewInt(int64(v.Duration))
	}
	return nil
}

// plus adds exact sums.
func (a accumulator) plus(b accumulator) accumulator {
	if a.n == 0 {
		return b
	}
	a.n += b.n
	switch {
	case a.err != nil:
	case b.err != nil:
		a.err = b.err
	case a.exact != nil:
		a.exact = new(big.Int).Add(a.exact, b.exact)
	default:
		s := a.val.(traits.Adder).Add(b.val)
		if err, ok := s.(*celtypes.Err); ok {
			a.err = err
		} else {
			a.val = s
		}
	}
	return a
}

// merge takes the state b of later records in.
func (a accumulator) merge(f check.Func, b accumulator) accumulator {
	if several(f) {
		a.all = slices.Concat(a.all, b.all)
		return a
	}
	pick := false
	switch f {
	case check.Count, check.CountIf:
		a.n += b.n
		return a
	case check.Sum, check.Avg:
		if d, ok := a.val.(celtypes.Double); ok {
			a.n += b.n
			a.val = d + b.val.(celtypes.Double)
			return a
		}
		return a.plus(b)
	case check.Variance, check.VariancePop, check.Stddev, check.StddevPop:
		n := a.n + b.n
		d := b.center - a.center
		a.center += d * (float64(b.n) / float64(n))
		a.spread += b.spread + d*d*(float64(a.n)*float64(b.n)/float64(n))
		a.n = n
		return a
	case check.Min, check.All:
		pick = less(b.val, a.val)
	case check.Max, check.Any:
		pick = exceeds(b.val, a.val)
	case check.First: // parts may have happened among each other
		pick = b.at < a.at
	case check.Last:
		pick = b.at >= a.at
	case check.MinBy:
		pick = less(b.by, a.by)
	case check.MaxBy:
		pick = less(a.by, b.by)
	}
	if pick {
		return b
	}
	return a
}

// whole is the result of merged parts.
func (a accumulator) whole(g *check.Aggregate) (ref.Val, error) {
	if a.err != nil {
		return nil, a.err
	}
	if g.Func != check.Sum || a.exact == nil {
		return a.value(g), nil
	}
	switch a.val.(type) {
	case celtypes.Uint:
		if !a.exact.IsUint64() {
			return nil, fmt.Errorf("unsigned integer overflow")
		}
		return celtypes.Uint(a.exact.Uint64()), nil
	case celtypes.Duration:
		if a.exact.IsInt64() {
			return celtypes.Duration{Duration: time.Duration(a.exact.Int64())}, nil
		}
	default:
		if a.exact.IsInt64() {
			return celtypes.Int(a.exact.Int64()), nil
		}
	}
	return nil, fmt.Errorf("integer overflow")
}
