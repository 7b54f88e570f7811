package syntax

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// width is how many characters a collection in braces may make its line have; a longer one is written out below its key.
const width = 110

// printer lays out a tree line by line.
type printer struct {
	lines []line
	kept  bool // the last line belongs to a text that keeps its empty lines, so none may follow
}

// line is a line of the result; comments that follow each other are aligned at the end.
type line struct{ text, comment string }

// laidOut is the text of a tree.
func laidOut(root *tree) []byte {
	p := &printer{}
	if len(root.entries) == 0 {
		p.add("{}")
	}
	p.entriesOf(root, 0)
	p.align()
	var b bytes.Buffer
	for _, l := range p.lines {
		b.WriteString(l.text + l.comment + "\n")
	}
	return b.Bytes()
}

// align puts the comments of neighbouring lines of one indentation into one column, two blanks behind the longest of the lines.
func (p *printer) align() {
	for i := 0; i < len(p.lines); i++ {
		end, widest := i, 0
		for end < len(p.lines) && p.lines[end].comment != "" && indentation(p.lines[end]) == indentation(p.lines[i]) {
			widest = max(widest, utf8.RuneCountInString(p.lines[end].text))
			end++
		}
		for ; i < end; i++ {
			p.lines[i].text += strings.Repeat(" ", widest+2-utf8.RuneCountInString(p.lines[i].text))
		}
		if widest > 0 {
			i-- // the line at end begins a group of its own
		}
	}
}

func indentation(l line) int { return len(l.text) - len(strings.TrimLeft(l.text, " ")) }

func (p *printer) add(text string) { p.lines = append(p.lines, line{text: text}); p.kept = false }

// blank adds an empty line, unless there is one already or it would be the first.
func (p *printer) blank() {
	if n := len(p.lines); n > 0 && p.lines[n-1].text != "" && !p.kept {
		p.add("")
	}
}

// entriesOf prints the entries of a collection, each at an indentation.
func (p *printer) entriesOf(t *tree, indent int) {
	pad := strings.Repeat(" ", indent)
	first := true
	above := func(blank bool) {
		if blank && !first {
			p.blank()
		}
		first = false
	}
	for _, e := range t.entries {
		for _, c := range e.lead {
			above(c.blank)
			p.add(pad + c.text)
		}
		if e.value == nil { // the header
			if e.blank {
				p.blank()
			}
			first = true
			continue
		}
		above(e.blank)
		p.entry(e, indent)
	}
	for _, c := range t.foot {
		above(c.blank)
		p.add(pad + c.text)
	}
}

// entry prints an entry and the comment behind it, which stands on its first line, or behind a text of several lines on the last.
func (p *printer) entry(e *entry, indent int) {
	head := strings.Repeat(" ", indent) + "-"
	if e.key != nil {
		head = strings.Repeat(" ", indent) + e.key.raw() + ":"
	}
	first, v := len(p.lines), e.value
	at := first
	switch {
	case v.kind == missing:
		p.add(head)
	case v.kind == scalar:
		p.scalar(v.node, head, indent)
		if _, block := blockHeader(v.node); !block {
			at = len(p.lines) - 1
		}
	default:
		if text, ok := v.line(); ok && (len(v.entries) == 0 || utf8.RuneCountInString(head+" "+text) <= width) {
			p.add(head + " " + text)
			break
		}
		p.collection(e, head, indent)
	}
	if e.trail != "" {
		p.lines[at].comment = e.trail
	}
}

// collection writes a collection out. In a list its first entry stands behind the dash, unless comments are in between.
func (p *printer) collection(e *entry, head string, indent int) {
	v := e.value
	if e.key != nil || e.trail != "" || len(v.entries[0].lead) > 0 {
		p.add(head)
		p.entriesOf(v, indent+2)
		return
	}
	first := len(p.lines)
	p.entriesOf(v, indent+2)
	p.lines[first].text = head + " " + p.lines[first].text[indent+2:]
}

// raw is a scalar as it stands in the file.
func (n *node) raw() string { return n.span.Text() }

// scalar prints a text behind its key or dash. The text itself stays as it is; its further lines are indented anew.
func (p *printer) scalar(n *node, head string, indent int) {
	if header, ok := blockHeader(n); ok {
		p.block(n, head, header, indent)
		return
	}
	lines := strings.Split(n.raw(), "\n")
	pad := strings.Repeat(" ", indent+2)
	if len(lines) == 1 {
		p.add(head + " " + lines[0])
		return
	}
	if file := n.span.File; strings.TrimSpace(string(file.Text[file.LineStart(n.span.From().Line):n.span.Start])) == "" {
		p.add(head) // it begins below its key
		head = ""
	}
	for i, l := range lines {
		l = strings.TrimRight(l, " \t\r")
		if i > 0 || head == "" {
			l = strings.TrimLeft(l, " \t")
		}
		switch {
		case i == 0 && head != "":
			p.add(head + " " + l)
		case l == "":
			p.add("")
		default:
			p.add(pad + l)
		}
	}
}

// block prints a text behind | or >.
func (p *printer) block(n *node, head, header string, indent int) {
	file := n.span.File
	first := len(n.text.Value) - len(strings.TrimLeft(n.text.Value, "\n"))
	old := column(file.Text, n.text.Offsets[first])
	style, _, _ := strings.Cut(header, "#")
	style = strings.Map(func(r rune) rune {
		if r >= '1' && r <= '9' {
			return '2'
		}
		return r
	}, strings.TrimSpace(style))
	p.add(head + " " + style)
	pad := strings.Repeat(" ", indent+2)
	last := file.Pos(max(n.text.Offsets[len(n.text.Value)]-1, n.span.Start)).Line
	for i := n.span.From().Line + 1; i <= last; i++ {
		l := file.Line(i)
		if len(l) <= old {
			p.add("")
			continue
		}
		p.add(pad + l[old:])
	}
	if strings.Contains(style, "+") {
		printed := len(p.lines)
		for printed > 0 && p.lines[printed-1].text == "" {
			printed--
		}
		p.lines = p.lines[:printed]
		for range len(n.text.Value) - len(strings.TrimRight(n.text.Value, "\n")) - 1 {
			p.add("")
		}
		p.kept = true
	}
}

// line is a collection in brackets on one line; false if it was not in brackets, or comments or long texts stand in the way.
func (t *tree) line() (string, bool) {
	switch {
	case t.kind == missing:
		return "", true
	case t.kind == scalar:
		return t.node.line()
	case !t.flow || len(t.foot) > 0:
		return "", false
	}
	var parts []string
	for _, e := range t.entries {
		text, ok := e.value.line()
		if !ok || len(e.lead) > 0 || e.trail != "" {
			return "", false
		}
		if e.key != nil {
			key, ok := e.key.line()
			if !ok {
				return "", false
			}
			if text = strings.TrimSuffix(key+": "+text, " "); e.value.kind == missing {
				text = key
			}
		}
		parts = append(parts, text)
	}
	if t.kind == sequence {
		return "[" + strings.Join(parts, ", ") + "]", true
	}
	return "{" + strings.Join(parts, ", ") + "}", true
}

// line is a scalar on one line. A line end that stands for a blank becomes one; others can't be written so.
func (n *node) line() (string, bool) {
	lines := strings.Split(n.raw(), "\n")
	for i, l := range lines {
		l = strings.TrimRight(l, " \t\r")
		if i > 0 {
			l = strings.TrimLeft(l, " \t")
		}
		if l == "" && len(lines) > 1 || i+1 < len(lines) && strings.HasSuffix(l, `\`) {
			return "", false
		}
		lines[i] = l
	}
	return strings.Join(lines, " "), true
}
