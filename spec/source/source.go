// Package source holds the text of a spec and says where in it something stands.
//
// A position is a byte offset into the file; lines and columns are derived when somebody wants to read them. A [Span] is
// half open: it starts at Start and ends before End. A span whose File is nil means "nowhere in particular" (a whole-file
// problem), which callers may print without a position.
package source

import (
	"errors"
	"path"
	"path/filepath"
	"sort"
	"unicode/utf8"
)

// File is the text of one spec and its line index. It is immutable and safe for concurrent use.
type File struct {
	// Name is how the user named the file, shown in diagnostics and in generated code.
	Name string
	// Dir is the directory that paths in the text are relative to. New makes it that of Name; whoever names the file otherwise
	// sets it before anybody reads it.
	Dir string
	// Text is the file's whole content.
	Text []byte

	// Read gives the text of another file, for imports; its name has the form of Name. Without it there are no other files.
	Read func(name string) ([]byte, error)

	lines []int // byte offset of each line's first byte
}

// New indexes text under name.
func New(name string, text []byte) *File {
	f := &File{Name: name, Dir: filepath.Dir(filepath.FromSlash(name)), Text: text, lines: []int{0}}
	for i, b := range text {
		if b == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	return f
}

// With is the file with another text.
func (f *File) With(text []byte) *File {
	g := New(f.Name, text)
	g.Dir, g.Read = f.Dir, f.Read
	return g
}

// Beside is the name of a file by its path as this one writes it, with slashes, relative to where this one stands.
func (f *File) Beside(name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(path.Dir(f.Name), name)
}

// Open reads the file of a name that Beside gave.
func (f *File) Open(name string) (*File, error) {
	if f.Read == nil {
		return nil, errors.New("other files can't be read from here")
	}
	text, err := f.Read(name)
	if err != nil {
		return nil, err
	}
	g := New(name, text)
	g.Read = f.Read
	return g, nil
}

// Pos is a line and a column, both counted from 1. The column counts runes, as editors and compilers do.
type Pos struct {
	Line, Col int
}

// Pos turns a byte offset into a line and column. Offsets outside the text are moved to its nearest end.
func (f *File) Pos(offset int) Pos {
	offset = max(0, min(offset, len(f.Text)))
	line := sort.SearchInts(f.lines, offset+1) - 1
	return Pos{Line: line + 1, Col: utf8.RuneCount(f.Text[f.lines[line]:offset]) + 1}
}

// UTF16 turns a byte offset into a line and a place in it, both counted from 0, the place in UTF-16 code units: what the language
// server protocol calls a position.
func (f *File) UTF16(offset int) (line, char int) {
	offset = max(0, min(offset, len(f.Text)))
	line = sort.SearchInts(f.lines, offset+1) - 1
	for _, r := range string(f.Text[f.lines[line]:offset]) {
		char += utf16Len(r)
	}
	return line, char
}

// FromUTF16 is the byte offset of a position of the language server protocol. What is outside of the text or of its line is moved
// to the nearest end.
func (f *File) FromUTF16(line, char int) int {
	if line < 0 {
		return 0
	}
	if line >= len(f.lines) {
		return len(f.Text)
	}
	at := f.lines[line]
	for i, r := range f.Line(line + 1) {
		if char <= 0 {
			return at + i
		}
		char -= utf16Len(r)
	}
	return at + len(f.Line(line+1))
}

func utf16Len(r rune) int {
	if r >= 0x10000 {
		return 2
	}
	return 1
}

// Lines is the number of lines; a text without a newline has one.
func (f *File) Lines() int { return len(f.lines) }

// Line returns the text of a line counted from 1, without its line end.
func (f *File) Line(n int) string {
	if n < 1 || n > len(f.lines) {
		return ""
	}
	start, end := f.lines[n-1], len(f.Text)
	if n < len(f.lines) {
		end = f.lines[n] - 1
	}
	if end > start && f.Text[end-1] == '\r' {
		end--
	}
	return string(f.Text[start:end])
}

// LineStart is the byte offset of the first byte of a line counted from 1.
func (f *File) LineStart(n int) int {
	n = max(1, min(n, len(f.lines)))
	return f.lines[n-1]
}

// Span is a half-open range of bytes in a file.
type Span struct {
	File       *File
	Start, End int
}

// IsZero tells whether the span points nowhere.
func (s Span) IsZero() bool { return s.File == nil }

// From is the position of the span's first byte.
func (s Span) From() Pos {
	if s.File == nil {
		return Pos{}
	}
	return s.File.Pos(s.Start)
}

// To is the position just behind the span.
func (s Span) To() Pos {
	if s.File == nil {
		return Pos{}
	}
	return s.File.Pos(s.End)
}

// Text is what the span covers.
func (s Span) Text() string {
	if s.File == nil {
		return ""
	}
	return string(s.File.Text[s.Start:s.End])
}
