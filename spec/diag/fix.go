package diag

import (
	"bytes"
	"slices"

	"github.com/weirstream/weir/spec/source"
)

// Fix is a hint that a program can apply: its edits, all of them or none. Edits of one fix do not overlap.
type Fix struct {
	// Title says what the fix does, without a full stop.
	Title string
	Edits []Edit
	// Safe says that weir sees one thing only that can have been meant. `weir check --fix` applies safe fixes without asking,
	// others are for an editor to offer. A fix of something that compiles is never safe: it would change what the service does.
	Safe bool
}

// In tells whether all edits are of a file, and not of one that it imports.
func (f *Fix) In(file *source.File) bool {
	return !slices.ContainsFunc(f.Edits, func(e Edit) bool { return e.Span.File != file })
}

// Edit replaces a range of a file; an empty range inserts.
type Edit struct {
	Span source.Span
	Text string
}

// Replace gives the diagnostic a fix that writes text in the place of the range that it is about.
func (d Diagnostic) Replace(text string, safe bool) Diagnostic {
	if !d.Subject.IsZero() {
		d.Fix = &Fix{Title: "write " + text, Edits: []Edit{{Span: d.Subject, Text: text}}, Safe: safe}
	}
	return d
}

// Suggest gives the diagnostic of a name that is not there the hint that [DidYouMean] has, and the fix that belongs to it where
// the file has the name as it is at the diagnostic's range.
func (d Diagnostic) Suggest(name string, candidates []string) Diagnostic {
	d.Hint = DidYouMean(name, candidates)
	n, sure := nearest(name, candidates)
	if n == "" || d.Subject.Text() != name || !plain(n) {
		return d
	}
	return d.Replace(n, sure)
}

// plain tells whether a text means itself wherever a name stood in the file, within quotes of any kind or without.
func plain(s string) bool {
	for _, c := range []byte(s) {
		if c != '_' && c != '.' && c != '-' && c != '/' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return s != "" && s[0] != '-'
}

// Apply makes the edits of the fixes that want holds of, and returns the new text and whose fixes were applied. A fix that
// overlaps with one before it in the list is left for a later round. Every byte outside of the edits stays as it is.
func (l List) Apply(file *source.File, want func(*Fix) bool) (text []byte, applied List) {
	var edits []Edit
	for _, d := range l {
		if d.Fix == nil || !want(d.Fix) || !d.Fix.In(file) || slices.ContainsFunc(d.Fix.Edits, func(e Edit) bool {
			return slices.ContainsFunc(edits, func(o Edit) bool { return overlap(e.Span, o.Span) })
		}) {
			continue
		}
		edits = append(edits, d.Fix.Edits...)
		applied = append(applied, d)
	}
	slices.SortFunc(edits, func(a, b Edit) int { return a.Span.Start - b.Span.Start })
	var b bytes.Buffer
	at := 0
	for _, e := range edits {
		b.Write(file.Text[at:e.Span.Start])
		b.WriteString(e.Text)
		at = e.Span.End
	}
	b.Write(file.Text[at:])
	return b.Bytes(), applied
}

// overlap tells whether two edits can't both be made. Two that touch can't either: their order would matter.
func overlap(a, b source.Span) bool { return a.Start <= b.End && b.Start <= a.End }
