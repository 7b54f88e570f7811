// Package gofunc looks Go functions up that a spec names, as in ./risk.Score.
//
// It asks the go command (golang.org/x/tools/go/packages), in the directory of the spec, so what counts is the module, the
// workspace and the build tags that a build there would have. Nothing is built and nothing is written. Positions come as spans of
// the Go files, so that a diagnostic can show them.
package gofunc

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/tools/go/packages"

	"github.com/weirstream/weir/spec/source"
)

// Split takes the text that names a function apart: ./risk.Score is the name Score in the package ./risk. A package is a path
// from the spec's directory, beginning with ./ or ../, or an import path.
func Split(text string) (pkg, name string, ok bool) {
	dot := strings.LastIndexByte(text, '.')
	if dot < 0 {
		return "", "", false
	}
	pkg, name = text[:dot], text[dot+1:]
	last := pkg[strings.LastIndexByte(pkg, '/')+1:]
	return pkg, name, token.IsIdentifier(name) && last != "" && last != "." && last != ".." && !strings.ContainsAny(pkg, " \t\n\"'`()*\\")
}

// Package is a Go package with the types of its declarations.
type Package struct {
	Path string // to import it by
	Name string
	// Imports are the paths of the packages that it imports itself.
	Imports map[string]bool

	scope *types.Scope
	files *files
	own   bool
	dir   string
}

// Lookup finds a declaration of the package, nil if there is none.
func (p *Package) Lookup(name string) types.Object { return p.scope.Lookup(name) }

// Functions are the names of the exported functions, sorted.
func (p *Package) Functions() []string {
	var names []string
	for _, name := range p.scope.Names() {
		if f, ok := p.scope.Lookup(name).(*types.Func); ok && f.Exported() {
			names = append(names, name)
		}
	}
	return names
}

// Span is where a declaration has its name. It is zero where the file can't be read.
func (p *Package) Span(o types.Object) source.Span {
	pos := p.files.fset.Position(o.Pos())
	return p.files.span(pos.Filename, pos.Offset, len(o.Name()))
}

// Own tells whether the package is the generated one: it stands where the service is generated, so it can use the generated
// types, and the service calls its functions without an import.
func (p *Package) Own() bool { return p.own }

// Dir is the package's directory.
func (p *Package) Dir() string { return p.dir }

// LoadError says why a package can't be used. Span, if not zero, is the place in a Go file.
type LoadError struct {
	Message, Hint string
	Span          source.Span
}

func (e *LoadError) Error() string { return e.Message }

// Generated is the package that is made of the spec: its name, and the Go names of its records and enums.
type Generated struct {
	Package        string
	Records, Enums []string
}

// Load looks packages up, as they are named in the spec file. A package is in the first result or in the second.
func Load(spec *source.File, g Generated, names []string) (map[string]*Package, map[string]*LoadError) {
	found, wrong := map[string]*Package{}, map[string]*LoadError{}
	if err := ready(spec.Dir); err != nil {
		for _, n := range names {
			wrong[n] = err
		}
		return found, wrong
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, n := range names {
		wg.Go(func() { // most of a load is waiting for the go command
			p, err := load(spec, g, n)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				wrong[n] = err
				return
			}
			found[n] = p
		})
	}
	wg.Wait()
	return found, wrong
}

// ready tells whether there is something to ask: a module around the spec, and a go command.
func ready(dir string) *LoadError {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return &LoadError{Message: err.Error()}
	}
	for root := abs; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			return &LoadError{Message: "there is no Go module around the spec: no go.mod in its directory or above it",
				Hint: "Go functions are looked up in the module that the spec belongs to: run go mod init beside it, or weir init for a new project"}
		}
	}
	if _, err := exec.LookPath("go"); err != nil {
		return &LoadError{Message: "there is no go command in PATH, which Go functions are looked up with", Hint: "install Go, or add its bin directory to PATH"}
	}
	return nil
}

// load asks for one package.
func load(spec *source.File, g Generated, name string) (*Package, *LoadError) {
	cfg := &packages.Config{Mode: packages.LoadSyntax, Dir: spec.Dir, Fset: token.NewFileSet()}
	if strings.HasPrefix(name, ".") {
		dir := filepath.Join(spec.Dir, filepath.FromSlash(name))
		if st, err := os.Stat(dir); err != nil || !st.IsDir() {
			return nil, &LoadError{Message: "there is no directory " + name + " beside the spec", Hint: howToName}
		}
		var err error
		if cfg.Overlay, err = g.overlay(spec, dir); err != nil {
			return nil, &LoadError{Message: err.Error()}
		}
	}
	loaded, err := packages.Load(cfg, name)
	if err != nil {
		return nil, &LoadError{Message: firstLine(err.Error())}
	}
	if len(loaded) != 1 {
		return nil, &LoadError{Message: fmt.Sprintf("the go command knows %d packages by that name", len(loaded))}
	}
	p, fs := loaded[0], &files{spec: spec, fset: cfg.Fset, read: map[string]*source.File{}}
	own := cfg.Overlay != nil
	if len(p.Errors) > 0 && !(own && p.Types != nil) {
		return nil, fs.broken(worst(p.Errors))
	}
	if p.Types == nil || p.Name == "main" {
		return nil, &LoadError{Message: "it is a main package, which can't be imported", Hint: "move the function to a package of its own"}
	}
	pkg := &Package{Path: p.PkgPath, Name: p.Name, Imports: map[string]bool{}, scope: p.Types.Scope(), files: fs, own: own, dir: p.Dir}
	for i := range p.Imports {
		pkg.Imports[i] = true
	}
	return pkg, nil
}

const howToName = "a package is written as a path from the spec's directory, as in ./risk, or as an import path"

// worst is the first error that has a place in a Go file, as far as there is one: the go command only says that there are some.
func worst(errs []packages.Error) packages.Error {
	for _, e := range errs {
		if e.Kind == packages.ParseError || e.Kind == packages.TypeError {
			return e
		}
	}
	return errs[0]
}

// files makes spans in Go files.
type files struct {
	spec *source.File
	fset *token.FileSet
	read map[string]*source.File
}

// broken is an error of the go command or of Go's type checker.
func (f *files) broken(e packages.Error) *LoadError {
	out := &LoadError{Message: firstLine(e.Msg)}
	if e.Kind == packages.ListError {
		out.Hint = howToName
		if missing, get, ok := strings.Cut(e.Msg, "; to add it:"); ok {
			out.Message, out.Hint = strings.TrimSpace(missing), "to add its module: "+strings.TrimSpace(get)
		}
		return out
	}
	// FILE:LINE:COLUMN, of which a Windows path has colons of its own
	at := strings.Split(e.Pos, ":")
	if len(at) < 3 {
		return out
	}
	line, lerr := strconv.Atoi(at[len(at)-2])
	col, cerr := strconv.Atoi(at[len(at)-1])
	file := f.file(strings.Join(at[:len(at)-2], ":"))
	if file == nil || errors.Join(lerr, cerr) != nil {
		return out
	}
	start := min(file.LineStart(line)+max(col-1, 0), len(file.Text))
	end := start
	for end < len(file.Text) && isWord(file.Text[end]) {
		end++
	}
	out.Span = source.Span{File: file, Start: start, End: end}
	return out
}

func isWord(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

func (f *files) span(name string, offset, length int) source.Span {
	file := f.file(name)
	if file == nil || offset < 0 || offset+length > len(file.Text) {
		return source.Span{}
	}
	return source.Span{File: file, Start: offset, End: offset + length}
}

// file reads a Go file. It is named as the spec is: by the way to it from where the user is; a file that is not below the spec's
// directory by its last two names.
func (f *files) file(name string) *source.File {
	if have, ok := f.read[name]; ok {
		return have
	}
	text, err := os.ReadFile(name)
	if err != nil {
		f.read[name] = nil
		return nil
	}
	shown := path.Join(filepath.Base(filepath.Dir(name)), filepath.Base(name))
	if abs, err := filepath.Abs(f.spec.Dir); err == nil {
		if rel, err := filepath.Rel(abs, name); err == nil && filepath.IsLocal(rel) {
			shown = path.Join(path.Dir(f.spec.Name), filepath.ToSlash(rel))
		}
	}
	f.read[name] = source.New(shown, text)
	return f.read[name]
}
