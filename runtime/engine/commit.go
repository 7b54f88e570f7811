package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/kafka"
)

// generationPause is how long to wait for the consumer to learn a new generation.
const generationPause = 5 * time.Millisecond

// commitJob is one commit, from its seal to its end.
type commitJob struct {
	w       *worker
	x       *txn
	parts   []sealed
	flushed chan struct{}
	began   time.Time
}

// startCommit seals the tasks that have something to commit and starts to commit it. When they are sealed records go into the other
// producer's transaction. No commit may be under way, and no work.
func (w *worker) startCommit() {
	w.began, w.warned = time.Now(), false
	if now := w.e.o.Now(); now.Sub(w.spoke) >= announce {
		w.spoke = now
		for _, t := range w.tasks {
			t.runner.Announce()
		}
	}
	// The flush of the commit before has returned long ago, but its signal may not have been taken in yet.
	w.flushed = nil
	w.handTurns()
	var ts []*assigned
	for _, t := range w.tasks {
		// A task whose records went to the producer already is part of the transaction, pending or not.
		if t.runner.Pending() || w.tx.tasks[t] != nil || t.runner.Context().Out.Bytes() > 0 {
			ts = append(ts, t)
		}
	}
	if w.due = len(ts) > 0; !w.due {
		return
	}
	w.sealing = true
	j := &commitJob{w: w, x: w.tx, flushed: make(chan struct{}), began: w.began}
	w.do(ts, func() error { return j.seal(ts) }, func() {
		w.due, w.sealing = false, false
		w.result, w.flushed = make(chan error, 1), j.flushed
		w.cur = 1 - w.cur
		w.tx = newTxn(w.producers[w.cur])
		go func(result chan<- error) { result <- j.run(w.e.hard) }(w.result)
	})
}

// seal seals the tasks that take part.
func (j *commitJob) seal(ts []*assigned) error {
	for _, t := range ts {
		s, err := t.runner.Seal()
		if err != nil {
			return taskError{t, err}
		}
		j.x.produce(j.w.e.hard, t, s.Chunks)
		j.parts = append(j.parts, sealed{t, s})
	}
	return nil
}

// committed takes in how the commit under way ended.
func (w *worker) committed(err error) {
	w.result = nil
	switch {
	case err == nil:
		w.failures = 0
		w.more = len(w.lanes) > 0
		for _, t := range w.tasks {
			w.count(t)
			if w.e.cfg.Until.Bounded() {
				t.finished.Store(t.runner.Ended() && !t.runner.Pending())
			}
		}
		w.depart()
	case isFatal(err):
		w.e.fail(err)
		w.abort(err)
	default:
		w.abort(err)
	}
}

// run carries the commit out. The order of its steps is what makes it exact; see the package comment.
func (j *commitJob) run(ctx context.Context) error {
	if err := j.flush(ctx); err != nil {
		return err
	}
	if err := j.commit(ctx); err != nil {
		return err
	}
	for _, p := range j.parts {
		if err := p.s.Apply(j.x.ends(p.t)); err != nil {
			return fatalError{err}
		}
	}
	j.w.e.o.Metrics.Commit(time.Since(j.began))
	j.count()
	return j.w.e.o.Fault("applied")
}

func (j *commitJob) flush(ctx context.Context) error {
	defer close(j.flushed)
	if err := j.w.e.o.Fault("flush"); err != nil {
		return err
	}
	if j.x.begun {
		if err := j.x.p.cl.Flush(ctx); err != nil {
			return fmt.Errorf("flush: %w", err)
		}
	}
	return j.x.failed()
}

func (j *commitJob) commit(ctx context.Context) error {
	e := j.w.e
	offs, err := j.offsets()
	if err != nil {
		return err
	}
	if err := e.o.Fault("offsets"); err != nil {
		return err
	}
	// A transaction in which nothing was produced does not exist; then the offsets are committed by themselves.
	inTxn := j.x.begun && e.exactlyOnce()
	err = e.asMember(ctx, func(m kafka.Member) error {
		if inTxn {
			return kafka.Txn{Client: j.x.p.cl, ID: j.x.p.txID, Adds: e.adds}.Commit(ctx, e.cfg.Group, m, e.layout.IDs, offs)
		}
		return kafka.Commit(ctx, e.cons, e.cfg.Group, m, e.layout.IDs, offs)
	})
	if err != nil || !inTxn {
		return err
	}
	if err := e.o.Fault("end"); err != nil {
		return err
	}
	if err := j.x.p.cl.EndTransaction(ctx, kgo.TryCommit); err != nil {
		return fmt.Errorf("end transaction: %w", err)
	}
	return e.o.Fault("ended")
}

// offsets are the positions that the commit leads to. They are known only now: the changelogs' end offsets come with the
// acknowledgements.
func (j *commitJob) offsets() (kafka.Offsets, error) {
	writer := kafka.WriterPrefix(j.w.e.o.Topology.Service, j.w.e.instance, j.w.index)
	offs := kafka.Offsets{}
	for _, p := range j.parts {
		pos := p.s.Position(j.x.ends(p.t))
		text, err := pos.Metadata(writer).Encode()
		if err != nil {
			return nil, fatalError{fmt.Errorf("task %s: %w", p.t.name(), err)}
		}
		for _, in := range p.t.inputs {
			at := pos.Inputs[in.Topic] // every input has one since the task was opened
			offs[in.TopicPartition] = kafka.Offset{At: at.Offset, Epoch: at.Epoch, Metadata: text}
		}
	}
	return offs, nil
}

// asMember commits in the name of the group member. A rebalance under way changes the generation: as long as the member is the same
// and nothing was taken from it, what it has is its own, and the commit is sent again.
func (e *Engine) asMember(ctx context.Context, commit func(kafka.Member) error) error {
	first, lost := kafka.MemberOf(e.cons), e.lost.Load()
	deadline := time.Now().Add(e.cfg.SessionTimeout)
	for {
		m := kafka.MemberOf(e.cons)
		if m.ID != first.ID || e.lost.Load() != lost {
			return errLost
		}
		err := commit(m)
		again := errors.Is(err, kerr.IllegalGeneration) || errors.Is(err, kerr.RebalanceInProgress) || errors.Is(err, kerr.ConcurrentTransactions)
		if !again || time.Now().After(deadline) {
			return err
		}
		if err := kafka.Pause(ctx, generationPause); err != nil {
			return err
		}
	}
}

// count adds what was written to the metrics.
func (j *commitJob) count() {
	for t, out := range j.x.tasks {
		for i, n := range out.count {
			if n > 0 {
				j.w.e.o.Metrics.Produced(t.sub.Outputs[i].Topic).Add(float64(n))
			}
		}
	}
}

// count adds what a task has done and committed to the metrics.
func (w *worker) count(t *assigned) {
	m, now := w.e.subs[t.id.sub], t.runner.Gauges().Stats
	was := t.stats
	t.stats = now
	m.Records.Add(float64(now.Records - was.Records))
	m.Bytes.Add(float64(now.Bytes - was.Bytes))
	m.Filtered.Add(float64(now.Filtered - was.Filtered))
	m.Late.Add(float64(now.Late - was.Late))
	m.Skipped.Add(float64(now.Skipped - was.Skipped))
	m.DeadLetters.Add(float64(now.DeadLetters - was.DeadLetters))
	m.Results.Add(float64(now.Results - was.Results))
	m.Closed.Add(float64(now.WindowsClosed - was.WindowsClosed))
	m.Combined.Add(float64(now.Combined - was.Combined))
	m.Partials.Add(float64(now.Partials - was.Partials))
	m.Timers.Add(float64(now.Timers - was.Timers))
	m.Expired.Add(float64(now.Expired - was.Expired))
}

// fatalError is an error that no second try can mend.
type fatalError struct{ error }

func (f fatalError) Unwrap() error { return f.error }

// isFatal reports whether trying again is no use.
func isFatal(err error) bool {
	if _, ok := errors.AsType[fatalError](err); ok {
		return true
	}
	for _, e := range []error{kerr.MessageTooLarge, kerr.RecordListTooLarge, kerr.InvalidRecord, kerr.TopicAuthorizationFailed, kerr.GroupAuthorizationFailed,
		kerr.TransactionalIDAuthorizationFailed, kerr.ClusterAuthorizationFailed, kerr.SaslAuthenticationFailed, kerr.InvalidTopicException,
		kerr.OffsetMetadataTooLarge, kerr.PolicyViolation, kerr.InvalidTransactionTimeout} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
