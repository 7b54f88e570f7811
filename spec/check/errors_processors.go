package check

import (
	"strings"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

func processNeeds(at source.Span, lack []string) diag.Diagnostic {
	return hinted(problem("WEIR4019", at, "a step with process also needs %s", strings.Join(lack, " and ")), "state and timers are kept for each group, and output is the type of the records that the processor hands on")
}

func processAnd(at source.Span, clause string, process source.Span) diag.Diagnostic {
	d := hinted(problem("WEIR4019", at, "%s does not go with process", clause), "put it into a step in front of this one or behind it")
	return related(d, process, "the processor")
}

func clauseWithoutProcess(at source.Span, clause string) diag.Diagnostic {
	return hinted(problem("WEIR4019", at, "%s is for a step with process", clause), "name the Go type that it is for: process: ./shop.Scorer, say")
}

func outputAndOutputs(several, one source.Span) diag.Diagnostic {
	d := hinted(problem("WEIR4019", several, "output and outputs say the same in two ways"), "keep output for one kind of records, which is read by the step's name, or outputs, which are read as STEP.OUTPUT")
	return related(d, one, "output stands here")
}

func mapWithoutKey(at source.Span, name string) diag.Diagnostic {
	return hinted(problem("WEIR4019", at, "state %s is a map, and does not say of which keys", name), "write {map: TYPE, key: string}, say")
}

func keyOfNoMap(key *syntax.Text, name string) diag.Diagnostic {
	return hinted(problem("WEIR4019", key.Span, "state %s has no keys of its own", name), "a group has one value, or one list; write map: TYPE for values by key")
}

func badStateKey(key *syntax.Text, t *types.Type) diag.Diagnostic {
	return hinted(problem("WEIR2012", key.Span, "a key of a map can't be of type %s", t), "it is a scalar or an enum")
}

func outputNoRecord(text *syntax.Text, t *types.Type) diag.Diagnostic {
	return hinted(problem("WEIR4019", text.Span, "a processor hands on records, not %s", a(t)), "declare a record under types, with a field for it")
}

func hidesInOutput(f *types.Field, output *syntax.Text) diag.Diagnostic {
	d := hidesName(f.Span, f.Name, true, source.Span{})
	return related(d, output.Span, "here the record is what a processor hands on")
}

func unboundedState(name *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4020", name.Span, "state %s could grow for ever: it has no time to live", name.Value), "write ttl: 30d, say, or unbounded: true if the processor deletes what is not needed any more, or there are few groups")
}

func boundedTwice(at source.Span, name string) diag.Diagnostic {
	return hinted(problem("WEIR4020", at, "state %s is unbounded and has a time to live", name), "remove one of the two")
}

func longLife(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4020", at, "a time to live can't be longer than 100 years"), "write unbounded: true for state that stays")
}

func noProcessor(text *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR7007", text.Span, "%q names no Go type of the generated package", text.Value), "write the package's path from the spec's directory and the type's name, as in ./shop.Scorer: it uses generated types, so it stands beside them")
}
