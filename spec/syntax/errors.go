package syntax

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

// All that this phase has to say.

func notUTF8(at source.Span, text []byte) diag.Diagnostic {
	d := diag.Diagnostic{Code: "WEIR0001", Subject: at, Summary: fmt.Sprintf("the file is not UTF-8: byte 0x%02X", text[at.Start]), Hint: "save the file as UTF-8"}
	if bytes.HasPrefix(text, []byte{0xFF, 0xFE}) || bytes.HasPrefix(text, []byte{0xFE, 0xFF}) {
		d.Summary = "the file is UTF-16, not UTF-8"
	}
	return d
}

func controlCharacter(at source.Span, c rune) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR0002", Subject: at, Summary: fmt.Sprintf("character U+%04X can't stand in a spec", c),
		Hint: fmt.Sprintf(`where it is meant, write it as an escape in double quotes: "\u%04X"`, c)}
}

var yamlHints = []struct{ part, summary, hint string }{
	{"mapping values are not allowed", "a value can't have a value of its own on one line", "a text with \": \" in it needs quotes, as in where: 'a ? b : c', or its key is indented wrongly"},
	{"did not find expected key", "this is not indented like the keys before it", "keys of one mapping start in the same column"},
	{"did not find expected '-' indicator", "this is not indented like the elements before it", "elements of one list start in the same column"},
	{"could not find expected ':'", "a key without a colon", "write key: value; a value over several lines is indented more than its key"},
	{"did not find expected ',' or '}'", "a { that is not closed, or a comma that is missing", "a text with , { } [ ] or # in it needs quotes there"},
	{"did not find expected ',' or ']'", "a [ that is not closed, or a comma that is missing", "a text with , { } [ ] or # in it needs quotes there"},
	{"unexpected end of stream", "a quote that is not closed", ""},
	{"found unknown escape character", "an escape that YAML does not know", `in double quotes \ starts an escape: write \\, or use single quotes`},
	{"found character that cannot start any token", "a character that can't start a value", "put the value in quotes"},
	{"unknown anchor", "an alias of something that is not there", "write the value out; anchors and aliases are not part of the language"},
	{"did not find expected whitespace or line break", "a tag without a value", "put the value in quotes"},
	{"did not find expected node content", "a value is missing", ""},
}

func badYAML(at source.Span, msg, line string) diag.Diagnostic {
	d := diag.Diagnostic{Code: "WEIR0003", Subject: at, Summary: "this is not YAML: " + msg}
	for _, h := range yamlHints {
		if strings.Contains(msg, h.part) {
			d.Summary, d.Hint = "this is not YAML: "+h.summary, h.hint
			break
		}
	}
	if key, value, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(key, "{") && len(value) > 0 && strings.ContainsAny(value[:1], "!&*%@`|>\"'") {
		d.Hint = fmt.Sprintf("a value that starts with %c needs quotes", value[0])
		switch value[0] {
		case '"', '\'':
			d.Summary = "this is not YAML: there is more behind a quoted value"
			d.Hint = fmt.Sprintf("quotes end a value: to have more behind them, put all of it in others, as in %s: '\"x\" in list'", key)
		case '|', '>':
			d.Hint = "the lines of a block text are indented more than its key"
		}
	}
	return d
}

func tabIndent(at source.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR0004", Subject: at, Summary: "a tab indents this line", Hint: "YAML is indented with spaces only"}
}

func severalDocuments(at source.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR0005", Subject: at, Summary: "a second document in one file", Hint: "a file is one spec: remove the --- line, or split the file"}
}

func anchor(at source.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR0006", Subject: at, Summary: "anchors, aliases and merge keys are not part of the language", Hint: "write the value out, or put it in quotes if a text is meant"}
}

func tag(at source.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR0007", Subject: at, Summary: "tags are not part of the language", Hint: "put the value in quotes: an expression that starts with ! looks like a tag to YAML"}
}

func duplicateKey(key Text, first source.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR0008", Subject: key.Span, Summary: fmt.Sprintf("%q is here twice", key.Value), Related: []diag.Related{{Span: first, Message: "the first one"}}}
}

func emptySpec(at source.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR0009", Subject: at, Summary: "the spec is empty", Hint: "weir init NAME writes a small one to start from"}
}

func cutValue(at source.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR0010", Subject: at, Summary: "in { } a comma ends the value, so this one is cut in two", Hint: "put the value in quotes, or write the mapping over several lines"}
}

func oddKey(at source.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR0011", Subject: at, Summary: "a key must be a text"}
}

func tooDeep(at source.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR0012", Subject: at, Summary: "this is nested too deeply to be part of a spec"}
}

func unknownKey(key Text, owner string, known []string, in *node) diag.Diagnostic {
	var left []string
	for _, k := range known {
		if in.get(k) == nil {
			left = append(left, k)
		}
	}
	d := diag.Diagnostic{Code: "WEIR1001", Subject: key.Span, Summary: fmt.Sprintf("%s has no key %q", owner, key.Value)}.Suggest(key.Value, left)
	if n := diag.Nearest(key.Value, left); n == "" {
		d.Hint = diag.OneOf(known)
	}
	return d
}

func missingKey(at source.Span, owner string, k Key) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR1002", Subject: at, Summary: fmt.Sprintf("%s has no key %q, which it needs", owner, k.Name), Hint: fmt.Sprintf("its value is %s", k.Shape.What)}
}

func missingEither(at source.Span, owner string, keys []string) diag.Diagnostic {
	last := len(keys) - 1
	return diag.Diagnostic{
		Code: "WEIR1002", Subject: at, Summary: fmt.Sprintf("%s has none of the keys %s and %s, of which it needs one", owner, strings.Join(keys[:last], ", "), keys[last]),
		Hint: fmt.Sprintf("write %s, say", keys[0]),
	}
}

func keysExclude(key Text, owner string, other Text) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "WEIR1009", Subject: key.Span, Summary: fmt.Sprintf("%s has %s and %s, of which only one can be there", owner, other.Value, key.Value),
		Hint: "leave one of them out", Related: []diag.Related{{Span: other.Span, Message: "the other one"}},
	}
}

var kindNames = [...]string{"nothing", "a text", "a mapping", "a list"}

func wrongKind(n *node, owner, want string) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR1003", Subject: firstLine(n.span), Summary: fmt.Sprintf("%s must be %s, not %s", owner, want, kindNames[n.kind])}
}

// firstLine keeps a range that covers a large part of the file to its beginning.
func firstLine(s source.Span) source.Span {
	if i := bytes.IndexByte(s.File.Text[s.Start:s.End], '\n'); i >= 0 {
		s.End = s.Start + len(bytes.TrimRight(s.File.Text[s.Start:s.Start+i], " \r"))
	}
	return s
}

func emptyValue(at source.Span, owner, want string) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR1004", Subject: at, Summary: fmt.Sprintf("%s has no value", owner), Hint: "expected " + want}
}

func nothingIn(at source.Span, owner, want string) diag.Diagnostic {
	return diag.Diagnostic{Code: "WEIR1005", Subject: at, Summary: fmt.Sprintf("%s is empty", owner), Hint: "expected " + want + " with at least one entry"}
}

func badChoice(t Text, owner string, choices []string) diag.Diagnostic {
	d := diag.Diagnostic{Code: "WEIR1006", Subject: t.Span, Summary: fmt.Sprintf("%s can't be %q", owner, t.Value)}.Suggest(t.Value, choices)
	if owner == "weir" {
		d.Hint = "this version of weir reads version v1"
	}
	return d
}

func badDuration(t Text, owner string, err error) diag.Diagnostic {
	d := diag.Diagnostic{Code: "WEIR1007", Subject: t.Span, Summary: fmt.Sprintf("%s: the duration %q %v", owner, t.Value, err), Hint: "write whole numbers with d, h, m, s or ms, the larger unit first: 90s, 5m, 1h30m, 7d"}
	if strings.HasSuffix(err.Error(), "no unit") {
		d.Hint = fmt.Sprintf("did you mean %ss?", t.Value)
		if _, err := ParseDuration(t.Value + "s"); err == nil {
			d = d.Replace(t.Value+"s", false)
		}
	}
	return d
}

func badName(t Text, rule string) diag.Diagnostic {
	d := diag.Diagnostic{Code: "WEIR1008", Subject: t.Span, Summary: fmt.Sprintf("%q can't be used as a name here", t.Value), Hint: "it " + rule}
	switch {
	case strings.Contains(rule, "character"):
		d.Summary = fmt.Sprintf("%q is no delimiter", t.Value)
	case strings.Contains(rule, "whole number"):
		d.Summary = fmt.Sprintf("%q is no number of records", t.Value)
	}
	return d
}
