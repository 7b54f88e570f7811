package celenv

import (
	"sort"
	"unicode"
	"unicode/utf8"
)

// token is one lexical element of an expression, in bytes.
type token struct {
	start, end int
	kind       byte // 'i' identifier, 's' string or bytes, 'n' number, else the first byte of an operator or bracket
	match      int  // index of the partner of a bracket, -1 if it has none
}

// sourceText is an expression's text cut into tokens. It is far more lenient than CEL's lexer: it only has to find where things
// end, in texts that CEL's lexer accepted or complains about on its own.
type sourceText struct {
	text   string
	runes  []int // byte offset of each rune, and of the end
	tokens []token
}

func newSourceText(text string) *sourceText {
	s := &sourceText{text: text}
	for i := range text {
		s.runes = append(s.runes, i)
	}
	s.runes = append(s.runes, len(text))
	var open []int
	for i := 0; i < len(text); {
		t := token{start: i, end: s.scan(i), match: -1}
		t.kind = s.kindOf(t)
		i = t.end
		if t.kind == 0 {
			continue
		}
		switch t.kind {
		case '(', '[', '{':
			open = append(open, len(s.tokens))
		case ')', ']', '}':
			if len(open) > 0 {
				t.match = open[len(open)-1]
				s.tokens[t.match].match = len(s.tokens)
				open = open[:len(open)-1]
			}
		}
		s.tokens = append(s.tokens, t)
	}
	return s
}

// start and end enclose the text without the white space around it.
func (s *sourceText) start() int {
	if len(s.tokens) == 0 {
		return 0
	}
	return s.tokens[0].start
}

func (s *sourceText) end() int {
	if len(s.tokens) == 0 {
		return len(s.text)
	}
	return s.tokens[len(s.tokens)-1].end
}

// byteAt turns cel-go's offset in runes into bytes.
func (s *sourceText) byteAt(runeOffset int) int {
	return s.runes[max(0, min(runeOffset, len(s.runes)-1))]
}

// tokenAt finds the token that holds a byte, or the first one behind it; -1 behind the last.
func (s *sourceText) tokenAt(offset int) int {
	i := sort.Search(len(s.tokens), func(i int) bool { return s.tokens[i].end > offset })
	if i == len(s.tokens) {
		return -1
	}
	return i
}

func isIdent(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// kindOf is 0 for white space and comments.
func (s *sourceText) kindOf(t token) byte {
	c := s.text[t.start]
	switch last := s.text[t.end-1]; {
	case unicode.IsSpace(rune(c)), c == '/' && t.end-t.start > 1:
		return 0
	case last == '"' || last == '\'':
		return 's'
	case c >= '0' && c <= '9' || c == '.' && t.end-t.start > 1:
		return 'n'
	case isIdent(c):
		return 'i'
	}
	return c
}

// scan finds the end of the token, white space or comment that begins at i.
func (s *sourceText) scan(i int) int {
	t := s.text
	c := t[i]
	j := i + 1
	switch {
	case unicode.IsSpace(rune(c)):
		for j < len(t) && unicode.IsSpace(rune(t[j])) {
			j++
		}
	case c == '/' && j < len(t) && t[j] == '/':
		for j < len(t) && t[j] != '\n' {
			j++
		}
	case c == '"' || c == '\'':
		return s.scanString(i, false)
	case c >= '0' && c <= '9' || c == '.' && j < len(t) && t[j] >= '0' && t[j] <= '9':
		for j < len(t) && (isIdent(t[j]) || t[j] == '.' && j+1 < len(t) && t[j+1] >= '0' && t[j+1] <= '9' ||
			(t[j] == '-' || t[j] == '+') && (t[j-1] == 'e' || t[j-1] == 'E') && t[i] != '0') {
			j++
		}
	case isIdent(c):
		for j < len(t) && isIdent(t[j]) {
			j++
		}
		if j < len(t) && (t[j] == '"' || t[j] == '\'') && j-i <= 2 {
			prefix := t[i:j]
			switch prefix {
			case "r", "R", "b", "B", "br", "bR", "Br", "BR", "rb", "rB", "Rb", "RB":
				return s.scanString(j, prefix != "b" && prefix != "B")
			}
		}
	case c >= utf8.RuneSelf:
		_, n := utf8.DecodeRuneInString(t[i:])
		return i + n
	default:
		if j < len(t) {
			switch t[i : j+1] {
			case "&&", "||", "==", "!=", "<=", ">=":
				j++
			}
		}
	}
	return j
}

// scanString finds the end of the string whose quote is at i; an open string ends with the text.
func (s *sourceText) scanString(i int, raw bool) int {
	t := s.text
	quote := t[i : i+1]
	if len(t) >= i+3 && t[i+1] == t[i] && t[i+2] == t[i] {
		quote = t[i : i+3]
	}
	for j := i + len(quote); j < len(t); j++ {
		if t[j] == '\\' && !raw {
			j++
			continue
		}
		if len(t) >= j+len(quote) && t[j:j+len(quote)] == quote {
			return j + len(quote)
		}
	}
	return len(t)
}
