package engine

import (
	"errors"
	"fmt"
	"time"

	"github.com/weirstream/weir/runtime/topology"
)

// A watermark may close a million windows at once. What tasks do is work that is done in pieces, so that the loop goes round meanwhile: other
// tasks are served, metrics and health are up to date, a task that is to be dropped is dropped at once. A task in the midst of work takes
// no records; they are held. There is no commit either: what is closed at a committed position is what its watermark says, no more
// and no less. When one is due nothing new is begun, so that it comes as soon as what was begun is done.

// Variables for tests.
var (
	pieceTime  = 5 * time.Millisecond // how long a piece of work lasts
	pausesLook = 64                   // how many pauses of a task go by before the clock is looked at
	// heldMost bounds the fetched bytes that wait for a task in the midst of work, besides a few batches on their way.
	heldMost int64 = 4 << 20
)

// work is what some tasks are in the midst of.
type work struct {
	*topology.Work
	tasks []*assigned
	then  func() // when it is done
}

// taskError is an error that is no record's fault, with the task that had it.
type taskError struct {
	t *assigned
	error
}

func (e taskError) Unwrap() error { return e.error }

// do begins work of tasks that are in the midst of none, with its first piece. When it is done, now or later, then is called, which may be
// nil; an error gives everything up. It reports false if that has happened.
func (w *worker) do(ts []*assigned, f func() error, then func()) bool {
	var on []*topology.Context
	for _, t := range ts {
		if c := t.runner.Context(); len(t.sub.Stores) > 0 || len(c.Buffers) > 0 {
			on = append(on, c)
		}
	}
	if on == nil { // nothing in it can take long
		return w.ended(ts, f(), then)
	}
	x := &work{topology.NewWork(f, pausesLook, w.pieceOver, on...), ts, then}
	for _, t := range ts {
		t.work = x
	}
	w.begun = append(w.begun, x)
	return w.piece(x)
}

// pieceOver reports whether the piece under way has lasted long enough.
func (w *worker) pieceOver() bool { return time.Since(w.pieceBegan) >= pieceTime }

// piece does a piece of work that was begun. It reports false if everything was given up.
func (w *worker) piece(x *work) bool {
	w.pieceBegan = time.Now()
	done, err := x.Go()
	if !done {
		w.handOut(x)
		return true
	}
	rest := w.begun[:0]
	for _, o := range w.begun {
		if o != x {
			rest = append(rest, o)
		}
	}
	clear(w.begun[len(rest):])
	w.begun = rest
	for _, t := range x.tasks {
		t.work = nil
	}
	return w.ended(x.tasks, err, x.then)
}

// ended takes in how work has ended.
func (w *worker) ended(ts []*assigned, err error, then func()) bool {
	if err != nil {
		t := ts[0]
		if te, ok := errors.AsType[taskError](err); ok {
			t, err = te.t, te.error
		}
		w.e.fail(fmt.Errorf("task %s: %w", t.name(), err))
		w.abort(err)
		return false
	}
	if then != nil {
		then()
	}
	return true
}

// handOut hands what tasks have emitted so far to the producer, if there is much of it and it is their turn.
func (w *worker) handOut(x *work) {
	if w.flushed != nil {
		return
	}
	lanes, bytes := false, int64(0)
	for _, t := range x.tasks {
		out := t.runner.Context().Out
		switch {
		case t.lane != nil && !w.sealing:
			lanes, bytes = true, bytes+out.Bytes()
		case out.Bytes() >= handOver:
			w.tx.produce(w.e.hard, t, out.Take())
		}
	}
	if lanes && bytes >= handOver {
		w.handTurns()
	}
}

// ready reports whether there is something to do without a message.
func (w *worker) ready() bool {
	return len(w.begun) > 0 || !w.due && (w.more || len(w.waiting) > 0)
}

// goOn does the next of what there is to do without a message: a piece of work that was begun, each in turn, or what has waited for some.
func (w *worker) goOn() {
	switch {
	case len(w.begun) > 0:
		x := w.begun[0]
		copy(w.begun, w.begun[1:])
		w.begun[len(w.begun)-1] = x
		w.piece(x)
	case w.due:
	case len(w.waiting) > 0:
		t := w.waiting[0]
		w.waiting = w.waiting[1:]
		w.unhold(t)
	default:
		w.drain()
	}
}

// hold keeps fetched records of a task until they can be processed.
func (w *worker) hold(m message) {
	t := m.task
	if len(t.held) == 0 && !t.ahead.Load() {
		w.waiting = append(w.waiting, t)
	}
	t.held = append(t.held, m)
	for _, r := range m.records {
		t.heldBytes += sizeOf(r)
	}
	w.holdUp(t)
}

// holdUp has a task not fetched any more while much is held for it.
func (w *worker) holdUp(t *assigned) {
	if !t.paused && t.heldBytes > w.heldBytes(t) {
		t.paused = true
		w.e.cons.PauseFetchPartitions(partitions([]*assigned{t}))
	}
}

// heldBytes is how much that is. Many tasks may have to wait for other partitions at once.
func (w *worker) heldBytes(t *assigned) int64 {
	if t.ahead.Load() {
		return min(heldMost, max(laneLeast, lanesBytes/int64(len(w.e.aligned.parts))))
	}
	return heldMost
}

// unhold processes the first of what is held for a task.
func (w *worker) unhold(t *assigned) {
	m := t.held[0]
	t.held[0] = message{}
	if t.held = t.held[1:]; len(t.held) > 0 {
		w.waiting = append(w.waiting, t)
	}
	for _, r := range m.records {
		t.heldBytes -= sizeOf(r)
	}
	if t.paused && t.heldBytes < w.heldBytes(t)/2 {
		t.paused = false
		w.e.cons.ResumeFetchPartitions(partitions([]*assigned{t}))
	}
	w.begin(m)
}

// dropHeld forgets what is held for a task; it will be read again.
func (w *worker) dropHeld(t *assigned) {
	for _, m := range t.held {
		recycle(m.records)
	}
	t.held, t.heldBytes, t.paused = nil, 0, false
	w.unwait(t)
}

// unwait has a task not wait for its turn any more.
func (w *worker) unwait(t *assigned) {
	rest := w.waiting[:0]
	for _, o := range w.waiting {
		if o != t {
			rest = append(rest, o)
		}
	}
	clear(w.waiting[len(rest):])
	w.waiting = rest
}

// finishWork does what is left of work that was begun, all at once. It reports false if everything was given up.
func (w *worker) finishWork() bool {
	for len(w.begun) > 0 {
		if w.e.hard.Err() != nil {
			w.giveUpWork()
			return false
		}
		w.beat.Store(time.Now().UnixNano())
		if !w.piece(w.begun[0]) {
			return false
		}
	}
	return true
}

// warnOfDelay says once that a commit is put off for so long that its transaction may come to its end before it does.
func (w *worker) warnOfDelay() {
	if late := time.Since(w.began); !w.warned && w.e.exactlyOnce() && late > w.e.cfg.TransactionTimeout/2 {
		w.warned = true
		w.e.log.Warn("a commit waits until what is due, windows for instance, is closed; past the transaction-timeout it fails: set a longer one",
			"worker", w.index, "for", late.Round(time.Millisecond).String(), "transaction_timeout", w.e.cfg.TransactionTimeout.String())
	}
}

// giveUpWork ends what was begun where it stands. What its tasks have in memory is of no use any more.
func (w *worker) giveUpWork() {
	for _, x := range w.begun {
		x.Stop()
		for _, t := range x.tasks {
			t.work = nil
		}
	}
	clear(w.begun)
	w.begun, w.due, w.sealing = w.begun[:0], false, false
}
