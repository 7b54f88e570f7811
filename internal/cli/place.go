package cli

import (
	"path"
	"path/filepath"
	"slices"

	"github.com/weirstream/weir/gen"
	"github.com/weirstream/weir/internal/build"
	"github.com/weirstream/weir/spec/check"
)

// Place puts the package of a compiled spec into a program that is built of it, and says by which path the main package, which the
// caller adds in the directory p.Main, imports it. A spec whose expressions call Go functions, or that has processors, is
// built in the module that these are in.
func Place(p *build.Program, res *gen.Result, spec string) (imported string, err error) {
	if p.Files == nil {
		p.Files = map[string][]byte{}
	}
	if len(res.Program.Functions) == 0 && !slices.ContainsFunc(res.Program.Steps, processes) {
		for _, f := range res.Files {
			p.Files[path.Join(res.Package, f.Name)] = f.Data
		}
		p.Main = "cmd"
		return path.Join(build.Root, res.Package), nil
	}
	dir, inside := filepath.Join(filepath.Dir(spec), res.Package), res.Package
	p.Within = filepath.Dir(spec)
	if own := ownDir(res); own != "" {
		dir, inside, p.Within = own, "", own
	}
	files := map[string][]byte{}
	for _, f := range res.Files {
		p.Files[path.Join(inside, f.Name)] = f.Data
		files[filepath.Join(dir, f.Name)] = f.Data
	}
	p.Main = path.Join(inside, "weirmain")
	if p.Missing, err = staleFiles(dir, files, filepath.Base(spec)); err != nil {
		return "", err
	}
	return importPath(dir)
}

func processes(st *check.Step) bool { return st.Process != nil }

// ownDir is the directory of the generated package that functions and processors of the user's stand in, "" if there are none.
func ownDir(res *gen.Result) string {
	for _, st := range res.Program.Steps {
		if st.Process != nil {
			return st.Process.Dir
		}
	}
	for _, f := range res.Program.Functions {
		if f.Own {
			return f.Dir
		}
	}
	return ""
}
