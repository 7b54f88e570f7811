package check

import (
	"slices"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

// aggregatesUpdates is about updates of results that come into a step with a clause that can't take them.
func (c *checker) aggregatesUpdates(d *syntax.Step, clause string) diag.Diagnostic {
	what := "can't be aggregated"
	if clause != "" {
		what = "is nothing for " + clause
	}
	ins := d.Inputs()
	at := ins[slices.IndexFunc(ins, func(in *syntax.Text) bool { return c.streams[in.Value].Updates })]
	from, emit := c.updatesFrom(c.streams[at.Value])
	hint := "use emit: final there"
	if from != nil && from.Emit == Final {
		hint = "leave corrections out there"
	}
	return related(hinted(problem("WEIR4006", at.Span, "%s hands on updates, and one result several times %s", at.Value, what), "%s", hint), emit, "here")
}

func retractedTwice(name, emit source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR4008", name, "the result would have the field %q twice", Retracted), "retractions have this field; call yours something else"), emit, "here it is asked for")
}

func updatesOfCount(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4032", at, "a count window has one result, with the record that completes it"), "leave emit out; global: {unbounded: true} counts without an end, and has updates")
}

func changesOfOverlap(at source.Span, key string, w *Window) diag.Diagnostic {
	of := w.Kind.String() + " windows"
	if w.Sizes != nil {
		of = "windows of several sizes"
	}
	return hinted(problem("WEIR4033", at, "results of %s are made of %s, and what was handed on last is kept for no window", of, madeOf(w.Kind)), "leave %s out, or take windows that do not overlap", key)
}

func globalAtTheEnd(at source.Span) diag.Diagnostic {
	return warning(hinted(problem("WEIR6013", at, "results of a global window are handed on when a bounded run ends, and never else"), "write emit: updates for what has changed by each commit, or emit: final to say that it is meant"))
}

func correctionsOfTimeless(at source.Span, k WindowKind) diag.Diagnostic {
	switch k {
	case Counted:
		return hinted(problem("WEIR4056", at, "results of count windows can't be corrected: a record completes a window, and the next one is part of another"), "leave corrections out")
	case Divided:
		return hinted(problem("WEIR4056", at, "results of split windows can't be corrected: a record ends a window, and is part of another"), "leave corrections out")
	}
	return hinted(problem("WEIR4056", at, "results of global windows can't be corrected: they have no end, so no record comes after it"), "emit: updates hands on what has changed")
}

func correctionsNever(at source.Span, st *Step) diag.Diagnostic {
	d := hinted(problem("WEIR4057", at, "no record can correct a result of step %s: windows close at their ends", st.Name), "say beside the window for how long they take late records: allowed_lateness: 1m, say; or leave corrections out")
	return related(d, st.Window.Span, "the window")
}

func retractionsOfFinal(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4059", at, "final results come in any case, and take nothing back: early_and_final has no retractions"), "updates has them, and hands on what changed when a window closes, too; so has {final: {corrections: true}}")
}

func timeOfNothing(of *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4058", of.Span, "of says which time every is of, and there is no every"), "write every: 10s beside it, or leave of out: nothing else goes by a time")
}
