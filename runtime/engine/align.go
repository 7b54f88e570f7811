package engine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/kafka"
	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/watermark"
)

// Sources with a MaxDrift are aligned: a partition whose watermark is further than that ahead of the lowest one of all their partitions is
// not read on. What was fetched of it is held, and the partition is paused once that is much, so what a slow source has to wait for is
// bounded: the open windows, and the records in repartition topics, of a fast one.
//
// The lowest watermark is that of the whole group. Of tasks on this instance it is known as of their last records, of others as of their last
// commits, which are asked for every lookEvery. A partition that is idle, at the end of a bounded run, or that has nothing to read and never had,
// holds nobody.

// lookEvery is how often the positions of other instances are looked at, lookSoon how often while a task waits.
const (
	lookEvery = time.Second
	lookSoon  = 50 * time.Millisecond
)

// holdWarn is how long a partition may be held before the log says what it waits for.
const holdWarn = 30 * time.Second

// alignment is what an instance knows of how far aligned sources are. All of it may be read from any goroutine.
type alignment struct {
	parts []alignedPart // all partitions of aligned sources; empty where there are none
	floor atomic.Int64  // the lowest watermark, as of the last look
	told  atomic.Int64  // the lowest watermark of which the workers were told
	held  atomic.Int32  // how many tasks wait for it to rise
	away  atomic.Pointer[map[kafka.TopicPartition]int64]
}

// alignedPart is a partition of an aligned source.
type alignedPart struct {
	kafka.TopicPartition
	idleAfter time.Duration
}

// level is the lowest watermark that holds back others, and where it is.
type level struct {
	wm int64
	at kafka.TopicPartition
}

// align finds the partitions of aligned sources.
func (e *Engine) align() {
	for _, s := range e.o.Topology.Subtopologies {
		for _, in := range s.Inputs {
			if in.MaxDrift <= 0 {
				continue
			}
			for p := range e.layout.Partitions[in.Topic] {
				e.aligned.parts = append(e.aligned.parts, alignedPart{kafka.TopicPartition{Topic: in.Topic, Partition: p}, in.IdleAfter})
			}
		}
	}
	e.aligned.floor.Store(watermark.None)
	e.aligned.told.Store(watermark.None)
}

// lowest finds how far aligned sources are. A partition of which nothing is known yet holds all others.
func (e *Engine) lowest() level {
	low := level{wm: watermark.End}
	take := func(wm int64, at kafka.TopicPartition) {
		if wm < low.wm {
			low = level{wm, at}
		}
	}
	here := map[kafka.TopicPartition]bool{}
	for _, t := range *e.ctl.list.Load() {
		for _, in := range t.inputs {
			if in.drift == 0 {
				continue
			}
			here[in.TopicPartition] = true
			switch wm := in.wm.Load(); {
			case !t.running.Load():
				take(watermark.None, in.TopicPartition)
			case in.idle.Load(), wm == watermark.None && in.lag() == 0:
			default:
				take(wm, in.TopicPartition)
			}
		}
	}
	away := e.aligned.away.Load()
	for _, p := range e.aligned.parts {
		if here[p.TopicPartition] {
			continue
		}
		wm := int64(watermark.None)
		if away != nil {
			if known, ok := (*away)[p.TopicPartition]; ok {
				wm = known
			}
		}
		take(wm, p.TopicPartition)
	}
	e.aligned.floor.Store(low.wm)
	return low
}

// ahead reports whether a task has come so far with one of its inputs that it has to wait for other partitions.
func (e *Engine) ahead(t *assigned) (level, bool) {
	floor := e.aligned.floor.Load()
	if !t.beyond(floor) {
		return level{}, false
	}
	low := e.lowest() // it may have risen since it was last looked at
	return low, t.beyond(low.wm)
}

// beyond reports whether one of a task's aligned inputs is further than it may be ahead of a watermark.
func (t *assigned) beyond(floor int64) bool {
	for _, in := range t.inputs {
		if in.drift > 0 && in.wm.Load() > watermark.Add(floor, in.drift) {
			return true
		}
	}
	return false
}

// aligned reports whether a task has an input that is not to run ahead of others. In a bounded run tasks with a lane take their records in order
// of event time anyway.
func (t *assigned) aligned() bool {
	return t.lane == nil && slices.ContainsFunc(t.inputs, func(in *input) bool { return in.drift > 0 })
}

// measure takes down how far a task's aligned inputs are.
func (t *assigned) measure() {
	clock := t.runner.Context().Clock
	for _, in := range t.inputs {
		if in.drift > 0 {
			wm, idle := clock.Input(in.index)
			in.wm.Store(wm)
			in.idle.Store(idle)
		}
	}
}

// halted puts what is left of fetched records in front of what is held for their task, which waits for other partitions.
func (w *worker) halted(m message, rest []*kgo.Record) {
	t := m.task
	w.unwait(t)
	m.records = rest
	t.held = slices.Insert(t.held, 0, m)
	for _, r := range rest {
		t.heldBytes += sizeOf(r)
	}
	if !t.ahead.Swap(true) {
		t.since, t.told = w.e.o.Now(), false
		w.e.aligned.held.Add(1)
	}
	w.holdUp(t)
}

// caughtUp lets tasks go on that had to wait for other partitions.
func (w *worker) caughtUp() {
	for _, t := range w.tasks {
		if !t.ahead.Load() {
			continue
		}
		low, still := w.e.ahead(t)
		if !still {
			w.release(t)
			if len(t.held) > 0 {
				w.waiting = append(w.waiting, t)
			}
			continue
		}
		if now := w.e.o.Now(); !t.told && now.Sub(t.since) >= holdWarn {
			t.told = true
			w.e.log.Warn("a source is not read on: it is further ahead of another one than its max_drift", "task", t.name(),
				"waits_for_topic", low.at.Topic, "partition", low.at.Partition, "since", t.since.UTC().Format(time.RFC3339))
		}
	}
}

// release ends a task's wait for other partitions.
func (w *worker) release(t *assigned) {
	if t.ahead.Swap(false) {
		w.e.aligned.held.Add(-1)
	}
}

// progressed tells the other workers that a task of an aligned source has come further, if somebody waits for that.
func (w *worker) progressed() {
	if w.e.aligned.held.Load() == 0 {
		return
	}
	w.e.tellRise()
}

// tellRise has the workers look whether their tasks may go on, if the lowest watermark is higher than when they last were told.
func (e *Engine) tellRise() {
	wm := e.lowest().wm
	if e.aligned.told.Swap(wm) >= wm {
		return
	}
	for _, o := range e.workers {
		select {
		case o.nudge <- struct{}{}:
		default: // it has been told already
		}
	}
}

// lookAround asks again and again how far the aligned sources are whose partitions other instances have.
func (e *Engine) lookAround() {
	seen := map[kafka.TopicPartition]still{}
	for {
		pause := lookEvery
		switch away, err := e.elsewhere(seen); {
		case err == nil:
			e.aligned.away.Store(&away)
			if e.aligned.held.Load() > 0 {
				e.tellRise()
				pause = lookSoon
			}
		case errors.Is(err, kerr.GroupIDNotFound): // nobody has joined it yet
			pause = lookSoon
		case e.hard.Err() == nil:
			e.log.Warn("cannot see how far other instances are; sources that are ahead wait", "error", err)
		}
		if kafka.Pause(e.hard, pause) != nil {
			return
		}
	}
}

// still is since when a partition is at its end without a commit.
type still struct {
	offset int64
	since  time.Time
}

// elsewhere is how far the aligned partitions are that are not on this instance; End for those that hold nobody.
func (e *Engine) elsewhere(seen map[kafka.TopicPartition]still) (map[kafka.TopicPartition]int64, error) {
	away := map[kafka.TopicPartition]int64{}
	var parts []kafka.TopicPartition
	topics := map[string]bool{}
	here := map[kafka.TopicPartition]bool{}
	for _, t := range *e.ctl.list.Load() {
		for _, in := range t.inputs {
			here[in.TopicPartition] = true
		}
	}
	for _, p := range e.aligned.parts {
		if !here[p.TopicPartition] {
			parts = append(parts, p.TopicPartition)
			topics[p.Topic] = true
		}
	}
	if len(parts) == 0 {
		return away, nil
	}
	ctx, cancel := context.WithTimeout(e.hard, connectTime)
	defer cancel()
	offs, err := kafka.LastCommitted(ctx, e.admin, e.cfg.Group, e.layout.IDs, parts)
	if err != nil {
		return nil, err
	}
	if err := e.resolveStarts(ctx, offs); err != nil {
		return nil, err
	}
	ends, err := kafka.List(ctx, e.admin, kafka.Stable, slices.Sorted(maps.Keys(topics))...)
	if err != nil {
		return nil, err
	}
	now := e.o.Now()
	for _, p := range e.aligned.parts {
		if o, ok := offs[p.TopicPartition]; ok {
			away[p.TopicPartition] = standing(p, o, ends[p.TopicPartition], seen, now)
		}
	}
	return away, nil
}

// standing is the watermark at which a partition elsewhere holds others back, by what was committed of it and where it ends.
func standing(p alignedPart, o kafka.Offset, end int64, seen map[kafka.TopicPartition]still, now time.Time) int64 {
	wm := int64(watermark.None)
	if m, err := position.Parse(o.Metadata); err == nil {
		wm = m.Watermark
	}
	if o.At < end {
		delete(seen, p.TopicPartition)
		return wm
	}
	if wm == watermark.None {
		return watermark.End // nothing is there, and nothing was
	}
	s, ok := seen[p.TopicPartition]
	if !ok || s.offset != o.At {
		s = still{o.At, now}
		seen[p.TopicPartition] = s
	}
	if p.idleAfter > 0 && now.Sub(s.since) >= p.idleAfter {
		return watermark.End
	}
	return wm
}
