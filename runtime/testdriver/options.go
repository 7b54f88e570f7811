package testdriver

import (
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/topology"
)

// Options are how a topology is run. The zero value is one partition of everything.
type Options struct {
	// Partitions is how many partitions the topics of sources and repartition topics have; 0: 1.
	Partitions int32
	// SinkPartitions is how many those of sinks and dead letters have; 0: 1. Records without a key go to the first one.
	SinkPartitions int32
	// Topics overrides both for single topics, by topic or by source name.
	Topics map[string]int32
	// Memory has the stores in memory: nothing of them is left after a crash. Otherwise they are Pebble directories in a file
	// system in memory, which lose in a crash what was not written out.
	Memory bool
	// OverlayBytes bounds the memory of each task's stores, and what each pre_aggregate holds before it is written; 0: no bound.
	OverlayBytes int64
	// CommitEvery commits a task after that many of its records; 0: only by Commit and End.
	CommitEvery int
	// Random is a random schedule, see the package comment.
	Random *Random
	// Start is the wall clock's time at the start; zero: the year 2000.
	Start time.Time
	Log   *slog.Logger // nil: nothing is logged
}

// Random is a random schedule. Chances are between 0 and 1 and are taken after each batch.
type Random struct {
	Seed     uint64
	MaxBatch int     // records processed in a row, at most; 0: 10
	Commit   float64 // that the task begins a commit
	Delay    float64 // that a commit once begun is left in flight while processing goes on
	Crash    float64 // that the task, or all of them, crash
	Wipe     float64 // that a crash takes the local state with it
	// Pause has the work of a task done in pieces of so many pauses, see [topology.Work]; between them other tasks go on, or it crashes. 0: all
	// at once.
	Pause int
}

// Header is a header of a record.
type Header = kgo.RecordHeader

// Record is a record of an output topic.
type Record struct {
	Topic     string
	Partition int32
	Offset    int64
	Key       []byte // nil: null
	Value     []byte // nil: null
	Timestamp time.Time
	Headers   []Header
}

// partitions is how many partitions a topic has.
func (o *Options) partitions(t *topology.Topology, topic string) int32 {
	if n := o.Topics[topic]; n > 0 {
		return n
	}
	sink := true
	for _, sub := range t.Subtopologies {
		for _, in := range sub.Inputs {
			if in.Topic != topic {
				continue
			}
			sink = false
			if n := o.Topics[in.Name]; n > 0 {
				return n
			}
		}
	}
	if sink {
		return max(1, o.SinkPartitions)
	}
	return max(1, o.Partitions)
}
