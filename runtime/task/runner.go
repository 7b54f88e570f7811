package task

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// Position is how far a task has come.
type Position = position.Position

// Options are what a task needs from whoever runs it.
type Options struct {
	// DB is the task's own; the runner doesn't close it.
	DB *store.DB
	// Pool may be shared with other tasks.
	Pool *emit.Pool
	// Targets say where each output goes, see [Targets].
	Targets []emit.Target
	// Upstreams are the tasks that write each input, see [Upstreams]; none for a source.
	Upstreams [][]Upstream
	// OverlayBytes bounds what the stores keep in memory besides what changed since the last commit; 0: no bound.
	OverlayBytes int64
	// CombineBytes is how much each buffer of partial aggregates holds before it writes them; 0: [CombineBytes].
	CombineBytes int64
	// Now is the clock that processing time is read from; nil: time.Now.
	Now func() time.Time
	Log *slog.Logger // nil: slog.Default()
}

// CombineBytes is how much a buffer of partial aggregates holds at most, where the options do not say another size.
const CombineBytes = 4 << 20

// Upstream is a sub-topology that writes a repartition topic.
type Upstream struct {
	Subtopology string
	Tasks       int // how many, the partitions of its inputs
}

// Targets are the targets of a task's outputs: changelogs go to the task's own partition, repartition topics by the key's hash
// over the topic's partitions, and the rest wherever the producer's partitioner says.
func Targets(sub *topology.Subtopology, partition int32, partitions func(topic string) int32) []emit.Target {
	ts := make([]emit.Target, len(sub.Outputs))
	for i, o := range sub.Outputs {
		ts[i] = emit.Target{Topic: o.Topic, Fixed: -1}
		switch o.Kind {
		case topology.Changelog:
			ts[i].Fixed = partition
		case topology.Repartition:
			ts[i].Partitions = partitions(o.Topic)
		}
	}
	return ts
}

// Upstreams are the writers of a sub-topology's inputs.
func Upstreams(t *topology.Topology, sub *topology.Subtopology, partitions func(topic string) int32) [][]Upstream {
	us := make([][]Upstream, len(sub.Inputs))
	for i, in := range sub.Inputs {
		for _, n := range in.From {
			from := &t.Subtopologies[n]
			up := Upstream{Subtopology: from.Name}
			for _, in := range from.Inputs {
				up.Tasks = max(up.Tasks, int(partitions(in.Topic)))
			}
			us[i] = append(us[i], up)
		}
	}
	return us
}

// input is one input of the task.
type input struct {
	topology.Input
	ups   []Upstream
	next  position.Offset
	known bool      // next is known
	fed   bool      // a record came since the last Tick
	seen  time.Time // the Tick after the last record
}

// stored is what the runner needs of stores whose entries expire with the watermark.
type stored interface {
	topology.State
	Live(key []byte, wm int64) (bool, error)
	Trim(wm int64) error
	Closed() int64
}

// Runner runs one task. See the package comment for which goroutine may call what.
type Runner struct {
	sub       *topology.Subtopology
	partition int32
	c         *topology.Context
	task      topology.Task
	clocked   topology.Clocked // the task, if it wants to know of processing time, else nil
	timed     topology.Timed   // the task, if it can say a record's event time, else nil
	wall      func() time.Time
	inputs    []input
	targets   []emit.Target

	touched   bool           // something happened since the last Seal
	advanced  int64          // the watermark that the task was last told outside Process
	announced watermark.Mark // what was last written into the repartition topics
	announce  bool           // write it again though it didn't change
	paced     bool           // it is what Mark last took down, not what it is when a commit begins
	said      watermark.Mark // what Mark last took down
	reparts   bool           // there are repartition topics to write it into
	settled   int            // applied seals that the stores know of

	mu        sync.Mutex // guards what follows, which Apply changes
	committed Position
	clock     *watermark.Clock // as of committed
	stats     topology.Stats   // as of committed
	sealed    []*Sealed        // not applied yet, oldest first
	applied   int

	live struct { // for metrics, from any goroutine
		watermark, size atomic.Int64
		idle            atomic.Bool
	}
}

// New makes the task of one partition and opens its stores. Call Restore before the first record.
func New(sub *topology.Subtopology, partition int32, o Options) (*Runner, error) {
	if len(o.Targets) != len(sub.Outputs) || len(o.Upstreams) != len(sub.Inputs) {
		return nil, fmt.Errorf("task %s/%d: %d targets for %d outputs, %d upstreams for %d inputs",
			sub.Name, partition, len(o.Targets), len(sub.Outputs), len(o.Upstreams), len(sub.Inputs))
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	r := &Runner{sub: sub, partition: partition, targets: o.Targets, announce: true, advanced: watermark.None, committed: position.Start()}
	cfg := make([]watermark.Config, len(sub.Inputs))
	for i, in := range sub.Inputs {
		r.inputs = append(r.inputs, input{Input: in, ups: o.Upstreams[i]})
		cfg[i].Lag = in.Lag.Milliseconds()
		if in.Repartition {
			cfg[i].StreamTime = in.StreamTime
			for _, up := range o.Upstreams[i] {
				cfg[i].Upstreams = append(cfg[i].Upstreams, max(1, up.Tasks))
			}
		}
	}
	for _, out := range sub.Outputs {
		r.reparts = r.reparts || out.Kind == topology.Repartition
	}
	r.c = &topology.Context{
		Subtopology: sub, Partition: partition, Clock: watermark.NewClock(cfg), Out: emit.New(o.Pool, o.Targets), DB: o.DB,
		OverlayBytes: o.OverlayBytes, CombineBytes: o.CombineBytes, Log: o.Log,
	}
	if o.CombineBytes <= 0 {
		r.c.CombineBytes = CombineBytes
	}
	r.clock = r.c.Clock.Clone()
	var err error
	if r.task, err = sub.New(r.c); err != nil {
		return nil, fmt.Errorf("task %s/%d: %w", sub.Name, partition, err)
	}
	r.clocked, _ = r.task.(topology.Clocked)
	r.timed, _ = r.task.(topology.Timed)
	if r.wall = o.Now; r.wall == nil {
		r.wall = time.Now
	}
	r.publish()
	return r, nil
}

// Feed takes a record of an input: a control record goes to the clock, any other to the task. After an error the task must be
// aborted or given up.
func (r *Runner) Feed(input int, rec *kgo.Record) error {
	if !r.touched {
		if err := r.begin(r.wall()); err != nil {
			return err
		}
	}
	in := &r.inputs[input]
	if in.Repartition && rec.Key == nil && len(rec.Headers) > 0 && rec.Headers[0].Key == watermark.Header {
		if err := r.mark(input, rec); err != nil {
			return err
		}
	} else {
		r.c.Stats.Records++
		r.c.Stats.Bytes += int64(len(rec.Key) + len(rec.Value))
		if err := r.task.Process(input, rec); err != nil {
			return err
		}
	}
	in.next = position.Offset{Offset: rec.Offset + 1, Epoch: rec.LeaderEpoch}
	in.known, in.fed, r.touched = true, true, true
	return nil
}

// Pass goes over what is no record, a transaction's marker: the position goes behind it with the next commit. It is nothing to
// commit by itself, or the marker of one commit would bring about the next.
func (r *Runner) Pass(input int, rec *kgo.Record) {
	in := &r.inputs[input]
	in.next, in.known = position.Offset{Offset: rec.Offset + 1, Epoch: rec.LeaderEpoch}, true
}

// EventTime is the event time of a record that is to be fed, for who has to choose between several tasks. A task that cannot say it
// goes by the record's timestamp.
func (r *Runner) EventTime(rec *kgo.Record) (int64, error) {
	if r.timed == nil {
		return rec.Timestamp.UnixMilli(), nil
	}
	return r.timed.EventTime(rec)
}

// Reach goes over what is not there, up to an offset: records of transactions that were aborted, or that were compacted away.
func (r *Runner) Reach(input int, offset int64) {
	in := &r.inputs[input]
	if !in.known || in.next.Offset < offset {
		in.next, in.known = position.Offset{Offset: offset, Epoch: -1}, true
	}
}

func (r *Runner) mark(input int, rec *kgo.Record) error {
	from, partition, m, err := watermark.ParseMark(rec.Value)
	if err != nil {
		return topology.Fatal(&topology.RecordError{Topic: rec.Topic, Partition: rec.Partition, Offset: rec.Offset, Err: err})
	}
	up := slices.IndexFunc(r.inputs[input].ups, func(up Upstream) bool { return up.Subtopology == from })
	if up < 0 {
		// Left by an earlier version of the service in which another sub-topology fed this topic: its time is over.
		r.c.Log.Debug("watermark of a former sub-topology ignored", "topic", rec.Topic, "subtopology", from)
		return nil
	}
	r.c.Clock.Mark(input, up, partition, m)
	return r.advance()
}

// begin begins what belongs to the next commit: processing time moves, and the task does what that makes due.
func (r *Runner) begin(now time.Time) error {
	r.c.Processing = now.UnixMilli()
	if r.clocked == nil {
		return nil
	}
	before := r.c.Stats
	err := r.clocked.Tick()
	r.touched = r.touched || r.c.Stats != before
	return err
}

// advance tells the task that the watermark moved without a record of its own.
func (r *Runner) advance() error {
	now := r.c.Clock.Now()
	if now <= r.advanced {
		return nil
	}
	if !r.touched {
		if err := r.begin(r.wall()); err != nil {
			return err
		}
	}
	r.advanced, r.touched = now, true
	return r.task.Advance(now)
}

// Tick tells the time, now and then: a source input that got no record for its IdleAfter becomes idle, counted from the Tick
// after its last record, or from the first one. Where nothing is uncommitted processing time moves. It also lets stores evict what Apply has made clean, and publishes the gauges.
func (r *Runner) Tick(now time.Time) error {
	for i := range r.inputs {
		in := &r.inputs[i]
		if in.Repartition || in.IdleAfter <= 0 {
			continue
		}
		if in.fed || in.seen.IsZero() {
			in.fed, in.seen = false, now
			continue
		}
		if !r.c.Clock.InputIdle(i) && now.Sub(in.seen) >= in.IdleAfter {
			r.c.Clock.SetIdle(i, true)
		}
	}
	r.settle()
	if !r.touched {
		if err := r.begin(now); err != nil {
			return err
		}
	}
	r.publish()
	return r.advance()
}

// Busy says that an input has records that were not fed yet, so that silence so far is no idleness.
func (r *Runner) Busy(input int) { r.inputs[input].fed = true }

// Follow lets a task whose inputs are all idle go along with a watermark of elsewhere, that of the source's other partitions: a
// silent partition then holds nothing back, its own windows included. It does nothing to a task that is not idle, and the end of
// the others is not the end of this one.
func (r *Runner) Follow(wm int64) error {
	if r.c.Clock.Idle() && wm != watermark.End {
		r.c.Clock.Floor(wm)
	}
	return r.advance()
}

// End says that a source input is used up, in a bounded run: nothing will be fed to it any more. Repartition inputs end by the
// marks of their upstream tasks.
func (r *Runner) End(input int) error {
	r.c.Clock.End(input)
	return r.advance()
}

// Ended reports whether every input has ended and the task has closed everything. What follows is to commit it.
func (r *Runner) Ended() bool { return r.advanced == watermark.End }

// Announce has the next Seal write the watermark into the repartition topics though it may not have moved.
func (r *Runner) Announce() { r.announce = true }

// Pace has the watermark written into the repartition topics where Mark is called, and at the end, rather than by each Seal: where it
// stands among the records does not depend on when there is a commit then.
func (r *Runner) Pace() { r.paced, r.said = true, r.now() }

// Flush writes what the task has combined for its repartition topics.
func (r *Runner) Flush() error {
	for _, b := range r.c.Buffers {
		if err := b.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// Holds reports whether the task has combined something that it has not written.
func (r *Runner) Holds() bool {
	return slices.ContainsFunc(r.c.Buffers, func(b topology.Buffer) bool { return b.Held() > 0 })
}

// Mark writes the watermark into the repartition topics if it moved, behind what was combined before it did.
func (r *Runner) Mark() error {
	if err := r.advance(); err != nil {
		return err
	}
	if err := r.Flush(); err != nil {
		return err
	}
	r.said = r.now()
	r.writeMarks()
	return nil
}

// Pending reports whether a Seal would have anything to commit.
func (r *Runner) Pending() bool {
	return r.touched || r.reparts && (r.announce || r.announced != r.saying())
}

// Size is an estimate of the memory that the stores use, in bytes. An engine commits early when it is too much.
func (r *Runner) Size() (n int64) {
	for _, s := range r.c.Stores {
		n += s.Size()
	}
	for _, b := range r.c.Buffers {
		n += b.Size()
	}
	return n
}

// Watermark is the task's watermark.
func (r *Runner) Watermark() int64 { return r.c.Clock.Now() }

// Context is the task's context, for tests and tools.
func (r *Runner) Context() *topology.Context { return r.c }

// Subtopology is what the task is a partition of.
func (r *Runner) Subtopology() *topology.Subtopology { return r.sub }

// Partition is the task's partition.
func (r *Runner) Partition() int32 { return r.partition }

// settle tells the stores which seals have reached the DB.
func (r *Runner) settle() {
	r.mu.Lock()
	n := r.applied
	r.mu.Unlock()
	for ; r.settled < n; r.settled++ {
		for _, s := range r.c.Stores {
			s.Committed()
		}
	}
}

// Gauges are a task's figures for metrics.
type Gauges struct {
	topology.Stats       // of what was committed
	Watermark      int64 // as of the last Seal or Tick
	Idle           bool
	OverlayBytes   int64
}

// Gauges may be called from any goroutine.
func (r *Runner) Gauges() Gauges {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Gauges{r.stats, r.live.watermark.Load(), r.live.idle.Load(), r.live.size.Load()}
}

func (r *Runner) publish() {
	r.live.watermark.Store(r.c.Clock.Now())
	r.live.idle.Store(r.c.Clock.Idle())
	r.live.size.Store(r.Size())
}
