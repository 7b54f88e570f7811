package syntax

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// align finds for each byte of a scalar's decoded value the byte of the file that it comes from. The walk is led by the value:
// where the two texts differ, YAML's rules for the style say what in the file stands for the next byte of the value. The bytes
// of an escape all come from its backslash, a folded line end from its first byte. offsets has one entry more than value has
// bytes, for the end; end is behind the closing quote. ok is false if the two do not fit.
func align(text []byte, start int, style yaml.Style, value string) (offsets []int, end int, ok bool) {
	a := &aligner{text: text, pos: start, value: value, offsets: make([]int, 0, len(value)+1)}
	switch style {
	case yaml.DoubleQuotedStyle:
		ok = a.quoted('"')
	case yaml.SingleQuotedStyle:
		ok = a.quoted('\'')
	case yaml.LiteralStyle, yaml.FoldedStyle:
		ok = a.block()
	default:
		ok = a.flow(0)
		a.offsets = append(a.offsets, a.pos)
	}
	return a.offsets, a.pos, ok && len(a.offsets) == len(value)+1
}

type aligner struct {
	text    []byte
	pos     int // in text
	value   string
	offsets []int // of the bytes of value that are done
}

// rest is the value that is not aligned yet.
func (a *aligner) rest() string { return a.value[len(a.offsets):] }

// take maps the next n bytes of the value to at.
func (a *aligner) take(n, at int) {
	for range n {
		a.offsets = append(a.offsets, at)
	}
}

func (a *aligner) peek() byte {
	if a.pos < len(a.text) {
		return a.text[a.pos]
	}
	return 0
}

func (a *aligner) quoted(quote byte) bool {
	if a.peek() != quote {
		return false
	}
	a.pos++
	if !a.flow(quote) {
		return false
	}
	if quote == '"' {
		a.continuation()
	}
	a.offsets = append(a.offsets, a.pos)
	a.pos += a.lineEnd() // a line end that folds to nothing can't stand here, but blanks can
	if a.peek() != quote {
		return false
	}
	a.pos++
	return true
}

// flow aligns the text of a plain or quoted scalar; quote is 0 for a plain one.
func (a *aligner) flow(quote byte) bool {
	for a.rest() != "" {
		if n := a.lineEnd(); n > 0 {
			if !a.fold(n) {
				return false
			}
			continue
		}
		c := a.peek()
		switch {
		case quote == '\'' && c == '\'':
			if a.rest()[0] != '\'' {
				return false
			}
			a.take(1, a.pos)
			a.pos += 2
		case quote == '"' && c == '\\':
			if !a.escape() {
				return false
			}
		default:
			if a.pos >= len(a.text) || c != a.rest()[0] {
				return false
			}
			a.take(1, a.pos)
			a.pos++
		}
	}
	return true
}

// lineEnd is how many bytes the blanks and line ends at pos take, up to the next text; 0 if there is no line end among them.
func (a *aligner) lineEnd() int {
	n := len(a.text[a.pos:]) - len(bytes.TrimLeft(a.text[a.pos:], " \t\r\n"))
	if !bytes.ContainsRune(a.text[a.pos:a.pos+n], '\n') {
		return 0
	}
	return n
}

// fold aligns line ends within a flow scalar: one is a space, more are one line end less.
func (a *aligner) fold(n int) bool {
	breaks := bytes.Count(a.text[a.pos:a.pos+n], []byte("\n"))
	want := " "
	if breaks > 1 {
		want = string(bytes.Repeat([]byte("\n"), breaks-1))
	}
	if len(a.rest()) < len(want) || a.rest()[:len(want)] != want {
		return false
	}
	a.take(len(want), a.pos)
	a.pos += n
	return true
}

// continuation steps over backslashes at line ends, which stand for nothing.
func (a *aligner) continuation() bool {
	moved := false
	for a.peek() == '\\' && a.pos+1 < len(a.text) && (a.text[a.pos+1] == '\n' || a.text[a.pos+1] == '\r') {
		a.pos++
		breaks := 0
		for a.pos < len(a.text) && bytes.IndexByte([]byte(" \t\r\n"), a.text[a.pos]) >= 0 {
			if a.text[a.pos] == '\n' {
				if breaks++; breaks > 1 && a.rest() != "" && a.rest()[0] == '\n' { // empty lines behind it count
					a.take(1, a.pos)
				}
			}
			a.pos++
		}
		moved = true
	}
	return moved
}

var escapeLength = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// escape aligns an escape of a double-quoted scalar.
func (a *aligner) escape() bool {
	if a.continuation() {
		return true
	}
	if a.pos+1 >= len(a.text) {
		return false
	}
	size, c := 1, a.text[a.pos+1]
	if n := escapeLength[c]; n > 0 {
		if a.pos+2+n > len(a.text) {
			return false
		}
		r, err := strconv.ParseUint(string(a.text[a.pos+2:a.pos+2+n]), 16, 32)
		if err != nil {
			return false
		}
		size = utf8.RuneLen(rune(r))
		a.take(min(max(size, 1), len(a.rest())), a.pos)
		a.pos += 2 + n
		return true
	}
	switch c {
	case 'N', '_':
		size = 2 // NEL and the no-break space
	case 'L', 'P':
		size = 3 // the line and paragraph separators
	}
	a.take(min(size, len(a.rest())), a.pos)
	a.pos += 2
	return true
}

// maxIndent bounds the search for the indentation of a block scalar.
const maxIndent = 64

// block aligns a literal or folded block scalar. Its indentation is nearly always that of its first text line, but an indicator
// may say otherwise, and counts from an indentation that is not known here; so whatever fits is right.
func (a *aligner) block() bool {
	a.nextLine()
	start := a.pos
	if strings.Trim(a.value, "\n") == "" {
		a.take(len(a.value)+1, start)
		return true
	}
	first := start
	for first < len(a.text) && len(bytes.TrimSpace(a.line(first))) == 0 {
		first = a.after(first)
	}
	guess := len(a.line(first)) - len(bytes.TrimLeft(a.line(first), " "))
	for try := -1; try <= maxIndent; try++ {
		indent := try
		if try < 0 {
			indent = guess
		}
		a.pos, a.offsets = start, a.offsets[:0]
		if a.lines(indent) {
			return true
		}
	}
	return false
}

// lines aligns the lines of a block scalar of a certain indentation.
func (a *aligner) lines(indent int) bool {
	a.skipIndent(indent)
	for a.rest() != "" {
		if c := a.peek(); a.pos < len(a.text) && c != '\n' && !(c == '\r' && a.pos+1 < len(a.text) && a.text[a.pos+1] == '\n') {
			if c != a.rest()[0] {
				return false
			}
			a.take(1, a.pos)
			a.pos++
			continue
		}
		// One or more line ends: as many in the value, or one less, or a space for one.
		at, breaks := a.pos, 0
		for a.pos < len(a.text) && (a.peek() == '\n' || a.peek() == '\r') {
			breaks++
			a.nextLine()
			a.skipIndent(indent)
		}
		switch rest := a.rest(); {
		case breaks == 1 && rest[0] == ' ':
			a.take(1, at)
		case rest[0] == '\n':
			n := 0
			for n < len(rest) && rest[n] == '\n' && n < max(breaks, 1) {
				n++
			}
			a.take(n, at)
		default:
			return false
		}
		if a.rest() == "" {
			a.pos = at
		}
	}
	a.offsets = append(a.offsets, a.pos)
	return true
}

func (a *aligner) line(p int) []byte {
	line, _, _ := bytes.Cut(a.text[p:], []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// after is the start of the line behind the one at p.
func (a *aligner) after(p int) int {
	if i := bytes.IndexByte(a.text[p:], '\n'); i >= 0 {
		return p + i + 1
	}
	return len(a.text)
}

func (a *aligner) nextLine() { a.pos = a.after(a.pos) }

func (a *aligner) skipIndent(n int) {
	for i := 0; i < n && a.peek() == ' '; i++ {
		a.pos++
	}
}
