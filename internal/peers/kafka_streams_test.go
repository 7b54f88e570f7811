//go:build recordings

package peers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/internal/tester"
)

// streamsRecording is the file with what Kafka Streams did.
const streamsRecording = "../../../shared/cases/kafka-streams-joins.json"

// streamed is a case of it.
type streamed struct {
	Name     string
	Topology []struct {
		ID   string
		Op   string
		On   string
		Args []json.RawMessage
	}
	Steps []struct {
		Topic   string
		Key     any
		Value   any
		TS      int64
		Outputs []emitted
	}
}

// emitted is a result: of a window, or under a key with the window in it.
type emitted struct {
	Topic     string
	Processor int
	Key       any
	Window    []int64
	Value     any
}

// job is one windowed aggregate over one topic of a case.
type job struct {
	topic     string
	processor int // whose outputs are its results
	// One of these, in milliseconds; a gap of 0 is one.
	Sliding *int64 `json:"sliding_time_difference_ms"`
	Gap     *int64 `json:"session_gap_ms"`
	Size    *int64 `json:"size_ms"`
	Advance int64  `json:"advance_ms"`
	Grace   int64  `json:"grace_ms"`
	count   bool
	final   bool
}

// first is when the first window begins of which results are compared. There, windows begin in 1970 or later. Those that would begin before
// are left out, but sliding ones of records less than their size after it begin with it, which none of ours does.
func (j *job) first(c *streamed) int64 {
	for _, s := range c.Steps {
		if s.Topic == j.topic && j.Sliding != nil && s.TS < *j.Sliding {
			return 1
		}
	}
	return 0
}

// jobs are the windowed aggregates of a case that take one topic's records, with what is made of them left out; none if there are others.
func (c *streamed) jobs(t *testing.T) (all []*job) {
	byID := map[string]*job{}
	for _, op := range c.Topology {
		j := byID[op.On]
		switch op.Op {
		case "stream":
			j = &job{processor: len(byID)}
			if err := json.Unmarshal(op.Args[0], &j.topic); err != nil {
				t.Fatal(err)
			}
			byID[op.ID] = j
			all = append(all, j)
			j.processor = len(all) - 1
			continue
		case "table", "globalTable", "cogroup":
			return nil
		case "windowedBy":
			if err := json.Unmarshal(op.Args[0], j); err != nil {
				t.Fatal(err)
			}
		case "emitStrategy":
			j.final = strings.Contains(string(op.Args[0]), "ON_WINDOW_CLOSE")
		case "count":
			j.count = true
		case "aggregate": // of which the one that begins with a number counts
			j.count = string(op.Args[0]) == `{"init":0}` || string(op.Args[0]) == `{"init": 0}`
		}
		byID[op.ID] = j
	}
	for _, j := range all {
		if j.Sliding == nil && j.Gap == nil && j.Size == nil {
			return nil
		}
	}
	return all
}

// clause is the window clause of a job.
func (j *job) clause() string {
	switch {
	case j.Sliding != nil:
		return fmt.Sprintf("{sliding: %dms, allowed_lateness: %dms}", *j.Sliding, j.Grace)
	case j.Gap != nil: // there a record exactly a gap after another one is in its session
		return fmt.Sprintf("{session: %dms, allowed_lateness: %dms}", *j.Gap+1, j.Grace)
	case *j.Size == j.Advance:
		return fmt.Sprintf("{tumbling: %dms, allowed_lateness: %dms}", *j.Size, j.Grace)
	}
	return fmt.Sprintf("{hopping: %dms, every: %dms, allowed_lateness: %dms}", *j.Size, j.Advance, j.Grace)
}

// bounds are those of a window as we have it.
func (j *job) bounds(w []int64) (start, end int64) {
	switch {
	case j.Sliding != nil: // its end is in it
		return w[0], w[1] + 1
	case j.Gap != nil: // it ends with its last record
		return w[0], w[1] + *j.Gap + 1
	}
	return w[0], w[1]
}

// streams are the services' parts for all jobs, each with a source, steps, sinks and a case of its own: so all of it is compiled once.
type streams struct{ sources, steps, sinks, cases strings.Builder }

// add is the part that does what a job does. Strings that were joined say in which order things were done, and that is by event time here where
// windows are merged; so what is compared is of which values a result is made: each has a number of its own, far enough from the others that the
// sum says how many there are of each.
func (s *streams) add(i int, j *job, from int64, emits map[string]string) {
	fmt.Fprintf(&s.sources, "  in_%d: {kafka: {topic: in-%d}, key: {type: string, field: name}, value: Element, event_time: at, watermark: stream_time}\n", i, i)
	for _, name := range []string{"raw", "closed"} {
		emit, ok := emits[name]
		if !ok {
			continue
		}
		fmt.Fprintf(&s.steps, `  %[1]s_sum_%[2]d:
    from: in_%[2]d
    group_by: {name: name}
    window: %[3]s
    aggregate: {n: sum(n)}
    emit: %[4]s
  %[1]s_%[2]d:
    from: %[1]s_sum_%[2]d
    where: window.start >= timestamp("%[5]s")
    select: {name: name, n: n, begin: window.start, until: window.end}
`, name, i, j.clause(), emit, instant(from))
		fmt.Fprintf(&s.sinks, "  %[1]s_out_%[2]d: {from: %[1]s_%[2]d, kafka: {topic: %[1]s-%[2]d}}\n", name, i)
	}
}

func (s *streams) spec() string {
	return `weir: v1
service: as_streams
types:
  Element: {name: string, n: int, at: timestamp}
sources:
` + s.sources.String() + "steps:\n" + s.steps.String() + "sinks:\n" + s.sinks.String()
}

// codes gives each value of a topic a number.
type codes map[string]int64

func (c codes) of(t *testing.T, value string) int64 {
	n, ok := c[value]
	if !ok {
		if n = 1 << (4 * len(c)); len(c) > 14 {
			t.Fatal("there are too many values")
		}
		c[value] = n
	}
	return n
}

// total is the number for a recorded result.
func (c codes) total(t *testing.T, v any) int64 {
	if change, ok := v.(map[string]any); ok { // what a table's processor is given
		v = change["new"]
	}
	if n, ok := v.(float64); ok {
		return int64(n)
	}
	sum := int64(0)
	for _, value := range strings.Split(v.(string), "+") {
		if n, ok := c[value]; ok {
			sum += n
		} else if value != "0" { // what an aggregate begins with
			t.Fatalf("result %q is of no input", v)
		}
	}
	return sum
}

// add adds a job of a case, the i-th of all.
func (j *job) add(t *testing.T, i int, c *streamed, to *streams) {
	var do strings.Builder
	results := map[string]*strings.Builder{}
	values := codes{}
	cached, outputs := true, 0 // whether the results came together at the end
	for step, s := range c.Steps {
		if s.Topic != j.topic {
			continue
		}
		n := int64(1)
		if !j.count {
			n = values.of(t, fmt.Sprint(s.Value))
		}
		fmt.Fprintf(&do, "      - send: in_%d\n        value: {name: %q, n: %d, at: %q}\n", i, fmt.Sprint(s.Key), n, instant(s.TS))
		for _, o := range s.Outputs {
			if o.Processor != j.processor || o.Value == nil { // a session that has become another one is deleted; retractions do that here
				continue
			}
			outputs++
			cached = cached && step == len(c.Steps)-1
			if o.Window == nil {
				o.Window = make([]int64, 2)
				key, window, _ := strings.Cut(strings.Trim(fmt.Sprint(o.Key), "[]"), "@")
				o.Key = key
				if _, err := fmt.Sscanf(window, "%d/%d", &o.Window[0], &o.Window[1]); err != nil {
					t.Fatal(err)
				}
			}
			name := "raw"
			if j.final || strings.Contains(o.Topic, "suppressed") {
				name = "closed"
			}
			start, end := j.bounds(o.Window)
			if start < j.first(c) {
				continue
			}
			if results[name] == nil {
				results[name] = new(strings.Builder)
			}
			fmt.Fprintf(results[name], "        - key: %q\n          value: {name: %q, n: %d, begin: %q, until: %q}\n", fmt.Sprint(o.Key), fmt.Sprint(o.Key), values.total(t, o.Value), instant(start), instant(end))
		}
	}
	emits := map[string]string{}
	expect := ""
	for name, text := range results {
		emits[name] = "final"
		if name == "raw" {
			if emits[name] = "{updates: {count: 1}}"; cached && outputs > 0 {
				emits[name] = "updates"
			}
		}
		expect += fmt.Sprintf("      %s_out_%d:\n        unordered:\n%s", name, i, text)
	}
	if outputs == 0 {
		t.Fatalf("%s: nothing came out", c.Name)
	}
	to.add(i, j, j.first(c), emits)
	fmt.Fprintf(&to.cases, "  - name: %q\n    do:\n%s    expect:\n%s", fmt.Sprint(i, " ", c.Name, " ", j.topic), do.String(), expect)
}

// TestKafkaStreams runs what was recorded of windows over one topic.
func TestKafkaStreams(t *testing.T) {
	text, err := os.ReadFile(streamsRecording)
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Cases []*streamed }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	ran := map[string]int{}
	var every streams
	for i, c := range all.Cases {
		jobs := c.jobs(t)
		if jobs == nil {
			continue // of joins and tables
		}
		for k, j := range jobs {
			ran[strings.Fields(strings.Trim(j.clause(), "{"))[0]]++
			j.add(t, 10*i+k, c, &every)
		}
	}
	for _, kind := range []string{"sliding:", "session:", "tumbling:", "hopping:"} {
		if ran[kind] == 0 {
			t.Errorf("the recording has no case of %s", kind)
		}
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"streams.weir.yaml": every.spec(), "streams_test.yaml": "cases:\n" + every.cases.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := tester.Test(t.Context(), &cli.UI{Out: &out, Err: &out}, []string{dir}, tester.Options{}); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}
