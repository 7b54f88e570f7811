package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// input resolves what a step reads: the stream under from, or those under merge as one. It is nil if there is none, or something is
// wrong with it.
func (c *checker) input(d *syntax.Step) *Stream {
	if d.From != nil || d.Merge == nil {
		return c.from(d.From)
	}
	m := &Stream{}
	var names []string
	whole := true
	for i, name := range d.Merge {
		s := c.from(name)
		if whole = whole && s != nil; s == nil {
			continue
		}
		if j := slices.Index(m.Merged, s); j >= 0 {
			c.report(mergedTwice(name, d.Merge[slices.IndexFunc(d.Merge[:i], func(t *syntax.Text) bool { return t.Value == name.Value })].Span))
			whole = false
			continue
		}
		m.Merged = append(m.Merged, s)
		names = append(names, s.Name)
	}
	if len(d.Merge) == 1 {
		c.report(mergeOfOne(d.Merge[0]))
	}
	if !whole || len(m.Merged) < 2 || !c.fits(d, m) {
		return nil
	}
	m.Name = strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	return m
}

// fits checks whether streams can be merged, and types m, which takes the first one's type. Window bounds are in scope where all have
// some.
func (c *checker) fits(d *syntax.Step, m *Stream) bool {
	first := m.Merged[0]
	m.Type, m.Windowed, m.Updates = first.Type, first.Windowed, first.Updates
	m.Scattered, m.Retimed, m.Direct, m.Overdue = first.Scattered, first.Retimed, first.Direct, first.Overdue
	for _, part := range first.Key {
		m.Key = append(m.Key, KeyPart{Name: part.Name, Type: part.Type, Fields: slices.Clone(part.Fields)})
	}
	fit := true
	for i, s := range m.Merged[1:] {
		name := d.Merge[i+1]
		if why, f, g := fieldsDiffer(s.Type, first.Type); why != "" {
			c.report(otherFields(name, d.Merge[0], s, why, f, g))
			fit = false
		}
		if !slices.EqualFunc(s.Key, first.Key, func(a, b KeyPart) bool { return a.Name == b.Name && types.Equal(a.Type, b.Type) }) {
			c.report(otherKey(name, d.Merge[0], s, first))
			fit = false
			continue
		}
		for j := range m.Key {
			part := &m.Key[j]
			part.Fields = slices.DeleteFunc(part.Fields, func(f string) bool { return !slices.Contains(s.Key[j].Fields, f) })
		}
		m.Windowed, m.Updates, m.Scattered = m.Windowed && s.Windowed, m.Updates || s.Updates, m.Scattered || s.Scattered
		m.Retimed, m.Direct, m.Overdue = m.Retimed || s.Retimed, m.Direct && s.Direct, m.Overdue || s.Overdue
	}
	if src, cut := m.Home(); src == nil && cut == nil {
		m.Scattered = true
	}
	return fit
}

// fieldsDiffer says how the fields of records of type t differ from those of another, "" if they don't, and which fields it is about.
// Fields without a valid type have their own diagnostics.
func fieldsDiffer(t, other *types.Type) (why string, f, g *types.Field) {
	for i, f := range t.Fields {
		g := other.Field(f.Name)
		switch {
		case g == nil:
			return fmt.Sprintf("it has a field %s, which the other does not have", f.Name), f, nil
		case invalid(f.Type) || invalid(g.Type):
		case !types.Equal(f.Type, g.Type):
			return fmt.Sprintf("its field %s is of type %s, and the other's of type %s", f.Name, f.Type, g.Type), f, g
		case i >= len(other.Fields) || other.Fields[i] != g:
			return fmt.Sprintf("its field %s stands in another place", f.Name), f, g
		}
	}
	for _, g := range other.Fields {
		if t.Field(g.Name) == nil {
			return fmt.Sprintf("it lacks the field %s", g.Name), nil, g
		}
	}
	return "", nil, nil
}
