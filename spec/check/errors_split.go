package check

import (
	"strings"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

func branchTwice(name *syntax.Text, first source.Span) diag.Diagnostic {
	return related(problem("WEIR4014", name.Span, "the step has a branch %q already", name.Value), first, "here")
}

func defaultWithoutSplit(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4014", at, "default is for a step with split"), "it names the branch of the records for which no condition of split is true")
}

func splitAndWindow(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4014", at, "split does not go with group_by, window and aggregate"), "split the results in a step behind this one")
}

func keyAndWindow(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4016", at, "key does not go with group_by, window and aggregate"), "the results of a window have the group as their key; give them another one in a step behind this one")
}

func readsSplit(name *syntax.Text, st *Step) diag.Diagnostic {
	var names []string
	for _, out := range st.Outs() {
		names = append(names, out.Name)
	}
	what := "%s splits its records into branches"
	if st.Process != nil {
		what = "%s hands its records on by output"
	}
	return hinted(problem("WEIR4015", name.Span, what, name.Value), "read one of %s", strings.Join(names, ", "))
}
