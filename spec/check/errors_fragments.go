package check

import (
	"slices"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

func inputNoRecord(at *syntax.Text, t *types.Type) diag.Diagnostic {
	return hinted(problem("WEIR2011", at.Span, "what comes into a fragment are records, and %s is none", t), "declare a record under types, with the fields that the fragment's steps read")
}

func (c *checker) unknownFragment(name *syntax.Text) diag.Diagnostic {
	var names []string
	for _, f := range c.fragments {
		names = append(names, f.tree.Name.Value)
	}
	d := problem("WEIR8001", name.Span, "there is no fragment %q", name.Value).Suggest(name.Value, names)
	if diag.Nearest(name.Value, names) == "" {
		return hinted(d, "declare it under fragments")
	}
	return d
}

func unknownParam(name *syntax.Text, f *syntax.Fragment) diag.Diagnostic {
	var names []string
	for _, p := range f.Params {
		names = append(names, p.Name.Value)
	}
	return related(problem("WEIR8002", name.Span, "fragment %s has no parameter %q", f.Name.Value, name.Value).Suggest(name.Value, names), f.Name.Span, "the fragment")
}

func missingParam(d *syntax.Step, p *syntax.Entry) diag.Diagnostic {
	t := "its type"
	if p.Expr != nil {
		t = p.Expr.Value
	}
	return related(hinted(problem("WEIR8002", d.Name.Span, "%s gives the parameter %s of fragment %s no value", d.Name.Value, p.Name.Value, d.Use.Value), "add it under with; it is of type %s", t), p.Name.Span, "the parameter")
}

func inputMisfit(at *syntax.Text, s *Stream, f *fragment, want, have *types.Field) diag.Diagnostic {
	d := problem("WEIR8003", at.Span, "fragment %s does not fit %s, whose records have no field %s", f.tree.Name.Value, s.Name, want.Name)
	if have != nil {
		d = problem("WEIR8003", at.Span, "fragment %s does not fit %s: field %s is of type %s, not %s", f.tree.Name.Value, s.Name, want.Name, have.Type, want.Type)
	}
	return declared(related(hinted(d, "a step in between can make such records, with set or rename"), f.tree.Input.Span, "what comes in has the fields of "+f.input.Type.Name), s.Type)
}

func inputKey(at *syntax.Text, s *Stream, f *fragment) diag.Diagnostic {
	return related(hinted(problem("WEIR8003", at.Span, "fragment %s does not fit %s, whose records have no key of type %s", f.tree.Name.Value, s.Name, f.input.Key[0].Type), "a step in between can give them one, with key"), f.tree.Key.Span, "the key")
}

func valueOutOfReach(e *syntax.Entry, name string, r paramRead) diag.Diagnostic {
	d := problem("WEIR8004", e.Expr.Span, "the value of %s reads %s, and the fragment has %s where that is something else", e.Name.Value, name, e.Name.Value)
	return related(hinted(d, "a value that reads the record can stand only in steps that read input, in front of what select, set, drop and rename make of it; elsewhere give a value that reads nothing"), r.at, "here")
}

func hidesParam(name *syntax.Text, f *syntax.Fragment) diag.Diagnostic {
	i := slices.IndexFunc(f.Params, func(p *syntax.Entry) bool { return p.Name.Value == name.Value })
	return related(hinted(problem("WEIR8005", name.Span, "the name %q would hide the parameter", name.Value), "give one of them another name"), f.Params[i].Name.Span, "the parameter")
}
