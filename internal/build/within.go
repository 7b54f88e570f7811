package build

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
)

// writeWithin writes what a build in a module of the user's reads: the files, an overlay that puts them where they belong, and
// copies of go.mod and go.sum. It adds what the go command has to be told to args.
func writeWithin(dir, src string, p Program, args []string) ([]string, error) {
	within, err := filepath.Abs(p.Within)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	replace := map[string]string{}
	for name, data := range p.Files {
		files["src/"+name] = data
		replace[filepath.Join(within, filepath.FromSlash(name))] = filepath.Join(dir, "src", filepath.FromSlash(name))
	}
	for _, path := range p.Missing {
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		replace[abs] = ""
	}
	if files["overlay.json"], err = json.MarshalIndent(map[string]any{"Replace": replace}, "", "  "); err != nil {
		return nil, err
	}
	if files["within.mod"], files["within.sum"], err = userModule(within, src); err != nil {
		return nil, err
	}
	if err := writeFiles(dir, files); err != nil {
		return nil, err
	}
	return append([]string{"-modfile=" + filepath.Join(dir, "within.mod"), "-overlay=" + filepath.Join(dir, "overlay.json")}, args...), nil
}

// userModule is the go.mod and go.sum of the module around a directory. If it does not require weir, it does so here.
func userModule(dir, src string) (mod, sum []byte, err error) {
	root, err := moduleRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(root, "go.mod")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	if sum, err = os.ReadFile(filepath.Join(root, "go.sum")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, err
	}
	f, err := modfile.Parse(path, text, nil)
	if err != nil {
		return nil, nil, err
	}
	known := f.Module != nil && f.Module.Mod.Path == Module
	for _, r := range f.Require {
		known = known || r.Mod.Path == Module
	}
	if known {
		return text, sum, nil
	}
	if err := errors.Join(f.AddRequire(Module, unreleased), f.AddReplace(Module, "", src, "")); err != nil {
		return nil, nil, err
	}
	if mod, err = f.Format(); err != nil {
		return nil, nil, err
	}
	ours, err := os.ReadFile(filepath.Join(src, "go.sum"))
	return mod, append(append(sum, '\n'), ours...), err
}

// moduleRoot is the directory of the go.mod that dir belongs to.
func moduleRoot(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for root := abs; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			return root, nil
		}
		if root == filepath.Dir(root) {
			return "", fmt.Errorf("there is no go.mod in %s or above it", abs)
		}
	}
}
