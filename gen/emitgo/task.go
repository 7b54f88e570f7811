package emitgo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

const planRepartition = plan.RepartitionOutput

func taskName(sub *plan.Subtopology) string { return naming.Local(sub.Name) + "Task" }

// outputConst is the name of the constant that holds an output's index.
func outputConst(sub *plan.Subtopology, index int) string {
	o := sub.Outputs[index]
	kind := map[plan.OutputKind]string{plan.SinkOutput: "Sink", plan.RepartitionOutput: "Repartition", plan.ChangelogOutput: "Changelog", plan.DeadLetterOutput: "DeadLetters"}[o.Kind]
	return naming.Local(sub.Name) + kind + naming.Exported(o.Name)
}

// subtopology prints the file of one sub-topology.
func (g *generator) subtopology(sub *plan.Subtopology) (*printer.File, error) {
	f := g.newFile()
	f.Import("github.com/twmb/franz-go/pkg/kgo", module+"topology")
	g.outputs(f, sub)
	g.taskType(f, sub)
	g.constructor(f, sub)
	if err := g.process(f, sub); err != nil {
		return nil, err
	}
	g.advance(f, sub)
	g.tick(f, sub)
	g.seal(f, sub)
	if sub.Cut != nil {
		if err := g.keeperParts(f, sub, sub.Cut); err != nil {
			return nil, err
		}
	}
	for _, st := range sub.Steps {
		if err := g.step(f, sub, st); err != nil {
			return nil, err
		}
		if st.Keeps() && !st.Repartition {
			if err := g.keeperParts(f, sub, st); err != nil {
				return nil, err
			}
		}
	}
	g.tombstone(f, sub)
	for _, o := range sub.Outputs {
		if o.Kind == plan.SinkOutput && o == sub.SinkOutputs(o.Sink)[0] {
			if err := g.sink(f, sub, o); err != nil {
				return nil, err
			}
		}
	}
	for _, d := range g.codecs.pending {
		g.declare(f, d)
	}
	g.codecs.pending = nil
	return f, nil
}

// keeperParts prints what a step with a window or a processor needs besides the method that takes its records.
func (g *generator) keeperParts(f *printer.File, sub *plan.Subtopology, st *check.Step) error {
	switch {
	case st.Process != nil:
		g.processor(f, sub, st)
	case st.Dedup != nil:
		g.dedup(f, sub, st)
	case st.Previous != nil:
		if err := g.changes(f, sub, st); err != nil {
			return err
		}
	case st.Fold != nil:
		if err := g.stepFold(f, sub, st); err != nil {
			return err
		}
	case st.Delay != nil:
		return g.delayParts(f, sub, st)
	case st.Top != nil:
		if err := g.top(f, sub, st); err != nil {
			return err
		}
	default:
		if err := g.result(f, sub, st); err != nil {
			return err
		}
		g.counted(f, sub, st)
		g.corrected(f, sub, st)
		g.final(f, sub, st)
		g.retract(f, sub, st)
		g.sliding(f, sub, st)
		g.divided(f, sub, st)
		if err := g.gone(f, sub, st); err != nil {
			return err
		}
		if err := g.state(f, st); err != nil {
			return err
		}
	}
	if g.keyTextWanted(st) {
		g.keyTextFunc(f, st)
	}
	return nil
}

// outputs prints the constants that the task sends by.
func (g *generator) outputs(f *printer.File, sub *plan.Subtopology) {
	if len(sub.Outputs) == 0 {
		return
	}
	f.F("// The topics that %s writes, as indexes of its outputs.", sub.Name)
	f.P("const (")
	for i, o := range sub.Outputs {
		iota := ""
		if i == 0 {
			iota = " = iota"
		}
		f.F("%s%s // %s", outputConst(sub, i), iota, o.Topic)
	}
	f.P(")")
	f.P()
}

// keyed tells whether the typed key of the source is needed as a field of the task.
func (g *generator) keyed(sub *plan.Subtopology) bool {
	return sub.Source != nil && sub.Source.Key != nil
}

func (g *generator) inputType(sub *plan.Subtopology) *types.Type {
	if sub.Source != nil {
		return sub.Source.Value
	}
	return g.pl.Payload(sub.Cut)
}

// inputName is the Go type of what the task takes.
func (g *generator) inputName(sub *plan.Subtopology) string {
	if sub.Cut != nil && sub.Cut.Combines {
		return stateType(g.steps[sub.Cut])
	}
	return g.typeName(g.inputType(sub))
}

func (g *generator) taskType(f *printer.File, sub *plan.Subtopology) {
	f.F("// %s runs one partition of sub-topology %s:", taskName(sub), sub.Name)
	f.P("//")
	for _, l := range g.pl.ASCII(sub) {
		f.P("//\t", l)
	}
	f.F("type %s struct {", taskName(sub))
	f.P("*topology.Context")
	f.P()
	if sub.Cut != nil && sub.Cut.Combines {
		f.Import(module + "window")
		f.F("in %s // the partial aggregate in hand", g.inputName(sub))
		f.P("partial window.Partial // the same, as it was read")
	} else {
		f.F("in %s // the record in hand; it lives until the next one", g.inputName(sub))
	}
	if s := sub.Source; s != nil {
		if s.Format == check.CSV {
			f.Import(module + "csvx")
			f.P("scratch csvx.Scratch")
		} else {
			f.Import(module + "jsonx")
			f.P("scratch jsonx.Scratch")
		}
		if g.keyed(sub) {
			f.F("key %s // of the record in hand", g.goType(f, s.Key))
		}
	}
	if g.readsDirect(sub, readsRecord) {
		f.P("rec *kgo.Record // the record in hand, as it was read")
	}
	if g.readsDirect(sub, readsHeaderMap) {
		f.P("headers map[string][]byte // of the record in hand")
	}
	if g.buildsGroups(sub) {
		f.P("group []byte // the group of the record in hand")
	}
	if slices.ContainsFunc(sub.Steps, func(st *check.Step) bool { return st.Combines && st != sub.Cut }) {
		f.P("part []byte // the group that it is combined for")
	}
	for _, st := range sub.Steps {
		if st.Key != nil {
			f.F("%s %s // that step %s gives its records, and its text", rekeyField(g.steps[st]), g.goType(f, st.Key.Type), st.Name)
			f.F("%sText []byte", rekeyField(g.steps[st]))
		}
		if t := g.mergedKey(sub, st); t != "" {
			f.F("%s %s // of the records that step %s merges", t, g.goType(f, st.From.Key[0].Type), st.Name)
		}
		if keysWanted(st) {
			f.F("%s []%s // of the map that step %s takes apart", keysField(g.steps[st]), g.goType(f, st.Unnest.Expr.Type.Key), st.Name)
		}
	}
	if slices.ContainsFunc(sub.Stores, func(s *plan.Store) bool { return g.changesOnly(s.Step) }) {
		f.P("result []byte // the result in hand, encoded")
	}
	for _, st := range sub.Steps {
		if st.Log != nil {
			f.F("%s *topology.Lines", linesField(g.steps[st]))
		}
	}
	for _, st := range combining(sub) {
		f.Import(module + "window")
		f.F("%s *window.Partials[%s]", partialsField(g.steps[st]), stateType(g.steps[st]))
	}
	for _, s := range sub.Stores {
		n := g.steps[s.Step]
		switch {
		case s.Step.Process != nil:
			g.processorFields(f, s.Step)
			continue
		case s.Step.Dedup != nil:
			g.dedupFields(f, s.Step)
			continue
		case s.Step.Previous != nil:
			g.changesFields(f, s.Step)
			continue
		case s.Step.Fold != nil:
			g.foldFields(f, s.Step)
			continue
		case s.Step.Delay != nil:
			g.delayFields(f, sub, s.Step)
			continue
		case s.Step.Top != nil:
			g.topFields(f, s.Step)
			continue
		}
		pkg, typ := g.store(f, s.Step)
		f.F("%s *%s.%s[%s]", storeField(n), pkg, typ, g.keptType(s.Step))
	}
	f.P("}")
	f.P()
}

// buildsGroups tells whether the task encodes group keys for stores of its own.
func (g *generator) buildsGroups(sub *plan.Subtopology) bool {
	for _, st := range sub.Steps {
		if st.Keeps() && !st.Repartition && st.Delay == nil {
			return true
		}
	}
	return false
}

func (g *generator) constructor(f *printer.File, sub *plan.Subtopology) {
	name := taskName(sub)
	f.F("func new%s(c *topology.Context) (topology.Task, error) {", naming.Exported(name))
	fields := "Context: c"
	for _, st := range sub.Steps {
		if st.Key != nil { // a key that is empty is not null
			fields += ", " + rekeyField(g.steps[st]) + "Text: []byte{}"
		}
	}
	logs := slices.ContainsFunc(sub.Steps, func(st *check.Step) bool { return st.Log != nil })
	combines := combining(sub)
	if len(sub.Stores) == 0 && !logs && combines == nil {
		f.F("return &%s{%s}, nil", name, fields)
		f.P("}")
		return
	}
	f.F("t := &%s{%s}", name, fields)
	for _, st := range sub.Steps {
		if st.Log != nil {
			g.newLines(f, st)
		}
	}
	if len(sub.Stores) > 0 || combines != nil {
		f.P("var err error")
	}
	for _, st := range combines {
		g.newPartials(f, sub, st)
	}
	for _, s := range sub.Stores {
		n := g.steps[s.Step]
		switch {
		case s.Step.Process != nil:
			g.newProcessor(f, sub, s)
			continue
		case s.Step.Dedup != nil:
			g.newDedup(f, sub, s)
			continue
		case s.Step.Previous != nil:
			g.newChanges(f, sub, s)
			continue
		case s.Step.Fold != nil:
			g.newFold(f, sub, s)
			continue
		case s.Step.Delay != nil:
			g.newDelay(f, sub, s)
			continue
		case s.Step.Top != nil:
			g.newTop(f, sub, s)
			continue
		}
		pkg, typ := g.store(f, s.Step)
		f.F("t.%s, err = %s.New%s(c, %s.Config[%s]{", storeField(n), pkg, strings.TrimPrefix(typ, "Store"), pkg, g.keptType(s.Step))
		f.F("Name: %q,", s.Step.Name)
		f.F("Output: %s,", outputConst(sub, s.Output.Index))
		g.windowConfig(f, s.Step.Window)
		if d := g.upstreamDelay(sub, s.Step); d > 0 {
			f.F("Delay: %s,", grouped(d))
		}
		if every := s.Step.UpdateEvery; every > 0 && g.pl.Live(s.Step.Out) {
			f.F("UpdateEvery: %s,", grouped(every.Milliseconds()))
			if s.Step.UpdateClock {
				f.P("ByClock: true,")
			}
			if g.notes(s.Step) || s.Step.UpdateClock {
				f.F("Round: t.%sResult,", n.method)
			}
		}
		if g.corrects(s.Step) {
			f.P("AtEnd: true,")
			if g.notes(s.Step) {
				f.P("Notes: true,")
			}
		}
		if g.tombstones(s.Step) {
			f.F("Gone: t.%sGone,", n.method)
		}
		g.codecOf(f, s.Step)
		f.P("})")
		f.P("if err != nil {")
		f.P("return nil, err")
		f.P("}")
	}
	f.P("return t, nil")
	f.P("}")
}

// windowConfig prints where windows lie.
func (g *generator) windowConfig(f *printer.File, w *check.Window) {
	switch w.Kind {
	case check.Session:
	case check.Custom:
		f.P("Apart: true,")
	case check.Sliding:
		f.F("Reach: %s,", grouped(w.Size.Milliseconds()))
	case check.Global:
		if w.Size > 0 {
			f.F("Lateness: %s, // and a millisecond: a group's window ends with its last record", grouped(w.Size.Milliseconds()-1))
		} else {
			f.P("Lateness: session.Forever,")
		}
		return
	case check.Counted, check.Divided:
		if w.Size == 0 {
			f.P("Lateness: session.Forever,")
		}
		return
	default:
		f.F("Size: %s,", grouped(w.Size.Milliseconds()))
	}
	if w.Max > 0 {
		f.F("Max: %s,", grouped(w.Max.Milliseconds()))
	}
	f.F("Lateness: %s,", grouped(w.Lateness.Milliseconds()))
	g.overlap(f, w, w.Sizes)
}

// grid prints where windows lie that go by time.
func (g *generator) grid(f *printer.File, w *check.Window) {
	f.F("Size: %s,", grouped(w.Size.Milliseconds()))
	g.overlap(f, w, nil)
}

// overlap prints how windows of some sizes follow each other.
func (g *generator) overlap(f *printer.File, w *check.Window, sizes []time.Duration) {
	if w.Every > 0 {
		f.F("Every: %s,", grouped(w.Every.Milliseconds()))
	}
	if w.Kind == check.Cumulative {
		f.P("Cumulative: true,")
	}
	if sizes != nil {
		var ms []string
		for _, size := range sizes {
			ms = append(ms, grouped(size.Milliseconds()))
		}
		f.F("Sizes: []int64{%s},", strings.Join(ms, ", "))
		if w.Kind == check.Tumbling {
			f.P("Follow: true,")
		}
	}
	if w.Offset > 0 {
		f.F("Offset: %s,", grouped(w.Offset.Milliseconds()))
	}
	if w.Zone != "" {
		f.Import(module + "cel/zone")
		f.F("Zone: zone.Must(%q),", w.Zone)
	}
}

// process prints the method that takes a record of the input.
func (g *generator) process(f *printer.File, sub *plan.Subtopology) error {
	f.P()
	f.F("// Process takes one record of topic %s through the graph.", sub.Topic)
	f.F("func (t *%s) Process(input int, rec *kgo.Record) error {", taskName(sub))
	if sub.Source != nil && sub.Source.SkipTombstones {
		f.P("if rec.Value == nil { // a tombstone")
		f.P("t.Stats.Filtered++")
		f.P("return nil")
		f.P("}")
	}
	f.P("at, err := t.read(rec)")
	f.P("if err != nil {")
	f.P("return t.Bad(input, rec, err)")
	f.P("}")
	if sub.Source != nil && sub.Source.WatermarkFrom != nil {
		f.P("wm, err := t.watermark(input, at)")
		f.P("if err != nil {")
		f.P("return t.Bad(input, rec, err)")
		f.P("}")
	} else {
		f.P("wm := t.Clock.Observe(input, at)")
	}
	f.P("if err := t.take(&t.in, rec.Key, at); err != nil {")
	f.P("if err := t.Bad(input, rec, err); err != nil {")
	f.P("return err")
	f.P("}")
	f.P("}")
	f.P("return t.Advance(wm)")
	f.P("}")
	if sub.Source != nil {
		if sub.Repartitions() {
			f.P()
			f.P("// EventTime is a record's event time, by which a bounded run chooses among its sources and their partitions.")
			f.F("func (t *%s) EventTime(rec *kgo.Record) (int64, error) { return t.read(rec) }", taskName(sub))
		}
		if err := g.readSource(f, sub); err != nil {
			return err
		}
		if err := g.watermarkFrom(f, sub); err != nil {
			return err
		}
	} else {
		g.readPayload(f, sub)
	}
	f.P()
	if sub.Source != nil {
		f.F("// take gives a record to what reads source %s.", sub.Source.Name)
		f.F("func (t *%s) take(%s) error {", taskName(sub), g.params(sub.Source.Out))
		g.handOn(f, sub, sub.Source.Out, "r")
		f.P("}")
		return nil
	}
	st := sub.Cut
	if st.Combines {
		return g.takePartial(f, sub)
	}
	if inProcessStore(st) {
		whose := "step "
		if st.Process != nil {
			whose = "the processor of step "
		}
		f.F("// take gives a record to %s%s; its group is its key.", whose, st.Name)
		f.F("func (t *%s) take(r *%s, key []byte, at int64) error {", taskName(sub), g.typeName(g.inputType(sub)))
		f.F("return t.%s(r, key, at)", g.takesByGroup(st))
		f.P("}")
		return nil
	}
	f.F("// take adds a record to its group's window; its group is its key.")
	f.F("func (t *%s) take(r *%s, key []byte, at int64) error {", taskName(sub), g.typeName(g.inputType(sub)))
	f.P("group := key")
	c := &scope{g: g, f: f, sub: sub, row: "r", typ: g.inputType(sub), pointer: true}
	err := g.fold(f, c, st, "r")
	f.P("}")
	return err
}

// readSource prints the decoding of a source's record into t.in and the computation of its event time.
func (g *generator) readSource(f *printer.File, sub *plan.Subtopology) error {
	s := sub.Source
	f.P()
	f.F("// read decodes a record and gives its event time in Unix milliseconds.")
	f.F("func (t *%s) read(rec *kgo.Record) (at int64, err error) {", taskName(sub))
	if g.readsDirect(sub, readsRecord) {
		f.P("t.rec = rec")
	}
	if g.readsDirect(sub, readsHeaderMap) {
		f.Import(module + "topology")
		f.P("t.headers = topology.Headers(rec, t.headers)")
	}
	if s.Key != nil {
		f.Import(module + "keyenc")
		g.parseKey(f, s.Key)
	}
	method := "decodeJSON"
	if s.Format == check.CSV {
		method = "decodeCSV" + g.codecs.csvSuffix[s]
	}
	f.F("if err := t.in.%s(rec.Value, &t.scratch); err != nil {", method)
	f.P("return 0, err")
	f.P("}")
	if s.KeyField != "" {
		field := s.Value.Field(s.KeyField)
		f.P("if ", g.differs(f, field.Type, "t.key", "t.in."+fieldName(field)), " {")
		f.F("return 0, topology.KeyDiffers(%q)", s.KeyField)
		f.P("}")
	}
	if s.EventTime == nil {
		f.P("return rec.Timestamp.UnixMilli(), nil")
		f.P("}")
		return nil
	}
	if uses(s.EventTime)[check.FieldVar] {
		f.P("r := &t.in")
	}
	c := &scope{g: g, f: f, sub: sub, row: "r", typ: s.Value, pointer: true, prefix: naming.Local(s.Name) + "EventTime"}
	where := func(x string) string {
		return fmt.Sprintf("return 0, topology.At(%q, %q, %s)", "source "+s.Name+", event_time", g.pos(s.EventTime), x)
	}
	code, err := c.compile(s.EventTime, where)
	if err != nil {
		return err
	}
	g.codecs.pending = append(g.codecs.pending, code.Decls...)
	if code.Stmts != "" {
		f.P(code.Stmts)
	}
	f.F("return %s.UnixMilli(), nil // %s: %s", paren(code.Value), g.pos(s.EventTime), oneLine(s.EventTime.Text))
	f.P("}")
	return nil
}

// paren wraps an expression that a selector can't follow directly.
func paren(e string) string {
	if strings.ContainsAny(e, " *&") {
		return "(" + e + ")"
	}
	return e
}

// differs is a Go condition: the values a and b of type t are not the same.
func (g *generator) differs(f *printer.File, t *types.Type, a, b string) string {
	switch t.Kind {
	case types.Bytes:
		f.Import("bytes")
		return fmt.Sprintf("!bytes.Equal(%s, %s)", a, b)
	case types.Timestamp:
		return fmt.Sprintf("!%s.Equal(%s)", a, b)
	case types.Optional:
		return fmt.Sprintf("%s.Valid != %s.Valid || %s.Valid && %s", a, b, a, g.differs(f, t.Elem, a+".Value", b+".Value"))
	}
	return a + " != " + b
}

func (g *generator) readPayload(f *printer.File, sub *plan.Subtopology) {
	if sub.Cut.Combines {
		g.readPartial(f, sub)
		return
	}
	f.P()
	f.F("// read decodes a record and gives its event time in Unix milliseconds, which records in %s carry.", sub.Topic)
	f.F("func (t *%s) read(rec *kgo.Record) (at int64, err error) {", taskName(sub))
	f.P("if err := t.in.decodeState(rec.Value); err != nil {")
	f.P("return 0, topology.Fatal(err)")
	f.P("}")
	f.Import("github.com/weirstream/weir/runtime/emit")
	f.P("return emit.EventTime(rec), nil")
	f.P("}")
}

func (g *generator) advance(f *printer.File, sub *plan.Subtopology) {
	f.P()
	if len(sub.Stores) == 0 {
		f.P("// Advance has nothing to close: there are no windows here.")
		f.F("func (t *%s) Advance(wm int64) error { return nil }", taskName(sub))
		return
	}
	f.F("// Advance %s the watermark has passed, those of earlier steps first.", passing(sub))
	f.F("func (t *%s) Advance(wm int64) error {", taskName(sub))
	for _, s := range sub.Stores {
		if inProcessStore(s.Step) {
			g.fireTimers(f, sub, s.Step)
		} else {
			g.closeWindows(f, sub, s.Step)
		}
	}
	if slices.ContainsFunc(sub.Steps, g.goesByPassed) || slices.ContainsFunc(sub.Stores, func(s *plan.Store) bool { return inProcessStore(s.Step) }) {
		f.P("t.Clock.Pass(wm)")
	}
	f.P("return nil")
	f.P("}")
}

// passing says what a task does with what the watermark passes.
func passing(sub *plan.Subtopology) string {
	windows, others := false, false
	for _, s := range sub.Stores {
		windows, others = windows || s.Step.Window != nil, others || inProcessStore(s.Step)
	}
	switch {
	case windows && others:
		return "closes the windows and fires the timers that"
	case others:
		return "fires the timers, and ends the state, that"
	}
	return "closes the windows that"
}

func (g *generator) closeWindows(f *printer.File, sub *plan.Subtopology, st *check.Step) {
	n := g.steps[st]
	d := g.upstreamDelay(sub, st)
	emit := g.restOf(st)
	if d > 0 {
		f.Import(module + "watermark")
		f.F("// The results that %s reads come up to %s late.", st.Name, plan.Duration(durationMillis(d)))
		f.F("if wm := watermark.Sub(wm, %s); wm >= t.%s.Due() {", grouped(d), storeField(n))
	} else {
		f.F("if wm >= t.%s.Due() {", storeField(n))
	}
	if st.UpdateEvery > 0 && !st.UpdateClock && emit != "nil" {
		f.F("// Results that changed are handed on every %s, too.", plan.Duration(st.UpdateEvery))
	}
	if g.corrects(st) {
		f.F("// Results are handed on at the ends of windows, which close %s later.", plan.Duration(st.Window.Lateness))
	}
	f.F("if err := t.%s.Close(wm, %s, %t); err != nil {", storeField(n), emit, g.onlyChanged(st))
	f.P("return err")
	f.P("}")
	f.P("}")
}

// upstreamDelay is how far in milliseconds the records of a step in this sub-topology may stay behind the task's watermark.
func (g *generator) upstreamDelay(sub *plan.Subtopology, st *check.Step) int64 {
	if st == sub.Cut {
		return 0
	}
	return g.pl.Delay(sub, st.From).Milliseconds()
}

func (g *generator) seal(f *printer.File, sub *plan.Subtopology) {
	f.P()
	if len(sub.Stores) == 0 {
		f.P("// Seal has nothing to write: there is no state here.")
		f.F("func (t *%s) Seal() error { return nil }", taskName(sub))
		return
	}
	f.P("// Seal writes what changed since the last commit.")
	f.F("func (t *%s) Seal() error {", taskName(sub))
	var calls []string
	for _, s := range sub.Stores {
		n := g.steps[s.Step]
		if inProcessStore(s.Step) {
			calls = append(calls, fmt.Sprintf("t.%s.Seal()", processStore(n)))
			continue
		}
		emit := "nil"
		if s.Step.Emit != check.Final && s.Step.UpdateEvery == 0 && s.Step.UpdateCount == 0 && g.pl.Live(s.Step.Out) {
			emit = "t." + n.method + "Result"
		}
		calls = append(calls, fmt.Sprintf("t.%s.Seal(%s)", storeField(n), emit))
	}
	g.chain(f, calls)
	f.P("}")
}
