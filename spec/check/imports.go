package check

import (
	"slices"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

// imports reads the files that a spec imports, and those that they import, each once. Their types and fragments come before the spec's
// own, in the order in which the files are named.
type imports struct {
	c    *checker
	done map[string]bool // by name: read, or reported
	path []*source.File  // that are being read, each importing the next
	// declared are the types and fragments by name, to find one that two files declare. A type's begins with a capital letter.
	declared  map[string]*syntax.Text
	types     []*syntax.TypeDecl
	fragments []*syntax.Fragment
}

// addImports adds the types and fragments of all imported files to the spec's tree.
func (c *checker) addImports() {
	im := &imports{c: c, done: map[string]bool{c.tree.File.Name: true}, declared: map[string]*syntax.Text{}}
	im.add(c.tree)
	c.tree.Types, c.tree.Fragments = im.types, im.fragments
}

// add reads what a file imports, and then adds the file's own types and fragments.
func (im *imports) add(tree *syntax.Spec) {
	im.path = append(im.path, tree.File)
	for _, text := range tree.Imports {
		im.read(tree.File, text)
	}
	im.path = im.path[:len(im.path)-1]
	for _, d := range tree.Types {
		if im.first("type", d.Name) {
			im.types = append(im.types, d)
		}
	}
	for _, f := range tree.Fragments {
		if im.first("fragment", f.Name) {
			im.fragments = append(im.fragments, f)
		}
	}
}

// first tells whether no file has declared a name so far, and reports it else.
func (im *imports) first(what string, name *syntax.Text) bool {
	if first := im.declared[name.Value]; first != nil {
		im.c.report(declaredTwice(what, name, first.Span))
		return false
	}
	im.declared[name.Value] = name
	return true
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
	tree, diags := syntax.ParseImported(file)
	im.c.diags = append(im.c.diags, diags...)
	if tree != nil {
		im.add(tree)
	}
}
