package check

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

func preAggregateAlone(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4060", at, "pre_aggregate combines what aggregate makes of records, and there is none"),
		"it stands beside group_by, window and aggregate")
}

func preAggregateAnd(at source.Span, clause string, other source.Span) diag.Diagnostic {
	return hinted(related(problem("WEIR4060", at, "pre_aggregate does not go with %s", clause), other, "here it is"),
		"%s takes each record by itself; only what aggregate makes of records can be combined", clause)
}

func preAggregateOfKind(at source.Span, k WindowKind, window source.Span) diag.Diagnostic {
	windows := k.String() + " windows"
	if k == Global {
		windows = "a ttl of global windows"
	}
	return hinted(related(problem("WEIR4061", at, "pre_aggregate does not go with %s", windows), window, "the window"),
		"in which of them a record is depends on the group's other records, which come together only behind the repartition topic")
}

func lateOfCombined(late *syntax.Text, at source.Span) diag.Diagnostic {
	return hinted(related(problem("WEIR4061", late.Span, "late_to does not go with pre_aggregate"), at, "here it is asked for"),
		"which records are late is found out when they have been combined, and they can't be taken apart again: they are dropped and counted")
}

func correctionsOfCombined(corrections *syntax.Text, at source.Span) diag.Diagnostic {
	return hinted(related(problem("WEIR4061", corrections.Span, "corrections do not go with pre_aggregate"), at, "here it is asked for"),
		"a correction comes with each late record, and what travels was made of many; updates go by commits, or by event time with every")
}

func countOfCombined(count *syntax.Text, at source.Span) diag.Diagnostic {
	return hinted(related(problem("WEIR4061", count.Span, "updates by count do not go with pre_aggregate"), at, "here it is asked for"),
		"they come with single records, which have been combined; every: 10s goes by event time")
}

func arrivalOfCombined(text *syntax.Text, f Func, at source.Span) diag.Diagnostic {
	by := First
	if f == LastArrived {
		by = Last
	}
	return hinted(related(problem("WEIR4062", text.Span, "%s does not go with pre_aggregate", f), at, "here it is asked for"),
		"what several tasks have combined knows when its records happened, not in which order they arrived: %s goes by event time", by)
}

func foldOfCombined(text *syntax.Text, at source.Span) diag.Diagnostic {
	return hinted(related(problem("WEIR4062", text.Span, "with pre_aggregate a fold needs to be told how two of its states are merged"), at, "here it is asked for"),
		"write fold(acc, init, step, other, merge): merge is what acc and other, a state of other records, make together")
}

func preAggregatesNothing(at source.Span) diag.Diagnostic {
	return warning(hinted(problem("WEIR4063", at, "pre_aggregate does nothing here: the records are partitioned by what they are grouped by"),
		"remove it; it is for steps whose records go through a repartition topic"))
}
