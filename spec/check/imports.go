package check

import (
	"slices"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

// imports reads the files that a spec imports, and those that they import, each once. Their types come before the spec's own, in
// the order in which the files are named.
type imports struct {
	c    *checker
	done map[string]bool // by name: read, or reported
	path []*source.File  // that are being read, each importing the next
	// declared are the types by name, to find one that two files declare.
	declared map[string]*syntax.Text
	types    []*syntax.TypeDecl
}

// addImports adds the types of all imported files to the spec's tree.
func (c *checker) addImports() {
	im := &imports{c: c, done: map[string]bool{c.tree.File.Name: true}, declared: map[string]*syntax.Text{}}
	im.add(c.tree)
	c.tree.Types = im.types
}

// add reads what a file imports, and then adds the file's own types.
func (im *imports) add(tree *syntax.Spec) {
	im.path = append(im.path, tree.File)
	for _, text := range tree.Imports {
		im.read(tree.File, text)
	}
	im.path = im.path[:len(im.path)-1]
	for _, d := range tree.Types {
		if first := im.declared[d.Name.Value]; first != nil {
			im.c.report(typeTwice(d.Name, first.Span))
			continue
		}
		im.declared[d.Name.Value] = d.Name
		im.types = append(im.types, d)
	}
}

func (im *imports) read(from *source.File, text *syntax.Text) {
	name := from.Beside(text.Value)
	if i := slices.IndexFunc(im.path, func(f *source.File) bool { return f.Name == name }); i >= 0 {
		im.c.report(importCycle(text, im.path[i:]))
		return
	}
	if im.done[name] {
		return
	}
	im.done[name] = true
	file, err := from.Open(name)
	if err != nil {
		im.c.report(noImport(text, name, err))
		return
	}
	tree, diags := syntax.ParseTypes(file)
	im.c.diags = append(im.c.diags, diags...)
	if tree != nil {
		im.add(tree)
	}
}
