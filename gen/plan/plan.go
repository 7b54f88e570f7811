// Package plan turns a checked program into the physical plan: sub-topologies cut at repartition topics, the topics each reads
// and writes, its stores, and the fields that are really read.
//
// Names of what is stored or sent come from the spec: the repartition topic and the changelog of step s in service v are
// v-s-repartition and v-s-changelog, a sub-topology has the name of its source or of the step whose group_by cut it. Inserting a
// step therefore renames nothing.
package plan

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// Plan is the physical plan of a program. It is not changed after [New].
type Plan struct {
	Program       *check.Program
	Subtopologies []*Subtopology // sources first, each behind the ones that feed it

	reads map[*check.Stream]Use
	rows  map[*check.Step]Use // what is read of the rows
	live  map[*check.Stream]bool

	sinkNames map[string]string // of outputs, by topic
}

// Subtopology is a part of the graph that one task runs without a network hop. It has one input. What merges streams of several
// sub-topologies, and all behind it up to the next cut, is a part of each of them: merging moves no records.
type Subtopology struct {
	Index int
	Name  string
	// Source is set when the input is a source; else Cut is the step behind whose repartition topic this sub-topology begins,
	// and Upstreams are the sub-topologies that write it.
	Source    *check.Source
	Cut       *check.Step
	Upstreams []*Subtopology
	Origins   []*check.Source // the sources that everything here comes from
	Origin    *check.Source   // the one of them whose on_error applies: the strictest, of several the first in the spec
	Topic     string          // of the input

	// Steps are the steps whose records come by here, in program order. A step that repartitions stands in the sub-topology that
	// writes its topic (up to its group_by) and, as Cut, in the one that reads it.
	Steps   []*check.Step
	Outputs []*Output
	Stores  []*Store

	followed map[*check.Stream]bool
}

// Repartitions reports whether the sub-topology writes to a repartition topic.
func (s *Subtopology) Repartitions() bool {
	return slices.ContainsFunc(s.Outputs, func(o *Output) bool { return o.Kind == RepartitionOutput })
}

// OutputKind says what an output is.
type OutputKind uint8

// The kinds of output.
const (
	SinkOutput OutputKind = iota + 1
	RepartitionOutput
	ChangelogOutput
	DeadLetterOutput
)

// Output is a topic that a sub-topology writes.
type Output struct {
	Index int
	Kind  OutputKind
	Name  string // sink, step or source
	Topic string
	Sink  *check.Sink
	Step  *check.Step
	// Delay is how far results of windows that travel through a repartition topic may stay behind the task's watermark.
	Delay time.Duration
}

// Store is the state of a step with a window, or with another clause that keeps something for each group.
type Store struct {
	Step   *check.Step
	Output *Output // its changelog
}

// New plans a program.
func New(p *check.Program) *Plan {
	pl := &Plan{Program: p, reads: map[*check.Stream]Use{}, rows: map[*check.Step]Use{}, live: map[*check.Stream]bool{}}
	for _, s := range p.Sinks {
		pl.markLive(s.From)
	}
	pl.projections()
	pl.nameSinks()
	for _, s := range p.Sources {
		sub := &Subtopology{Name: s.Name, Source: s, Origins: []*check.Source{s}, Origin: s, Topic: s.Topic}
		pl.grow(sub)
	}
	for i, s := range pl.Subtopologies {
		s.Index = i
	}
	return pl
}

// markLive marks a stream that leads to a sink, and with it all streams that it is made of.
func (pl *Plan) markLive(s *check.Stream) {
	if s == nil || pl.live[s] {
		return
	}
	pl.live[s] = true
	for _, in := range s.Merged {
		pl.markLive(in)
	}
	switch {
	case s.Step != nil:
		if s.Step.Parted() {
			pl.live[s.Step.Out] = true // of which s is a part
		}
		pl.markLive(s.Step.From)
	case s.LateOf != nil:
		pl.markLive(s.LateOf.From)
	}
}

// Live tells whether anything that leaves the service depends on the stream. What is not live is not generated.
func (pl *Plan) Live(s *check.Stream) bool { return pl.live[s] }

// Runs tells whether a step is generated: its results or its late records are live.
func (pl *Plan) Runs(s *check.Step) bool {
	return slices.ContainsFunc(s.Outs(), pl.Live) || s.Late != nil && pl.live[s.Late]
}

// Consumers are the live steps and the sinks that read a stream, in program order.
func (pl *Plan) Consumers(s *check.Stream) (steps []*check.Step, sinks []*check.Sink) {
	for _, st := range pl.Program.Steps {
		if st.Takes(s) && pl.Runs(st) {
			steps = append(steps, st)
		}
	}
	for _, sk := range pl.Program.Sinks {
		if sk.From == s {
			sinks = append(sinks, sk)
		}
	}
	return steps, sinks
}

// grow adds sub to the plan with everything in it that needs no cut, then the sub-topologies behind those cuts of which
// all writers are there.
func (pl *Plan) grow(sub *Subtopology) {
	pl.Subtopologies = append(pl.Subtopologies, sub)
	sub.followed = map[*check.Stream]bool{}
	var cuts []*check.Step
	if sub.Cut != nil {
		sub.addStore(pl, sub.Cut)
		pl.follow(sub, sub.Cut.Late, &cuts)
		for _, out := range sub.Cut.Outs() {
			pl.follow(sub, out, &cuts)
		}
	} else {
		pl.follow(sub, sub.Source.Out, &cuts)
	}
	if sub.Origin.OnError == check.DeadLetter {
		sub.addOutput(&Output{Kind: DeadLetterOutput, Name: sub.Origin.Name, Topic: sub.Origin.DeadLetterTopic})
	}
	for _, o := range sub.Outputs {
		if o.Kind == RepartitionOutput { // not before all steps are known that lead to it
			o.Delay = pl.Delay(sub, o.Step.From)
		}
	}
	inOrder(pl.Program, sub.Stores, func(s *Store) *check.Step { return s.Step })
	for _, c := range cuts {
		if ups := pl.writers(c); len(ups) == len(homes(c.From)) {
			next := &Subtopology{Name: c.Name, Cut: c, Upstreams: ups, Topic: pl.RepartitionTopic(c)}
			next.come(pl.Program)
			pl.grow(next)
		}
	}
}

// inOrder sorts what steps have by the order of the steps, in which each one stands behind those that it reads: a window is closed
// only when it has the results of all windows before it.
func inOrder[T any](p *check.Program, list []T, step func(T) *check.Step) {
	slices.SortStableFunc(list, func(a, b T) int { return slices.Index(p.Steps, step(a)) - slices.Index(p.Steps, step(b)) })
}

// writers are the sub-topologies so far that write the repartition topic of a step.
func (pl *Plan) writers(cut *check.Step) (subs []*Subtopology) {
	for _, s := range pl.Subtopologies {
		if s.Output(RepartitionOutput, cut.Name) != nil {
			subs = append(subs, s)
		}
	}
	return subs
}

// home is where records are: with a source, or behind the cut of a step.
type home struct {
	source *check.Source
	cut    *check.Step
}

// homes are the homes of a stream, more than one if streams were merged on its way.
func homes(s *check.Stream) map[home]bool {
	if src, cut := s.Home(); src != nil || cut != nil {
		return map[home]bool{{src, cut}: true}
	}
	all := map[home]bool{}
	ins := s.Merged
	switch {
	case s.Step != nil:
		ins = s.Step.From.Inputs()
	case s.LateOf != nil:
		ins = s.LateOf.From.Inputs()
	}
	for _, in := range ins {
		for h := range homes(in) {
			all[h] = true
		}
	}
	return all
}

// In tells whether records of a stream come by in a sub-topology.
func (pl *Plan) In(sub *Subtopology, s *check.Stream) bool {
	return homes(s)[home{sub.Source, sub.Cut}]
}

// come finds out which sources a sub-topology's records come from, and whose on_error applies: fail before dead_letter before skip.
func (sub *Subtopology) come(p *check.Program) {
	for _, src := range p.Sources {
		if !slices.ContainsFunc(sub.Upstreams, func(up *Subtopology) bool { return slices.Contains(up.Origins, src) }) {
			continue
		}
		sub.Origins = append(sub.Origins, src)
		if sub.Origin == nil || src.OnError.StricterThan(sub.Origin.OnError) {
			sub.Origin = src
		}
	}
}

func (pl *Plan) follow(sub *Subtopology, stream *check.Stream, cuts *[]*check.Step) {
	if stream == nil || !pl.live[stream] {
		return
	}
	sub.followed[stream] = true
	steps, sinks := pl.Consumers(stream)
	for _, st := range steps {
		waits := func(in *check.Stream) bool { return pl.In(sub, in) && !sub.followed[in] }
		if slices.Contains(sub.Steps, st) || slices.ContainsFunc(st.From.Merged, waits) {
			continue // a step that merges comes with the last of its streams, and once
		}
		sub.Steps = append(sub.Steps, st)
		switch {
		case st.Repartition:
			sub.addOutput(&Output{Kind: RepartitionOutput, Name: st.Name, Topic: pl.RepartitionTopic(st), Step: st})
			*cuts = append(*cuts, st)
			continue
		case st.Keeps():
			sub.addStore(pl, st)
		}
		pl.follow(sub, st.Late, cuts)
		for _, out := range st.Outs() {
			pl.follow(sub, out, cuts)
		}
	}
	for _, sk := range sinks {
		for _, topic := range sk.TopicNames() {
			sub.addOutput(&Output{Kind: SinkOutput, Name: pl.sinkNames[topic], Topic: topic, Sink: sk})
		}
	}
}

// SinkOutputs are the outputs of a sink, one for each of its topics.
func (sub *Subtopology) SinkOutputs(sk *check.Sink) []*Output {
	var all []*Output
	for _, o := range sub.Outputs {
		if o.Sink == sk {
			all = append(all, o)
		}
	}
	return all
}

// nameSinks gives the outputs of sinks their names, by their topics: the sink's, or where it has several topics that and the topic's.
func (pl *Plan) nameSinks() {
	pl.sinkNames = map[string]string{}
	taken := map[string]bool{}
	for _, sk := range pl.Program.Sinks {
		taken[sk.Name] = true
	}
	for _, sk := range pl.Program.Sinks {
		for _, topic := range sk.TopicNames() {
			name := sk.Name
			if sk.By != nil {
				base := sk.Name + "_to_" + noName.ReplaceAllString(topic, "_")
				name = base
				for n := 2; taken[name]; n++ { // topics that differ only in dots and dashes
					name = base + "_" + strconv.Itoa(n)
				}
				taken[name] = true
			}
			pl.sinkNames[topic] = name
		}
	}
}

var noName = regexp.MustCompile(`[^A-Za-z0-9_]`)

func (sub *Subtopology) addOutput(o *Output) *Output {
	o.Index = len(sub.Outputs)
	sub.Outputs = append(sub.Outputs, o)
	return o
}

func (sub *Subtopology) addStore(pl *Plan, st *check.Step) {
	o := sub.addOutput(&Output{Kind: ChangelogOutput, Name: st.Name, Topic: pl.ChangelogTopic(st), Step: st})
	sub.Stores = append(sub.Stores, &Store{Step: st, Output: o})
}

// Output finds the output of a kind for a step or sink, nil if there is none.
func (sub *Subtopology) Output(kind OutputKind, name string) *Output {
	for _, o := range sub.Outputs {
		if o.Kind == kind && o.Name == name {
			return o
		}
	}
	return nil
}

// Delay is how far the records of a stream may stay behind the watermark of a task in sub: the lateness of each window that they
// have gone through within it, since a final result waits for it, and the time for which a last record was waited.
func (pl *Plan) Delay(sub *Subtopology, s *check.Stream) time.Duration {
	var d time.Duration
	for _, in := range s.Merged { // the latest of them
		if pl.In(sub, in) {
			d = max(d, pl.Delay(sub, in))
		}
	}
	if st := s.Step; st != nil {
		d = longer(d, st.Lateness())
		if st != sub.Cut {
			d = longer(d, pl.Delay(sub, st.From))
		}
	}
	return d
}

// longer is a and b together, at most [check.Forever].
func longer(a, b time.Duration) time.Duration { return a + min(b, check.Forever-a) }

// RepartitionTopic is the name of the topic in front of a step that groups by something other than the partition key.
func (pl *Plan) RepartitionTopic(s *check.Step) string {
	return pl.Program.Service + "-" + s.Name + "-repartition"
}

// ChangelogTopic is the name of the changelog of a step's store.
func (pl *Plan) ChangelogTopic(s *check.Step) string {
	return pl.Program.Service + "-" + s.Name + "-changelog"
}

// Payload is the record that travels through the repartition topic of a step: the fields of its row that are read behind the
// cut, then the values of let that are read there. A step without a window or a fold gets the row itself. When late records are wanted and there are no such values it is the row itself.
func (pl *Plan) Payload(st *check.Step) *types.Type {
	if st.Window == nil && st.Fold == nil {
		return st.Row
	}
	use, lets := Use{}, []*types.Field{}
	for _, e := range st.Folded() {
		use.addExpr(e, nil)
	}
	for _, l := range st.Let {
		reads := func(e *check.Expr) bool { return e.Reads(l.Name) }
		if st.Select == nil && slices.ContainsFunc(st.Folded(), reads) {
			lets = append(lets, &types.Field{Name: l.Name, Wire: l.Name, Type: l.Expr.Type, Span: l.Span})
		}
	}
	if st.Late != nil && pl.live[st.Late] {
		if len(lets) == 0 {
			return st.Row
		}
		use.addAll(pl.use(st.Late))
	}
	p := &types.Type{Kind: types.Record, Name: st.Name + "_input", Derived: true, Span: st.Span}
	for _, f := range st.Row.Fields {
		if use.Field(f.Name) {
			p.Fields = append(p.Fields, f)
		}
	}
	p.Fields = append(p.Fields, lets...)
	return p
}
