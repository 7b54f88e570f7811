package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/kafka"
)

// pollAtMost is how long a poll may wait, so that the loop is seen to live.
const pollAtMost = time.Second

// controller polls and routes. See the package comment.
type controller struct {
	e *Engine

	mu     sync.Mutex // guards what follows
	todo   []func()
	wake   context.CancelFunc // ends the poll that is under way
	closed bool

	// Of the controller's goroutine.
	parts    map[kafka.TopicPartition]bool // assigned
	tasks    map[taskID]*assigned
	routes   map[string][]where // by topic and partition
	draining bool

	// For others.
	beat   atomic.Int64 // when the loop last went round, Unix nanoseconds
	joined atomic.Bool
	list   atomic.Pointer[[]*assigned] // the tasks
	over   chan struct{}               // closed when run returns
}

// where a partition's records go.
type where struct {
	r     *route
	input int // index in the task's inputs
}

func newController(e *Engine) *controller {
	c := &controller{e: e, parts: map[kafka.TopicPartition]bool{}, tasks: map[taskID]*assigned{}, routes: map[string][]where{}, over: make(chan struct{})}
	c.wake = func() {}
	c.beat.Store(time.Now().UnixNano())
	c.list.Store(&[]*assigned{})
	return c
}

// do has the controller run f soon. It reports false when the controller has stopped, and then f never runs.
func (c *controller) do(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.todo = append(c.todo, f)
	c.wake()
	return true
}

// call is do, waiting for f to have run.
func (c *controller) call(f func()) {
	ran := make(chan struct{})
	if c.do(func() { f(); close(ran) }) {
		select {
		case <-ran:
		case <-c.over:
		}
	}
}

// drain stops polling; what is handed in by do is still run.
func (c *controller) drain() { c.call(func() { c.draining = true }) }

// stop ends run.
func (c *controller) stop() {
	c.mu.Lock()
	c.closed = true
	c.wake()
	c.mu.Unlock()
	<-c.over
}

func (c *controller) run() {
	defer close(c.over)
	for {
		c.beat.Store(time.Now().UnixNano())
		ctx, cancel := context.WithTimeout(c.e.hard, pollAtMost)
		c.mu.Lock()
		todo, closed := c.todo, c.closed
		c.todo, c.wake = nil, cancel
		c.mu.Unlock()
		for _, f := range todo {
			f()
		}
		switch {
		case closed:
			cancel()
			return
		case len(todo) > 0:
			// Come back at once: what was run may have handed in more.
		case c.draining:
			<-ctx.Done()
		default:
			c.poll(ctx)
		}
		cancel()
	}
}

func (c *controller) poll(ctx context.Context) {
	fs := c.e.cons.PollFetches(ctx)
	fs.EachPartition(func(p kgo.FetchTopicPartition) {
		if p.Err != nil {
			c.fetchError(p)
		}
		if len(p.Records) == 0 {
			return
		}
		var to where
		if rs := c.routes[p.Topic]; int(p.Partition) < len(rs) {
			to = rs[p.Partition]
		}
		if to.r == nil {
			recycle(p.Records) // it left, or is being opened again
			return
		}
		to.r.t.inputs[to.input].high.Store(p.LastStableOffset)
		to.r.t.w.send(message{kind: fetched, task: to.r.t, route: to.r, input: to.input, records: p.Records})
	})
}

// fetchError deals with what a poll reports. The client retries by itself what can be retried.
func (c *controller) fetchError(p kgo.FetchTopicPartition) {
	switch {
	case errors.Is(p.Err, context.Canceled), errors.Is(p.Err, context.DeadlineExceeded), errors.Is(p.Err, kgo.ErrClientClosed):
	case errors.Is(p.Err, kerr.TopicAuthorizationFailed), errors.Is(p.Err, kerr.GroupAuthorizationFailed), errors.Is(p.Err, kerr.ClusterAuthorizationFailed),
		errors.Is(p.Err, kerr.SaslAuthenticationFailed), errors.Is(p.Err, kerr.InconsistentGroupProtocol):
		c.e.fail(fmt.Errorf("fetch from topic %q, partition %d: %w", p.Topic, p.Partition, p.Err))
	default:
		c.e.log.Warn("fetch", "topic", p.Topic, "partition", p.Partition, "error", p.Err)
	}
}

func recycle(rs []*kgo.Record) {
	for _, r := range rs {
		r.Recycle()
	}
}

// onAssigned is called by the consumer with partitions that are new. It returns before they are fetched from.
func (c *controller) onAssigned(_ context.Context, _ *kgo.Client, m map[string][]int32) {
	c.call(func() {
		c.joined.Store(true)
		for topic, ps := range m {
			for _, p := range ps {
				c.parts[kafka.TopicPartition{Topic: topic, Partition: p}] = true
			}
		}
		var fresh []*assigned
		for sub, n := range c.e.layout.Tasks {
			for p := range n {
				id := taskID{sub, p}
				if c.tasks[id] != nil || !c.complete(id) {
					continue
				}
				t := newAssigned(c.e, id, c.leastLoaded(sub))
				c.tasks[id] = t
				fresh = append(fresh, t)
			}
		}
		c.publish()
		if len(fresh) > 0 {
			c.e.o.Metrics.Rebalance()
			c.e.log.Info("tasks assigned", "tasks", names(fresh), "now", len(c.tasks))
			c.open(fresh, 0)
		}
	})
}

// complete reports whether all input partitions of a task are assigned.
func (c *controller) complete(id taskID) bool {
	some := false
	for _, in := range c.e.o.Topology.Subtopologies[id.sub].Inputs {
		if id.partition >= c.e.layout.Partitions[in.Topic] {
			continue
		}
		if !c.parts[kafka.TopicPartition{Topic: in.Topic, Partition: id.partition}] {
			return false
		}
		some = true
	}
	return some
}

// leastLoaded is the worker with the fewest tasks of a sub-topology, among those the one with the fewest tasks.
func (c *controller) leastLoaded(sub int) *worker {
	free := c.e.workers
	if c.e.ordered(sub) {
		return free[0]
	}
	if len(free) > 1 && c.e.cfg.Until.Bounded() {
		free = free[1:] // the first one has enough to do
	}
	load := make(map[*worker]int, len(c.e.workers))
	for _, t := range c.tasks {
		load[t.w]++
		if t.id.sub == sub {
			load[t.w] += 1 << 16
		}
	}
	best := free[0]
	for _, w := range free {
		if load[w] < load[best] {
			best = w
		}
	}
	return best
}

// open starts to open tasks, after a pause.
func (c *controller) open(ts []*assigned, pause time.Duration) {
	for _, t := range ts {
		t.ctx, t.cancel = context.WithCancel(c.e.hard)
		t.opened = make(chan struct{})
		t.running.Store(false)
		c.unroute(t)
	}
	c.e.cons.PauseFetchPartitions(partitions(ts))
	go c.e.openTasks(ts, pause)
}

// ready puts an open task to work. It is run by the controller.
func (c *controller) ready(t *assigned) {
	if c.tasks[t.id] != t || c.draining {
		return // it left in the meantime
	}
	set := map[string]map[int32]kgo.EpochOffset{}
	for i := range t.inputs {
		in := t.inputs[i]
		at, ok := t.runner.Next(in.index)
		if !ok {
			continue
		}
		if set[in.Topic] == nil {
			set[in.Topic] = map[int32]kgo.EpochOffset{}
		}
		set[in.Topic][in.Partition] = kgo.EpochOffset{Epoch: at.Epoch, Offset: at.Offset}
	}
	// Where nothing was polled yet this changes nothing, and the consumer begins at the committed offset by itself.
	c.e.cons.SetOffsets(set)
	r := &route{t}
	for i := range t.inputs {
		in := t.inputs[i]
		for len(c.routes[in.Topic]) <= int(in.Partition) {
			c.routes[in.Topic] = append(c.routes[in.Topic], where{})
		}
		c.routes[in.Topic][in.Partition] = where{r, i}
	}
	t.running.Store(true)
	t.w.send(message{kind: opening, task: t, route: r})
	c.e.cons.ResumeFetchPartitions(partitions([]*assigned{t}))
}

func (c *controller) unroute(t *assigned) {
	for i := range t.inputs {
		in := t.inputs[i]
		if rs := c.routes[in.Topic]; int(in.Partition) < len(rs) {
			rs[in.Partition] = where{}
		}
	}
}

// reopen takes tasks whose commit failed back to opening. Workers call it, having let go of the tasks.
func (c *controller) reopen(ts []*assigned, pause time.Duration) {
	c.do(func() {
		var here []*assigned
		for _, t := range ts {
			if c.tasks[t.id] == t && !c.draining {
				here = append(here, t)
			}
		}
		if len(here) > 0 {
			c.open(here, pause)
		}
	})
}

// onRevoked is called by the consumer before it gives partitions up; they go to others as soon as it returns.
func (c *controller) onRevoked(_ context.Context, _ *kgo.Client, m map[string][]int32) {
	c.release(m, leaving)
}

// onLost is called by the consumer when the group has taken it for dead: the partitions may be somebody else's already.
func (c *controller) onLost(_ context.Context, _ *kgo.Client, m map[string][]int32) {
	c.e.lost.Add(1)
	c.joined.Store(false)
	c.e.log.Warn("the group has taken this instance for dead; its uncommitted work is dropped")
	c.release(m, dropped)
}

// release lets tasks go, and waits until they have.
func (c *controller) release(m map[string][]int32, how kind) {
	var gone []*assigned
	c.call(func() {
		for topic, ps := range m {
			for _, p := range ps {
				delete(c.parts, kafka.TopicPartition{Topic: topic, Partition: p})
			}
		}
		for id, t := range c.tasks {
			if !c.complete(id) {
				delete(c.tasks, id)
				c.unroute(t)
				gone = append(gone, t)
			}
		}
		if len(gone) > 0 {
			c.e.cons.ResumeFetchPartitions(partitions(gone)) // no trace of a pause stays behind
		}
		c.publish()
	})
	if len(gone) == 0 {
		return
	}
	c.e.o.Metrics.Rebalance()
	c.e.log.Info("tasks leave", "tasks", names(gone))
	done := make([]chan struct{}, len(gone))
	for i, t := range gone {
		done[i] = make(chan struct{})
		t.cancel()
		t.w.send(message{kind: how, task: t, done: done[i]})
	}
	for i, t := range gone {
		select {
		case <-done[i]:
		case <-t.w.done: // it has stopped, after a last commit if there was one to make
		}
		<-t.opened
	}
	for _, t := range gone {
		if err := t.close(); err != nil {
			c.e.log.Error("close local state", "task", t.name(), "error", err)
		}
	}
}

func (c *controller) publish() {
	ts := make([]*assigned, 0, len(c.tasks))
	for _, t := range c.tasks {
		ts = append(ts, t)
	}
	c.list.Store(&ts)
}

// closeAll closes what is still open once everything has stopped.
func (c *controller) closeAll() error {
	var errs []error
	for _, t := range c.tasks {
		t.cancel()
		<-t.opened
		errs = append(errs, t.close())
	}
	c.tasks = map[taskID]*assigned{}
	return errors.Join(errs...)
}

func partitions(ts []*assigned) map[string][]int32 {
	m := map[string][]int32{}
	for _, t := range ts {
		for _, in := range t.inputs {
			m[in.Topic] = append(m[in.Topic], in.Partition)
		}
	}
	return m
}
