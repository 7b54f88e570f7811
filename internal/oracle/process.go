package oracle

import (
	"fmt"
	"maps"
	"slices"
	"sort"

	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/check"
)

// Processor is what the Go of a step with process does, written once more on the oracle's values. It must not keep anything itself.
type Processor struct {
	// Process takes a record, whose fields [Field] gives.
	Process func(c *Call, r ref.Val) error
	// Timer takes a timer in event time; nil for a step without them. Timers in processing time never come: no time passes here.
	Timer func(c *Call, at int64) error
}

// Field is a field of a record.
func Field(r ref.Val, name string) ref.Val { return r.(*record).Fields[name] }

// Call is a call of a processor, for one group.
type Call struct {
	// Group is the group's key.
	Group []ref.Val
	// At is the event time of the call in Unix milliseconds.
	At int64

	step    *check.Step
	now     int64
	timer   bool
	kept    *kept
	emitted []emission
	err     error
}

type emission struct {
	out *check.Stream
	rec *record
}

// kept is what a processor keeps for a group.
type kept struct {
	key    []ref.Val
	text   string
	values map[string][]stored // by the name of the state: a value is a list of one, the entries of a map have keys
	timers map[int64]bool
}

type stored struct {
	key     ref.Val
	value   ref.Val
	written int64
}

func (k *kept) clone() *kept {
	c := &kept{k.key, k.text, map[string][]stored{}, maps.Clone(k.timers)}
	for name, vs := range k.values {
		c.values[name] = slices.Clone(vs)
	}
	return c
}

// State is what a state holds: its value or none, the elements of a list, or the values of a map in no order in particular.
func (c *Call) State(name string) []ref.Val {
	var vs []ref.Val
	for _, s := range c.seen(name) {
		vs = append(vs, s.value)
	}
	return vs
}

// Keys are the keys of a map, in the order of State.
func (c *Call) Keys(name string) []ref.Val {
	var ks []ref.Val
	for _, s := range c.seen(name) {
		ks = append(ks, s.key)
	}
	return ks
}

// seen are the entries of a state whose time to live is not over. The others stay: a timer of an earlier time sees them.
func (c *Call) seen(name string) []stored {
	return slices.DeleteFunc(slices.Clone(c.kept.values[name]), func(s stored) bool { return c.over(name, s) })
}

func (c *Call) over(name string, s stored) bool {
	for _, st := range c.step.Process.State {
		if ttl := st.TTL.Milliseconds(); st.Name == name && ttl > 0 {
			return c.now != noTime && s.written+ttl <= c.now
		}
	}
	return false
}

// Put sets a value, with a key that of a map.
func (c *Call) Put(name string, key, value ref.Val) {
	c.Remove(name, key)
	c.Append(name, key, value)
}

// Append adds to a list.
func (c *Call) Append(name string, key, value ref.Val) {
	c.kept.values[name] = append(c.kept.values[name], stored{key, value, max(c.At, c.now)})
}

// Remove takes a value away, with a key that of a map.
func (c *Call) Remove(name string, key ref.Val) {
	c.kept.values[name] = slices.DeleteFunc(c.kept.values[name], func(s stored) bool { return key == nil || show(s.key) == show(key) })
}

// DropFirst takes the first n elements of a list away, and those among them whose time to live is over.
func (c *Call) DropFirst(name string, n int) {
	c.kept.values[name] = slices.DeleteFunc(c.kept.values[name], func(s stored) bool {
		drop := n > 0
		if drop && !c.over(name, s) {
			n--
		}
		return drop
	})
}

// SetTimer sets a timer in event time.
func (c *Call) SetTimer(at int64) {
	if c.timer && at <= c.At {
		c.err = fmt.Errorf("a timer for %d, set at %d", at, c.At)
		return
	}
	c.kept.timers[at] = true
}

// DeleteTimer takes a timer away.
func (c *Call) DeleteTimer(at int64) { delete(c.kept.timers, at) }

// Emit hands a record on to an output, "" where there is one.
func (c *Call) Emit(output string, fields map[string]ref.Val) {
	for _, out := range c.step.Outs() {
		if out.Name == c.step.Name+"."+output || output == "" {
			c.emitted = append(c.emitted, emission{out, &record{Of: out.Type, Fields: fields}})
			return
		}
	}
	panic("no output " + output)
}

// process gives a record to the step's processor.
func (t *task) process(w *window, e elem) error {
	if e.group == nil {
		var err error
		if e.group, err = t.group(w.step, &e); err != nil {
			return err
		}
	}
	id := identity(e.group)
	k := w.kept[id]
	if k == nil {
		k = &kept{e.group, id, map[string][]stored{}, map[int64]bool{}}
	}
	return t.call(w, k, e.time, minus(t.now, w.delay), false, func(c *Call) error { return w.does.Process(c, e.rec) })
}

// call makes a call when the step's own time is now: all of it counts, or nothing.
func (t *task) call(w *window, k *kept, at, now int64, timer bool, f func(*Call) error) error {
	c := &Call{Group: k.key, At: at, step: w.step, now: now, timer: timer, kept: k.clone()}
	err := f(c)
	if err == nil {
		err = c.err
	}
	if err != nil {
		return fmt.Errorf("step %s, process: %w", w.step.Name, err)
	}
	w.kept[k.text] = c.kept
	for _, em := range c.emitted {
		if !t.run.live[em.out] {
			continue
		}
		if err := t.push(em.out, elem{rec: em.rec, key: k.key, kafkaKey: groupText(w.step, k.key), time: at}); err != nil {
			t.bad(nil, fmt.Errorf("result of step %s: %w", em.out.Name, err))
		}
	}
	return nil
}

// fire calls the timers that a watermark has reached on its way from old, in the order of their times, each when it came by that. At the end
// those that are set meanwhile stay.
func (t *task) fire(w *window, old, wm int64) {
	type timer struct {
		k  string
		at int64
	}
	due := func() (ts []timer) {
		for id, k := range w.kept {
			for at := range k.timers {
				if at <= minus(wm, w.delay) {
					ts = append(ts, timer{id, at})
				}
			}
		}
		sort.Slice(ts, func(i, j int) bool {
			if ts[i].at != ts[j].at {
				return ts[i].at < ts[j].at
			}
			return ts[i].k < ts[j].k
		})
		return ts
	}
	only := map[timer]bool{}
	for _, x := range due() {
		only[x] = true
	}
	for {
		ts := due()
		if wm == endOfTime {
			ts = slices.DeleteFunc(ts, func(x timer) bool { return !only[x] })
		}
		if len(ts) == 0 {
			return
		}
		x := ts[0]
		delete(only, x)
		k := w.kept[x.k]
		delete(k.timers, x.at)
		if err := t.call(w, k, x.at, max(minus(old, w.delay), x.at), true, func(c *Call) error { return w.does.Timer(c, x.at) }); err != nil {
			t.bad(nil, fmt.Errorf("result of %w", err))
		}
	}
}

// interleaves tells whether what a processor does behind a repartition topic depends on when its upstream tasks commit: on which of
// their records comes first, or on whether a timer or the end of a life comes before a record.
func interleaves(st *check.Step, lanes int) bool {
	return lanes > 1 || st.Process.Timers || slices.ContainsFunc(st.Process.State, func(s *check.State) bool { return s.TTL > 0 })
}

// lanesOf is from how many tasks records come.
func lanesOf(elems []elem) int {
	lanes := map[int32]bool{}
	for _, e := range elems {
		lanes[e.lane] = true
	}
	return len(lanes)
}
