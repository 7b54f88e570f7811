package testdriver

import (
	"fmt"

	"github.com/weirstream/weir/runtime/watermark"
)

// pump processes what there is, tasks in their order, until nothing is left.
func (d *Driver) pump() error {
	for more := true; more; {
		more = false
		for _, r := range d.tasks {
			n := 1 << 30
			if d.o.CommitEvery > 0 {
				n = d.o.CommitEvery - r.fed
			}
			fed, err := r.feed(n)
			if err != nil {
				return err
			}
			more = more || fed > 0
			if d.o.CommitEvery > 0 && r.fed >= d.o.CommitEvery {
				if err := r.commit(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// work processes what there is by the schedule in force.
func (d *Driver) work() error {
	if d.rand == nil {
		return d.pump()
	}
	var ready []*run
	for {
		ready = ready[:0]
		for _, r := range d.tasks {
			if r.work != nil || r.available() {
				ready = append(ready, r)
			}
		}
		if len(ready) == 0 {
			return nil
		}
		if err := d.step(ready[d.rand.IntN(len(ready))]); err != nil {
			return err
		}
	}
}

// step is one step of the random schedule on one task: a piece of its work, of which it begins some if it is in the midst of none.
func (d *Driver) step(r *run) error {
	o := d.o.Random
	if r.work == nil {
		n := o.MaxBatch
		if n <= 0 {
			n = 10
		}
		n = 1 + d.rand.IntN(n)
		r.begin(func() error { _, err := r.feed(n); return err }, func() error { return d.fed(r) })
	}
	done, err := r.piece()
	switch {
	case err != nil:
		return err
	case !done:
		if d.crashesBetween() {
			return d.crashSome(r)
		}
	case r.work == nil && d.rand.Float64() < o.Crash:
		return d.crashSome(r)
	}
	return nil
}

// fed begins a commit of a task that has processed a batch, or does not.
func (d *Driver) fed(r *run) error {
	if d.rand.Float64() >= d.o.Random.Commit {
		return nil
	}
	if err := r.finish(); err != nil {
		return err
	}
	r.begin(r.seal, func() error {
		if d.rand.Float64() < d.o.Random.Delay {
			return nil
		}
		return r.finish()
	})
	return nil
}

// settle commits all tasks and processes what becomes visible by it, until nothing happens any more. A topology has no cycles, so
// that comes.
func (d *Driver) settle() error {
	const rounds = 1000
	for range rounds {
		quiet := true
		for _, r := range d.tasks {
			crashed, err := d.all(r, func() error {
				if _, err := r.feed(1 << 30); err != nil {
					return err
				}
				return r.end()
			})
			if err == nil && !crashed && (r.sealed != nil || r.runner.Pending()) {
				quiet = false
				if err = r.finish(); err == nil {
					crashed, err = d.all(r, r.seal)
				}
				if err == nil && !crashed {
					err = r.finish()
				}
			}
			if err != nil {
				return err
			}
			quiet = quiet && !crashed
		}
		if quiet {
			return nil
		}
	}
	return fmt.Errorf("testdriver: still busy after %d rounds of commits", rounds)
}

// tick tells all tasks the time, and idle source partitions what the others of their source say.
func (d *Driver) tick() error {
	for _, r := range d.tasks {
		if err := r.runner.Tick(d.now); err != nil {
			return err
		}
	}
	for _, r := range d.tasks {
		in := r.sub.Inputs
		if len(in) != 1 || in[0].Repartition || in[0].IdleAfter <= 0 {
			continue
		}
		if wm, ok := d.others(r); ok {
			if err := r.runner.Follow(wm); err != nil {
				return err
			}
		}
	}
	return nil
}

// others is the lowest watermark of the sub-topology's tasks that are not idle.
func (d *Driver) others(r *run) (int64, bool) {
	wm, any := int64(watermark.End), false
	for _, o := range d.tasks {
		if o.sub == r.sub && !o.runner.Context().Clock.Idle() {
			wm, any = min(wm, o.runner.Watermark()), true
		}
	}
	return wm, any
}
