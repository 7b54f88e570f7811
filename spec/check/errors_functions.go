package check

import (
	"fmt"
	gotypes "go/types"
	"slices"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/gofunc"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

func noGoFunction(text *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR7001", text.Span, "%q names no Go function", text.Value), "write its package and its name, as in ./risk.Score or example.com/shop/risk.Score")
}

func badPackage(at source.Span, path string, err *gofunc.LoadError) diag.Diagnostic {
	d := related(problem("WEIR7002", at, "the Go package %s can't be used: %s", path, err.Message), err.Span, "here")
	d.Hint = err.Hint
	return d
}

func noFunction(at source.Span, path, name string, pkg *gofunc.Package, found gotypes.Object) diag.Diagnostic {
	d := problem("WEIR7003", at, "package %s has no function %s", path, name)
	switch found.(type) {
	case nil:
		return d.Suggest(name, pkg.Functions())
	case *gotypes.Func:
		d.Summary, d.Hint = fmt.Sprintf("function %s of package %s is not exported", name, path), "its name has to start with a capital letter"
	default:
		d.Summary, d.Hint = fmt.Sprintf("%s of package %s is not a function", name, path), "only what is declared with func can be called"
	}
	return related(d, pkg.Span(found), "it is declared here")
}

func badSignature(at source.Span, name, why, hint string, decl source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR7004", at, "expressions can't call %s: %s", name, why), "%s", hint), decl, "it is declared here")
}

func badGoType(at source.Span, name, what, goType string, err error, decl source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR7005", at, "expressions can't call %s: %s is of type %s", name, what, goType), "%s", err), decl, "here")
}

func functionTaken(name *syntax.Text) diag.Diagnostic {
	d := problem("WEIR7006", name.Span, "CEL has a function %s itself", name.Value)
	if slices.Contains(reserved, name.Value) {
		d.Summary = fmt.Sprintf("%q is a reserved word of CEL, so no expression could call it", name.Value)
	}
	return hinted(d, "call it otherwise; the Go function may keep its name")
}
