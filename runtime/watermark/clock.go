package watermark

import (
	"math"
	"slices"
)

const (
	// None is the watermark before anything was seen.
	None = math.MinInt64
	// End is the watermark of a bounded input that is used up. It closes everything.
	End = math.MaxInt64
)

// Config describes one input of a task.
type Config struct {
	Lag int64 // milliseconds; for sources
	// Upstreams are those that write a repartition topic: how many tasks each upstream sub-topology has. Empty for a source.
	Upstreams []int
	// StreamTime is for repartition topics: the highest of the upstream tasks' watermarks counts, not the lowest, and nobody is waited for. Only the
	// end has to be everybody's.
	StreamTime bool
}

// Mark is what an upstream task says of itself.
type Mark struct {
	Watermark int64
	Idle      bool
}

// input is one input's state. fast is the event time up to which a record changes nothing: the highest seen, or the largest
// value there is for inputs that ignore event times, or the smallest while a record would end idleness.
type input struct {
	fast  int64
	high  int64
	lag   int64
	wm    int64
	idle  bool
	ended bool
	repar bool
	swift bool // goes by stream time
	ups   []upstream
}

// upstream is a sub-topology that writes an input: what its tasks said, by their partition.
type upstream struct {
	marks []Mark
	known []bool
}

// Clock is the clock of one task. It belongs to the task's goroutine.
type Clock struct {
	now     int64
	passed  int64 // the watermark that has closed all that it closes
	settled int64 // the highest watermark so far below End
	inputs  []input
	cfg     []Config
}

// NewClock makes a clock that has seen nothing.
func NewClock(inputs []Config) *Clock {
	c := &Clock{cfg: append([]Config(nil), inputs...)}
	c.Reset(None)
	return c
}

// Reset forgets everything seen and starts again at floor.
func (c *Clock) Reset(floor int64) {
	c.now, c.passed, c.settled = floor, floor, floor
	if floor == End {
		c.settled = None
	}
	c.inputs = make([]input, len(c.cfg))
	for i, cfg := range c.cfg {
		in := &c.inputs[i]
		*in = input{fast: None, high: None, lag: cfg.Lag, wm: None}
		if len(cfg.Upstreams) > 0 {
			in.repar, in.swift = true, cfg.StreamTime
			in.fast = math.MaxInt64
			for _, n := range cfg.Upstreams {
				in.ups = append(in.ups, upstream{marks: make([]Mark, n), known: make([]bool, n)})
			}
		}
	}
}

// Clone is a copy that shares nothing with c.
func (c *Clock) Clone() *Clock {
	d := *c
	d.inputs = slices.Clone(c.inputs)
	for i := range d.inputs {
		d.inputs[i].ups = slices.Clone(c.inputs[i].ups)
		for j := range d.inputs[i].ups {
			up := &d.inputs[i].ups[j]
			up.marks, up.known = slices.Clone(up.marks), slices.Clone(up.known)
		}
	}
	return &d
}

// Floor raises the watermark to at least wm, the one of a restored position.
func (c *Clock) Floor(wm int64) { c.raise(wm) }

// Now is the task's watermark. It never goes back.
func (c *Clock) Now() int64 { return c.now }

// Passed is the watermark that has taken effect: all that it closes is closed. While a task closes windows, and while it takes the record
// that moves the watermark, that is the one before.
func (c *Clock) Passed() int64 { return c.passed }

// Pass says that all that a watermark closes is closed.
func (c *Clock) Pass(wm int64) { c.passed = wm }

// Settled is the highest watermark so far that is not End: None if there was none.
func (c *Clock) Settled() int64 { return c.settled }

// Observe takes the event time of a record of an input and returns the task's watermark with that record counted.
func (c *Clock) Observe(input int, eventTime int64) int64 {
	if eventTime <= c.inputs[input].fast {
		return c.now
	}
	return c.observe(input, eventTime)
}

// Heard takes a record of an input that says nothing of its watermark. It ends the input's idleness, and returns the task's watermark.
func (c *Clock) Heard(input int) int64 {
	if c.inputs[input].fast != None {
		return c.now
	}
	return c.observe(input, None)
}

func (c *Clock) observe(i int, eventTime int64) int64 {
	in := &c.inputs[i]
	if in.repar || in.ended {
		return c.now
	}
	in.high = max(in.high, eventTime)
	in.fast = in.high
	in.idle = false
	in.wm = max(in.wm, Sub(in.high, in.lag))
	return c.recompute()
}

// Mark takes what an upstream task announced, a partition of one of the input's upstream sub-topologies, and returns the task's
// watermark. A mark never lowers an earlier one of the same task, only its idleness changes both ways. A partition that the
// configuration didn't know counts from now on.
func (c *Clock) Mark(input, from int, partition int32, m Mark) int64 {
	in := &c.inputs[input]
	if !in.repar || partition < 0 || partition >= maxUpstreams {
		return c.now
	}
	up := &in.ups[from]
	for int(partition) >= len(up.marks) {
		up.marks = append(up.marks, Mark{})
		up.known = append(up.known, false)
	}
	if up.known[partition] {
		m.Watermark = max(m.Watermark, up.marks[partition].Watermark)
	}
	up.marks[partition], up.known[partition] = m, true
	in.merge()
	return c.recompute()
}

// maxUpstreams bounds what a control record can make a clock allocate.
const maxUpstreams = 1 << 16

// merge computes a repartition input's watermark and idleness from its marks.
func (in *input) merge() {
	if in.swift {
		in.mergeSwift()
		return
	}
	lo, active, idle := int64(End), false, false
	for _, up := range in.ups {
		for i, m := range up.marks {
			switch {
			case !up.known[i]:
				lo, active = None, true
			case m.Idle:
				idle = true
			default:
				lo, active = min(lo, m.Watermark), true
			}
		}
	}
	in.idle = !active
	if active && (lo != End || !idle) {
		in.wm = max(in.wm, lo)
	}
}

// mergeSwift is merge by stream time. An input that holds nobody back needs no idleness.
func (in *input) mergeSwift() {
	hi, ended := int64(None), true
	for _, up := range in.ups {
		for i, m := range up.marks {
			if !up.known[i] || m.Watermark != End {
				ended = false
			}
			if up.known[i] && m.Watermark != End {
				hi = max(hi, m.Watermark)
			}
		}
	}
	if ended {
		hi = End
	}
	in.wm = max(in.wm, hi)
}

// SetIdle says whether a source input is silent. An idle input steps aside until a record comes or SetIdle(false). Repartition
// inputs are idle when their upstream tasks say so, and inputs at their end are not idle; SetIdle does nothing to both.
func (c *Clock) SetIdle(input int, idle bool) int64 {
	in := &c.inputs[input]
	if in.repar || in.ended {
		return c.now
	}
	in.idle = idle
	in.fast = in.high
	if idle {
		in.fast = None
	}
	return c.recompute()
}

// Advance raises a source input's own watermark to at least to, as a record with the event time to + lag would.
func (c *Clock) Advance(input int, to int64) int64 {
	in := &c.inputs[input]
	if in.repar || in.ended {
		return c.now
	}
	in.wm = max(in.wm, to)
	return c.recompute()
}

// End says that a bounded source input is used up. Repartition inputs end by the marks of their upstream tasks.
func (c *Clock) End(input int) int64 {
	in := &c.inputs[input]
	if in.repar {
		return c.now
	}
	in.ended, in.idle, in.wm, in.fast = true, false, End, math.MaxInt64
	return c.recompute()
}

// Idle reports whether every input is idle, so that the task itself has nothing to say about time.
func (c *Clock) Idle() bool {
	for i := range c.inputs {
		if !c.inputs[i].idle {
			return false
		}
	}
	return len(c.inputs) > 0
}

// Input is one input's own watermark, at least the task's, and whether the input is idle.
func (c *Clock) Input(input int) (wm int64, idle bool) {
	in := &c.inputs[input]
	return max(in.wm, c.now), in.idle
}

// InputIdle reports whether one input is idle.
func (c *Clock) InputIdle(input int) bool { return c.inputs[input].idle }

func (c *Clock) recompute() int64 {
	lo, active, idle := int64(End), false, false
	for i := range c.inputs {
		if in := &c.inputs[i]; in.idle {
			idle = true
		} else {
			lo, active = min(lo, in.wm), true
		}
	}
	if active && (lo != End || !idle) {
		c.raise(lo)
	}
	return c.now
}

func (c *Clock) raise(wm int64) {
	c.now = max(c.now, wm)
	if c.now != End {
		c.settled = c.now
	}
}

// Sub is wm − d for a d of 0 or more, without going below None or away from None and End.
func Sub(wm, d int64) int64 {
	switch {
	case wm == End:
		return End
	case wm < None+d:
		return None
	}
	return wm - d
}

// Add is t + d for a d of 0 or more, at most End.
func Add(t, d int64) int64 {
	if t > End-d {
		return End
	}
	return t + d
}
