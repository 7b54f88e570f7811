package check

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

func updatesOfDivided(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4053", at, "a split window has one result, when a record begins the next one"), "leave emit out; session windows have updates")
}

func splitOfTwo(text *syntax.Text, a *Aggregate, v Var, f *types.Field) diag.Diagnostic {
	what := "a value of let"
	if v.Kind == FieldVar {
		what = "a field of the records"
	}
	d := hinted(problem("WEIR4054", text.Span, "%s is %s and an aggregate, and split sees both", a.Name, what), "call the aggregate otherwise")
	d = related(d, a.Span, "the aggregate")
	if f != nil {
		d = related(d, f.Span, "the field")
	}
	return d
}
