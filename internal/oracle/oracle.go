// Package oracle is the reference interpreter: it says what a correct run of a program must give.
//
// It evaluates a [check.Program] over the whole input at once, record by record, with cel-go for every expression and
// encoding/json for the data. There are no stores, no batches, no commits, no generated code, and it shares nothing with the
// runtime: where the two agree, they agree for different reasons. It is written to be read, not to be fast. Beside the tests `weir run` asks it for one
// thing, the event times of the records of files ([EventTimes]).
//
// # Time
//
// A source partition has a watermark, the highest event time seen in it less the lag; a record is judged before its own event
// time counts. A record is late for a window iff the watermark has reached the window's end plus the allowed lateness.
// A step behind a window sees that watermark less the lateness of the windows before it, so final results are never late there.
//
// # What is exact and what is not
//
// Records of one source partition are processed in order, so all that follows from one partition is determined, late records
// included. Behind a repartition topic records of several upstream tasks interleave, and whether a late one is still counted
// depends on it. The oracle finds out whether any record could be affected, and if so marks what is behind that step
// [Topic.Loose]: such a topic is not compared, and what fails there need not, nor is it all that may:
// [Result.MayFail]. The same holds for results of `emit: updates`: which of them appear depends on when commits happen, but each one is a state that the group went through, and the last one is its final state.
package oracle

import (
	"fmt"
	"time"

	"cel.dev/cel-go/common/functions"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// Record is one input record. Records of a partition are given in the order of their offsets.
type Record struct {
	Partition int32
	Offset    int64
	Key       []byte // nil: null
	Value     []byte // nil: null
	Timestamp time.Time
	Headers   map[string][]byte
}

// Input holds each source's records by the source's name.
type Input map[string][]Record

// Options say how a run ends.
type Options struct {
	// Partitions is how many partitions each source topic has.
	Partitions int32
	// End says that the input is bounded: after the last record every window closes.
	End bool
	// Decodes tells which fields of records are decoded, nil meaning all. Others may be missing or wrong in the data without harm, and
	// an expression that reads one fails here.
	Decodes Fields
	// Functions are what the program's Go functions do, by name. One that is missing fails wherever it is called.
	Functions map[string]functions.FunctionOp
	// Processing is processing time, the same for the whole run.
	Processing time.Time
	// Processors are what the program's processors do, by step. A program with others can't be run.
	Processors map[string]Processor
}

// Fields tells whether a field of a record type is one of some; nil is all of them.
type Fields func(t *types.Type, f *types.Field) bool

func (fs Fields) has(t *types.Type, f *types.Field) bool { return fs == nil || fs(t, f) }

// Result is what a correct run gives.
type Result struct {
	// Failed lists the errors under on_error: fail. A run meets one of them and stops; what it has committed until then
	// depends on the schedule, so nothing else of the result counts when there is one.
	Failed []error
	// MayFail says that under on_error: fail a run may meet an error or not: what fails, or might, comes by or does not as upstream tasks interleave
	// and commits happen. A run that gets by gives what the rest says.
	MayFail bool
	// Topics are the sinks' and dead letter topics by name.
	Topics map[string]*Topic
	// Late counts records that came after their window had closed, Skipped those dropped by on_error: skip.
	Late, Skipped int64
	// LooseCounts says that the counts depend on the interleaving of upstream tasks.
	LooseCounts bool
}

// Topic is what must be in an output topic.
type Topic struct {
	Name string
	Sink *check.Sink // nil for a dead letter topic
	// Updates says that Records holds every state that a result went through, in order, and that a run writes some of them.
	Updates bool
	// Unordered says that only the last state in Records is known: the order of the earlier ones depends on interleaving.
	Unordered bool
	// Loose says that the content depends on the interleaving of upstream tasks.
	Loose   bool
	Records []Out
}

// Out is one record of an output topic.
type Out struct {
	Key  []byte // nil: null
	Time int64  // Unix milliseconds
	// Value is the record for a sink, nil where this state of an update is filtered away behind the window.
	Value *record
	// Headers are those that the sink writes.
	Headers map[string]string
	// Raw is the input record of a dead letter, Topic where it came from, Why what is bad about it. Opaque says that Raw is not known: the bad record
	// was a result or came through a repartition topic.
	Raw    Record
	Topic  string
	Why    error
	Opaque bool
	// Lane tells which task made the record: order is defined among records of one key from one lane.
	Lane  int32
	mixed bool // with those of other groups, so that their order is not defined
}

// Run interprets a program over an input.
func Run(p *check.Program, in Input, o Options) (*Result, error) {
	for _, st := range p.Steps {
		if _, ok := o.Processors[st.Name]; st.Process != nil && !ok {
			return nil, fmt.Errorf("step %s is Go, which can't be interpreted", st.Name)
		}
	}
	ev, err := newEvaluator(p, o.Functions)
	if err != nil {
		return nil, err
	}
	ev.processing = o.Processing
	r := &run{p: p, ev: ev, opts: o, live: liveness(p), cuts: map[*check.Step]*cut{}, res: &Result{Topics: map[string]*Topic{}}}
	for _, s := range p.Sinks {
		for _, topic := range s.TopicNames() {
			r.res.Topics[topic] = &Topic{Name: topic, Sink: s, Updates: byCommit(s.From)}
		}
	}
	for _, s := range p.Sources {
		if s.OnError == check.DeadLetter {
			r.res.Topics[s.DeadLetterTopic] = &Topic{Name: s.DeadLetterTopic}
		}
	}
	for i, s := range p.Sources {
		for part := range o.Partitions {
			r.sourcePartition(s, part, int32(i)*o.Partitions+part, in[s.Name])
		}
	}
	// A step stands behind the ones it reads, so when its turn comes everything that feeds it has been run.
	for _, s := range p.Steps {
		if c := r.cuts[s]; c != nil {
			r.behindCut(c)
		}
	}
	return r.res, nil
}

// run is one interpretation under way.
type run struct {
	p    *check.Program
	ev   *evaluator
	opts Options
	live map[*check.Stream]bool
	cuts map[*check.Step]*cut
	res  *Result
}

// cut is what travels through the repartition topic of a step.
type cut struct {
	step   *check.Step
	source *check.Source
	elems  []elem
	// wm is the lowest of the upstream tasks' watermarks after their last record, by stream time the highest.
	wm    int64
	loose bool // a record could be late, or what comes was loose already
	// heights are how far the upstream tasks came before the end, by their lanes.
	heights map[int32]int64
}

// sourcePartition runs one partition of a source, which has a lane to itself, through everything that needs no repartitioning.
func (r *run) sourcePartition(s *check.Source, part, lane int32, recs []Record) {
	t := &task{run: r, source: s, lane: lane, wm: noTime, now: noTime}
	t.grow(s.Out, 0)
	high := noTime
	for _, rec := range recs {
		if rec.Partition != part {
			continue
		}
		if s.SkipTombstones && rec.Value == nil {
			continue
		}
		e, err := r.ev.decode(s, r.opts.Decodes, rec)
		if err != nil {
			t.bad(&rec, fmt.Errorf("source %s partition %d offset %d: %w", s.Name, part, rec.Offset, err))
			continue
		}
		upTo, err := r.ev.complete(s, &e)
		if err != nil {
			t.bad(&rec, fmt.Errorf("source %s partition %d offset %d: %w", s.Name, part, rec.Offset, err))
			continue
		}
		high = max(high, upTo)
		// A record comes before what the watermark closes that it moves. A processor sees that watermark.
		t.now = max(t.now, minus(high, s.Lag.Milliseconds()))
		if err := t.push(s.Out, e); err != nil {
			t.bad(&rec, fmt.Errorf("source %s partition %d offset %d: %w", s.Name, part, rec.Offset, err))
		}
		// Also where the watermark stays: a processor may have set a timer for a time that has passed.
		t.advance(max(t.wm, minus(high, s.Lag.Milliseconds())))
	}
	if r.opts.End {
		t.advance(endOfTime)
	}
	t.leave()
}

// behindCut runs all that lies behind a repartition topic as one task: groups don't share anything, so it doesn't matter how
// many there are.
func (r *run) behindCut(c *cut) {
	t := &task{run: r, source: c.source, lane: -1, wm: noTime, now: noTime, cut: c.step, loose: c.loose}
	failed := len(r.res.Failed)
	t.windows = []*window{r.newWindow(c.step, 0)}
	t.grow(c.step.Late, 0)
	for _, out := range c.step.Outs() {
		t.grow(out, c.step.Lateness().Milliseconds())
	}
	// Which sessions there are on the way, before others connect them, goes by the order of records as well.
	if w := c.step.Window; inOrder(c.step) || w != nil && w.Kind == check.Session && byCommit(c.step.Out) {
		c.loose = c.loose || lanesOf(c.elems) > 1
	}
	if c.step.Process != nil {
		c.loose = c.loose || interleaves(c.step, lanesOf(c.elems))
	}
	c.loose = c.loose || t.overtaken(c)
	for _, e := range c.elems {
		if err := t.add(t.windows[0], e); err != nil {
			t.bad(nil, fmt.Errorf("repartitioned record: %w", err))
		}
	}
	if c.loose || t.full { // which record is one too many for a sum goes by the order in which they come
		t.uncertain(c.step)
		r.res.Failed = r.res.Failed[:failed]
	}
	if c.wm > noTime {
		t.advance(c.wm)
	}
	t.leave()
}
