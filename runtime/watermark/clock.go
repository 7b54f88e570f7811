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
	Lag       int64 // milliseconds; for sources
	Upstreams int   // 0: a source; n: a repartition topic that n upstream tasks write
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
	marks []Mark // by upstream partition
	known []bool
}

// Clock is the clock of one task. It belongs to the task's goroutine.
type Clock struct {
	now     int64
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
	c.now, c.settled = floor, floor
	if floor == End {
		c.settled = None
	}
	c.inputs = make([]input, len(c.cfg))
	for i, cfg := range c.cfg {
		in := &c.inputs[i]
		*in = input{fast: None, high: None, lag: cfg.Lag, wm: None}
		if cfg.Upstreams > 0 {
			in.repar = true
			in.fast = math.MaxInt64
			in.marks = make([]Mark, cfg.Upstreams)
			in.known = make([]bool, cfg.Upstreams)
		}
	}
}

// Clone is a copy that shares nothing with c.
func (c *Clock) Clone() *Clock {
	d := *c
	d.inputs = slices.Clone(c.inputs)
	for i := range d.inputs {
		d.inputs[i].marks = slices.Clone(c.inputs[i].marks)
		d.inputs[i].known = slices.Clone(c.inputs[i].known)
	}
	return &d
}

// Floor raises the watermark to at least wm, the one of a restored position.
func (c *Clock) Floor(wm int64) { c.raise(wm) }

// Now is the task's watermark. It never goes back.
func (c *Clock) Now() int64 { return c.now }

// Settled is the highest watermark so far that is not End: None if there was none.
func (c *Clock) Settled() int64 { return c.settled }

// Observe takes the event time of a record of an input and returns the task's watermark with that record counted.
func (c *Clock) Observe(input int, eventTime int64) int64 {
	if eventTime <= c.inputs[input].fast {
		return c.now
	}
	return c.observe(input, eventTime)
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

// Mark takes what an upstream task announced and returns the task's watermark. A mark never lowers an earlier one of the same
// upstream, only its idleness changes both ways. A partition that the configuration didn't know counts from now on.
func (c *Clock) Mark(input int, upstream int32, m Mark) int64 {
	in := &c.inputs[input]
	if !in.repar || upstream < 0 || upstream >= maxUpstreams {
		return c.now
	}
	for int(upstream) >= len(in.marks) {
		in.marks = append(in.marks, Mark{})
		in.known = append(in.known, false)
	}
	if in.known[upstream] {
		m.Watermark = max(m.Watermark, in.marks[upstream].Watermark)
	}
	in.marks[upstream], in.known[upstream] = m, true
	in.merge()
	return c.recompute()
}

// maxUpstreams bounds what a control record can make a clock allocate.
const maxUpstreams = 1 << 16

// merge computes a repartition input's watermark and idleness from its marks.
func (in *input) merge() {
	lo, active, idle := int64(End), false, false
	for i, m := range in.marks {
		switch {
		case !in.known[i]:
			lo, active = None, true
		case m.Idle:
			idle = true
		default:
			lo, active = min(lo, m.Watermark), true
		}
	}
	in.idle = !active
	if active && (lo != End || !idle) {
		in.wm = max(in.wm, lo)
	}
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
