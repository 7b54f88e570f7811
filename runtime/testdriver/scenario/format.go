// Package scenario runs scenario files: YAML that says which records go into a topology, what happens meanwhile, and what has
// to come out. `weir test` runs them on a spec; [Test] runs them from a Go test on a generated package.
//
//	spec: orders.weir.yaml         # left out: the only spec beside the file
//	partitions: 2                  # of every source; or {orders: 2}; 1 by default
//	cases:
//	  - name: revenue is summed by customer
//	    do:
//	      - send: orders           # a source
//	        key: alice             # text; left out: the source's key field of the value, else null
//	        value: {order_id: o1, customer_id: alice, amount_cents: 500}
//	        timestamp: 2024-05-01T10:00:00Z   # of the record; the Unix epoch by default
//	        partition: 0           # left out: follows from the key, records without one take turns
//	        headers: {trace: abc}
//	      - advance: 5m            # virtual wall-clock time, behind a commit: sources become idle, timers in processing time fire
//	      - commit                 # what was processed so far is committed
//	      - crash                  # everything since the last commit is lost, and read again after a restart
//	      - end                    # the input is over: every window closes
//	    expect:
//	      revenue:                 # a sink, or a topic (for dead letters)
//	        - key: alice
//	          value: {customer: alice, cents: 500}
//	      late: {unordered: [...]} # any order, also within a key
//	      totals: {latest: [...]}  # only the last record of each key counts
//	      audit: any               # not looked at
//	    counts: {late: 1}          # filtered, late, skipped, dead_letters: over the whole case
//
// A case ends with a commit. Every record that comes out has to be expected: a topic that is not named must stay empty. Records
// of one key must come in the order written; order between keys is not looked at. A value written as a mapping or a list is
// compared as JSON (1 equals 1.0, the order of members does not matter), one written as a string byte for byte. Timestamp,
// partition and headers of an expected record are compared where they are written.
package scenario

import (
	"fmt"
	"os"
	"time"

	"go.yaml.in/yaml/v3"
)

// File is a parsed scenario file.
type File struct {
	Path string
	// Spec is the path of the spec as the file gives it, empty if it does not. It is for `weir test`, which compiles it.
	Spec  string
	Cases []*Case

	text []byte
}

// Case is one scenario.
type Case struct {
	Name string
	// Partitions by source; the entry "" is for all others.
	Partitions map[string]int32
	Do         []Action
	Expect     []*Expectation
	Counts     []Count

	node   *yaml.Node // the case's mapping
	expect *yaml.Node // the value of expect, nil if there is none
}

// ActionKind says what an action does.
type ActionKind uint8

// The actions.
const (
	Send ActionKind = iota + 1
	Advance
	Commit
	Crash
	End
)

// Action is one entry of do.
type Action struct {
	Kind ActionKind
	At   Pos
	// By is how far Advance goes.
	By time.Duration
	// The rest is for Send.
	Source    string
	Key       *yaml.Node // nil: not written
	Value     *yaml.Node
	Timestamp time.Time
	Partition int32 // -1: follows from the key
	Headers   []Header
}

// Header is a header of a record.
type Header struct {
	Key, Value string
	At         Pos
}

// Match says how the records of a topic are compared.
type Match uint8

// The ways to compare.
const (
	Ordered   Match = iota // in order within each key
	Unordered              // in any order
	Latest                 // the last one of each key
	Any                    // not at all
)

// Expectation is what has to come out of one topic.
type Expectation struct {
	Name    string // as written: a sink or a topic
	At      Pos    // of the name
	Match   Match
	Records []*Expected

	list *yaml.Node // the sequence, nil for Any
}

// Expected is one expected record.
type Expected struct {
	At         Pos
	Key, Value *yaml.Node // nil: null
	Timestamp  *time.Time
	Partition  *int32
	Headers    []Header
}

// Count is one entry of counts.
type Count struct {
	Name string
	Want int64
	At   Pos
}

// Pos is a place in a scenario file, line and column counted from 1.
type Pos struct {
	File      string
	Line, Col int
}

func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// Error is a mistake in a scenario file.
type Error struct {
	At  Pos
	Msg string
}

func (e *Error) Error() string { return e.At.String() + ": " + e.Msg }

// Read reads a scenario file.
func Read(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, text)
}

// Parse parses the text of a scenario file. The error is an [*Error] where there is a position to tell.
func Parse(path string, text []byte) (*File, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f := &File{Path: path, text: text}
	if len(doc.Content) == 0 {
		return nil, &Error{Pos{path, 1, 1}, "the file is empty; it needs cases"}
	}
	p := &parser{path: path}
	if p.acyclic(&doc, map[*yaml.Node]bool{}); p.err != nil {
		return nil, p.err
	}
	p.file(f, doc.Content[0])
	return f, p.err
}
