// Package check finds out whether a spec is right, and what it means.
//
// [Check] reads the file (spec/syntax), resolves names, looks Go functions up (spec/gofunc), derives the type of every stream, checks
// each CEL expression in its scope (spec/celenv) and follows keys, so that it knows which steps need a repartition topic. Everything that is wrong is
// reported, in the order of the file; what only follows from another error is not. What comes out is a [Program].
package check

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// Check checks a spec. The program is nil if there is an error among the diagnostics, which are sorted by position. Check keeps
// no state, and reads nothing but the file and the Go packages that its functions stand in: with the same ones the result is always
// the same.
func Check(file *source.File) (*Program, diag.List) {
	tree, diags := syntax.Parse(file)
	if tree == nil {
		diags.Sort()
		return nil, diags
	}
	c := &checker{tree: tree, diags: diags, p: &Program{File: file}, types: map[string]*types.Type{}, streams: map[string]*Stream{}, steps: map[*syntax.Step]*Step{}, instances: map[*syntax.Step]*instance{}, defaults: map[*types.Field]*syntax.Value{}, derived: map[string]bool{}}
	if tree.Service != nil {
		c.p.Service = tree.Service.Value
	}
	c.addImports()
	c.declareTypes()
	c.env = celenv.New(c.p.Types)
	c.checkAliases()
	c.checkDefaults()
	c.declareParsers()
	c.declareFunctions()
	c.declareSources()
	c.defineFragments()
	c.useFragments()
	c.declareSteps()
	c.checkSteps()
	c.oneTime()
	c.checkSinks()
	c.tombstones()
	c.checkTopics()
	c.checkGoNames()
	if !c.diags.HasErrors() {
		c.warn()
	}
	c.diags.Sort()
	if c.diags.HasErrors() {
		return nil, c.diags
	}
	return c.p, c.diags
}

// checker is the state of one check.
type checker struct {
	tree  *syntax.Spec
	diags diag.List
	p     *Program
	env   *celenv.Env
	types map[string]*types.Type // declared; aliases once they are resolved

	aliases  aliases
	defaults map[*types.Field]*syntax.Value // as they are written

	// streams are those that a from can name. One whose type is nil exists but is broken; what reads it is not checked.
	streams map[string]*Stream
	names   []*syntax.Text // of the streams, in the order written
	steps   map[*syntax.Step]*Step
	derived map[string]bool // names of records that steps make besides their results
	exprs   []*Expr         // all that were found right
	broken  []string        // names of functions that something is wrong with, and reported

	fragments []*fragment
	instances map[*syntax.Step]*instance // those that steps of the tree come from
	defines   *fragment                  // that this checker checks the definition of
	lost      []string                   // prefixes of the names of steps that a use of a fragment would have made, were it right
	at        *instance                  // that the step which is being checked comes from
}

// report adds a diagnostic. Of what a use of a fragment makes wrong in it, it says which use.
func (c *checker) report(d diag.Diagnostic) {
	if c.at != nil && c.within(d.Subject) == c.at.fragment {
		d = related(d, c.at.tree.Name.Span, "the fragment is used here")
	}
	c.diags = append(c.diags, d)
}

// warn looks for what is right and yet not what anybody wants.
func (c *checker) warn() {
	found := c.diags
	c.diags = nil
	c.warnUnused()
	c.warnUnusedFields()
	unused := c.diags
	c.diags = found
	c.everyUse(unused)
	c.warnUnusedFragments()
	c.advise()
	for _, f := range c.fragments {
		if f.used == nil && f.tree.Span.File != c.p.File {
			continue
		}
		f.own.diags = nil
		f.own.advise()
		c.diags = append(c.diags, f.own.diags...)
	}
}

// declare enters a stream under its name.
func (c *checker) declare(name *syntax.Text, s *Stream) {
	for _, n := range c.names {
		if n.Value == name.Value {
			c.report(duplicateStream(name, n.Span))
			return
		}
	}
	c.names = append(c.names, name)
	c.streams[name.Value] = s
}

// from resolves the name of a stream; nil if there is none or it is broken.
func (c *checker) from(name *syntax.Text) *Stream {
	if name == nil {
		return nil
	}
	s := c.streams[name.Value]
	if s == nil && slices.ContainsFunc(c.lost, func(prefix string) bool { return strings.HasPrefix(name.Value, prefix) }) {
		return nil
	}
	if s == nil {
		c.report(c.unknownStream(name))
		return nil
	}
	if s.Step != nil && s.Step.Parted() && s == s.Step.Out {
		c.report(readsSplit(name, s.Step))
		return nil
	}
	if s.Type == nil {
		return nil
	}
	return s
}
