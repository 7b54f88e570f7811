package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// outOfScope explains names that exist, but not where the expression stands.
func outOfScope(name string, scope *Scope, at place) (summary, hint string) {
	root, _, _ := strings.Cut(name, ".")
	switch {
	case at.alias:
		return "", ""
	case root == "window":
		if _, ok := scope.Lookup("window.start"); ok {
			return fmt.Sprintf("a window has a start and an end, but no %s", name), "write window.start or window.end"
		}
		if at.group && at.step != nil && at.step.Window != nil && !at.step.Window.Bounded() {
			return fmt.Sprintf("a %s window has no start and no end", at.step.Window.Kind), "min(event_time) and max(event_time) are the times of a group's first and last record"
		}
		if at.args {
			return "neither aggregates nor windows see the window that their records come from", "select window.start as a field first"
		}
		return "there is no window here: these records are not the results of one", "window.start and window.end exist in having, and in steps and sinks behind a step with a window, or behind its late_to"
	case root == "kafka":
		if _, ok := scope.Lookup("kafka.topic"); ok {
			return "where a record was read is its topic, partition and offset" + notThe(name, root), "write kafka.topic, kafka.partition or kafka.offset"
		}
		if at.step == nil && at.sink == nil {
			return at.clause + " does not see where the record was read", "give the records their event time in a step behind: event_time: …"
		}
		return "these records have no place in a topic that an expression could read", "the records of a source have kafka.topic, kafka.partition and kafka.offset, up to the next window, processor or repartition topic: select what is needed of them as a field"
	case name == "headers" && at.step == nil && at.sink == nil:
		return at.clause + " does not see the record's headers", "give the records their event time in a step behind: event_time: …"
	case name == "headers":
		return "these records have no headers that an expression could read", "the records of a source have them, up to the next window, processor or repartition topic: select what is needed of them as a field"
	case (name == "key" || name == "event_time") && at.sink != nil:
		return "these records have no " + name + " that an expression could read", "behind a window, the names under group_by are fields"
	case name == "key" && at.step == nil:
		return at.clause + " does not see the record's key", "use the field of the value that equals it"
	case name == "key" && at.group:
		return "having does not see the keys of records, but the group's", "use the names under group_by"
	case name == "key" && at.states:
		return "having does not see the keys of records, but the group's", "use the names under group_by"
	case name == "key" && at.clause == "having":
		return "having does not see the keys of records here", "it sees the fields: select the key as one"
	case name == "key" && at.fold && at.step.Repartition && at.step.From.Source != nil:
		return "fold does not see the record's key when records are grouped by something else", "select it as a field first"
	case name == "key" && strings.HasPrefix(at.clause, "top "):
		return "top does not see the keys of records", "it sees the fields: select the key as one"
	case name == "key" && at.args && at.step.Repartition && at.step.From.Source != nil:
		return "aggregates do not see the record's key when records are grouped by something else", "select it as a field first"
	case name == "key" && at.step.From != nil && at.step.From.Source != nil:
		return "source " + at.step.From.Name + " declares no key", "add key: with its type to the source"
	case name == "key":
		if in := at.step.From; in != nil && in.Step != nil && (in.Step.Dedup != nil || in.Step.Previous != nil || in.Step.Top != nil) {
			return "these records have no key that an expression could read", "step " + in.Step.Name + " hands records on as they were, under the group as their key: select in it what the key says"
		}
		return "these records have no key that an expression could read", "behind a window, the names under group_by are fields"
	case name == "processing_time" && at.step == nil && at.sink == nil:
		return "the event time of a record is not when it was processed", "without event_time, it is the Kafka record's timestamp; a step can give it another one, even processing_time"
	case name == "processing_time":
		return "results have no processing time here", "add it to the record in a step behind: set: {at: processing_time}"
	case name == "event_time" && at.step == nil:
		return "event_time can't be read where it is defined", "use a field of the value"
	case name == "event_time":
		if at.step != nil && at.step.Window != nil && !at.step.Window.Bounded() {
			return "a result has no event time of its own in having", "aggregate it, as in max(event_time)"
		}
		return "a window's result has no event time of its own in having", "use window.start or window.end"
	case at.states && at.step.Row.Field(name) != nil:
		return fmt.Sprintf("having sees the group's key and the states, not the field %s of single records", name), "use where for single records, or keep it as a state"
	case at.fold && at.step.Fold.begins(at.clause, name):
		return "init sees the record that begins a group, and no state: there is none before it", "write what the state is then, 0 say"
	case at.fold && slices.ContainsFunc(at.step.Let, func(n *Named) bool { return n.Name == name }):
		return fmt.Sprintf("%s is a value of let, which fold does not see", name), fmt.Sprintf("make it a field: set: {%s: …} in place of let", name)
	case at.group && at.row != nil && at.row.Field(name) != nil:
		return fmt.Sprintf("having sees the group's key and the aggregates, not the field %s of single records", name), "use where for single records, or aggregate it, as in max(" + name + ")"
	}
	if st := at.step; st != nil && strings.HasPrefix(at.clause, "top ") && slices.ContainsFunc(st.Let, func(n *Named) bool { return n.Name == name }) {
		return fmt.Sprintf("%s is a value of let, and top sees the fields of the record", name), fmt.Sprintf("make it a field: set: {%s: %s}", name, name)
	}
	if st := at.step; st != nil && st.Select != nil && slices.ContainsFunc(st.Let, func(n *Named) bool { return n.Name == name }) {
		return fmt.Sprintf("%s is a value of let, and behind select there are the fields of the new record only", name), fmt.Sprintf("add %s: %s to select", name, name)
	}
	if st := at.step; st != nil && st.Select != nil && st.From != nil && st.From.Type != nil && at.row == st.Row && st.From.Type.Field(name) != nil {
		if st.Changes != nil {
			return fmt.Sprintf("drop or rename takes the field %s away", name), "use its new name, or leave it in the record"
		}
		return fmt.Sprintf("select leaves the field %s out", name), fmt.Sprintf("add %s: %s to select", name, name)
	}
	return "", ""
}

// notThe says that a root has nothing of a name, if that is more than the root.
func notThe(name, root string) string {
	if name == root {
		return ""
	}
	return ", there is no " + name
}

func wrongResult(text *syntax.Text, clause string, have, want *types.Type) diag.Diagnostic {
	d := problem("WEIR3009", text.Span, "%s must be %s, not %s", clause, a(want), a(have))
	switch {
	case have.Kind == types.Optional && types.Equal(have.Elem, want) && want.Kind == types.Bool:
		d.Hint = "it may be missing: add .orValue(false)"
		d.Fix = behind(text, ".orValue(false)")
	case have.Kind == types.Optional && types.Equal(have.Elem, want):
		d.Hint = "it may be missing: add .orValue(…) with what to take then"
	case want.Kind == types.Timestamp && have.Kind == types.Int:
		d.Hint = "timestamp(x) takes seconds; for milliseconds give the field the type timestamp with json: {as: epoch_ms}"
	case want.Kind == types.Timestamp && have.Kind == types.Date:
		d.Hint = `a date is no moment: say at which time, as in day.at(time("00:00:00"), "Europe/Paris")`
	case want.Kind == types.Timestamp && have.Kind == types.String:
		d.Hint = "give the field the type timestamp, or convert it: timestamp(…)"
	case want.Kind == types.Bool:
		d.Hint = "compare it with something"
	}
	return d
}

// behind is a fix that writes more behind an expression: where that is a name or a call, so that it binds to all of it.
func behind(text *syntax.Text, more string) *diag.Fix {
	if !simple.MatchString(text.Value) {
		return nil
	}
	at := text.Span
	at.Start = at.End
	return &diag.Fix{Title: "add " + more, Edits: []diag.Edit{{Span: at, Text: more}}}
}

// simple matches an expression that is a path of names.
var simple = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*)*$`)

func noAggregate(t *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR3010", t.Span, "this is no aggregate"), "write count(), sum(x), max(x) or another aggregate, with an expression over a record in the parentheses")
}

func unknownAggregate(at source.Span, name string) diag.Diagnostic {
	d := problem("WEIR3010", at, "there is no aggregate %q", name)
	if name == "mean" || name == "average" {
		return hinted(d, "did you mean avg?").Replace("avg", true)
	}
	return d.Suggest(name, functionNames)
}

func openParen(at source.Span) diag.Diagnostic {
	return problem("WEIR3011", at, "this parenthesis is not closed")
}

func behindAggregate(at source.Span, name string) diag.Diagnostic {
	return hinted(problem("WEIR3011", at, "an aggregate is one call, with nothing behind it"), "give %s(…) a name of its own and calculate with it in the select of a step behind this one", name)
}

func countArgument(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR3011", at, "count() counts records and takes no argument"), "to count some of them, use count_if(condition)")
}

func fewArguments(at source.Span, sig aggregateSignature) diag.Diagnostic {
	takes := "an expression over a record"
	switch {
	case sig.takes[len(sig.takes)-1].constant != nil:
		takes = sig.number()
	case len(sig.takes) > 1:
		takes = "two expressions over a record"
	}
	return hinted(problem("WEIR3011", at, "%s takes %s", sig.name, takes), "write %s", sig)
}

func foldArguments(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR3011", at, "fold takes three arguments, or five"), "write fold(acc, init, step), or with windows that are merged fold(acc, init, step, other, merge)")
}

func foldName(text *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR3011", text.Span, "here fold takes a name"), "write fold(acc, init, step): acc is what init and step call the state")
}

func foldHides(name *syntax.Text, what string) diag.Diagnostic {
	return hinted(problem("WEIR4013", name.Span, "the name %q would hide %s %q", name.Value, what, name.Value), "call it otherwise")
}

func foldWithoutMerge(text *syntax.Text, k WindowKind) diag.Diagnostic {
	return hinted(problem("WEIR4023", text.Span, "a fold over %s windows needs to be told how two of its states are merged", k),
		"write fold(acc, init, step, other, merge): merge is what acc and other, the state of later records, make together")
}

func manyArguments(at source.Span, sig aggregateSignature) diag.Diagnostic {
	return hinted(problem("WEIR3011", at, "%s takes %s", sig.name, sig.number()), "write %s", sig)
}

func badAggregateType(arg *syntax.Text, sig aggregateSignature, p parameter, t *types.Type) diag.Diagnostic {
	d := problem("WEIR3012", arg.Span, "%s does not take %s", sig.name, a(t))
	if len(sig.takes) > 1 {
		d = problem("WEIR3012", arg.Span, "%s does not take %s as %s", sig.name, a(t), p.name)
	}
	if t.Kind == types.Optional && p.name != condition.name {
		return hinted(d, "a value may be missing: turn records without it away (where: x.hasValue(), select: {x: x.value()}),\nor say what to take for it: x.orValue(…)")
	}
	return hinted(d, "%s", p.says)
}

func boundsMisfit(arg *syntax.Text, bounds, x *types.Type) diag.Diagnostic {
	return problem("WEIR3012", arg.Span, "histogram does not take %s as bounds of %s", a(bounds), a(x))
}

func noConstant(arg *syntax.Text, sig aggregateSignature, p parameter, reads string) diag.Diagnostic {
	d := problem("WEIR3013", arg.Span, "the %s of %s must be constant, and this reads %s", p.name, sig.name, reads)
	return hinted(d, "it is the same for all records and known when the spec is compiled")
}

func badConstant(arg *syntax.Text, sig aggregateSignature, p parameter, wrong string) diag.Diagnostic {
	return problem("WEIR3013", arg.Span, "the %s of %s %s", p.name, sig.name, wrong)
}
