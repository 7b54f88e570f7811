// Package csvx is what generated CSV decoders and encoders are made of: it reads one record at a time and knows nothing of
// files and header lines.
//
// A record is RFC 4180's: cells between delimiters; a cell in double quotes may hold delimiters, line breaks, and double quotes
// written twice. A quote inside an unquoted cell, text behind a closing quote, and a line break outside of quotes are faults;
// one line break at the very end is not. A record without any byte is one empty cell. An unquoted cell whose text is one of
// the format's nulls is null; a quoted one never is. Cells spell values as package scalar says; bytes are in standard base64;
// nothing is trimmed.
//
// Decoding does not allocate once the [Scratch] has grown. No input makes anything here panic.
package csvx

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/weirstream/weir/runtime/scalar"
)

// Format describes the records of one topic. It is not changed after its first use.
type Format struct {
	// Delimiter is a byte that is no quote, no line break and not above 127.
	Delimiter byte
	// Nulls are the texts that mean null in an unquoted cell. The first is how null is written.
	Nulls []string
	// Columns are the names of the columns, in order.
	Columns []string
}

// Error says what is wrong with a record.
type Error struct {
	// Column is the name of the column, empty where the record as a whole is wrong.
	Column string
	// Cell counts from 1; it is 0 where the record as a whole is wrong.
	Cell int
	Msg  string
}

func (e *Error) Error() string {
	switch {
	case e.Column != "":
		return fmt.Sprintf("column %s: %s (cell %d)", e.Column, e.Msg, e.Cell)
	case e.Cell > 0:
		return fmt.Sprintf("cell %d: %s", e.Cell, e.Msg)
	}
	return e.Msg
}

type cell struct {
	text   []byte
	quoted bool
}

// Scratch holds the cells of one record, and what was found wrong with them. Its zero value is ready. Strings and bytes that
// it gives alias the record or the scratch, until the next Split.
type Scratch struct {
	format *Format
	cells  []cell
	buf    []byte
	err    *Error
}

// Split takes a record apart into as many cells as the format has columns; another number is an error.
func (s *Scratch) Split(b []byte, f *Format) error {
	s.format, s.cells, s.buf, s.err = f, s.cells[:0], s.buf[:0], nil
	b = trimLineBreak(b)
	for i := 0; ; i++ {
		var c cell
		next := 0
		msg := ""
		if i < len(b) && b[i] == '"' {
			c, next, msg = s.quotedCell(b, i)
		} else {
			next = cellEnd(b, i, f.Delimiter)
			c.text = b[i:next:next]
			if next < len(b) && b[next] != f.Delimiter {
				msg = "a quote inside an unquoted cell"
				if b[next] != '"' {
					msg = "a line break outside of quotes"
				}
			}
		}
		if msg == "" && next < len(b) && b[next] != f.Delimiter {
			msg = "text behind the closing quote"
		}
		if msg != "" {
			return s.fail(len(s.cells), msg)
		}
		s.cells = append(s.cells, c)
		if next >= len(b) {
			break
		}
		i = next
	}
	if len(s.cells) != len(f.Columns) {
		return &Error{Msg: fmt.Sprintf("expected %d cells, found %d", len(f.Columns), len(s.cells))}
	}
	return nil
}

func trimLineBreak(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
		if n > 1 && b[n-2] == '\r' {
			b = b[:n-2]
		}
	}
	return b
}

// cellEnd finds the end of an unquoted cell: a delimiter, or a byte that can't be in one.
func cellEnd(b []byte, i int, delimiter byte) int {
	for i < len(b) {
		if c := b[i]; c == delimiter || c == '"' || c == '\n' || c == '\r' {
			return i
		}
		i++
	}
	return i
}

// quotedCell reads the cell whose opening quote is at i.
func (s *Scratch) quotedCell(b []byte, i int) (c cell, next int, msg string) {
	i++
	c.quoted = true
	unescaped := -1 // where in buf the cell begins, once it has a quote in it
	for at := i; ; {
		n := bytes.IndexByte(b[at:], '"')
		if n < 0 {
			return c, len(b), "a quote that is never closed"
		}
		end := at + n
		if end+1 < len(b) && b[end+1] == '"' {
			if unescaped < 0 {
				unescaped = len(s.buf)
			}
			s.buf = append(s.buf, b[at:end+1]...)
			at = end + 2
			continue
		}
		if unescaped < 0 {
			c.text = b[i:end:end]
		} else {
			s.buf = append(s.buf, b[at:end]...)
			c.text = s.buf[unescaped:len(s.buf):len(s.buf)]
		}
		return c, end + 1, ""
	}
}

// Err is the first thing that was wrong with a cell since Split, nil when nothing was.
func (s *Scratch) Err() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

func (s *Scratch) fail(i int, msg string) error {
	if s.err == nil {
		s.err = &Error{Cell: i + 1, Msg: msg}
		if i < len(s.format.Columns) {
			s.err.Column = s.format.Columns[i]
		}
	}
	return s.err
}

// Null tells whether cell i is null.
func (s *Scratch) Null(i int) bool { return s.isNull(s.cells[i]) }

func (s *Scratch) isNull(c cell) bool {
	if c.quoted {
		return false
	}
	for _, null := range s.format.Nulls {
		if string(c.text) == null {
			return true
		}
	}
	return false
}

// value is the text of cell i, which must not be null.
func (s *Scratch) value(i int) ([]byte, bool) {
	c := s.cells[i]
	if s.isNull(c) {
		_ = s.fail(i, "required, but null")
		return nil, false
	}
	return c.text, true
}

// wrong notes that cell i is not what it should be.
func (s *Scratch) wrong(i int, what string, p scalar.Problem) {
	text := s.cells[i].text
	if len(text) > 40 {
		text = append(text[:40:40], "..."...)
	}
	msg := "expected " + what + ", found " + strconv.Quote(strings.ToValidUTF8(string(text), "\uFFFD"))
	if p > scalar.Syntax {
		msg += ", which is " + p.String()
	}
	_ = s.fail(i, msg)
}

// Bad notes that the value of cell i, which the caller read, is not what it should be: msg says why.
func (s *Scratch) Bad(i int, msg string) { _ = s.fail(i, msg) }

// Bool reads cell i.
func (s *Scratch) Bool(i int) bool { return read(s, i, "a bool", scalar.Bool) }

// Int reads cell i.
func (s *Scratch) Int(i int) int64 { return read(s, i, "an int", scalar.Int) }

// Uint reads cell i.
func (s *Scratch) Uint(i int) uint64 { return read(s, i, "a uint", scalar.Uint) }

// Double reads cell i.
func (s *Scratch) Double(i int) float64 { return read(s, i, "a double", scalar.Double) }

// Time reads cell i, a timestamp of RFC 3339.
func (s *Scratch) Time(i int) time.Time {
	return read(s, i, "a timestamp such as 2006-01-02T15:04:05Z", scalar.Time)
}

// Millis reads cell i, a timestamp in milliseconds since the Unix epoch.
func (s *Scratch) Millis(i int) time.Time {
	return read(s, i, "a timestamp in milliseconds since 1970", scalar.Millis)
}

// Seconds reads cell i, a timestamp in seconds since the Unix epoch.
func (s *Scratch) Seconds(i int) time.Time {
	return read(s, i, "a timestamp in seconds since 1970", scalar.Seconds)
}

// Duration reads cell i.
func (s *Scratch) Duration(i int) time.Duration {
	return read(s, i, "a duration such as 90s", scalar.Duration)
}

func read[T any](s *Scratch, i int, what string, parse func([]byte) (T, scalar.Problem)) T {
	text, ok := s.value(i)
	if !ok {
		var none T
		return none
	}
	v, p := parse(text)
	if p != scalar.OK {
		s.wrong(i, what, p)
	}
	return v
}

// Enum reads cell i with the function that parses the enum's names; what describes them in an error.
func Enum[E any](s *Scratch, i int, parse func([]byte) (E, bool), what string) E {
	text, ok := s.value(i)
	if !ok {
		var none E
		return none
	}
	v, ok := parse(text)
	if !ok {
		s.wrong(i, what, scalar.Syntax)
	}
	return v
}

// String reads cell i, which must be valid UTF-8.
func (s *Scratch) String(i int) string {
	text, ok := s.value(i)
	if ok && !utf8.Valid(text) {
		s.wrong(i, "a string in UTF-8", scalar.Syntax)
		return ""
	}
	return unsafe.String(unsafe.SliceData(text), len(text))
}

// Base64 reads cell i.
func (s *Scratch) Base64(i int) []byte {
	text, ok := s.value(i)
	if !ok {
		return nil
	}
	start := len(s.buf)
	s.buf = slices.Grow(s.buf, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Strict().Decode(s.buf[start:cap(s.buf)], text)
	if err != nil {
		s.wrong(i, "base64", scalar.Syntax)
		return nil
	}
	s.buf = s.buf[:start+n]
	return s.buf[start : start+n : start+n]
}
