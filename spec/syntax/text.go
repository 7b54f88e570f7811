package syntax

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/spec/diag"
)

// characters looks for bytes that no spec may have, before the parser does.
func (r *reader) characters() bool {
	text := r.file.Text
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRune(text[i:])
		switch {
		case c == utf8.RuneError && size <= 1:
			r.report(notUTF8(r.span(i, i+1), text))
			return false
		case c == 0xFEFF && i == 0, c == '\n', c == '\t', c == '\r' && i+1 < len(text) && text[i+1] == '\n':
		case c < 0x20, c >= 0x7F && c < 0xA0, c == 0x2028, c == 0x2029, c == 0xFEFF, c == 0xFFFE, c == 0xFFFF:
			r.report(controlCharacter(r.span(i, i+size), c))
			return false
		}
		i += size
	}
	return true
}

// tap hands out a text in small pieces and counts. In place of a question mark within a plain text it gives another character:
// the parser goes by YAML 1.1, where in braces such a mark ends the text, and we want {coupon: string?} to be what YAML 1.2
// says it is. The mark is one character as well, so that lines and columns stay the same.
type tap struct {
	text  []byte
	read  int
	mark  []byte
	ready []byte // of a mark
}

func (t *tap) Read(p []byte) (int, error) {
	if len(t.ready) == 0 {
		if t.read == len(t.text) {
			return 0, io.EOF
		}
		t.ready = t.text[t.read : t.read+1]
		if t.ready[0] == '?' && within(t.text[:t.read]) {
			t.ready = t.mark
		}
		t.read++
	}
	n := copy(p, t.ready[:1])
	t.ready = t.ready[n:]
	return n, nil
}

// within tells whether a plain text may go on behind before: it is not at the start of a line or an element.
func within(before []byte) bool {
	before = bytes.TrimRight(before, " \t")
	return len(before) > 0 && bytes.IndexByte([]byte("\n[{,:-"), before[len(before)-1]) < 0
}

// unused is a character of the private use area that the text does not have.
func unused(text []byte) []byte {
	for c := rune(0xE000); ; c++ {
		if m := utf8.AppendRune(nil, c); !bytes.Contains(text, m) {
			return m
		}
	}
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// behindQuotes matches a line with something behind a quoted value.
var behindQuotes = regexp.MustCompile(`^[^'"#]*:\s+("([^"\\]|\\.)*"|'([^']|'')*')\s*[^\s#,\]}'"]`)

// broken makes a diagnostic of an error of the parser, which had read so many bytes.
func (r *reader) broken(err error, read int) diag.Diagnostic {
	msg, line := err.Error(), 0
	if m := yamlLine.FindStringSubmatch(msg); m != nil {
		msg = m[2]
		_, _ = fmt.Sscan(m[1], &line)
	}
	for n := 1; n <= r.file.Lines(); n++ { // tabs are the usual reason and the hardest to see
		text := r.file.Line(n)
		indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
		if tab := strings.IndexByte(indent, '\t'); tab >= 0 && strings.TrimSpace(text) != "" {
			at := r.file.LineStart(n)
			return tabIndent(r.span(at+tab, at+len(indent)))
		}
	}
	unclosed := strings.Contains(msg, "unexpected end of stream") || strings.Contains(msg, "expected ',' or")
	switch {
	case unclosed && line > 0:
		if !strings.Contains(msg, "unexpected end") {
			line++ // the parser counts these lines from 0
		}
	case strings.Contains(msg, "mapping values are not allowed") && line > 0:
	default:
		// The parser stops a little behind what it can't take: at the end of the line or at the start of the next one.
		at := min(read, len(r.file.Text))
		line = r.file.Pos(at).Line
		for line > 1 && strings.TrimSpace(string(r.file.Text[min(at, r.file.LineStart(line)):at])) == "" {
			line--
		}
	}
	line = min(max(line, 1), r.file.Lines())
	for n := line; n > 0 && n >= line-1; n-- { // the parser takes what stands behind a quoted value for a key, up to the next line
		if behindQuotes.MatchString(r.file.Line(n)) {
			line = n
			break
		}
	}
	text := r.file.Line(line)
	start := r.file.LineStart(line) + len(text) - len(strings.TrimLeft(text, " \t"))
	return badYAML(r.span(start, r.file.LineStart(line)+len(strings.TrimRight(text, " \t"))), msg, strings.TrimSpace(text))
}
