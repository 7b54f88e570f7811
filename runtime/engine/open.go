package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/runtime/kafka"
	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/task"
)

// openAtOnce bounds how many tasks are restored at the same time.
const openAtOnce = 8

// unstablePause is how long to wait before asking again for offsets that a transaction still holds.
const unstablePause = 20 * time.Millisecond

// openTasks brings tasks to their committed positions and hands them to the controller. It runs in a goroutine of its own. A task
// that leaves in the meantime waits for nothing but its own part.
func (e *Engine) openTasks(ts []*assigned, pause time.Duration) {
	ctx, cancel := context.WithCancel(e.hard)
	defer cancel()
	known := make(chan struct{})
	var offs kafka.Offsets
	var failed error
	go func() {
		defer close(known)
		offs, failed = e.committed(ctx, ts, pause)
	}()
	var g sync.WaitGroup
	slots := make(chan struct{}, openAtOnce)
	for _, t := range ts {
		g.Go(func() {
			defer t.cancel()
			select {
			case <-known:
			case <-t.ctx.Done():
				close(t.opened)
				return
			}
			slots <- struct{}{}
			err := failed
			if err == nil {
				err = e.prepare(t.ctx, t, offs)
			}
			<-slots
			if err != nil && t.ctx.Err() == nil {
				e.fail(fmt.Errorf("task %s: %w", t.name(), err))
			}
			close(t.opened)
			if err == nil {
				e.ctl.do(func() { e.ctl.ready(t) })
			}
		})
	}
	g.Wait()
}

// committed reads the committed offsets of the tasks' inputs. As long as a transaction holds some, dead instances are looked for
// and fenced.
func (e *Engine) committed(ctx context.Context, ts []*assigned, pause time.Duration) (kafka.Offsets, error) {
	if err := kafka.Pause(ctx, pause); err != nil {
		return nil, err
	}
	var parts []kafka.TopicPartition
	for _, t := range ts {
		for _, in := range t.inputs {
			parts = append(parts, in.TopicPartition)
		}
	}
	for {
		if e.exactlyOnce() {
			ids, err := kafka.FenceDead(ctx, e.admin, e.o.Topology.Service, e.instance, e.cfg.Group)
			e.o.Metrics.Fenced(len(ids))
			if len(ids) > 0 {
				e.log.Info("finished transactions of dead instances", "ids", ids)
			}
			if err != nil && ctx.Err() == nil {
				// The transaction timeout does the same, only later.
				e.log.Warn("cannot look for transactions of dead instances", "error", err)
			}
		}
		offs, err := kafka.Committed(ctx, e.admin, e.cfg.Group, e.layout.IDs, parts)
		if err == nil {
			return offs, e.resolveStarts(ctx, offs)
		}
		pause := unstablePause
		if !errors.Is(err, kafka.ErrUnstable) {
			if !kafka.Passing(err) {
				return nil, err
			}
			pause = retryPause
			e.log.Warn("cannot read the committed offsets, trying again", "error", err)
		}
		if err := kafka.Pause(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// resolveStarts puts the start of the partition in place of a missing offset. Its metadata stays empty.
func (e *Engine) resolveStarts(ctx context.Context, offs kafka.Offsets) error {
	missing := map[string]bool{}
	for tp, o := range offs {
		if o.At < 0 {
			missing[tp.Topic] = true
		}
	}
	if len(missing) == 0 {
		return nil
	}
	starts, err := kafka.List(ctx, e.admin, kafka.Start, slices.Sorted(maps.Keys(missing))...)
	if err != nil {
		return err
	}
	for tp, o := range offs {
		if o.At < 0 {
			offs[tp] = kafka.Offset{At: starts[tp], Epoch: -1}
		}
	}
	return nil
}

// target is the position that a task's committed offsets stand for. It is fresh when nothing was ever committed.
func (t *assigned) target(offs kafka.Offsets) (pos position.Position, fresh bool, err error) {
	pos, fresh = position.Start(), true
	pos.Inputs, pos.Changelogs = map[string]position.Offset{}, map[string]int64{}
	for _, in := range t.inputs {
		o := offs[in.TopicPartition]
		pos.Inputs[in.Topic] = position.Offset{Offset: o.At, Epoch: o.Epoch}
		m, err := position.Parse(o.Metadata)
		if errors.Is(err, position.ErrEmpty) {
			continue // nothing was committed, or by a tool
		}
		if err != nil {
			return pos, false, fmt.Errorf("topic %s, partition %d: committed offset: %w", in.Topic, in.Partition, err)
		}
		pos.Watermark, pos.Changelogs, fresh = m.Watermark, m.Changelogs, false
	}
	return pos, fresh, nil
}

// prepare opens a task's local state, brings it to the committed position and makes its runner. A task whose commit failed comes
// here with both.
func (e *Engine) prepare(ctx context.Context, t *assigned, offs kafka.Offsets) error {
	target, fresh, err := t.target(offs)
	if err != nil {
		return err
	}
	if fresh && len(t.sub.Stores) > 0 {
		if err := e.forgetChangelogs(ctx, t); err != nil {
			return err
		}
	}
	from, err := e.openState(t, target)
	if err != nil {
		return err
	}
	if len(from) > 0 {
		if err := e.restore(ctx, t, target, from); err != nil {
			return err
		}
	}
	if err := t.runner.Restore(target); err != nil {
		return err
	}
	t.remaining.Store(0)
	t.publish()
	return e.lookAhead(ctx, t, target)
}

// openState opens the DB and the runner, unless they are, and says what is missing in it. Local state that does not lead to the
// target is moved aside.
func (e *Engine) openState(t *assigned, target position.Position) (from map[string]int64, err error) {
	for try := 0; ; try++ {
		if t.runner == nil {
			if err := e.openRunner(t); err != nil {
				return nil, err
			}
		}
		if err = t.behind(target); err == nil {
			from, err = t.runner.Missing(target)
		}
		if err == nil {
			return from, nil
		}
		if !errors.Is(err, position.ErrAhead) || try > 0 {
			return nil, err
		}
		if cerr := t.close(); cerr != nil {
			return nil, cerr
		}
		if t.memory(e) {
			continue // it is gone with its DB
		}
		to, merr := store.MoveAside(e.taskDir(t.id))
		if merr != nil {
			return nil, merr
		}
		e.o.Metrics.MovedAside()
		e.log.Error("local state does not fit what is committed: moved aside and built again from the changelogs",
			"task", t.name(), "reason", err, "moved_to", to)
	}
}

// behind checks that the local state has not read further than what is committed.
func (t *assigned) behind(target position.Position) error {
	pos, ok := t.db.Position()
	if !ok {
		return nil
	}
	for topic, at := range pos.Inputs {
		if o, ok := target.Inputs[topic]; ok && at.Offset > o.Offset {
			return fmt.Errorf("%w: topic %s was read up to offset %d, committed is %d", position.ErrAhead, topic, at.Offset, o.Offset)
		}
	}
	return nil
}

// memory reports whether the task's DB is in memory: by the settings, or because there is no store and so nothing to keep.
func (t *assigned) memory(e *Engine) bool {
	return e.cfg.StateStore == config.Memory || len(t.sub.Stores) == 0
}

func (e *Engine) openRunner(t *assigned) (err error) {
	t.db, err = store.Open(store.Options{Dir: e.taskDir(t.id), Memory: t.memory(e), Cache: e.cache, FlushEvery: flushEvery, Log: e.log})
	if err != nil {
		return err
	}
	parts := func(topic string) int32 { return e.layout.Partitions[topic] }
	t.runner, err = task.New(t.sub, t.id.partition, task.Options{
		DB: t.db, Pool: e.pool,
		Targets:      task.Targets(t.sub, t.id.partition, parts),
		Upstreams:    task.Upstreams(e.o.Topology, t.sub, parts),
		OverlayBytes: e.cfg.OverlayBytes, CombineBytes: e.combineBytes(),
		Now: e.o.Now,
		Log: e.log.With("task", t.name()),
	})
	if err != nil {
		return errors.Join(err, t.close())
	}
	return nil
}

// close closes the local state, if it is open.
func (t *assigned) close() error {
	db := t.db
	t.db, t.runner = nil, nil
	if db == nil {
		return nil
	}
	return db.Close()
}

// lookAhead fills in how much there is to read, for lag before the first fetch.
func (e *Engine) lookAhead(ctx context.Context, t *assigned, target position.Position) error {
	for _, in := range t.inputs {
		ends, err := kafka.List(ctx, e.admin, kafka.Stable, in.Topic)
		if err != nil {
			return err
		}
		in.next.Store(target.Inputs[in.Topic].Offset)
		in.high.Store(ends[in.TopicPartition])
		if at := in.next.Load(); in.end >= 0 && at > in.end {
			e.log.Warn("nothing is read of a partition: it is read behind the end of this run already, or what comes before is deleted",
				"topic", in.Topic, "partition", in.Partition, "offset", at, "until", in.end)
		}
	}
	return nil
}
