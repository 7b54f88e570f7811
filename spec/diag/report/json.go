package report

import (
	"io"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

// The JSON format. docs/cli.md describes it to users; fields may be added, none changes its meaning.

type document struct {
	// Version is 1. It changes when a program that reads the format has to.
	Version     int          `json:"version"`
	Diagnostics []diagnostic `json:"diagnostics"`
}

type diagnostic struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail,omitempty"`
	Hint     string `json:"hint,omitempty"`
	place
	Related []relatedPlace `json:"related,omitempty"`
	Fix     *fix           `json:"fix,omitempty"`
	Help    string         `json:"help"`
}

// place is absent where a diagnostic is about nothing in particular.
type place struct {
	File  string `json:"file,omitempty"`
	Range *span  `json:"range,omitempty"`
}

type span struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Offset int `json:"offset"` // bytes from the start of the file
}

type relatedPlace struct {
	Message string `json:"message"`
	place
}

type fix struct {
	Title string `json:"title"`
	Safe  bool   `json:"safe"`
	Edits []edit `json:"edits"`
}

type edit struct {
	place
	Text string `json:"text"`
}

func placeOf(s source.Span) place {
	if s.IsZero() {
		return place{}
	}
	from, to := s.From(), s.To()
	return place{File: s.File.Name, Range: &span{position{from.Line, from.Col, s.Start}, position{to.Line, to.Col, s.End}}}
}

func writeJSON(w io.Writer, l diag.List) error {
	doc := document{Version: 1, Diagnostics: []diagnostic{}}
	for _, d := range l {
		out := diagnostic{Code: d.Code, Severity: d.Severity.String(), Summary: d.Summary, Detail: d.Detail, Hint: d.Hint, place: placeOf(d.Subject), Help: page(d.Code)}
		for _, r := range d.Related {
			out.Related = append(out.Related, relatedPlace{r.Message, placeOf(r.Span)})
		}
		if d.Fix != nil {
			out.Fix = &fix{Title: d.Fix.Title, Safe: d.Fix.Safe}
			for _, e := range d.Fix.Edits {
				out.Fix.Edits = append(out.Fix.Edits, edit{placeOf(e.Span), e.Text})
			}
		}
		doc.Diagnostics = append(doc.Diagnostics, out)
	}
	return indented(w, doc)
}
