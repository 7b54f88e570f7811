package scenario

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Options say how to run scenario files.
type Options struct {
	Schema Schema
	// Run, if not nil, selects the cases whose names match.
	Run *regexp.Regexp
	// Update writes what came out into the files.
	Update bool
	// Schedules is how many times each case runs again under a random schedule: batches, commits, crashes, overlay and store
	// chosen by chance, starting from Seed. What comes out must be the same.
	Schedules int
	Seed      uint64
	Verbose   bool // name every case, not only those that fail
	Color     bool
}

// Result counts cases.
type Result struct{ Passed, Failed, Updated int }

// driver is a topology under synchronous control, as package testdriver has it.
type driver interface {
	// send hands a record to a source; a negative partition follows from the key.
	send(a *Action, key, value []byte) error
	advance(d time.Duration) error
	commit() error
	crash() error
	end() error
	// outputs are the records that came out and are committed, by topic: sinks and dead letters.
	outputs() map[string][]Record
	counts() map[string]int64
	close() error
}

// schedule is how a run is cut into pieces, besides what the scenario says.
type schedule struct {
	rand *rand.Rand // nil: only what the scenario says
	seed uint64
}

// runner runs the cases of files on one topology.
type runner struct {
	o    Options
	w    io.Writer
	open func(partitions map[string]int32, s schedule) (driver, error)
	// topics are the topics of sinks and dead letters.
	topics map[string]bool
}

// countNames are the names under counts.
var countNames = []string{"filtered", "late", "skipped", "dead_letters", "results"}

// file runs a file's cases and reports them.
func (r *runner) file(f *File) (Result, error) {
	var res Result
	outcomes := map[*Case]*outcomes{}
	start := time.Now()
	matched := 0
	for _, c := range f.Cases {
		if r.o.Run != nil && !r.o.Run.MatchString(c.Name) {
			continue
		}
		matched++
		began := time.Now()
		out, probs, err := r.oneCase(f, c)
		if err != nil {
			return res, err
		}
		outcomes[c] = out
		switch {
		case len(probs) == 0:
			res.Passed++
			if r.o.Verbose {
				fmt.Fprintf(r.w, "ok    %s: %s (%.2fs)\n", f.Path, c.Name, time.Since(began).Seconds())
			}
		case r.o.Update && out != nil:
			res.Updated++
		default:
			res.Failed++
			r.report(f, c, probs)
		}
	}
	if r.o.Update && res.Updated > 0 {
		text, err := f.updated(outcomes)
		if err != nil {
			return res, err
		}
		if err := os.WriteFile(f.Path, text, 0o644); err != nil {
			return res, err
		}
	}
	word := "ok   "
	if res.Failed > 0 {
		word = r.paint("31", "FAIL ")
	}
	fmt.Fprintf(r.w, "%s %s: %s (%.2fs)\n", word, f.Path, res.text(matched), time.Since(start).Seconds())
	return res, nil
}

func (res Result) text(n int) string {
	s := fmt.Sprintf("%d cases", n)
	if n == 1 {
		s = "1 case"
	}
	if res.Failed > 0 {
		s += fmt.Sprintf(", %d failed", res.Failed)
	}
	if res.Updated > 0 {
		s += fmt.Sprintf(", %d updated", res.Updated)
	}
	return s
}

func (r *runner) report(f *File, c *Case, probs []Problem) {
	fmt.Fprintf(r.w, "%s %s: %s\n", r.paint("31", "FAIL "), f.Path, c.Name)
	for _, p := range probs {
		for i, line := range strings.Split(p.String(), "\n") {
			pad := "    "
			if i > 0 {
				pad = "      "
				switch line[:1] {
				case "-":
					line = r.paint("31", line)
				case "+":
					line = r.paint("32", line)
				}
			}
			fmt.Fprintln(r.w, pad+line)
		}
	}
}

func (r *runner) paint(code, s string) string {
	if !r.o.Color {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// oneCase runs a case as written, then under random schedules. The outcomes are nil if the topology failed.
func (r *runner) oneCase(f *File, c *Case) (*outcomes, []Problem, error) {
	out, probs, err := r.play(f, c, schedule{})
	if err != nil || len(probs) > 0 {
		return out, probs, err
	}
	for i := range r.o.Schedules {
		seed := r.o.Seed + uint64(i)
		s := schedule{rand: rand.New(rand.NewPCG(seed, 0)), seed: seed}
		_, probs, err := r.play(f, c, s)
		if err != nil {
			return nil, nil, fmt.Errorf("seed %d: %w", seed, err)
		}
		if len(probs) > 0 {
			for i := range probs {
				probs[i].Msg = fmt.Sprintf("under the random schedule of --seed %d: %s", seed, probs[i].Msg)
			}
			return nil, probs, nil
		}
	}
	return out, nil, nil
}

// play runs a case once and compares.
func (r *runner) play(f *File, c *Case, s schedule) (out *outcomes, probs []Problem, err error) {
	d, err := r.open(c.Partitions, s)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %s: %w", f.Path, c.Name, err)
	}
	defer func() {
		if cerr := d.close(); err == nil {
			err = cerr
		}
	}()
	for i := range c.Do {
		if err := r.act(d, &c.Do[i], s); err != nil {
			// The topology stopped, as it would on a cluster: that is a result, and the case failed.
			return nil, []Problem{{c.Do[i].At, err.Error()}}, nil
		}
	}
	if err := d.commit(); err != nil {
		return nil, []Problem{{Pos{f.Path, c.node.Line, c.node.Column}, "at the end of the case: " + err.Error()}}, nil
	}
	return r.judge(f, c, d, s)
}

func (r *runner) act(d driver, a *Action, s schedule) error {
	// On a random schedule records wait for a commit; what happens until then is for the driver to choose.
	if s.rand != nil && s.rand.IntN(4) == 0 {
		if err := d.commit(); err != nil {
			return err
		}
	}
	switch a.Kind {
	case Advance:
		return d.advance(a.By)
	case Commit:
		return d.commit()
	case Crash:
		return d.crash()
	case End:
		return d.end()
	}
	src := r.o.Schema.find(a.Source, false)
	value, err := src.encode(a.Value)
	if err != nil {
		return err
	}
	key, err := encodeKey(a.Key)
	if err != nil {
		return err
	}
	if a.Key == nil {
		key = src.keyOf(value)
	}
	return d.send(a, key, value)
}

// judge compares what came out with what the case expects.
func (r *runner) judge(f *File, c *Case, d driver, s schedule) (*outcomes, []Problem, error) {
	got := d.outputs()
	out := &outcomes{counts: d.counts()}
	var probs []Problem
	named := map[string]bool{}
	for _, e := range c.Expect {
		t, err := r.topic(e)
		if err != nil {
			return nil, nil, err
		}
		if named[t.Topic] {
			return nil, nil, &Error{e.At, "topic " + t.Topic + " is expected twice"}
		}
		named[t.Topic] = true
		if e.Match == Any {
			continue
		}
		how := e.Match
		want := e.Records
		if s.rand != nil && t.Updates && how == Ordered {
			// How often a key is updated depends on the commits; its last value does not.
			how, want = Latest, lastOfEachKey(want)
		}
		pairs, err := match(&t, how, want, got[t.Topic])
		if err != nil {
			return nil, nil, err
		}
		out.topics = append(out.topics, outcome{e.Name, e, pairs})
		probs = append(probs, problems(e.Name, e.At, pairs)...)
	}
	at := Pos{f.Path, c.node.Line, c.node.Column}
	for _, topic := range slices.Sorted(maps.Keys(got)) {
		if named[topic] || len(got[topic]) == 0 {
			continue
		}
		t := r.byTopic(topic)
		pairs, err := match(&t, Ordered, nil, got[topic])
		if err != nil {
			return nil, nil, err
		}
		out.topics = append(out.topics, outcome{t.Name, nil, pairs})
		probs = append(probs, problems(t.Name, at, pairs)...)
	}
	for _, n := range c.Counts {
		if got := out.counts[n.Name]; got != n.Want {
			probs = append(probs, Problem{n.At, fmt.Sprintf("counts: %s:\n- %d\n+ %d", n.Name, n.Want, got)})
		}
	}
	return out, probs, nil
}

func lastOfEachKey(want []*Expected) []*Expected {
	last := map[string]int{}
	for i, w := range want {
		key, err := encodeKey(w.Key)
		if err != nil {
			return want
		}
		last[keyID(key)] = i
	}
	var out []*Expected
	for _, i := range slices.Sorted(maps.Values(last)) {
		out = append(out, want[i])
	}
	return out
}

// topic finds what an expectation is about.
func (r *runner) topic(e *Expectation) (Topic, error) {
	if t := r.o.Schema.find(e.Name, true); t.Topic != "" {
		return t, nil
	}
	if r.topics[e.Name] {
		return Topic{Name: e.Name, Topic: e.Name}, nil
	}
	var known []string
	for _, t := range r.o.Schema.Topics {
		if t.Sink {
			known = append(known, t.Name)
		}
	}
	for _, t := range slices.Sorted(maps.Keys(r.topics)) {
		if r.byTopic(t).Name == t {
			known = append(known, t)
		}
	}
	return Topic{}, &Error{e.At, fmt.Sprintf("nothing writes to %q; there are %s", e.Name, strings.Join(known, ", "))}
}

func (r *runner) byTopic(topic string) Topic {
	for _, t := range r.o.Schema.Topics {
		if t.Sink && t.Topic == topic {
			return t
		}
	}
	return Topic{Name: topic, Topic: topic}
}
