package check

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

func unnestType(text *syntax.Text, t *types.Type) diag.Diagnostic {
	d := problem("WEIR4010", text.Span, "unnest takes a list or a map, not %s", a(t))
	if t.Kind == types.Optional && (t.Elem.Kind == types.List || t.Elem.Kind == types.Map) {
		return hinted(d, "it may be missing: turn records without it away (where: x.hasValue(), unnest: {e: x.value()})")
	}
	return d
}

func unnestTwice(name *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4010", name.Span, "a step takes one list or map apart"), "unnest the other one in a step behind this one")
}

func selectAndChanges(d *syntax.Step) diag.Diagnostic {
	at, clause := source.Span{}, ""
	for _, k := range []string{"set", "drop", "rename"} {
		if s, ok := d.Clauses[k]; ok && (at.IsZero() || s.Start < at.Start) {
			at, clause = s, k
		}
	}
	return related(hinted(problem("WEIR4011", at, "select and %s don't go together", clause),
		"select says all fields of a new record; set, drop and rename change the one that came in"), d.Clauses["select"], "select is here")
}

func fieldTaken(name *syntax.Text, first source.Span) diag.Diagnostic {
	return related(problem("WEIR4012", name.Span, "the field %s is dropped or renamed twice", name.Value), first, "the first time")
}

func droppedAndSet(name *syntax.Text, drop source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR4012", name.Span, "the field %s is both dropped and set", name.Value), "set alone replaces it"), drop, "it is dropped here")
}

func fieldTwice(name string, at, first source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR4012", at, "the record would have the field %q twice", name), "drop the other one, or rename it as well"), first, "the other one")
}

func nothingLeft(drop *syntax.Text) diag.Diagnostic {
	return problem("WEIR4012", drop.Span, "no field of the record is left")
}

func hidesField(name *syntax.Text, clause, what string, at source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR4013", name.Span, "the name %q under %s would hide %s %q", name.Value, clause, what, name.Value), "call it otherwise"), at, "here")
}
