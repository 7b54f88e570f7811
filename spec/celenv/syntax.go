package celenv

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
)

// syntaxIssues keeps the first problem: what a parser says after it lost its way helps nobody.
func syntaxIssues(src *sourceText, iss *cel.Issues) []Issue {
	first := iss.Errors()[0]
	at := lineCol(src.text, first.Location.Line(), first.Location.Column())
	is := Issue{Kind: Syntax, Start: len(src.text), End: len(src.text), Message: first.Message}
	if i := src.tokenAt(at); i >= 0 {
		is.Start, is.End = src.tokens[i].start, src.tokens[i].end
	}
	msg := strings.TrimPrefix(first.Message, "Syntax error: ")
	found := src.text[is.Start:is.End]
	switch {
	case strings.Contains(msg, "'<EOF>'"):
		is.Message = "the expression ends too early"
		is.Start, is.End = src.start(), max(src.start(), src.end())
		if len(src.tokens) > 0 {
			is.Start = src.tokens[len(src.tokens)-1].start
		} else {
			is.Message = "the expression is empty"
		}
	case strings.HasPrefix(msg, "token recognition error") && (strings.HasPrefix(found, `"`) || strings.HasPrefix(found, "'")):
		is.Message = "the string has no end, or an escape in it is wrong"
	case strings.HasPrefix(msg, "token recognition error"), strings.HasPrefix(msg, "mismatched input"),
		strings.HasPrefix(msg, "extraneous input"), strings.HasPrefix(msg, "no viable alternative"):
		is.Message = "unexpected " + found
		if i := src.tokenAt(at); i < 0 || !utf8.ValidString(found) || strings.ContainsFunc(found, unicode.IsControl) {
			is.Message = fmt.Sprintf("unexpected %q", text(src.text, at))
		}
		if found == "&" || found == "|" || found == "=" {
			is.Hint, is.Instead = "write "+found+found, found+found
		}
	default:
		is.Message = msg
	}
	return []Issue{is}
}

// lineCol turns a line counted from 1 and a column of runes counted from 0 into bytes.
func lineCol(text string, line, col int) int {
	offset := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(text[offset:], '\n')
		if i < 0 {
			return len(text)
		}
		offset += i + 1
	}
	for i := range text[offset:] {
		if col == 0 {
			return offset + i
		}
		col--
	}
	return len(text)
}

// text is the rune at an offset.
func text(s string, at int) string {
	_, n := utf8.DecodeRuneInString(s[at:])
	return s[at : at+n]
}
