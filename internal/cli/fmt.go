package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/weirstream/weir/spec/diag/report"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

// FmtOptions are the flags of `weir fmt`.
type FmtOptions struct {
	Write bool // into the files, instead of to Out
	Diff  bool // print what would change
	Check bool // name the files that would change, and fail if there are any
}

// standardInput is what a spec from standard input is called.
const standardInput = "<standard input>"

// Fmt is `weir fmt`. Without a path, or for the path -, it formats standard input; a directory stands for all specs below it.
func Fmt(u *UI, paths []string, o FmtOptions) error {
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	var failed error
	changed := 0
	for _, path := range paths {
		files, err := specFiles(path)
		if err != nil {
			return err
		}
		for _, f := range files {
			differs, err := format(u, f, o)
			switch {
			case errors.Is(err, ErrReported):
				failed = err
			case err != nil:
				return err
			case differs:
				changed++
			}
		}
	}
	if failed == nil && o.Check && changed > 0 {
		return ErrReported
	}
	return failed
}

// specFiles are the specs that a path of the command line stands for.
func specFiles(path string) ([]string, error) {
	if info, err := os.Stat(path); path == "-" || err != nil || !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(p, ".weir.yaml") {
			files = append(files, p)
		}
		return err
	})
	return files, err
}

// format formats one spec and tells whether that changes it.
func format(u *UI, path string, o FmtOptions) (bool, error) {
	file, err := input(u, path)
	if err != nil {
		return false, err
	}
	if path == "-" && o.Write {
		return false, Usagef("standard input can't be written to")
	}
	text, diags, err := syntax.Layout(file)
	if err != nil {
		return false, err
	}
	if text == nil {
		diags.Sort()
		if err := u.diagnose(report.Text, file, diags); err != nil {
			return false, err
		}
		return false, ErrReported
	}
	differs := !bytes.Equal(text, file.Text)
	if o.Check && differs {
		fmt.Fprintln(u.Out, file.Name)
	}
	if o.Diff && differs {
		if _, err := u.Out.Write(diff.Diff(file.Name, file.Text, file.Name+" (formatted)", text)); err != nil {
			return differs, err
		}
	}
	if o.Write && differs {
		info, err := os.Stat(path)
		if err != nil {
			return differs, err
		}
		return differs, os.WriteFile(path, text, info.Mode().Perm())
	}
	if !o.Check && !o.Diff && !o.Write {
		_, err = u.Out.Write(text)
	}
	return differs, err
}

// input reads a spec from a file, or for the path - from standard input.
func input(u *UI, path string) (*source.File, error) {
	if path != "-" {
		return open(path)
	}
	text, err := io.ReadAll(u.In)
	return source.New(standardInput, text), err
}
