package engine

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/kafka"
	"github.com/weirstream/weir/runtime/task"
)

const (
	queued     = 8                      // fetched batches that may wait for a worker
	tickEvery  = 100 * time.Millisecond // idleness is looked at this often
	announce   = 5 * time.Second        // watermarks are announced again this often
	lingerTime = 10 * time.Millisecond  // of producers; a commit's flush does not wait for it
	handOver   = 64 << 10               // emitted bytes of a task that are worth handing to the producer
	heldBytes  = 16 << 20               // emitted bytes that may wait for the other producer's flush
	retryPause = 100 * time.Millisecond // after a failed commit, doubled with each more up to
	retryMax   = 5 * time.Second
	// While tasks are new, commits come at least this often, for so long: a start shows its first results soon, whatever the interval.
	warmInterval = 250 * time.Millisecond
	warmTime     = time.Second
)

// kind says what a message to a worker is about.
type kind uint8

const (
	fetched kind = iota // records of a task
	opening             // a task is ready to run
	leaving             // a task is to be committed and let go
	dropped             // a task is to be let go as it is
)

// message is what the controller tells a worker, in the order in which it is to happen.
type message struct {
	kind    kind
	task    *assigned
	route   *route // of fetched records, and of the task that opens
	input   int
	records []*kgo.Record
	done    chan struct{} // closed when the task was let go
}

// departure is a task that waits to be let go.
type departure struct {
	t    *assigned
	done chan struct{}
}

// worker processes the records of its tasks and commits them together.
type worker struct {
	e         *Engine
	index     int
	producers [2]*producer
	in        chan message
	nudge     chan struct{} // aligned sources have come further
	halt      chan struct{} // closed to stop
	finish    bool          // commit before stopping; set before halt is closed
	done      chan struct{} // closed when run returns

	// Of the worker's goroutine.
	tasks    []*assigned
	leaving  []departure
	tx       *txn // records go here
	cur      int  // its producer
	flushed  chan struct{}
	result   chan error // of the commit under way
	began    time.Time  // when the last commit began
	opened   time.Time  // when a task last began to run
	spoke    time.Time  // when watermarks were last announced
	failures int        // commits that failed one after the other
	urgent   bool       // commit as soon as possible
	lanes    []*lane    // of the ordered tasks
	turns    []turn     // in which order they emitted what is in their emitters
	more     bool       // the lanes may have more to take
	read     int64      // the sum of their offsets
	markAt   int64      // at which their watermarks are written again
	aligning bool       // a commit waits for that
	sized    time.Time  // when the sizes on disk were last looked at

	begun      []*work     // that is not done
	pieceBegan time.Time   // when the piece under way began
	due        bool        // a commit is due, or being sealed: nothing is begun before it
	sealing    bool        // it is being sealed
	waiting    []*assigned // for which something is held
	warned     bool        // that the commit which is due comes late

	beat atomic.Int64 // when the loop last went round, Unix nanoseconds
}

func newWorker(e *Engine, i int) *worker {
	w := &worker{e: e, index: i, in: make(chan message, queued), nudge: make(chan struct{}, 1), halt: make(chan struct{}), done: make(chan struct{})}
	for s := range w.producers {
		w.producers[s] = &producer{e: e}
		if e.exactlyOnce() {
			w.producers[s].txID = kafka.TransactionalID(e.o.Topology.Service, e.instance, i, s)
		}
	}
	w.beat.Store(time.Now().UnixNano())
	return w
}

// send hands a message to the worker; it waits while too much is queued. A worker that has stopped, or is about to, may not answer
// any more: whoever waits for an answer waits for its end as well.
func (w *worker) send(m message) {
	select {
	case w.in <- m:
	case <-w.done:
	}
}

// stop ends run; with finish after a last commit.
func (w *worker) stop(finish bool) {
	w.finish = finish
	close(w.halt)
}

func (w *worker) run() {
	defer close(w.done)
	w.tx = newTxn(w.producers[0])
	w.began, w.spoke = time.Now(), w.e.o.Now()
	commit := time.NewTimer(w.e.cfg.CommitInterval)
	defer commit.Stop()
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		w.beat.Store(time.Now().UnixNano())
		in := w.in
		var more <-chan struct{}
		if w.full() {
			in = nil
		} else if w.ready() {
			more = always
		}
		select {
		case <-more:
			w.goOn()
		case m := <-in:
			w.handle(m)
		case <-w.flushed:
			w.flushed = nil
			w.handOn()
		case err := <-w.result:
			w.committed(err)
		case <-w.nudge:
			w.caughtUp()
		case <-commit.C:
		case <-tick.C:
			w.tick()
			w.caughtUp()
		case <-w.halt:
			w.wind()
			return
		}
		if wait := w.maybeCommit(); wait > 0 {
			commit.Reset(wait)
		}
	}
}

// always is ready.
var always = func() <-chan struct{} { c := make(chan struct{}); close(c); return c }()

// full reports whether the worker should take no more records for now: what it holds back for the other producer, or what has
// changed since the last commit, is too much, and only the commit under way can make it less.
func (w *worker) full() bool {
	if w.result == nil {
		return false
	}
	held, size := int64(0), int64(0)
	for _, t := range w.tasks {
		held += t.runner.Context().Out.Bytes()
		size += t.runner.Size()
	}
	return held > heldBytes || size > 2*w.share()
}

// share is how much the stores of this worker's tasks may keep in memory.
func (w *worker) share() int64 { return max(1<<20, w.e.cfg.OverlayBytes/int64(len(w.e.workers))) }

func (w *worker) handle(m message) {
	switch m.kind {
	case fetched:
		w.process(m)
	case opening:
		m.task.route = m.route
		w.opened = time.Now()
		m.task.stats = m.task.runner.Gauges().Stats
		for _, in := range m.task.inputs {
			in.ended = false // what the task did since its last commit may be undone
		}
		w.tasks = append(w.tasks, m.task)
		w.spread()
		if w.bounded() && !w.join(m.task) {
			return
		}
		// Downstream tasks may be new as well, or on another instance than before.
		for _, t := range w.tasks {
			t.runner.Announce()
		}
	case leaving:
		if !w.has(m.task) {
			close(m.done)
			return
		}
		w.leaving = append(w.leaving, departure{m.task, m.done})
		w.urgent = true
		w.dropHeld(m.task)
		if m.task.lane == nil {
			return
		}
		if w.finishWork() { // it may be about to take a record of the lane
			w.handTurns()
			w.unqueue(m.task)
		}
	case dropped:
		if w.has(m.task) {
			w.abort(errLost)
		}
		close(m.done)
	}
}

// join has a new task of a bounded run take its place. It reports false if everything was given up.
func (w *worker) join(t *assigned) bool {
	if !w.finishWork() { // it may be about to choose among the lanes
		return false
	}
	if w.e.ordered(t.id.sub) {
		w.lineUp(t)
	}
	return w.do([]*assigned{t}, func() error { return w.atEnd(t) }, nil)
}

func (w *worker) has(t *assigned) bool {
	for _, o := range w.tasks {
		if o == t {
			return true
		}
	}
	return false
}

// process takes fetched records to their task.
func (w *worker) process(m message) {
	t := m.task
	switch {
	case t.route != m.route:
		recycle(m.records) // polled before the task was taken back
	case t.lane != nil:
		w.queue(m)
	case w.due || t.work != nil || t.ahead.Load() || len(t.held) > 0:
		w.hold(m)
	default:
		w.begin(m)
	}
}

// begin begins to feed records to their task.
func (w *worker) begin(m message) {
	t := m.task
	var rest []*kgo.Record
	w.do([]*assigned{t}, func() (err error) { rest, err = w.feed(m); return err }, func() {
		if len(rest) > 0 {
			w.halted(m, rest)
		}
		if t.aligned() {
			w.progressed()
		}
		if w.flushed == nil && t.runner.Context().Out.Bytes() >= handOver {
			w.tx.produce(w.e.hard, t, t.runner.Context().Out.Take())
		}
		if t.runner.Size() > w.share() {
			w.urgent = true
		}
	})
}

// feed feeds records to their task. It returns those for which the task has to wait until other partitions have come further.
func (w *worker) feed(m message) (rest []*kgo.Record, err error) {
	t := m.task
	drifts := t.aligned()
	in := t.inputs[m.input]
	next := in.next.Load()
	for i, r := range m.records {
		if drifts {
			if t.measure(); t.beyond(w.e.aligned.floor.Load()) {
				if _, ahead := w.e.ahead(t); ahead {
					return m.records[i:], nil
				}
			}
		}
		switch {
		case r.Offset < next: // the consumer was set back further than needed
		case in.end >= 0 && r.Offset >= in.end: // behind where a bounded run ends
			t.runner.Reach(in.index, in.end)
		case r.Attrs.IsControl():
			t.runner.Pass(in.index, r)
		default:
			err = t.runner.Feed(in.index, r)
		}
		if err != nil {
			recycle(m.records[i:])
			return nil, err
		}
		if drifts || i == len(m.records)-1 {
			in.next.Store(max(next, r.Offset+1))
			in.time.Store(r.Timestamp.UnixMilli())
		}
		r.Recycle()
	}
	if drifts {
		t.measure()
	}
	return nil, w.atEnd(t)
}

// handOn hands what was held back to the producer whose turn it now is.
func (w *worker) handOn() {
	w.handTurns()
	w.more = len(w.lanes) > 0
	for _, t := range w.tasks {
		if t.lane == nil && t.runner.Context().Out.Bytes() >= handOver { // a task in the midst of work as well
			w.tx.produce(w.e.hard, t, t.runner.Context().Out.Take())
		}
	}
}

// spread divides the bound on memory among the tasks.
func (w *worker) spread() {
	n := int64(0)
	for _, t := range w.tasks {
		if len(t.sub.Stores) > 0 {
			n++
		}
	}
	for _, t := range w.tasks {
		t.runner.Context().OverlayBytes = w.share() / max(1, n)
	}
}

// maybeCommit begins a commit when it is time and none is under way. It returns when to come back, 0 for not by the clock.
func (w *worker) maybeCommit() time.Duration {
	if w.result != nil || w.sealing {
		return 0 // its end brings us back
	}
	w.due = false
	interval := w.e.cfg.CommitInterval
	if time.Since(w.opened) < warmTime {
		interval = min(interval, warmInterval)
	}
	if wait := interval - time.Since(w.began); wait > 0 && !w.urgent {
		w.aligning = false
		return wait
	}
	if len(w.begun) > 0 {
		w.due = true
		w.warnOfDelay()
		return 0 // their end brings us back
	}
	if w.aligning = w.holdsBack(); w.aligning {
		return tickEvery // the next watermark brings us back, or the clock if there is none
	}
	w.urgent = false
	w.startCommit()
	w.depart()
	return interval
}

// depart lets go of the tasks that are to leave and have nothing uncommitted.
func (w *worker) depart() {
	if w.result != nil || w.sealing {
		return
	}
	rest := w.leaving[:0]
	for _, d := range w.leaving {
		if w.has(d.t) && (d.t.work != nil || d.t.runner.Pending() || w.tx.tasks[d.t] != nil) {
			rest = append(rest, d)
			w.urgent = true
			continue
		}
		w.letGo(d.t)
		close(d.done)
	}
	w.leaving = rest
}

func (w *worker) letGo(t *assigned) {
	w.unqueue(t)
	w.release(t)
	w.dropHeld(t)
	t.route = nil
	t.running.Store(false)
	rest := w.tasks[:0]
	for _, o := range w.tasks {
		if o != t {
			rest = append(rest, o)
		}
	}
	clear(w.tasks[len(rest):])
	w.tasks = rest
	w.spread()
}

var errLost = errors.New("the group has taken partitions away")

// abort gives up everything that is not committed, of all tasks: a transaction is aborted as a whole. The tasks go back to the
// controller, to be opened again at their committed positions.
func (w *worker) abort(why error) {
	w.giveUpWork()
	if w.result != nil {
		<-w.result // it can't succeed any more, or if it has, the committed position will tell
		w.result = nil
	}
	w.e.o.Metrics.Abort()
	w.failures++
	pause := min(retryMax, retryPause<<min(w.failures-1, 10))
	w.e.log.Warn("uncommitted work is given up; its records are read again", "worker", w.index, "reason", why, "pause", pause.String())
	var errs []error
	for _, p := range w.producers {
		errs = append(errs, p.renew(w.e.hard))
	}
	w.turns = nil
	for _, t := range w.tasks {
		w.unqueue(t)
		w.release(t)
		w.dropHeld(t)
		t.route = nil
		t.running.Store(false)
		t.finished.Store(false)
		t.runner.Abort()
	}
	ts := w.tasks
	w.tasks, w.flushed, w.tx, w.cur = nil, nil, newTxn(w.producers[0]), 0
	for _, d := range w.leaving {
		close(d.done)
	}
	w.leaving, w.urgent = nil, false
	if err := errors.Join(errs...); err != nil {
		if w.e.hard.Err() == nil {
			w.e.fail(err)
		}
		return
	}
	w.e.ctl.reopen(ts, pause)
}

// wind ends the worker: with a last commit, or without.
func (w *worker) wind() {
	defer w.giveUpWork()
	w.last()
	if w.finish && w.finishWork() {
		w.startCommit()
		w.finishWork()
		w.last()
	}
}

// last waits for the commit under way, when the worker is being stopped.
func (w *worker) last() {
	if w.result == nil {
		return
	}
	err := <-w.result
	w.committed(err)
	if err != nil && w.finish {
		w.e.fail(fmt.Errorf("the last commit failed, its records are read again by whoever comes next: %w", err))
	}
}

// sealed is a task's part of a commit.
type sealed struct {
	t *assigned
	s *task.Sealed
}

// stalled reports how long ago the loop last went round.
func (w *worker) stalled(now time.Time) time.Duration {
	return now.Sub(time.Unix(0, w.beat.Load()))
}
