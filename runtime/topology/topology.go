// Package topology describes a compiled topology: what generated code hands to whoever runs it, a Kafka engine or the test
// driver.
//
// A [Topology] is data plus one constructor per sub-topology. A sub-topology is the part of the graph between two
// repartition topics; sub-topology × partition is a task. Everything that is stored or shared under a name (topics, stores,
// sub-topologies) takes that name from the spec, never from a counter.
package topology

import "time"

// API is the version of the contract between generated code and these packages. Generated code refers to APIVersion1 by
// name, so a mismatch is a compile error that says which side to update.
const APIVersion1 = 1

// Topology is one compiled spec.
type Topology struct {
	Service       string // the consumer group and the prefix of internal names
	Spec          string // the spec's file name, for messages
	Subtopologies []Subtopology
}

// Subtopology is a part of the graph that runs without a network hop.
type Subtopology struct {
	// Name is the source's name, or the name of the step whose group_by cut the graph.
	Name    string
	Inputs  []Input
	Outputs []Output // the generated code sends to an output by its index
	Stores  []Store
	// New makes the task of one partition. It opens its stores through the context.
	New func(*Context) (Task, error)
}

// Policy says what becomes of a record that can't be processed.
type Policy uint8

// The policies of on_error.
const (
	Fail Policy = iota
	Skip
	DeadLetter
)

// Input is one topic that a sub-topology reads.
type Input struct {
	// Name is the source's name, or the step's for a repartition topic.
	Name  string
	Topic string
	// Repartition marks an internal topic. Its watermark comes from control records; Lag, IdleAfter and MaxDrift don't apply.
	Repartition bool
	// StreamTime says of a repartition topic that its watermark is the highest of the tasks that write it. It is the lowest otherwise.
	StreamTime bool
	// From are the indexes of the sub-topologies that write a repartition topic, several where a merge stands in front of it.
	From      []int
	Lag       time.Duration
	IdleAfter time.Duration // 0: never idle
	// MaxDrift is how far the watermark of a source's partition may be ahead of the lowest one of all inputs that have a MaxDrift; beyond
	// that the partition is not read. 0: it is read as fast as it comes.
	MaxDrift time.Duration
	OnError  Policy
	// DeadLetter is the index in Outputs of the dead letter topic when OnError is DeadLetter.
	DeadLetter int
}

// OutputKind says what kind of topic an output is.
type OutputKind uint8

// The kinds of output.
const (
	Sink OutputKind = iota
	Repartition
	Changelog
	DeadLetters
)

// Output is one topic that a sub-topology writes.
type Output struct {
	Kind  OutputKind
	Name  string // sink, step, store or source name
	Topic string
	// Delay applies to a repartition topic that carries results of windows: they come up to this many milliseconds of lateness
	// behind the task's watermark, so the watermark announced into the topic stays that much behind.
	Delay int64
}

// Store is one state store of a sub-topology.
type Store struct {
	Name string
	// Output is the index in Outputs of the changelog.
	Output int
	// Retention is how long a window's entry can be wanted after its start: size plus lateness.
	Retention time.Duration
}

// Input index of a topic, -1 if it is none.
func (s *Subtopology) Input(topic string) int {
	for i := range s.Inputs {
		if s.Inputs[i].Topic == topic {
			return i
		}
	}
	return -1
}
