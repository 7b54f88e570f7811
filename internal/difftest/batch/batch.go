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
	"time"

	"github.com/weirstream/weir/runtime/topology"
)

// Record is an input record.
type Record struct {
	Partition int32
	Key       []byte // nil: null
	Value     []byte // nil: null
	Timestamp time.Time
}

// Schedule says how the records are cut into commits, and what goes wrong meanwhile. The zero value feeds everything and
// commits once.
type Schedule struct {
	Seed       uint64 // of the interleaving of partitions and of the points below
	Partitions int32  // of every topic
	// Commit, Crash and Wipe are chances in a thousand, after each record: to commit, to lose everything that is not committed,
	// and to lose the local state as well.
	Commit, Crash, Wipe int
	OverlayBytes        int64
	Memory              bool // the state store, else Pebble
}

// Job is one run of one service.
type Job struct {
	Service  string
	Input    map[string][]Record // by source
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
