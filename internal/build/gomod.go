package build

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// unreleased is what a module requires weir at when a replace directive says where it is.
const unreleased = "v0.0.0-00010101000000-000000000000"

// goMod derives the go.mod of a module that uses the weir in directory src: weir's own versions of everything, so that nothing
// has to be looked up or downloaded, and a replace directive.
func goMod(src, module string) ([]byte, error) {
	f, err := derive(src, module)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.AddRequire(Module, unreleased), f.AddReplace(Module, "", src, "")); err != nil {
		return nil, err
	}
	f.Cleanup()
	return f.Format()
}

// ProjectModule returns the go.mod and go.sum of a new project that uses the weir in directory src, also as a tool. A checkout
// is referred to by a replace directive, a released version by its number.
func ProjectModule(src, module string) (mod, sum []byte, err error) {
	f, err := derive(src, module)
	if err != nil {
		return nil, nil, err
	}
	if IsCheckout(src) {
		err = errors.Join(f.AddRequire(Module, unreleased), f.AddReplace(Module, "", src, ""))
	} else {
		_, version, _ := strings.Cut(filepath.Base(src), "@")
		err = f.AddRequire(Module, version)
	}
	if err := errors.Join(err, f.AddTool(Module+"/cmd/weir")); err != nil {
		return nil, nil, err
	}
	f.Cleanup()
	f.SortBlocks()
	if mod, err = f.Format(); err != nil {
		return nil, nil, err
	}
	sum, err = os.ReadFile(filepath.Join(src, "go.sum"))
	return mod, sum, err
}

// derive is weir's go.mod under another name, every requirement indirect, without tools, relative paths made absolute.
func derive(src, module string) (*modfile.File, error) {
	path := filepath.Join(src, "go.mod")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := modfile.Parse(path, text, nil)
	if err != nil {
		return nil, err
	}
	for _, t := range slices.Clone(f.Tool) {
		if err := f.DropTool(t.Path); err != nil {
			return nil, err
		}
	}
	for _, r := range slices.Clone(f.Replace) {
		if r.New.Version == "" && !filepath.IsAbs(r.New.Path) {
			if err := f.AddReplace(r.Old.Path, r.Old.Version, filepath.Join(src, r.New.Path), ""); err != nil {
				return nil, err
			}
		}
	}
	reqs := f.Require
	for _, r := range reqs {
		r.Indirect = true
	}
	f.SetRequireSeparateIndirect(reqs)
	return f, f.AddModuleStmt(module)
}
