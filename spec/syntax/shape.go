package syntax

import (
	"regexp"
	"slices"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

// Shape says what may stand at a place of a spec. The parser checks files against shapes, and the JSON Schema for editors is
// made of them, so the two can't differ. Exactly one of the groups of fields is used.
type Shape struct {
	// What is this, as in "expected …": a noun with its article.
	What string
	// Doc is what an editor shows.
	Doc string

	// An object with fixed keys. Of those that Either names, exactly one must be there.
	// Those of Beside may stand beside another one.
	Keys   []Key
	Either []string
	Beside []string

	// A mapping from names that the user chooses.
	Names *Pattern
	Elem  *Shape // also the element of a list
	// NonEmpty asks for at least one entry.
	NonEmpty bool

	// A list of Elem.
	List bool

	// A scalar.
	Text     *Pattern
	Choices  []string
	Duration bool
	Bool     bool

	// Value is a value of a type of the user's, which says what it looks like: a text, a list or a mapping of values.
	Value bool

	// One of several, told apart by their kind: a scalar or an object, say. Of two objects the first one that Has tells decides.
	OneOf []*Shape
	// Has is the key that makes a mapping this shape, when it stands in a OneOf beside another mapping: its value is of the kind
	// that Keys give it. With Alone, the mapping must also have none but this shape's keys.
	Has   string
	Alone bool
}

// Key is one key of an object.
type Key struct {
	Name     string
	Shape    *Shape
	Required bool
}

// Pattern is what a text has to look like.
type Pattern struct {
	Regexp *regexp.Regexp // nil: any text
	// Rule says it in words: "must …".
	Rule string
}

func (s *Shape) keyNames() []string {
	var names []string
	for _, k := range s.Keys {
		names = append(names, k.Name)
	}
	return names
}

func (s *Shape) key(name string) *Key {
	for i := range s.Keys {
		if s.Keys[i].Name == name {
			return &s.Keys[i]
		}
	}
	return nil
}

func (s *Shape) kind() kind {
	switch {
	case s.Keys != nil || s.Names != nil:
		return mapping
	case s.List:
		return sequence
	}
	return scalar
}

// checker compares nodes with shapes.
type checker struct {
	diags *diag.List
}

func (c *checker) report(d diag.Diagnostic) { *c.diags = append(*c.diags, d) }

// check reports all that is wrong with the shape of n, which is the value of the thing at owner.
func (c *checker) check(n *node, s *Shape, owner source.Span, ownerName string) {
	if n.kind == missing {
		if !n.quoted { // else it is reported already
			c.report(emptyValue(owner, ownerName, s.What))
		}
		return
	}
	if s.OneOf != nil {
		c.oneOf(n, s, owner, ownerName)
		return
	}
	if s.Value {
		c.value(n)
		return
	}
	if n.kind != s.kind() {
		c.report(wrongKind(n, ownerName, s.What))
		return
	}
	switch {
	case s.Keys != nil:
		c.object(n, s, owner, ownerName)
	case s.Names != nil:
		for _, p := range n.pairs {
			key := p.key.text
			if !s.Names.Regexp.MatchString(key.Value) {
				c.report(badName(key, s.Names.Rule))
			}
			c.check(p.value, s.Elem, p.key.span, key.Value)
		}
		if s.NonEmpty && len(n.pairs) == 0 {
			c.report(nothingIn(n.span, ownerName, s.What))
		}
	case s.List:
		for _, item := range n.items {
			c.check(item, s.Elem, item.span, "an element of "+ownerName)
		}
		if s.NonEmpty && len(n.items) == 0 {
			c.report(nothingIn(n.span, ownerName, s.What))
		}
	default:
		c.scalar(n, s, ownerName)
	}
}

// value looks for places in a value where nothing was written.
func (c *checker) value(n *node) {
	for _, p := range n.pairs {
		if p.value.kind == missing && !p.value.quoted {
			c.report(emptyValue(p.key.span, p.key.text.Value, "a value"))
		}
		c.value(p.value)
	}
	for _, item := range n.items {
		if item.kind == missing && !item.quoted {
			c.report(emptyValue(item.span, "an element", "a value"))
		}
		c.value(item)
	}
}

func (c *checker) oneOf(n *node, s *Shape, owner source.Span, ownerName string) {
	if o := s.alternative(n); o != nil {
		c.check(n, o, owner, ownerName)
		return
	}
	c.report(wrongKind(n, ownerName, s.What))
}

// alternative is the one of several shapes that n is meant to have, nil if it fits none.
func (s *Shape) alternative(n *node) *Shape {
	for _, o := range s.OneOf {
		if o.kind() != n.kind {
			continue
		}
		if o.Has != "" && !o.told(n) {
			continue
		}
		return o
	}
	return nil
}

// told tells whether a mapping is of a shape with Has.
func (s *Shape) told(n *node) bool {
	v := n.get(s.Has)
	if v == nil || v.kind != s.key(s.Has).Shape.kind() {
		return false
	}
	return !s.Alone || !slices.ContainsFunc(n.pairs, func(p pair) bool { return s.key(p.key.text.Value) == nil })
}

func (c *checker) object(n *node, s *Shape, owner source.Span, ownerName string) {
	have := map[string]bool{}
	for _, p := range n.pairs {
		key := s.key(p.key.text.Value)
		if key == nil {
			c.report(unknownKey(p.key.text, ownerName, s.keyNames(), n))
			continue
		}
		have[key.Name] = true
		c.check(p.value, key.Shape, p.key.span, key.Name)
	}
	for _, k := range s.Keys {
		if k.Required && !have[k.Name] {
			c.report(missingKey(owner, ownerName, k))
		}
	}
	if s.Either != nil && !slices.ContainsFunc(s.Either, func(k string) bool { return have[k] }) {
		c.report(missingEither(owner, ownerName, s.Either))
	}
	for i, p := range n.pairs {
		if !s.alone(p.key.text.Value) {
			continue
		}
		for _, q := range n.pairs[:i] {
			if s.alone(q.key.text.Value) && q.key.text.Value != p.key.text.Value {
				c.report(keysExclude(p.key.text, ownerName, q.key.text))
			}
		}
	}
}

// alone tells whether a key excludes the others of Either.
func (s *Shape) alone(key string) bool {
	return slices.Contains(s.Either, key) && !slices.Contains(s.Beside, key)
}

func (c *checker) scalar(n *node, s *Shape, ownerName string) {
	t := n.text
	switch {
	case s.Duration:
		if _, err := ParseDuration(t.Value); err != nil {
			c.report(badDuration(t, ownerName, err))
		}
	case s.Choices != nil:
		c.choice(t, ownerName, s.Choices)
	case s.Bool:
		c.choice(t, ownerName, []string{"true", "false"})
	case s.Text != nil && s.Text.Regexp != nil && !s.Text.Regexp.MatchString(t.Value):
		c.report(badName(t, s.Text.Rule))
	case t.Value == "" && (s.Text == nil || s.Text.Rule != ""):
		c.report(emptyValue(n.span, ownerName, s.What))
	}
}

func (c *checker) choice(t Text, ownerName string, choices []string) {
	if !slices.Contains(choices, t.Value) {
		c.report(badChoice(t, ownerName, choices))
	}
}
