package check

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

func tombstonesOfUnbounded(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4034", at, "an unbounded window does not close while the service runs"), "leave tombstones out, or let it end with global: {ttl: 30d}, say")
}

func keyOfGroup(at source.Span, st *Step, reader string, reads source.Span) diag.Diagnostic {
	d := hinted(problem("WEIR4034", at, "the results of %s would be deleted under keys of groups, which the next window has as well", st.Name),
		"let a step with key: read them, as in key: %s + \"/\" + string(window.start), and the others read that", st.GroupBy[0].Name)
	return related(d, reads, reader+" has the results with these keys")
}

func deletedAmongOthers(at source.Span, st, r *Step) diag.Diagnostic {
	return related(hinted(problem("WEIR4034", at, "the results of %s are deleted, and %s takes them together with those of others, which have the same keys", st.Name, r.Name), "write them to a sink of their own"), r.Span, "this step merges them")
}

func keyOfElement(at source.Span, r *Step) diag.Diagnostic {
	return related(hinted(problem("WEIR4034", at, "which keys results had can't be known of elements when their window closes"), "give them the key in a step before, without unnest"), r.Span, "this step gives them one for each element")
}

func keyOfMore(at source.Span, r *Step, name string) diag.Diagnostic {
	d := hinted(problem("WEIR4034", at, "which keys results had can't be known by %s when their window closes", name), "a key of components of group_by, window.start and window.end is the same for all results of a group and window")
	if r.Key != nil {
		d = related(d, r.Key.Span, "the key is made of it")
	}
	return d
}

func keyMissing(at source.Span, r *Step) diag.Diagnostic {
	return related(hinted(problem("WEIR4034", at, "a tombstone needs a key, and results can be without one"), "give the key a value in any case: orValue(\"none\"), say"), r.Key.Span, "this can be missing")
}

func keyOfNoWindow(at source.Span, r *Step, what, why string) diag.Diagnostic {
	return related(hinted(problem("WEIR4034", at, "the results would be deleted under keys that other windows have as well"), "add %s to the key%s", what, why), r.Key.Span, "this does not name the window")
}

func keyedAgain(at source.Span, r, again *Step) diag.Diagnostic {
	d := hinted(problem("WEIR4034", at, "results are deleted under the keys that %s gives them, and %s gives them others", r.Name, again.Name), "leave one of the keys out")
	return related(d, again.Key.Span, "here")
}
