package topology

import (
	"errors"
	"iter"
	"math"
)

// Work is work of one or several tasks that can be done in pieces, so that whoever runs the tasks gets to other things in between: a
// watermark may close a million windows at once. It is a coroutine. The code of the tasks knows nothing of it but that it calls
// [Context.Pause] where it may go on for long; what it is in the midst of stays on its stack, so the pieces make no difference to what it does.
//
// Until it is done, or stopped, nothing else may be done with these tasks.
type Work struct {
	do    func() error
	every int
	over  func() bool
	on    []*Context
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	err   error
	ended bool
}

// NewWork makes work of tasks, those whose contexts are given. Over reports whether the piece has lasted long enough; it is asked at every
// so many pauses.
func NewWork(do func() error, every int, over func() bool, on ...*Context) *Work {
	w := &Work{do: do, every: every, over: over, on: on}
	w.next, w.stop = iter.Pull(func(yield func(struct{}) bool) {
		w.yield = yield
		w.err = w.do()
	})
	return w
}

// Go does a piece of the work. Done says that it was the last one; err is then what the work returned.
func (w *Work) Go() (done bool, err error) {
	w.bind(w)
	defer w.bind(nil)
	_, more := w.next()
	return !more, w.err
}

// Stop gives up what is left of the work: the pause that it is in returns an error. What the tasks have in memory is of no use afterwards.
func (w *Work) Stop() {
	w.bind(w)
	defer w.bind(nil)
	w.ended = true
	w.stop()
}

func (w *Work) bind(to *Work) {
	for _, c := range w.on {
		c.work, c.pauses = to, 0
	}
}

var errGivenUp = Fatal(errors.New("the work was given up"))

// Pause is called by what may go on for long, again and again. Within a [Work] it returns when it is time for the next piece. An error means
// that the work is given up, and is to be returned.
func (c *Context) Pause() error {
	if c.pauses--; c.pauses >= 0 {
		return nil
	}
	return c.pause()
}

func (c *Context) pause() error {
	w := c.work
	if w == nil {
		c.pauses = math.MaxInt
		return nil
	}
	if w.ended {
		return errGivenUp
	}
	if w.over() && !w.yield(struct{}{}) {
		w.ended = true
		return errGivenUp
	}
	c.pauses = w.every - 1
	return nil
}
