package syntax

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

// Layout gives a spec its canonical layout, which docs/cli.md describes: two blanks a level, the keys of the language in the
// order of the manual, one empty line at most, collections in braces on one line or written out, all comments kept. It may be
// wrong in every way that leaves it YAML; if it is none, the text is nil and the diagnostics, unsorted, say why. Formatting twice
// changes nothing, and a formatted spec means the same: both are made sure of before the text is handed out, and the error says
// so if it can't be done.
func Layout(file *source.File) ([]byte, diag.List, error) {
	var diags diag.List
	r := &reader{file: file, diags: &diags}
	root := r.read()
	if root != nil && root.kind != mapping {
		diags = append(diags, wrongKind(root, "the spec", Language.What))
	}
	if root == nil || len(diags) > 0 {
		return nil, diags, nil
	}
	t := commented(root)
	t.header()
	t.order(Language)
	text := laidOut(t)
	if err := same(t, file.With(text)); err != nil {
		return nil, nil, fmt.Errorf("%s can't be laid out without changing it: %w", file.Name, err)
	}
	return text, nil, nil
}

// header leaves the comments at the top of the file there, whatever comes first after it.
func (t *tree) header() {
	if len(t.entries) > 0 {
		first := t.entries[0]
		top := &entry{in: t, lead: first.lead, blank: first.blank}
		first.lead, first.blank = nil, false
		t.entries = append([]*entry{top}, t.entries...)
	}
}

// order puts the keys that the language knows into its order, and those that it does not know behind them.
func (t *tree) order(s *Shape) {
	if s != nil && s.OneOf != nil {
		s = s.alternative(t.node)
	}
	if s == nil || s.kind() != t.kind {
		return
	}
	if s.Keys != nil {
		rank := func(e *entry) int {
			switch i := slices.IndexFunc(s.Keys, func(k Key) bool { return e.key != nil && k.Name == e.key.text.Value }); {
			case e.key == nil: // the header
				return -1
			case i < 0:
				return len(s.Keys)
			default:
				return i
			}
		}
		slices.SortStableFunc(t.entries, func(a, b *entry) int { return rank(a) - rank(b) })
	}
	for _, e := range t.entries {
		switch {
		case e.value == nil:
		case s.Keys == nil:
			e.value.order(s.Elem)
		case s.key(e.key.text.Value) != nil:
			e.value.order(s.key(e.key.text.Value).Shape)
		}
	}
}

// same says what of a tree is lost or different in the file that was made of it.
func same(t *tree, file *source.File) error {
	var diags diag.List
	r := &reader{file: file, diags: &diags}
	root := r.read()
	if root == nil || len(diags) > 0 {
		return fmt.Errorf("the result would be wrong: %s", diags)
	}
	again := commented(root)
	again.header()
	if at := differs(t, again); at != "" {
		return fmt.Errorf("%s would not be the same", at)
	}
	before, after := comments(t), comments(again)
	slices.Sort(before)
	slices.Sort(after)
	if !slices.Equal(before, after) {
		return fmt.Errorf("comments would be lost: %q and not %q", after, before)
	}
	if text := laidOut(again); string(text) != string(file.Text) {
		return fmt.Errorf("formatting it again would change it:\n%s\nand then\n%s", file.Text, text)
	}
	return nil
}

// differs names a place where two trees do not hold the same, "" if there is none.
func differs(a, b *tree) string {
	if a.kind != b.kind || a.text.Value != b.text.Value {
		return a.path()
	}
	if len(a.entries) != len(b.entries) {
		return a.path()
	}
	for i, e := range a.entries {
		f := b.entries[i]
		switch {
		case e.value == nil && f.value == nil:
			continue
		case e.value == nil || f.value == nil, (e.key == nil) != (f.key == nil), e.key != nil && e.key.text.Value != f.key.text.Value:
			return a.path()
		}
		if at := differs(e.value, f.value); at != "" {
			return at
		}
	}
	return ""
}

// path is the keys that lead to a tree.
func (t *tree) path() string {
	if t.owner == nil {
		return "the spec"
	}
	var keys []string
	for e := t.owner; e != nil; e = e.in.owner {
		if e.key != nil {
			keys = append(keys, e.key.text.Value)
		}
	}
	slices.Reverse(keys)
	return strings.Join(keys, ".")
}

// comments are the texts of all comments of a tree.
func comments(t *tree) []string {
	var all []string
	for _, c := range t.foot {
		all = append(all, c.text)
	}
	for _, e := range t.entries {
		for _, c := range e.lead {
			all = append(all, c.text)
		}
		if e.trail != "" {
			all = append(all, e.trail)
		}
		if e.value != nil {
			all = append(all, comments(e.value)...)
		}
	}
	return all
}
