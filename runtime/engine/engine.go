package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"github.com/weirstream/weir/runtime/assign"
	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/kafka"
	"github.com/weirstream/weir/runtime/metrics"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
)

const (
	blockCache  = 16 << 20 // of all local stores together; reads are rare
	flushEvery  = 32 << 20 // of changes to a local store: what a crash costs to replay
	pooledChunk = 512
	fetchBytes  = 4 << 20
	// fetchWait is how long the broker may hold a fetch that finds nothing. A partition that is resumed meanwhile is not part of
	// it, so a task that was just opened waits this long for its first records.
	fetchWait = 100 * time.Millisecond
	// connectTime is how long the brokers may take to answer at the start.
	connectTime = 30 * time.Second
)

// Options are what an engine is made of. All fields but the last two are required.
type Options struct {
	Topology *topology.Topology
	Config   config.Config // complete and valid
	Log      *slog.Logger
	Metrics  *metrics.Metrics

	// Now is the clock for idleness and processing time; nil: time.Now.
	Now func() time.Time
	// Fault is called before each step of a commit; an error makes the step fail. For tests.
	Fault func(step string) error
}

// Engine is one instance of a service. It runs once.
type Engine struct {
	o        Options
	cfg      config.Config
	log      *slog.Logger
	instance string
	clientID string

	admin   *kgo.Client
	cons    *kgo.Client
	layout  *kafka.Layout
	adds    bool                           // the brokers want to be told of the group before offsets are committed in a transaction
	ends    map[kafka.TopicPartition]int64 // of a bounded run: where each source partition ends
	old     sync.Map                       // the topics of which was said that they do not keep what is written
	workers []*worker
	known   atomic.Pointer[[]*worker] // the workers, for other goroutines
	ctl     *controller
	cache   *store.Cache
	pool    *emit.Pool
	subs    []*metrics.Sub
	aligned alignment

	hard    context.Context // ends when even an orderly stop has to
	abandon context.CancelCauseFunc
	fatal   chan error    // the first fatal error
	done    chan struct{} // closed when a bounded run is done
	lost    atomic.Int64  // times that the group took partitions away
}

// New makes an engine. Nothing is connected to or opened yet.
func New(o Options) (*Engine, error) {
	if o.Topology == nil || o.Log == nil || o.Metrics == nil {
		return nil, errors.New("engine: topology, log and metrics are required")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Fault == nil {
		o.Fault = func(string) error { return nil }
	}
	e := &Engine{o: o, cfg: o.Config, log: o.Log, fatal: make(chan error, 1), done: make(chan struct{})}
	e.ctl = newController(e)
	e.known.Store(&[]*worker{})
	for i := range o.Topology.Subtopologies {
		e.subs = append(e.subs, o.Metrics.Sub(o.Topology.Subtopologies[i].Name))
	}
	o.Metrics.SetSource(e.sample)
	return e, nil
}

// Run runs the instance until ctx ends, until everything is done (a bounded run), or until something fails for good. The first two
// return nil when what was read could be committed in time.
func (e *Engine) Run(ctx context.Context) error {
	release, err := e.claim()
	if err != nil {
		return err
	}
	defer release()
	e.hard, e.abandon = context.WithCancelCause(context.Background())
	defer e.abandon(nil)
	if err := e.connect(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // stopped before it began
		}
		return err
	}
	defer e.admin.Close()
	e.cache = store.NewCache(blockCache)
	defer e.cache.Unref()
	e.pool = emit.NewPool(pooledChunk)
	defer e.closeProducers()
	if err := e.startWorkers(); err != nil {
		return err
	}
	if err := e.join(); err != nil {
		return err
	}
	return e.supervise(ctx)
}

// connect makes the client for requests, the topics, and ends what an earlier process of this instance left behind.
func (e *Engine) connect(ctx context.Context) error {
	opts, err := kafka.ClientOptions(e.cfg, e.clientID, e.log)
	if err != nil {
		return err
	}
	if e.admin, err = kgo.NewClient(opts...); err != nil {
		return fmt.Errorf("kafka client: %w", err)
	}
	ok := false
	defer func() {
		if !ok {
			e.admin.Close()
		}
	}()
	pctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	if err := e.admin.Ping(pctx); err != nil {
		return fmt.Errorf("no broker of %v can be reached: %w", e.cfg.Brokers, err)
	}
	if e.layout, err = kafka.Prepare(ctx, e.admin, e.o.Topology, e.cfg); err != nil {
		return err
	}
	for _, note := range e.layout.Notes {
		e.log.Warn(note)
	}
	e.align()
	n, err := kafka.Expel(ctx, e.admin, e.cfg.Group, e.clientID)
	if err != nil {
		// The session timeout does the same, only later.
		e.log.Warn("an earlier process of this instance is still in the group", "error", err)
	} else if n > 0 {
		e.log.Info("removed an earlier process of this instance from the group", "members", n)
	}
	if e.exactlyOnce() {
		if e.adds, err = kafka.AddsOffsets(ctx, e.admin); err != nil {
			return err
		}
		if err := kafka.FenceOwn(ctx, e.admin, e.o.Topology.Service, e.instance); err != nil {
			return err
		}
	}
	if e.cfg.Until.Bounded() {
		if e.ends, err = e.sourceEnds(ctx); err != nil {
			return err
		}
	}
	ok = true
	return nil
}

func (e *Engine) exactlyOnce() bool { return e.cfg.Guarantee != config.AtLeastOnce }

// startWorkers makes the workers and initialises all transactional ids: that ends what was left open under them before any
// committed offset is read.
func (e *Engine) startWorkers() error {
	var g errgroup.Group
	for i := range e.cfg.Workers {
		w := newWorker(e, i)
		e.workers = append(e.workers, w)
		for _, p := range w.producers {
			g.Go(func() error { return p.open(e.hard) })
		}
	}
	e.known.Store(&e.workers)
	return g.Wait()
}

func (e *Engine) closeProducers() {
	for _, w := range e.workers {
		for _, p := range w.producers {
			p.close()
		}
	}
}

// join makes the consumer, which joins the group.
func (e *Engine) join() error {
	var inputs []assign.Inputs
	var topics []string
	for _, s := range e.o.Topology.Subtopologies {
		in := assign.Inputs{Subtopology: s.Name}
		for _, i := range s.Inputs {
			in.Topics = append(in.Topics, i.Topic)
			topics = append(topics, i.Topic)
		}
		inputs = append(inputs, in)
	}
	opts, err := kafka.ClientOptions(e.cfg, e.clientID, e.log)
	if err != nil {
		return err
	}
	opts = append(opts,
		kgo.ConsumerGroup(e.cfg.Group),
		kgo.ConsumeTopics(topics...),
		kgo.Balancers(assign.Balancer(inputs)),
		kgo.SessionTimeout(e.cfg.SessionTimeout),
		kgo.HeartbeatInterval(e.cfg.HeartbeatInterval),
		kgo.DisableAutoCommit(),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchMaxBytes(fetchBytes),
		kgo.FetchMaxWait(fetchWait),
		kgo.KeepControlRecords(), // so that positions go behind transaction markers, and lag comes to 0
		kgo.WithPools(&recordPool{}),
		kgo.OnPartitionsAssigned(e.ctl.onAssigned),
		kgo.OnPartitionsRevoked(e.ctl.onRevoked),
		kgo.OnPartitionsLost(e.ctl.onLost),
	)
	if e.cons, err = kgo.NewClient(opts...); err != nil {
		return fmt.Errorf("kafka consumer: %w", err)
	}
	return nil
}

// supervise runs everything and stops it in order.
func (e *Engine) supervise(ctx context.Context) error {
	e.log.Info("instance started", "service", e.o.Topology.Service, "instance", e.instance, "group", e.cfg.Group,
		"workers", len(e.workers), "guarantee", string(e.cfg.Guarantee))
	var working, others sync.WaitGroup
	for _, w := range e.workers {
		working.Go(w.run)
	}
	others.Go(e.ctl.run)
	others.Go(e.janitor)
	if len(e.aligned.parts) > 0 {
		others.Go(e.lookAround)
	}
	var failed error
	select {
	case <-ctx.Done():
	case <-e.done:
		e.log.Info("everything is processed and committed")
	case failed = <-e.fatal:
	}
	deadline := time.AfterFunc(e.cfg.ShutdownTimeout, func() { e.abandon(errDeadline) })
	defer deadline.Stop()
	e.ctl.drain()
	for _, w := range e.workers {
		w.stop(failed == nil)
	}
	working.Wait()
	select {
	case err := <-e.fatal:
		failed = errors.Join(failed, err)
	default:
	}
	// Members that leave hand their tasks on at once. A failure on the way is no harm: the session times out.
	lctx, cancel := context.WithTimeout(e.hard, 5*time.Second)
	if err := e.cons.LeaveGroupContext(lctx); err != nil && failed == nil {
		e.log.Warn("could not leave the group", "error", err)
	}
	cancel()
	e.ctl.stop()
	e.abandon(errStopped)
	e.cons.Close()
	others.Wait()
	return errors.Join(failed, e.ctl.closeAll())
}

var (
	errDeadline = errors.New("the shutdown timeout is over")
	errStopped  = errors.New("the engine has stopped")
)

// fail stops the engine with an error. Only the first one counts: the others follow from it.
func (e *Engine) fail(err error) {
	select {
	case e.fatal <- err:
	default:
	}
}

// taskDir is the directory of a task's local state.
func (e *Engine) taskDir(id taskID) string {
	return filepath.Join(e.cfg.StateDir, "tasks", e.o.Topology.Subtopologies[id.sub].Name, fmt.Sprint(id.partition))
}
