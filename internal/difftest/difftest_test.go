package difftest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/gen"
	"github.com/weirstream/weir/internal/difftest/batch"
	"github.com/weirstream/weir/internal/oracle"
	"github.com/weirstream/weir/internal/randspec"
	"github.com/weirstream/weir/runtime/testdriver"
	"github.com/weirstream/weir/spec/source"
)

var (
	firstSeed = flag.Uint64("seed", 1, "seed of the first random spec")
	specs     = flag.Int("specs", 30, "how many random specs")
	records   = flag.Int("records", 150, "input records of each source")
	schedules = flag.Int("schedules", 4, "schedules for each spec and input")
	shrink    = flag.Bool("shrink", false, "make a failing spec smaller before reporting it; takes minutes")
)

// specCase is a random spec with its input, expected result and schedules.
type specCase struct {
	seed     uint64
	spec     *randspec.Spec // nil for one that is not random
	own      map[string]string
	compiled *gen.Result
	input    oracle.Input
	parts    int32
	want     *oracle.Result
	jobs     []batch.Job
}

// TestRandomSpecs compares generated services with the reference interpreter.
func TestRandomSpecs(t *testing.T) {
	if testing.Short() {
		t.Skip("builds generated code")
	}
	var cases []*specCase
	for i := range *specs {
		seed := *firstSeed + uint64(i)
		c, err := newCase(seed, randspec.New(seed, 1+int(seed%5)))
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
			continue
		}
		cases = append(cases, c)
	}
	summarize(t, cases)
	for c, failure := range check(t, cases) {
		if *shrink {
			c, failure = smallest(t, c, failure)
		}
		t.Errorf("%s\nreproduce with: go test ./internal/difftest -run TestRandomSpecs -specs 1 -seed %d -records %d -schedules %d\n%s",
			failure, c.seed, *records, *schedules, c.spec.Text())
	}
}

// summarize logs how much there is to compare: a test of nothing would pass as well.
func summarize(t *testing.T, cases []*specCase) {
	var outs, dead, late, loose, topics, failing, may int
	for _, c := range cases {
		if len(c.want.Failed) > 0 {
			failing++
		} else if c.want.MayFail {
			may++
		}
		late += int(c.want.Late)
		for _, topic := range c.want.Topics {
			topics++
			switch {
			case topic.Loose:
				loose++
			case topic.Sink == nil:
				dead += len(topic.Records)
			default:
				outs += len(topic.Records)
			}
		}
	}
	t.Logf("%d specs, %d of them fail as they must, %d may, %d topics, %d of them not determined; %d records, %d dead letters, %d late", len(cases), failing, may, topics, loose, outs, dead, late)
}

// newCase compiles a spec and finds out what it must give.
func newCase(seed uint64, spec *randspec.Spec) (*specCase, error) {
	c := &specCase{seed: seed, spec: spec}
	return c, c.prepare(spec.Service, spec.Text(), nil)
}

// prepare compiles a service and runs the interpreter.
func (c *specCase) prepare(name, text string, does map[string]oracle.Processor) error {
	c.parts = int32(1 + c.seed%3)
	result, diags, err := gen.Compile(source.New(name+".weir.yaml", []byte(text)))
	if err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	if result == nil {
		return fmt.Errorf("a valid spec was refused:\n%s\n%s", diags, text)
	}
	c.compiled = result
	c.input = randspec.Input(result.Program, c.seed, *records, c.parts)
	o := oracle.Options{Partitions: c.parts, End: true, Decodes: result.Decodes, Processors: does, Processing: testdriver.Epoch}
	if c.want, err = oracle.Run(result.Program, c.input, o); err != nil {
		return err
	}
	seed := c.seed
	r := rand.New(rand.NewPCG(seed, 3))
	clock := mayTick(result, text)
	for i := range *schedules {
		s := schedule(r, i, c.parts)
		if clock && i%2 == 1 && len(c.want.Failed) == 0 {
			s.Clock = 700 * time.Millisecond
		}
		c.jobs = append(c.jobs, batch.Job{Service: result.Program.Service, Input: toRecords(c.input), Schedule: s})
	}
	return nil
}

// mayTick tells whether the clock may go on while a spec runs, and should. The interpreter knows one processing time: by it nothing is computed, no timer
// is due and no partition idle.
func mayTick(c *gen.Result, text string) bool {
	for _, st := range c.Program.Steps {
		if st.Fold == nil {
			continue
		}
		for _, tm := range st.Fold.Timers {
			if tm.Processing {
				return false
			}
		}
	}
	byClock := strings.Count(text, "of: processing_time")
	return byClock > 0 && byClock == strings.Count(text, "processing_time") && !strings.Contains(text, "idle_after")
}

// schedule is the i-th schedule of a case: first the plainest, then random ones.
func schedule(r *rand.Rand, i int, partitions int32) batch.Schedule {
	pick := func(from ...float64) float64 { return from[r.IntN(len(from))] }
	s := batch.Schedule{Partitions: partitions, Memory: i == 0 || r.IntN(3) == 0}
	if i == 0 {
		return s
	}
	s.OverlayBytes = int64(pick(0, 1, 2000))
	if r.IntN(5) == 0 {
		s.CommitEvery = 1 + r.IntN(20)
		return s
	}
	s.Random = &testdriver.Random{
		Seed: r.Uint64(), MaxBatch: int(pick(1, 3, 10, 100)), Commit: pick(0.02, 0.2, 0.8), Delay: pick(0, 0.5, 0.9),
		Crash: pick(0, 0.02, 0.1), Wipe: pick(0, 0.5, 1), Pause: int(pick(0, 1, 7)),
	}
	s.Random.Crash = min(s.Random.Crash, s.Random.Commit) // or many tasks would hardly get on
	return s
}

func toRecords(in oracle.Input) map[string][]batch.Record {
	m := map[string][]batch.Record{}
	for name, recs := range in {
		for _, r := range recs {
			m[name] = append(m[name], batch.Record{Partition: r.Partition, Key: r.Key, Value: r.Value, Timestamp: r.Timestamp})
		}
	}
	return m
}

// check builds the cases, runs them and says which failed and how.
func check(t *testing.T, cases []*specCase) map[*specCase]string {
	failures := map[*specCase]string{}
	if len(cases) == 0 {
		return failures
	}
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var services []Service
	var jobs []batch.Job
	for _, c := range cases {
		services = append(services, Service{c.compiled, c.own})
		jobs = append(jobs, c.jobs...)
	}
	start := time.Now()
	b, err := Build(repo, t.TempDir(), services)
	t.Logf("built %d services in %v", len(services), time.Since(start).Round(time.Millisecond))
	if err != nil {
		if len(cases) > 1 { // find out whose code it is
			for _, c := range cases {
				for c, f := range check(t, []*specCase{c}) {
					failures[c] = f
				}
			}
			return failures
		}
		failures[cases[0]] = err.Error()
		return failures
	}
	start = time.Now()
	outcomes, err := b.Run(jobs)
	t.Logf("ran %d jobs in %v", len(jobs), time.Since(start).Round(time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		for i, j := range c.jobs {
			o := outcomes[i]
			if f := c.judge(o); f != "" && failures[c] == "" {
				failures[c] = fmt.Sprintf("seed %d, schedule %d %+v %+v:\n%s", c.seed, i, j.Schedule, j.Schedule.Random, f)
			}
		}
		outcomes = outcomes[len(c.jobs):]
	}
	return failures
}

// badRecord is an error of on_error: fail.
var badRecord = regexp.MustCompile(`^topic \S+, partition \d+, offset -?\d+: `)

// judge says what is wrong with an outcome, "" when nothing is.
func (c *specCase) judge(o batch.Outcome) string {
	switch {
	case o.Panic != "":
		return "panic: " + o.Panic
	case len(c.want.Failed) > 0 && o.Err == "":
		return fmt.Sprintf("the run should have failed: %v", c.want.Failed[0])
	case len(c.want.Failed) > 0:
		return ""
	case c.want.MayFail && badRecord.MatchString(o.Err):
		return ""
	case o.Err != "":
		return "the run failed: " + o.Err
	}
	got := map[string][]oracle.Got{}
	for topic, ws := range o.Output {
		for _, w := range ws {
			got[topic] = append(got[topic], oracle.Got{Key: w.Key, Value: w.Value, Timestamp: w.Timestamp, Headers: w.Headers})
		}
	}
	diffs := c.want.Compare(got)
	if !c.want.LooseCounts && (o.Late != c.want.Late || o.Skipped != c.want.Skipped) {
		diffs = append(diffs, fmt.Sprintf("late %d, want %d; skipped %d, want %d", o.Late, c.want.Late, o.Skipped, c.want.Skipped))
	}
	if len(diffs) > 5 {
		diffs = append(diffs[:5], fmt.Sprintf("and %d more", len(diffs)-5))
	}
	return strings.Join(diffs, "\n")
}

// smallest takes things away from a failing case as long as it fails.
func smallest(t *testing.T, c *specCase, failure string) (*specCase, string) {
	for {
		smaller := false
		for _, s := range c.spec.Smaller() {
			next, err := newCase(c.seed, s)
			if err != nil {
				continue
			}
			if f := check(t, []*specCase{next})[next]; f != "" {
				c, failure, smaller = next, f, true
				t.Logf("smaller:\n%s", c.spec.Text())
				break
			}
		}
		if !smaller {
			return c, failure
		}
	}
}
