package engine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/weirstream/weir/runtime/kafka"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

const (
	janitorEvery = 200 * time.Millisecond
	purgeEvery   = 30 * time.Second
	sizeEvery    = 10 * time.Second // asking a store for its size is not free
)

// tick looks at idleness. Time stands still for a task in the midst of work.
func (w *worker) tick() {
	now := w.e.o.Now()
	for _, t := range slices.Clone(w.tasks) {
		if t.work != nil || w.due {
			continue
		}
		if !w.do([]*assigned{t}, func() error { return w.tell(t, now) }, t.publish) {
			return
		}
	}
	w.more = len(w.lanes) > 0
	if time.Since(w.sized) >= sizeEvery {
		w.sized = time.Now()
		for _, t := range w.tasks {
			t.diskBytes.Store(t.db.Size())
		}
	}
}

// tell tells a task the time.
func (w *worker) tell(t *assigned, now time.Time) error {
	for _, in := range t.inputs {
		if in.lag() > 0 && !in.ended {
			t.runner.Busy(in.index) // silence on our side is no idleness
		}
	}
	if wm := w.e.follow(t); wm != watermark.None {
		t.runner.Context().Clock.Floor(wm)
	}
	return t.runner.Tick(now)
}

// follow is the watermark that an idle task takes over: the least one among the other partitions of its source on this instance
// that are not idle; none when there is no such partition. Without it the windows of a partition that fell silent would stay open
// until its next record.
func (e *Engine) follow(t *assigned) int64 {
	if !t.followsIdle() || !t.idle.Load() {
		return watermark.None
	}
	least := int64(watermark.None)
	for _, o := range *e.ctl.list.Load() {
		if o == t || o.id.sub != t.id.sub || o.idle.Load() || !o.running.Load() {
			continue
		}
		wm := o.watermark.Load()
		if wm == watermark.None {
			return watermark.None
		}
		if least == watermark.None || wm < least {
			least = wm
		}
	}
	if least == watermark.End {
		return watermark.None // the others' end is not this one's
	}
	return least
}

// atEnd ends the inputs of a bounded run that are used up.
func (w *worker) atEnd(t *assigned) error {
	if !w.bounded() {
		return nil
	}
	for i := range t.inputs {
		in := t.inputs[i]
		if in.end < 0 || in.next.Load() < in.end {
			continue
		}
		if in.ended && t.runner.Watermark() == watermark.End {
			continue
		}
		in.ended = true
		if err := t.runner.End(in.index); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) bounded() bool { return w.e.cfg.Until.Bounded() }

// janitor does what is due now and then: it ends a bounded run, and deletes what was read of repartition topics.
func (e *Engine) janitor() {
	t := time.NewTicker(janitorEvery)
	defer t.Stop()
	purged := time.Now()
	for {
		select {
		case <-e.hard.Done():
			return
		case <-t.C:
		}
		if e.cfg.Until.Bounded() && e.finished() {
			e.awaitVisible()
			close(e.done)
			return
		}
		if time.Since(purged) >= purgeEvery {
			purged = time.Now()
			if err := e.purge(); err != nil && e.hard.Err() == nil {
				e.log.Warn("cannot delete what was read of repartition topics", "error", err)
			}
		}
	}
}

// finished reports whether a bounded run is done as far as this instance is concerned. One without tasks looks at what the group has
// committed.
func (e *Engine) finished() bool {
	if !e.ctl.joined.Load() {
		return false
	}
	ts := *e.ctl.list.Load()
	for _, t := range ts {
		if !t.finished.Load() {
			return false
		}
	}
	return len(ts) > 0 || e.allRead()
}

// visibleTime is how long a bounded run waits for its results to be visible.
const visibleTime = 5 * time.Second

// awaitVisible waits until readers can see what was committed: the end of a transaction is acknowledged before its markers stand in
// the partitions. Another instance that is still writing can hold that up, so the wait is bounded.
func (e *Engine) awaitVisible() {
	ctx, cancel := context.WithTimeout(e.hard, visibleTime)
	defer cancel()
	var topics []string
	for _, s := range e.o.Topology.Subtopologies {
		for _, o := range s.Outputs {
			if o.Kind == topology.Sink || o.Kind == topology.DeadLetters {
				topics = append(topics, o.Topic)
			}
		}
	}
	for len(topics) > 0 {
		stable, err := kafka.List(ctx, e.admin, kafka.Stable, topics...)
		if err != nil {
			return // it is a courtesy
		}
		ends, err := kafka.List(ctx, e.admin, kafka.End, topics...)
		if err != nil || maps.Equal(stable, ends) || kafka.Pause(ctx, unstablePause) != nil {
			return
		}
	}
}

// allRead reports whether the group has committed every source up to its end.
func (e *Engine) allRead() bool {
	var parts []kafka.TopicPartition
	for tp := range e.ends {
		parts = append(parts, tp)
	}
	offs, err := kafka.Committed(e.hard, e.admin, e.cfg.Group, e.layout.IDs, parts)
	if err != nil {
		if e.hard.Err() == nil && !errors.Is(err, kafka.ErrUnstable) {
			e.log.Warn("cannot see how far the group is", "error", err)
		}
		return false
	}
	for tp, end := range e.ends {
		if end > 0 && offs[tp].At < end {
			return false
		}
	}
	return true
}

// purge deletes the records of repartition topics that are committed as read.
func (e *Engine) purge() error {
	var parts []kafka.TopicPartition
	for _, t := range *e.ctl.list.Load() {
		for _, in := range t.inputs {
			if t.sub.Inputs[in.index].Repartition && t.running.Load() {
				parts = append(parts, in.TopicPartition)
			}
		}
	}
	if len(parts) == 0 {
		return nil
	}
	offs, err := kafka.Committed(e.hard, e.admin, e.cfg.Group, e.layout.IDs, parts)
	if err != nil {
		if errors.Is(err, kafka.ErrUnstable) {
			return nil // next time
		}
		return err
	}
	upTo := map[kafka.TopicPartition]int64{}
	for tp, o := range offs {
		upTo[tp] = o.At
	}
	return kafka.Purge(e.hard, e.admin, upTo)
}
