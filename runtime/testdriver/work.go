package testdriver

import "github.com/weirstream/weir/runtime/topology"

// begin begins work; then is called when it is done. None may be under way.
func (r *run) begin(do func() error, then func() error) {
	pauses := 0
	over := func() bool { return false }
	if rnd := r.d.o.Random; rnd != nil && rnd.Pause > 0 {
		over = func() bool { pauses++; return pauses%rnd.Pause == 0 }
	}
	r.work, r.then = topology.NewWork(do, 1, over, r.runner.Context()), then
}

// piece does a piece of the work under way. Done says that it was the last one.
func (r *run) piece() (done bool, err error) {
	done, err = r.work.Go()
	if !done || err != nil {
		return done, err
	}
	then := r.then
	r.work, r.then = nil, nil
	return true, then()
}

// giveUp ends the work under way, if there is some, where it stands.
func (r *run) giveUp() {
	if r.work != nil {
		r.work.Stop()
		r.work, r.then = nil, nil
	}
}

// all does work of a task to its end, unless that crashes in the midst of it, which it reports.
func (d *Driver) all(r *run, do func() error) (crashed bool, err error) {
	if d.rand == nil {
		return false, do()
	}
	r.begin(do, func() error { return nil })
	for {
		if done, err := r.piece(); done || err != nil {
			return false, err
		}
		if d.crashesBetween() {
			return true, d.crashSome(r)
		}
	}
}

// crashesBetween tells whether a task crashes between two pieces of its work, of which there may be very many.
func (d *Driver) crashesBetween() bool { return d.rand.Float64() < d.o.Random.Crash/100 }

// crashSome crashes a task or all of them.
func (d *Driver) crashSome(r *run) error {
	tasks := []*run{r}
	if d.rand.IntN(2) == 0 {
		tasks = d.tasks
	}
	return d.crash(tasks, d.rand.Float64() < d.o.Random.Wipe)
}
