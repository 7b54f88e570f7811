package engine

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/weirstream/weir/runtime/kafka"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/task"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// taskID names a task: a sub-topology by its index, and a partition.
type taskID struct {
	sub       int
	partition int32
}

// assigned is one task on this instance.
type assigned struct {
	id  taskID
	sub *topology.Subtopology
	w   *worker // for as long as the task is here

	// Of whoever has the task: its opener, then its worker.
	db     *store.DB
	runner *task.Runner
	inputs []*input
	route  *route // what the worker takes records from; nil while it doesn't run
	lane   *lane  // of an ordered task that runs
	work   *work  // that it is in the midst of

	held      []message // what was fetched and waits
	heldBytes int64
	paused    bool // because that is much

	since time.Time // when it began to wait for other partitions

	told bool // the log has said that it waits

	stats topology.Stats

	// Of the controller.
	ctx    context.Context // of its opener
	cancel context.CancelFunc
	opened chan struct{} // closed when the opener is done with it

	// For metrics and between tasks, from any goroutine.
	running   atomic.Bool
	finished  atomic.Bool // of a bounded run: at the end and committed
	remaining atomic.Int64
	watermark atomic.Int64
	idle      atomic.Bool
	ahead     atomic.Bool // of other partitions, for which it waits

	memoryBytes, diskBytes atomic.Int64
}

// input is one input partition of a task.
type input struct {
	kafka.TopicPartition
	index int   // in the sub-topology's inputs
	end   int64 // of a bounded run: where to stop; -1: nowhere
	ended bool
	drift int64 // how far it may be ahead of other partitions, in milliseconds; 0: as far as it comes
	*progress
}

// progress is what metrics say of an input partition.
type progress struct {
	next atomic.Int64 // next offset to read
	high atomic.Int64 // the partition's end as of the last fetch
	time atomic.Int64 // timestamp of the last record, Unix milliseconds

	// Of inputs with a drift:
	wm   atomic.Int64 // watermark
	idle atomic.Bool
}

func (p *progress) lag() int64 { return max(0, p.high.Load()-p.next.Load()) }

// route is where the records of a task go while it is open. A task that is opened again has a new one.
type route struct{ t *assigned }

func (t *assigned) name() string { return fmt.Sprintf("%s/%d", t.sub.Name, t.id.partition) }

func names(ts []*assigned) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.name()
	}
	slices.Sort(out)
	return out
}

// publish makes the task's time known to the other workers and to metrics.
func (t *assigned) publish() {
	g := t.runner.Gauges()
	t.watermark.Store(g.Watermark)
	t.idle.Store(g.Idle)
	t.memoryBytes.Store(g.OverlayBytes)
	t.measure()
}

// followsIdle reports whether an idle task may take over the watermark of the other partitions of its source.
func (t *assigned) followsIdle() bool {
	return len(t.inputs) == 1 && !t.sub.Inputs[0].Repartition && t.sub.Inputs[0].IdleAfter > 0
}

func newAssigned(e *Engine, id taskID, w *worker) *assigned {
	t := &assigned{id: id, sub: &e.o.Topology.Subtopologies[id.sub], w: w}
	t.watermark.Store(watermark.None)
	for k, in := range t.sub.Inputs {
		tp := kafka.TopicPartition{Topic: in.Topic, Partition: id.partition}
		if id.partition >= e.layout.Partitions[in.Topic] {
			continue
		}
		i := &input{TopicPartition: tp, index: k, end: -1, drift: in.MaxDrift.Milliseconds(), progress: &progress{}}
		i.wm.Store(watermark.None)
		if end, ok := e.ends[tp]; ok {
			i.end = end
		}
		t.inputs = append(t.inputs, i)
	}
	return t
}

// seconds is a time in Unix milliseconds as seconds.
func seconds(ms int64) float64 { return float64(ms) / float64(time.Second/time.Millisecond) }
