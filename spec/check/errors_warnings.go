package check

import (
	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

func warning(d diag.Diagnostic) diag.Diagnostic {
	d.Severity = diag.Warning
	return d
}

func unusedStream(code string, at source.Span, what string) diag.Diagnostic {
	return warning(hinted(problem(code, at, "nothing reads %s", what), "remove it, or name it in the from of a step or sink"))
}

func unusedLate(name *syntax.Text) diag.Diagnostic {
	return warning(hinted(problem("WEIR6003", name.Span, "nothing reads the late records %s", name.Value), "name them in the from of a step or sink; without late_to they are dropped and counted"))
}

func deprecatedField(at source.Span, f *types.Field) diag.Diagnostic {
	return related(warning(problem("WEIR6005", at, "field %s is deprecated: %s", f.Name, f.Deprecated)), f.Span, "the field")
}

func unusedAlias(t *types.Type) diag.Diagnostic {
	return warning(hinted(problem("WEIR6004", t.Alias.Span, "nothing is of type %s", t.Alias.Name), "remove it, or use it"))
}

func unusedType(t *types.Type) diag.Diagnostic {
	return warning(hinted(problem("WEIR6004", t.Span, "nothing is of type %s", t.Name), "remove it, or use it"))
}

func unusedField(at source.Span, name string) diag.Diagnostic {
	return warning(hinted(problem("WEIR6007", at, "nothing reads %s", name), "remove it; what a sink writes counts as read"))
}

var adviceCodes = map[celenv.IssueKind]string{celenv.Constant: "WEIR6008", celenv.Decided: "WEIR6009", celenv.Precision: "WEIR6010"}

func advised(text *syntax.Text, is celenv.Issue) diag.Diagnostic {
	return warning(diag.Diagnostic{Code: adviceCodes[is.Kind], Subject: text.At(is.Start, is.End), Summary: is.Message, Hint: is.Hint})
}

func unreadLet(n *Named) diag.Diagnostic {
	return warning(hinted(problem("WEIR6006", n.Span, "nothing reads %s", n.Name), "remove it; it is not computed"))
}

func unusedFragment(f *syntax.Fragment) diag.Diagnostic {
	return warning(hinted(problem("WEIR6012", f.Name.Span, "nothing uses fragment %s", f.Name.Value), "remove it, or use it in a step"))
}

func unreadParam(name *syntax.Text, f *syntax.Fragment) diag.Diagnostic {
	return warning(hinted(problem("WEIR6012", name.Span, "no step of fragment %s reads the parameter %s", f.Name.Value, name.Value), "remove it"))
}

func unusedFunction(f *Function) diag.Diagnostic {
	return warning(hinted(problem("WEIR6011", f.Span, "no expression calls %s", f.Name), "remove it, or call it"))
}
