package engine_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/kafkatest"
	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/runtime/engine"
	"github.com/weirstream/weir/runtime/metrics"
	"github.com/weirstream/weir/runtime/topology"
)

var serial struct {
	sync.Mutex
	n int
}

// service is a name that no other test of this process uses.
func service(name string) string {
	serial.Lock()
	defer serial.Unlock()
	serial.n++
	return fmt.Sprintf("%s%d", name, serial.n)
}

// instance is an engine that runs in this process.
type instance struct {
	*engine.Engine
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// settings of an instance with its state in dir.
func settings(b *kafkatest.Broker, svc, dir string) config.Config {
	c := config.Config{
		Brokers: []string{b.Addr}, StateDir: dir, Embedded: b.Embedded, CreateTopics: true, Workers: 2,
		CommitInterval: 20 * time.Millisecond, SessionTimeout: 6 * time.Second, HeartbeatInterval: 100 * time.Millisecond,
	}
	return c.Complete(svc)
}

func testLog(t testing.TB) *slog.Logger {
	w := io.Writer(io.Discard)
	level := slog.LevelWarn
	if testing.Verbose() {
		w, level = os.Stderr, slog.LevelInfo
	}
	if os.Getenv("ENGINE_DEBUG") != "" {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level})).With("test", t.Name())
}

// start runs an engine until the test or the caller stops it.
func start(t testing.TB, topo *topology.Topology, c config.Config, change ...func(*engine.Options)) *instance {
	t.Helper()
	o := engine.Options{Topology: topo, Config: c, Log: testLog(t), Metrics: metrics.New(topo.Service, "test")}
	for _, f := range change {
		f(&o)
	}
	e, err := engine.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	i := &instance{Engine: e, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(i.done)
		i.err = e.Run(ctx)
	}()
	t.Cleanup(func() { i.cancel(); <-i.done })
	return i
}

// stop stops the instance in order, and fails the test when that goes wrong.
func (i *instance) stop(t testing.TB) {
	t.Helper()
	i.cancel()
	i.wait(t)
}

// wait waits for the instance to end by itself.
func (i *instance) wait(t testing.TB) {
	t.Helper()
	select {
	case <-i.done:
	case <-time.After(kafkatest.Timeout):
		t.Fatal("the instance does not end")
	}
	if i.err != nil {
		t.Fatalf("the instance ended with: %v", i.err)
	}
}

// someOrders makes n orders for each of so many partitions. Event times rise within a partition.
func someOrders(seed uint64, partitions, n int) [][]order {
	r := rand.New(rand.NewPCG(seed, 7))
	out := make([][]order, partitions)
	for p := range out {
		at := int64(1_700_000_000_000)
		for range n {
			at += r.Int64N(20)
			out[p] = append(out[p], order{fmt.Sprintf("p%d", r.IntN(20)), r.Int64N(100) - 10, at})
		}
	}
	return out
}

func flat(orders [][]order) (all []order) {
	for _, p := range orders {
		all = append(all, p...)
	}
	return all
}

func records(svc string, orders [][]order) (recs []*kgo.Record) {
	for p, list := range orders {
		for _, o := range list {
			recs = append(recs, &kgo.Record{Topic: ordersTopic(svc), Partition: int32(p), Value: fmt.Appendf(nil, "%s,%d,%d", o.product, o.amount, o.at)})
		}
	}
	return recs
}

// check compares the committed totals with what they should be.
func check(t testing.TB, b *kafkatest.Broker, svc string, want map[string]bool) {
	t.Helper()
	got := map[string]int{}
	for _, r := range b.ReadAll(t, totalsTopic(svc)) {
		got[string(r.Value)]++
	}
	bad := 0
	report := func(format string, args ...any) {
		if bad++; bad <= 10 {
			t.Errorf(format, args...)
		}
	}
	for v, n := range got {
		if !want[v] {
			report("total %q should not be there", v)
		} else if n > 1 {
			report("total %q is there %d times", v, n)
		}
	}
	for v := range want {
		if got[v] == 0 {
			report("total %q is missing", v)
		}
	}
	if bad > 10 {
		t.Errorf("and %d more", bad-10)
	}
}
