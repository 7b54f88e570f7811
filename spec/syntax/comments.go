package syntax

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// tree is a node with the comments that belong to it, as the layout prints it.
type tree struct {
	*node
	entries []*entry // of a mapping or sequence
	foot    []comment
	in      *tree
	owner   *entry // whose value it is, nil for the root
}

// entry is a pair of a mapping or an element of a sequence.
type entry struct {
	key   *node // nil for an element
	value *tree
	in    *tree
	start int // in the file: of the key, or of an element's dash
	blank bool
	lead  []comment // the lines above
	trail string    // behind it on its line, "" if there is nothing
}

// comment is the text from # to the end of its line. Blank says that there is an empty line above.
type comment struct {
	text  string
	blank bool
}

// commented makes the tree of a file and hangs its comments into it.
//
// A comment behind something on a line belongs to the last entry that begins before it there. A comment on a line of its own
// belongs to the entry below it, except where a block ends in between: then its column tells whether it still belongs to that
// block (it stands at least as far to the right as the block's entries), and it stays at the block's foot.
func commented(root *node) *tree {
	text := root.span.File.Text
	t := &tree{node: root}
	a := &attacher{text: text, root: t}
	a.enter(t)
	slices.SortStableFunc(a.entries, func(x, y *entry) int { return cmp.Compare(x.start, y.start) })
	slices.SortFunc(a.scalars, func(x, y *node) int { return cmp.Compare(x.span.Start, y.span.Start) })
	for _, at := range a.find() {
		a.attach(at)
	}
	return t
}

type attacher struct {
	text    []byte
	root    *tree
	entries []*entry // by position
	scalars []*node  // by position, keys included

	// The foot that the last comment went to and the entry before it: what follows can't go deeper again.
	foot  *tree
	after *entry
}

func (a *attacher) enter(t *tree) {
	switch t.kind {
	case scalar:
		a.scalars = append(a.scalars, t.node)
	case mapping:
		for _, p := range t.pairs {
			a.scalars = append(a.scalars, p.key)
			a.add(t, &entry{key: p.key, start: p.key.span.Start, value: &tree{node: p.value}})
		}
	case sequence:
		end := t.span.Start
		for _, item := range t.items {
			e := &entry{start: item.span.Start, value: &tree{node: item}}
			if !t.flow {
				e.start = a.dash(t, end)
				end = max(item.span.End, e.start+1)
			}
			a.add(t, e)
		}
	}
}

func (a *attacher) add(t *tree, e *entry) {
	e.in, e.value.in, e.value.owner, e.blank = t, t, e, a.blankAbove(e.start)
	t.entries = append(t.entries, e)
	a.entries = append(a.entries, e)
	a.enter(e.value)
}

// dash is the place of the next dash of a block sequence, at or behind from.
func (a *attacher) dash(t *tree, from int) int {
	if from == t.span.Start {
		return from
	}
	file, col := t.span.File, column(a.text, t.span.Start)
	for n := file.Pos(from).Line + 1; n <= file.Lines(); n++ {
		line := file.Line(n)
		if strings.TrimLeft(line, " ") != "" && len(line)-len(strings.TrimLeft(line, " ")) == col && line[col] == '-' {
			return file.LineStart(n) + col
		}
	}
	return from
}

// column is how far from the start of its line an offset is, in characters.
func column(text []byte, at int) int {
	start := bytes.LastIndexByte(text[:at], '\n') + 1
	return utf8.RuneCount(bytes.TrimPrefix(text[start:at], []byte("\uFEFF")))
}

// blankAbove tells whether the line above that of an offset is empty.
func (a *attacher) blankAbove(at int) bool {
	start := bytes.LastIndexByte(a.text[:at], '\n')
	if start < 0 {
		return false
	}
	above := bytes.LastIndexByte(a.text[:start], '\n') + 1
	return len(bytes.TrimSpace(a.text[above:start])) == 0
}

// find lists where comments start: at a # outside of scalars, or in the first line of a block scalar.
func (a *attacher) find() []int {
	var found []int
	scan := func(from, to int) {
		for i := from; i < to; i++ {
			if a.text[i] == '#' {
				found = append(found, i)
				for i < to && a.text[i] != '\n' {
					i++
				}
			}
		}
	}
	at := 0
	for _, s := range a.scalars {
		scan(at, s.span.Start)
		at = max(at, s.span.End)
		if header, ok := blockHeader(s); ok {
			scan(s.span.Start, s.span.Start+len(header))
		}
	}
	scan(at, len(a.text))
	return found
}

// blockHeader is the first line of a block scalar, from its | or > on.
func blockHeader(n *node) (string, bool) {
	text := n.span.File.Text
	if n.kind != scalar || !n.quoted || n.span.Start >= len(text) || text[n.span.Start] != '|' && text[n.span.Start] != '>' {
		return "", false
	}
	line, _, _ := bytes.Cut(text[n.span.Start:], []byte("\n"))
	return string(line), true
}

func (a *attacher) attach(at int) {
	line, _, _ := bytes.Cut(a.text[at:], []byte("\n"))
	c := comment{text: strings.TrimRight(string(line), " \t\r"), blank: a.blankAbove(at)}
	start := bytes.LastIndexByte(a.text[:at], '\n') + 1
	alone := len(bytes.TrimSpace(bytes.TrimPrefix(a.text[start:at], []byte("\uFEFF")))) == 0

	// The entries around it that are still open there; those of a flow collection that has ended are not.
	var prev, next *entry
	for _, e := range a.entries {
		if e.start > at {
			next = e
			break
		}
		if !e.in.flow || at < e.in.span.End {
			prev = e
		}
	}
	if !alone && prev != nil {
		a.behind(prev, c, at)
		return
	}
	if prev == nil {
		a.above(next, a.root, c)
		return
	}
	if v := prev.value; v.kind == scalar && at < v.span.Start || v.flow && v.span.Start < at && at < v.span.End && len(v.entries) == 0 {
		prev.lead = append(prev.lead, c) // between a key and its value, or in empty brackets
		return
	}
	if flow := enclosing(prev, at); flow != nil {
		if next != nil && next.in == flow {
			next.lead = append(next.lead, c)
		} else {
			flow.foot = append(flow.foot, c)
		}
		return
	}
	a.above(next, a.closed(prev, next, column(a.text, at)), c)
}

// behind hangs a comment behind an entry. If there is one already, or the value goes on below, it moves to the lines above.
func (a *attacher) behind(e *entry, c comment, at int) {
	switch v := e.value; {
	case v.kind == scalar && at < v.span.Start:
		e.lead = append(e.lead, comment{text: c.text})
		return
	case e.trail != "":
		e.lead = append(e.lead, comment{text: e.trail})
	}
	e.trail = c.text
}

// enclosing is the innermost flow collection around an offset behind e.
func enclosing(e *entry, at int) *tree {
	for t := e.value; t != nil; t = t.in {
		if t.flow && (t.kind == mapping || t.kind == sequence) && t.span.Start < at && at < t.span.End {
			return t
		}
	}
	return nil
}

// closed is the block that ends between two entries and to which a comment at a column belongs, nil if it is none of those.
func (a *attacher) closed(prev, next *entry, col int) *tree {
	t := prev.in
	if a.after == prev && a.foot != nil {
		t = a.foot
	} else if a.after == prev {
		return nil
	}
	for ; t != nil; t = t.in {
		if next != nil && holds(t, next) {
			break
		}
		if !t.flow && col >= column(a.text, t.span.Start) {
			break
		}
	}
	if t != nil && next != nil && holds(t, next) {
		t = nil
	}
	a.after, a.foot = prev, t
	return t
}

// holds tells whether an entry is in a collection or in one below it.
func holds(t *tree, e *entry) bool {
	for in := e.in; in != nil; in = in.in {
		if in == t {
			return true
		}
	}
	return false
}

// above hangs a comment at the foot of a block, or above an entry, or at the end of the file.
func (a *attacher) above(next *entry, foot *tree, c comment) {
	switch {
	case foot != nil && (foot != a.root || next == nil):
		foot.foot = append(foot.foot, c)
	case next != nil:
		next.lead = append(next.lead, c)
	default:
		a.root.foot = append(a.root.foot, c)
	}
}
