// Package batch is the part of the differential test that runs inside the test binary of a batch of generated services: it reads
// jobs, runs each under the test driver and answers with what the service wrote.
//
// Jobs come as JSON values on standard input, outcomes go as JSON values to standard output, in the same order.
package batch

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sort"
	"time"

	"github.com/weirstream/weir/runtime/testdriver"
	"github.com/weirstream/weir/runtime/topology"
)

// Record is an input record.
type Record struct {
	Partition int32
	Key       []byte // nil: null
	Value     []byte // nil: null
	Timestamp time.Time
}

// Schedule says how a run goes: how records are batched and committed, and what goes wrong meanwhile.
type Schedule struct {
	Partitions   int32 // of the topics of sources, and of repartition topics
	Memory       bool  // the state store; else Pebble
	OverlayBytes int64
	CommitEvery  int                // without Random: records of a task between commits, 0 for one commit at the end
	Clock        time.Duration      // by which the wall clock goes on behind every third record; 0: it stands still
	Random       *testdriver.Random // nil: records are processed in the order in which they are sent
}

// Job is one run of one service.
type Job struct {
	Service  string
	Input    map[string][]Record // by source; those of a partition in order
	Schedule Schedule
}

// Written is a record in an output topic.
type Written struct {
	Partition int32
	Key       []byte
	Value     []byte
	Timestamp time.Time
	Headers   map[string]string
}

// Outcome is what came of a job.
type Outcome struct {
	Err   string // the run failed, as it must under on_error: fail
	Panic string
	// Output holds what was committed, by topic, each partition's records in order.
	Output        map[string][]Written
	Late, Skipped int64
}

// Main serves jobs until its input ends. Topologies are the batch's services by name.
func Main(topologies map[string]func() *topology.Topology) {
	in, out := json.NewDecoder(bufio.NewReader(os.Stdin)), bufio.NewWriter(os.Stdout)
	for {
		var j Job
		if err := in.Decode(&j); err == io.EOF {
			return
		} else if err != nil {
			fmt.Fprintln(os.Stderr, "reading a job:", err)
			os.Exit(2)
		}
		if err := json.NewEncoder(out).Encode(runSafely(topologies, j)); err != nil {
			fmt.Fprintln(os.Stderr, "writing an outcome:", err)
			os.Exit(2)
		}
		out.Flush()
	}
}

func runSafely(topologies map[string]func() *topology.Topology, j Job) (o Outcome) {
	defer func() {
		if p := recover(); p != nil {
			o.Panic = fmt.Sprintf("%v\n%s", p, debug.Stack())
		}
	}()
	t := topologies[j.Service]
	if t == nil {
		return Outcome{Err: "no service " + j.Service}
	}
	return run(t(), j)
}

// run feeds the input of a job, source after source, and ends it.
func run(t *topology.Topology, j Job) (o Outcome) {
	s := j.Schedule
	d, err := testdriver.New(t, testdriver.Options{
		Partitions: s.Partitions, SinkPartitions: 2, Memory: s.Memory, OverlayBytes: s.OverlayBytes, CommitEvery: s.CommitEvery, Random: s.Random,
	})
	if err != nil {
		return Outcome{Err: err.Error()}
	}
	if err := feed(d, j); err != nil {
		o.Err = err.Error()
	}
	stats := d.Stats()
	o.Late, o.Skipped = stats.Late, stats.Skipped
	o.Output = map[string][]Written{}
	for topic, recs := range d.Outputs() {
		for _, r := range recs {
			w := Written{Partition: r.Partition, Key: r.Key, Value: r.Value, Timestamp: r.Timestamp, Headers: map[string]string{}}
			for _, h := range r.Headers {
				w.Headers[h.Key] = string(h.Value)
			}
			o.Output[topic] = append(o.Output[topic], w)
		}
	}
	if err := d.Close(); err != nil && o.Err == "" {
		o.Err = err.Error()
	}
	return o
}

func feed(d *testdriver.Driver, j Job) error {
	var sources []string
	for name := range j.Input {
		sources = append(sources, name)
	}
	sort.Strings(sources)
	for _, name := range sources {
		for i, r := range j.Input[name] {
			if err := d.Send(name, r.Partition, r.Key, r.Value, r.Timestamp); err != nil {
				return err
			}
			if j.Schedule.Clock > 0 && i%3 == 2 {
				if err := d.Advance(j.Schedule.Clock); err != nil {
					return err
				}
			}
		}
		if err := d.Commit(); err != nil {
			return err
		}
	}
	return d.End()
}
