package check

import (
	"slices"

	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// aliases holds the aliases while they are resolved: they may refer to each other in any order.
type aliases struct {
	decls map[string]*syntax.TypeDecl
	done  map[string]bool
	path  []string // of the aliases being resolved, each standing for the next
}

// declareAliases resolves what every alias stands for. Records and enums are known by now, the fields of records are not.
func (c *checker) declareAliases() {
	c.aliases = aliases{decls: map[string]*syntax.TypeDecl{}, done: map[string]bool{}}
	for _, d := range c.tree.Types {
		if d.IsAlias {
			c.aliases.decls[d.Name.Value] = d
		}
	}
	for _, d := range c.tree.Types {
		if d.IsAlias {
			c.alias(d.Name.Value)
		}
	}
}

// alias is the type that an alias names, nil if there is no alias of the name. An alias that is wrong is reported once and is
// an invalid type from then on.
func (c *checker) alias(name string) *types.Type {
	d := c.aliases.decls[name]
	if d == nil || c.aliases.done[name] {
		return c.types[name]
	}
	if i := slices.Index(c.aliases.path, name); i >= 0 {
		c.report(aliasCycle(c.aliases.decls[c.aliases.path[i]].Name, append(c.aliases.path[i:], name)))
		c.types[name], c.aliases.done[name] = &types.Type{Kind: types.Invalid}, true
		return c.types[name]
	}
	c.aliases.path = append(c.aliases.path, name)
	of := c.typeOf(d.Alias)
	c.aliases.path = c.aliases.path[:len(c.aliases.path)-1]
	if c.aliases.done[name] { // it stands for itself
		return c.types[name]
	}
	c.aliases.done[name] = true
	t := &types.Type{Kind: types.Invalid}
	switch {
	case of == nil || of.Kind == types.Invalid:
	case of.Kind == types.Record || of.Kind == types.Optional:
		c.report(badAlias(d.Alias, of))
	default:
		*t = *of
		t.Alias = &types.Alias{Name: name, Of: of, Span: d.Name.Span}
		if d.Where != nil {
			t.Alias.Text = d.Where.Value
		}
		c.p.Aliases = append(c.p.Aliases, &Alias{Type: t})
	}
	c.types[name] = t
	return t
}

// checkAliases checks the conditions of the aliases, once the types that they speak about are complete.
func (c *checker) checkAliases() {
	for _, a := range c.p.Aliases {
		d := c.aliases.decls[a.Type.Alias.Name]
		if !invalid(a.Type) {
			scope := &Scope{Vars: []Var{{Name: "this", Kind: ThisVar, Type: a.Type}}}
			a.Where = c.typed(d.Where, scope, place{clause: "where of " + a.Type.Alias.Name, alias: true}, types.BoolType)
		}
	}
}

// Conditions are the aliases whose conditions a value of type t itself fulfils, the innermost first: an alias may stand for
// another one.
func (p *Program) Conditions(t *types.Type) []*Alias {
	var all []*Alias
	for ; t.Alias != nil; t = t.Alias.Of {
		for _, a := range p.Aliases {
			if a.Type.Alias == t.Alias && a.Where != nil {
				all = append(all, a)
			}
		}
	}
	slices.Reverse(all)
	return all
}
