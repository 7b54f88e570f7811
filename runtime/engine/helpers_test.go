package engine_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

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
