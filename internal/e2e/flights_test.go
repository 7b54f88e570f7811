package e2e

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/chaos"
	"github.com/weirstream/weir/internal/feed"
	"github.com/weirstream/weir/internal/kafkatest"
)

const (
	flightsSpec = "../../examples/flights/flights.weir.yaml"
	flightsData = "../../examples/flights/data/flights-2013-01.csv.gz"
	partitions  = 4
)

// flights reads the example's data as the records that `weir run` would feed.
func flights(t *testing.T, s *service) []*kgo.Record {
	t.Helper()
	src := s.program.Sources[0]
	in, err := feed.Open(flightsData, strings.NewReader(""), src, feed.Format("auto"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var recs []*kgo.Record
	for {
		r, err := in.Next()
		if errors.Is(err, io.EOF) {
			return recs
		}
		if err != nil {
			t.Fatal(err)
		}
		r.Topic = src.Topic
		recs = append(recs, r)
	}
}

// produce writes records as Kafka's own partitioner would place them.
func produce(t *testing.T, b *kafkatest.Broker, recs []*kgo.Record) {
	t.Helper()
	cl := b.Client(t, kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))
	for _, r := range recs {
		cl.Produce(t.Context(), r, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Errorf("produce: %v", err)
			}
		})
	}
	if err := cl.Flush(kafkatest.Context(t)); err != nil {
		t.Fatal(err)
	}
}

// The flights example on a broker gives exactly what the oracle gives, and no flight vanishes.
func TestFlights(t *testing.T) {
	s := compile(t, flightsSpec)
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		s.source(t, b, partitions)
		recs := flights(t, s)
		produce(t, b, recs)
		s.run(t, b, t.TempDir(), "--until=end")
		want := s.compare(t, b, partitions, s.input(t, b, s.program.Sources[0]))
		counted := len(want.Topics["late_flights"].Records)
		if late := int(want.Late); counted != late {
			t.Errorf("%d late flights in the late topic, %d counted", counted, late)
		}
	})
}

// A service that lost its disk takes its state back from the changelog and goes on as if nothing had been.
func TestStateComesBackFromTheChangelog(t *testing.T) {
	s := compile(t, flightsSpec)
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		topic := s.program.Sources[0].Topic
		s.source(t, b, partitions)
		recs := flights(t, s)
		half := len(recs) / 2
		produce(t, b, recs[:half])
		state := filepath.Join(t.TempDir(), "state")
		runUntilRead(t, s, b, state, topic)
		entries, err := os.ReadDir(state)
		if err != nil || len(entries) == 0 {
			t.Fatalf("the service left no state in %s: %v", state, err)
		}
		if err := os.RemoveAll(state); err != nil {
			t.Fatal(err)
		}
		produce(t, b, recs[half:])
		s.run(t, b, state, "--until=end")
		s.compare(t, b, partitions, s.input(t, b, s.program.Sources[0]))
	})
}

// runUntilRead runs the service until it has committed everything in the topic, and stops it with SIGTERM.
func runUntilRead(t *testing.T, s *service, b *kafkatest.Broker, state, topic string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	args := append([]string{"--brokers", b.Addr, "--state-dir", state, "--http="}, s.args(b)...)
	cmd := exec.CommandContext(ctx, s.bin, args...)
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	read := chaos.ReadAll(t, b, s.program.Service, topic)
	kafkatest.Until(t, "the service has read "+topic, func() bool {
		select {
		case err := <-exited:
			t.Fatalf("the service ended by itself: %v\n%s", err, log.String())
		default:
		}
		return read()
	})
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-exited; err != nil {
		t.Fatalf("after SIGTERM: %v\n%s", err, log.String())
	}
}
