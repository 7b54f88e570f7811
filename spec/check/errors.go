package check

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/types"
)

// What this phase has to say is in the files errors_*.go, by what it is about; the codes are in spec/diag.

func problem(code string, at source.Span, format string, args ...any) diag.Diagnostic {
	return diag.Diagnostic{Code: code, Subject: at, Summary: fmt.Sprintf(format, args...)}
}

func hinted(d diag.Diagnostic, format string, args ...any) diag.Diagnostic {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

func related(d diag.Diagnostic, at source.Span, message string) diag.Diagnostic {
	if !at.IsZero() {
		d.Related = append(d.Related, diag.Related{Span: at, Message: message})
	}
	return d
}

// declared adds where a record or enum is declared, or the step that derives it.
func declared(d diag.Diagnostic, t *types.Type) diag.Diagnostic {
	if t == nil {
		return d
	}
	if t.Derived {
		return related(d, t.Span, "step "+t.Span.Text()+" makes these records")
	}
	return related(d, t.Span, t.Name+" is declared here")
}

// a is a type with its article.
func a(t *types.Type) string {
	s := t.String()
	if strings.IndexByte("aeioAEIO", s[0]) >= 0 {
		return "an " + s
	}
	return "a " + s
}
