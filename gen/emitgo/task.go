package emitgo

import (
	"slices"

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
