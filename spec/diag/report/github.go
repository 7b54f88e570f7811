package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/weirstream/weir/spec/diag"
)

// Workflow commands of GitHub Actions, one a line: a message in which line ends are escaped, and properties in which what
// separates them is escaped as well.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
var (
	escapeMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func writeGitHub(w io.Writer, l diag.List) error {
	var b strings.Builder
	for _, d := range l {
		b.WriteString("::" + d.Severity.String() + " ")
		if p := placeOf(d.Subject); p.Range != nil {
			start, end := p.Range.Start, p.Range.End
			fmt.Fprintf(&b, "file=%s,line=%d,endLine=%d,", escapeProperty.Replace(p.File), start.Line, end.Line)
			if start.Line == end.Line { // GitHub takes columns within one line only
				fmt.Fprintf(&b, "col=%d,endColumn=%d,", start.Column, end.Column)
			}
		}
		said := message(d)
		for _, r := range d.Related {
			said += "\n" + r.Message
			if from := r.Span.From(); !r.Span.IsZero() {
				said += fmt.Sprintf(": %s:%d:%d", fileName(r.Span), from.Line, from.Col)
			}
		}
		fmt.Fprintf(&b, "title=%s::%s\n", escapeProperty.Replace(d.Code), escapeMessage.Replace(said))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
