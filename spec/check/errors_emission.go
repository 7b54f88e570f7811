package check

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

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
