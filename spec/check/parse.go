package check

import (
	"slices"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// declareParsers declares TYPE.parse_json of each declared type. The conditions of aliases and the defaults have been checked by now:
// they belong to the decoding of data, which is what a parser does.
func (c *checker) declareParsers() {
	add := func(name string, t *types.Type) {
		if !invalid(t) {
			c.env.AddParser(celenv.Parser{Name: name, Type: t})
		}
	}
	for _, t := range c.p.Types {
		add(t.Name, t)
	}
	for _, a := range c.p.Aliases {
		add(a.Type.Alias.Name, a.Type)
	}
}

// Named is the type that the spec declares under a name: a record, a union, an enum or an alias. It is nil if there is none.
func (p *Program) Named(name string) *types.Type {
	for _, t := range p.Types {
		if t.Name == name {
			return t
		}
	}
	for _, a := range p.Aliases {
		if a.Type.Alias.Name == name {
			return a.Type
		}
	}
	return nil
}

// noteParsed notes the types that an expression parses texts as.
func (c *checker) noteParsed(e *Expr) {
	for _, r := range e.AST.NativeRep().ReferenceMap() {
		for _, id := range r.OverloadIDs {
			if name, ok := celenv.Parses(id); ok && !slices.Contains(c.p.Parsed, name) {
				c.p.Parsed = append(c.p.Parsed, name)
			}
		}
	}
}
