//go:build recordings

package peers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/internal/tester"
)

// recording is the file with what Flink did.
const recording = "../../../shared/cases/flink-windows.json"

type recorded struct {
	Name     string
	Variant  string
	Operator struct {
		Assigner string `json:"windowAssigner"`
		Trigger  string
		Evictor  string
		Keep     int    `json:"evictor_maxCount"`
		Lateness int64  `json:"allowedLateness"`
		Function string `json:"wrapped_function"`
	}
	Steps []struct {
		Op      string
		Value   []any
		TS      int64
		Outputs []struct {
			Value     []any
			TS        int64
			Watermark *int64
			Side      string `json:"side_output"`
		}
	}
}

// different are the cases in which Flink does something else, and why.
var different = map[string]string{
	"EvictingWindowOperatorTest.testDeltaEvictorEvictAfter":                                  "evictors drop what is in a window; a count window drops by number, the others nothing",
	"EvictingWindowOperatorTest.testTimeEvictorEvictAfter":                                   "the same",
	"EvictingWindowOperatorTest.testTimeEvictorNoTimestamp":                                  "the same",
	"WindowOperatorTest.testCleanupTimerWithEmptyStateNoResultForTumblingWindows":            "about a trigger of its own, and timers",
	"WindowOperatorTest.testDropDueToLatenessSessionWithLatenessPurgingTrigger":              "windows are never emptied while they are open",
	"WindowOperatorTest.testNotSideOutputDueToLatenessSessionWithHugeLatenessPurgingTrigger": "the same",
	"WindowOperatorTest.testSessionWindowsWithCountTrigger":                                  "the same",
	"WindowOperatorTest.testProcessingTimeSlidingWindows":                                    "windows are of event time",
	"WindowOperatorTest.testProcessingTimeTumblingWindows":                                   "the same",
}

// layouts are the window clauses for Flink's assigners and triggers.
func layout(c *recorded) (clause string, bounded bool) {
	o := c.Operator
	var size, slide int64
	late := ""
	if strings.Contains(fmt.Sprint(c.Steps), "late-output") {
		late = ", late_to: too_late"
	}
	if o.Lateness > 0 {
		late += fmt.Sprintf(", allowed_lateness: %dms", o.Lateness)
	}
	scan := func(format string, into ...any) bool {
		_, err := fmt.Sscanf(o.Assigner, format, into...)
		return err == nil
	}
	switch {
	case strings.HasSuffix(c.Name, "testPointSessions"):
		return `{session: {gap: 'n == 33 ? duration("1ms") : duration("3s")'}` + late + "}", true
	case o.Assigner == "DynamicEventTimeSessionWindows()":
		return `{session: {gap: 'name == "key1" ? duration("3s") : n == 10 ? duration("1s") : duration("2s")'}` + late + "}", true
	case scan("TumblingEventTimeWindows(%d)", &size):
		return fmt.Sprintf("{tumbling: %dms%s}", size, late), true
	case scan("SlidingEventTimeWindows(%d, %d)", &size, &slide):
		return fmt.Sprintf("{hopping: %dms, every: %dms%s}", size, slide, late), true
	case scan("EventTimeSessionWindows(%d)", &size):
		return fmt.Sprintf("{session: %dms%s}", size, late), true
	case strings.Contains(o.Trigger, "EndOfStream"):
		return "{global: {unbounded: true}}", false
	case o.Evictor == "CountEvictor":
		fmt.Sscanf(o.Trigger, "CountTrigger(%d)", &slide)
		return fmt.Sprintf("{count: {size: %d, every: %d, unbounded: true}}", o.Keep, slide), false
	default:
		fmt.Sscanf(o.Trigger, "PurgingTrigger(CountTrigger(%d))", &size)
		return fmt.Sprintf("{count: {size: %d, unbounded: true}}", size), false
	}
}

// specOf is a service that does what the operator did. A record says the watermark that it brings in mark, and its event time in at.
func specOf(c *recorded) string {
	window, bounded := layout(c)
	times, emit := "", ""
	if bounded {
		times = ", begin: window.start, until: window.end"
	} else if strings.Contains(window, "global") {
		emit = "\n    emit: final"
	}
	if c.Operator.Lateness > 0 { // a late record has a window fire again
		emit = "\n    emit: {final: {corrections: true}}"
	}
	spec := `weir: v1
service: as_flink
types:
  Element: {name: string, n: int, at: timestamp, mark: timestamp}
sources:
  elements: {kafka: {topic: elements}, key: {type: string, field: name}, value: Element, event_time: mark}
steps:
  taken:
    from: elements
    where: name != ""
    event_time: at
  summed:
    from: taken
    group_by: {name: name}
    window: ` + window + `
    aggregate: {n: sum(n)}` + emit + `
  said:
    from: summed
    select: {name: name, n: n` + times + `}
sinks:
  results: {from: said, kafka: {topic: results}}
`
	if strings.Contains(window, "too_late") {
		spec += "  late: {from: too_late, kafka: {topic: late}}\n"
	}
	return spec
}

func instant(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339Nano) }

// scenarioOf sends what the operator got, and expects what it handed on.
func scenarioOf(t *testing.T, c *recorded) string {
	_, bounded := layout(c)
	var do, results, late strings.Builder
	mark := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	send := func(key string, n any, at int64) {
		fmt.Fprintf(&do, "      - send: elements\n        value: {name: %q, n: %v, at: %q, mark: %q}\n", key, n, instant(at), instant(mark))
	}
	for _, s := range c.Steps {
		switch s.Op {
		case "element":
			send(s.Value[0].(string), s.Value[1], s.TS)
		case "watermark":
			if s.TS == math.MaxInt64 {
				do.WriteString("      - end\n")
				break
			}
			mark = s.TS + 1 // Flink's watermark says that nothing comes at or before it, ours that nothing comes before it
			send("", 0, 0)
		case "restart_from_snapshot":
			do.WriteString("      - commit\n      - crash\n")
		default:
			t.Fatalf("%s: there is a step %q", c.Name, s.Op)
		}
		for _, o := range s.Outputs {
			switch {
			case o.Watermark != nil:
			case o.Side != "":
				fmt.Fprintf(&late, "        - key: %s\n          value: {name: %s, n: %v, at: %q, mark: %q}\n", o.Value[0], o.Value[0], o.Value[1], instant(o.TS), instant(mark))
			default:
				key, n, begin := o.Value[0].(string), o.Value[1], int64(0)
				if len(o.Value) == 3 { // of a session: the key and the sum, its start and its end
					name, sum, _ := strings.Cut(key, "-")
					key, n, begin = name, sum, int64(o.Value[1].(float64))
				} else if bounded {
					begin = o.TS + 1 - sizeOf(c)
				}
				fmt.Fprintf(&results, "        - key: %s\n          value: {name: %s, n: %v", key, key, n)
				if bounded {
					fmt.Fprintf(&results, ", begin: %q, until: %q", instant(begin), instant(o.TS+1))
				}
				results.WriteString("}\n")
			}
		}
	}
	text := "cases:\n  - name: " + c.Name + "\n    do:\n" + do.String() + "    expect:\n      results:\n" + results.String()
	if late.Len() > 0 {
		text += "      late:\n" + late.String()
	}
	return text
}

func sizeOf(c *recorded) (size int64) {
	_, after, _ := strings.Cut(c.Operator.Assigner, "(")
	fmt.Sscanf(after, "%d", &size)
	return size
}

// TestFlink runs what was recorded.
func TestFlink(t *testing.T) {
	text, err := os.ReadFile(recording)
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Cases []json.RawMessage }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, text := range all.Cases {
		var named struct{ Name string }
		if err := json.Unmarshal(text, &named); err != nil {
			t.Fatal(err)
		}
		if why, differs := different[named.Name]; differs || strings.HasPrefix(named.Name, "IntervalJoin") { // joins are other operators
			t.Logf("%s: left out, %s", named.Name, why)
			continue
		}
		c := new(recorded)
		if err := json.Unmarshal(text, c); err != nil {
			t.Fatalf("%s: %v", named.Name, err)
		}
		ran++
		t.Run(c.Name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{"flink.weir.yaml": specOf(c), "flink_test.yaml": scenarioOf(t, c)} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var out bytes.Buffer
			if err := tester.Test(t.Context(), &cli.UI{Out: &out, Err: &out}, []string{dir}, tester.Options{}); err != nil {
				t.Errorf("%v\n%s", err, out.String())
			}
		})
	}
	if ran == 0 {
		t.Error("the recording has no case")
	}
}
