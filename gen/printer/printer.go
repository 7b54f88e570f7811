// Package printer writes one Go file: lines in the order in which they are printed, imports collected on the way, gofmt at the
// end. It decides nothing; the code that calls it does.
package printer

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"sort"
	"strings"
)

// File is a Go file in the making.
type File struct {
	pkg     string
	header  []string
	doc     []string
	imports map[string]string // name by path, "" for the path's own
	body    bytes.Buffer
}

// New starts a file of package pkg. The header lines stand above everything, each as a comment.
func New(pkg string, header ...string) *File {
	return &File{pkg: pkg, header: header, imports: map[string]string{}}
}

// Doc adds lines to the package comment.
func (f *File) Doc(lines ...string) { f.doc = append(f.doc, lines...) }

// Import makes the file import paths.
func (f *File) Import(paths ...string) {
	for _, p := range paths {
		f.imports[p] = ""
	}
}

// ImportAs makes the file import a path under a name.
func (f *File) ImportAs(name, path string) {
	if name == Base(path) {
		name = ""
	}
	f.imports[path] = name
}

// P prints a line made of its arguments, as fmt.Sprint would without the spaces.
func (f *File) P(args ...any) {
	for _, a := range args {
		fmt.Fprint(&f.body, a)
	}
	f.body.WriteByte('\n')
}

// F prints a formatted line.
func (f *File) F(form string, args ...any) {
	fmt.Fprintf(&f.body, form, args...)
	f.body.WriteByte('\n')
}

// Mark is the place behind what was printed so far.
func (f *File) Mark() int { return f.body.Len() }

// UseFrom prints a statement at a mark that uses a variable, if nothing that was printed behind the mark does: whether an expression reads
// a variable shows only when it has become Go.
func (f *File) UseFrom(mark int, variable string) {
	behind := bytes.Clone(f.body.Bytes()[mark:])
	if regexp.MustCompile(`\b` + variable + `\b`).Match(comment.ReplaceAll(behind, nil)) {
		return
	}
	f.body.Truncate(mark)
	f.P("_ = ", variable)
	f.body.Write(behind)
}

var comment = regexp.MustCompile(`//[^\n]*`)

// Comment prints text as a comment, one line of it a line.
func (f *File) Comment(text string) {
	for _, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		f.P(strings.TrimRight("// "+l, " "))
	}
}

// Bytes is the whole file, gofmt'd. If it does not parse the error shows the source with line numbers: that is a bug of the
// generator, and the numbers are what one needs to find it.
func (f *File) Bytes() ([]byte, error) {
	f.dropUnused()
	var b bytes.Buffer
	for _, h := range f.header {
		fmt.Fprintf(&b, "// %s\n", h)
	}
	b.WriteByte('\n')
	for _, d := range f.doc {
		b.WriteString(strings.TrimRight("// "+d, " ") + "\n")
	}
	fmt.Fprintf(&b, "package %s\n\n", f.pkg)
	f.writeImports(&b)
	b.Write(f.body.Bytes())
	out, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("generated code does not parse: %w\n%s", err, Numbered(b.Bytes()))
	}
	return out, nil
}

// dropUnused forgets imports that no code uses: an expression may have needed a package before it was simplified away.
func (f *File) dropUnused() {
	src, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+f.body.String(), 0)
	if err != nil {
		return // Bytes reports it
	}
	used := map[string]bool{}
	ast.Inspect(src, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Obj == nil { // not declared in this file
				used[x.Name] = true
			}
		}
		return true
	})
	for p, name := range f.imports {
		if name == "" {
			name = Base(p)
		}
		if !used[name] {
			delete(f.imports, p)
		}
	}
}

// writeImports prints the standard library's packages first, then the others, each sorted.
func (f *File) writeImports(b *bytes.Buffer) {
	if len(f.imports) == 0 {
		return
	}
	var std, other []string
	for p := range f.imports {
		if strings.Contains(strings.Split(p, "/")[0], ".") {
			other = append(other, p)
		} else {
			std = append(std, p)
		}
	}
	sort.Strings(std)
	sort.Strings(other)
	b.WriteString("import (\n")
	spec := func(p string) {
		if name := f.imports[p]; name != "" {
			fmt.Fprintf(b, "\t%s %q\n", name, p)
			return
		}
		fmt.Fprintf(b, "\t%q\n", p)
	}
	for _, p := range std {
		spec(p)
	}
	if len(std) > 0 && len(other) > 0 {
		b.WriteByte('\n')
	}
	for _, p := range other {
		spec(p)
	}
	b.WriteString(")\n\n")
}

// Numbered is source with a line number in front of each line.
func Numbered(src []byte) string {
	var b strings.Builder
	for i, l := range strings.Split(strings.TrimRight(string(src), "\n"), "\n") {
		fmt.Fprintf(&b, "%5d\t%s\n", i+1, l)
	}
	return b.String()
}

// Base is the name under which an import path's package is used.
func Base(p string) string { return path.Base(p) }
