package syntax

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

// maxDepth bounds how deep a spec may be nested; the language itself needs six levels.
const maxDepth = 64

type kind uint8

const (
	missing kind = iota // nothing was written
	scalar
	mapping
	sequence
)

// node is a piece of YAML with its place in the file. YAML's own types don't matter: a scalar is a text.
type node struct {
	kind   kind
	text   Text // scalar
	pairs  []pair
	items  []*node
	flow   bool // a mapping or sequence in { } or [ ], or a scalar within one
	quoted bool
	span   source.Span // with quotes and brackets
}

type pair struct{ key, value *node }

// mapped is a copy of the node in which each scalar, keys aside, is what f makes of it.
func (n *node) mapped(f func(*Text) *Text) *node {
	if n == nil {
		return nil
	}
	m := *n
	if n.kind == scalar {
		m.text = *f(&n.text)
	}
	m.pairs, m.items = slices.Clone(n.pairs), slices.Clone(n.items)
	for i := range m.pairs {
		m.pairs[i].value = m.pairs[i].value.mapped(f)
	}
	for i := range m.items {
		m.items[i] = m.items[i].mapped(f)
	}
	return &m
}

// get finds the value under a key, nil if there is none.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, p := range n.pairs {
		if p.key.text.Value == key {
			return p.value
		}
	}
	return nil
}

// reader turns a file into nodes.
type reader struct {
	file  *source.File
	diags *diag.List
	mark  string // what the parser sees in place of some question marks
}

func (r *reader) span(start, end int) source.Span {
	return source.Span{File: r.file, Start: start, End: max(start, end)}
}

func (r *reader) report(d diag.Diagnostic) { *r.diags = append(*r.diags, d) }

// read gives the file's mapping, nil if it has none; why is then among the diagnostics.
func (r *reader) read() *node {
	if !r.characters() {
		return nil
	}
	// The parser says little about where an error is, so the bytes that it has asked for tell.
	tap := &tap{text: r.file.Text, mark: unused(r.file.Text)}
	r.mark = string(tap.mark)
	dec := yaml.NewDecoder(tap)
	doc, err := decode(dec)
	if errors.Is(err, io.EOF) {
		r.report(emptySpec(r.span(0, 0)))
		return nil
	}
	if err != nil {
		r.report(r.broken(err, tap.read))
		return nil
	}
	if next, err := decode(dec); !errors.Is(err, io.EOF) {
		if err != nil {
			r.report(r.broken(err, tap.read))
			return nil
		}
		at := r.offset(next)
		if marker := bytes.LastIndex(r.file.Text[:min(at+3, len(r.file.Text))], []byte("---")); marker >= 0 {
			at = marker
		}
		r.report(severalDocuments(r.span(at, at+3)))
	}
	if len(doc.Content) == 0 {
		r.report(emptySpec(r.span(0, 0)))
		return nil
	}
	root := r.node(doc.Content[0], 0, false, 0)
	if root.kind == missing {
		r.report(emptySpec(r.span(0, 0)))
		return nil
	}
	return root
}

// decode reads one document. The parser is not ours, so a panic of its becomes an error.
func decode(dec *yaml.Decoder) (n *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: %v", p)
		}
	}()
	n = new(yaml.Node)
	return n, dec.Decode(n)
}

// offset is the byte at which a node starts.
func (r *reader) offset(n *yaml.Node) int {
	at := r.file.LineStart(n.Line)
	if n.Line <= 1 && bytes.HasPrefix(r.file.Text, []byte("\uFEFF")) {
		at += 3 // the parser doesn't count the byte order mark
	}
	for i := 1; i < n.Column && at < len(r.file.Text) && r.file.Text[at] != '\n'; i++ {
		_, size := utf8.DecodeRune(r.file.Text[at:])
		at += size
	}
	return min(at, len(r.file.Text))
}

// node converts n. Where nothing was written its place is at, just behind what it would be the value of.
func (r *reader) node(n *yaml.Node, at int, flow bool, depth int) *node {
	start := r.offset(n)
	if depth > maxDepth {
		r.report(tooDeep(r.span(start, start+1)))
		return &node{kind: missing, span: r.span(start, start)}
	}
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		r.report(anchor(r.span(start, r.wordEnd(start))))
		if n.Kind == yaml.AliasNode {
			return &node{kind: missing, span: r.span(start, r.wordEnd(start)), flow: true, quoted: true}
		}
	}
	tagged := n.Style&yaml.TaggedStyle != 0 || start < len(r.file.Text) && r.file.Text[start] == '!' // the parser drops a lone !
	if tagged {
		r.report(tag(r.span(start, r.wordEnd(start))))
	}
	switch n.Kind {
	case yaml.MappingNode:
		return r.mapping(n, start, depth)
	case yaml.SequenceNode:
		out := &node{kind: sequence, flow: n.Style&yaml.FlowStyle != 0}
		end := start + 1
		for i, c := range n.Content {
			if i > 0 && !out.flow {
				end = r.behindDash(end)
			}
			item := r.node(c, end, out.flow, depth+1)
			out.items = append(out.items, item)
			end = max(end, item.span.End)
		}
		out.span = r.span(start, r.close(out.flow, end, ']'))
		return out
	}
	return r.scalar(n, start, at, flow, tagged || n.Anchor != "")
}

// behindDash is the place behind the dash of the element that follows one which ends at end.
func (r *reader) behindDash(end int) int {
	text := r.file.Text
	for i := end; i < len(text); i++ {
		switch text[i] {
		case '-':
			return i + 1
		case '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case ' ', '\t', '\r', '\n':
		default:
			return end
		}
	}
	return end
}

func (r *reader) mapping(n *yaml.Node, start, depth int) *node {
	out := &node{kind: mapping, flow: n.Style&yaml.FlowStyle != 0}
	end := start + 1
	seen := map[string]*node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		key := r.node(k, end, out.flow, depth+1)
		end = max(end, key.span.End)
		value := r.node(v, end, out.flow, depth+1)
		end = max(end, value.span.End)
		switch {
		case key.kind == missing && key.quoted: // an alias, reported
			continue
		case key.kind != scalar:
			r.report(oddKey(key.span))
			continue
		case key.text.Value == "<<" && !key.quoted:
			r.report(anchor(key.span))
			continue
		}
		if first := seen[key.text.Value]; first != nil {
			r.report(duplicateKey(key.text, first.span))
			continue
		}
		seen[key.text.Value] = key
		out.pairs = append(out.pairs, pair{key, value})
	}
	out.span = r.span(start, r.close(out.flow, end, '}'))
	r.cutAtComma(out)
	return out
}

// cutAtComma finds a value that was meant to have a comma, in a mapping in braces: {m: map(string, int)} is, to YAML, a key m
// and a key "int)". One clear message then stands for the several confusing ones that would follow.
func (r *reader) cutAtComma(n *node) {
	if !n.flow {
		return
	}
	kept := n.pairs[:0]
	var cut *node
	depth := 0
	for _, p := range n.pairs {
		if cut != nil {
			depth += parens(p.key.text.Value)
			if p.value.kind == scalar {
				depth += parens(p.value.text.Value)
			}
			cut.span.End = max(p.key.span.End, p.value.span.End)
			if depth <= 0 {
				d := cutValue(cut.span)
				if text := cut.span.Text(); !strings.Contains(text, "\n") {
					d = d.Replace("'"+strings.ReplaceAll(text, "'", "''")+"'", depth == 0)
				}
				r.report(d)
				cut = nil
			}
			continue
		}
		if v := p.value; v.kind == scalar && !v.quoted && parens(v.text.Value) > 0 {
			cut, depth = &node{span: v.span}, parens(v.text.Value)
			*v = node{kind: missing, span: v.span, flow: true, quoted: true}
		}
		kept = append(kept, p)
	}
	if cut != nil {
		r.report(cutValue(cut.span))
	}
	n.pairs = kept
}

func parens(s string) int {
	return strings.Count(s, "(") + strings.Count(s, "[") - strings.Count(s, ")") - strings.Count(s, "]")
}

// close finds the bracket that ends a flow collection whose last element ends at end.
func (r *reader) close(flow bool, end int, bracket byte) int {
	if !flow {
		return end
	}
	text := r.file.Text
	for i := end; i < len(text); i++ {
		switch text[i] {
		case bracket:
			return i + 1
		case '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case ' ', '\t', '\r', '\n', ',', ':':
		default:
			return end
		}
	}
	return end
}

func (r *reader) scalar(n *yaml.Node, start, at int, flow, behind bool) *node {
	style := n.Style &^ (yaml.TaggedStyle | yaml.FlowStyle)
	if style == 0 && n.Value == "" {
		return &node{kind: missing, span: r.span(at, at), flow: flow, quoted: behind} // a tag or anchor is reported already
	}
	n.Value = strings.ReplaceAll(n.Value, r.mark, "?")
	out := &node{kind: scalar, flow: flow, quoted: style != 0}
	if behind { // a tag or an anchor
		for { // both may stand there, in either order, and the value on a later line
			start += len(r.file.Text[start:]) - len(bytes.TrimLeft(r.file.Text[start:], " \t\r\n"))
			if start == len(r.file.Text) || r.file.Text[start] != '&' && r.file.Text[start] != '!' {
				break
			}
			start = r.wordEnd(start)
		}
	}
	offsets, end, ok := align(r.file.Text, start, style, n.Value)
	if !ok {
		end = r.file.LineStart(r.file.Pos(start).Line) + len(r.file.Line(r.file.Pos(start).Line))
		end = max(start, end)
		offsets = make([]int, len(n.Value)+1)
		for i := range offsets {
			offsets[i] = start
		}
		offsets[len(n.Value)] = end
	}
	out.span = r.span(start, end)
	out.text = Text{Value: n.Value, Offsets: offsets, Span: r.span(offsets[0], offsets[len(n.Value)])}
	if n.Value == "" || out.text.Span.Start == out.text.Span.End {
		out.text.Span = out.span
	}
	return out
}

// wordEnd is the end of the anchor, alias or tag at start.
func (r *reader) wordEnd(start int) int {
	i := start
	for i < len(r.file.Text) && !bytes.ContainsRune([]byte(" \t\r\n,]}"), rune(r.file.Text[i])) {
		i++
	}
	return i
}
