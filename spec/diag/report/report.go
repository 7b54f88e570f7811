// Package report writes diagnostics for programs: editors, code review and CI. People read what diag.List.Render prints.
//
// Lines and columns count from 1. A column counts Unicode characters, as the text for people does; the end of a range is the
// place just behind it. Files are called what the user called them, with slashes. The list may be about several files. The same
// list always gives the same bytes.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

// Format is a way of writing diagnostics.
type Format string

// The formats. Text is for people and not written by this package.
const (
	Text   Format = "text"
	JSON   Format = "json"
	SARIF  Format = "sarif"
	GitHub Format = "github"
)

// Formats lists all of them.
var Formats = []string{string(Text), string(JSON), string(SARIF), string(GitHub)}

// Pages is where the page of a code is: this address, # and the code in lower case.
const Pages = "https://github.com/weirstream/weir/blob/main/docs/errors.md"

// Write writes a list in one of the formats for programs. Version is that of weir.
func Write(w io.Writer, f Format, l diag.List, version string) error {
	switch f {
	case JSON:
		return writeJSON(w, l)
	case SARIF:
		return writeSARIF(w, l, version)
	case GitHub:
		return writeGitHub(w, l)
	}
	return fmt.Errorf("%q is no format of diagnostics for programs", f)
}

func page(code string) string { return Pages + "#" + strings.ToLower(code) }

// message is what a diagnostic says, on as many lines as it has to say.
func message(d diag.Diagnostic) string {
	s := d.Summary
	if d.Detail != "" {
		s += "\n" + strings.TrimRight(d.Detail, "\n")
	}
	if d.Hint != "" {
		s += "\nhint: " + d.Hint
	}
	return s
}

func indented(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// fileName is the name of a span's file, "" if it points nowhere.
func fileName(s source.Span) string {
	if s.IsZero() {
		return ""
	}
	return s.File.Name
}
