// Package diag is what the compiler has to say about a spec.
//
// A diagnostic is data: a stable code, a severity, one sentence of what is wrong, the range of the file that it is about, and,
// where there is one, a hint at what to write instead, also as a [Fix] that a program can apply. Nothing here decides what is
// wrong; the phases of the compiler collect diagnostics in a [List] and whoever talks to the user renders it ([List.Render] for
// people, package report for programs). Each code has a page ([Help]) that explains it.
package diag

import (
	"sort"

	"github.com/weirstream/weir/spec/source"
)

// Severity tells errors, which stop the compiler, from warnings, which do not.
type Severity uint8

// The severities.
const (
	Error Severity = iota
	Warning
)

func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Diagnostic is one thing that is wrong with a spec.
type Diagnostic struct {
	// Code is stable between versions: WEIR and four digits.
	Code     string
	Severity Severity
	// Summary is one line without a full stop.
	Summary string
	// Detail says more where the summary is not enough; it may have several lines.
	Detail string
	// Subject is the range that the diagnostic is about. A zero span means the file as a whole.
	Subject source.Span
	// Hint says what to write instead, "" where nobody can know.
	Hint string
	// Fix is the hint as edits that a program can make, nil where the hint needs a person.
	Fix *Fix
	// Related are other places that belong to the story.
	Related []Related
}

// Related is a place that a diagnostic refers to.
type Related struct {
	Span    source.Span
	Message string
}

// List is diagnostics in the order in which they were found, or after [List.Sort] in the order of the file.
type List []Diagnostic

// HasErrors tells whether there is anything worse than a warning.
func (l List) HasErrors() bool {
	for _, d := range l {
		if d.Severity == Error {
			return true
		}
	}
	return false
}

// Sort orders the list by file and position, and what has the same position by code and summary. Whole-file diagnostics come first.
// Diagnostics that say the same of the same place are reduced to one.
func (l *List) Sort() {
	s := *l
	sort.SliceStable(s, func(i, j int) bool {
		a, b := s[i], s[j]
		switch {
		case a.Subject.IsZero() != b.Subject.IsZero():
			return a.Subject.IsZero()
		case a.Subject.File != b.Subject.File && a.Subject.File.Name != b.Subject.File.Name:
			return a.Subject.File.Name < b.Subject.File.Name
		case a.Subject.Start != b.Subject.Start:
			return a.Subject.Start < b.Subject.Start
		case a.Subject.End != b.Subject.End:
			return a.Subject.End < b.Subject.End
		case a.Code != b.Code:
			return a.Code < b.Code
		}
		return a.Summary < b.Summary
	})
	kept := s[:0]
	for _, d := range s {
		if n := len(kept); n > 0 && d.Code == kept[n-1].Code && d.Subject == kept[n-1].Subject && d.Summary == kept[n-1].Summary {
			continue
		}
		kept = append(kept, d)
	}
	*l = kept
}
