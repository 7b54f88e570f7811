// Package build compiles generated code into a program, for `weir run` and `weir test`: without touching the user's module,
// and without a network when the modules that weir itself was built from are in the module cache.
//
// Each program has a directory of its own under the user's cache directory (weir/build/NAME-HASH), a module of its own in it,
// and in go.mod exactly the versions that weir's go.mod has, plus a replace directive to the source code that weir was built
// from. Files are only written when they changed, so building the same thing again takes the go command a moment.
//
// Code that calls Go functions of the user's is built in the user's module instead, where it can import their packages, by the
// versions of that module. Nothing is written there: the go command reads generated files through an overlay (go help build), and
// a copy of go.mod and go.sum in place of the module's own.
package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Root is the path of the module in which generated code is built.
const Root = "weir.local/build"

// Program is something to build.
type Program struct {
	// Name is the binary's name.
	Name string
	// Key tells programs of one name apart, e.g. the absolute path of the spec and what is built of it.
	Key string
	// Files by path inside the module, with slashes. Go packages in it are imported as Root + "/" + their directory.
	Files map[string][]byte
	// Main is the directory of the main package inside the module.
	Main string
	// Within is set for code that imports packages of a module of the user's: a directory of that module, which the paths of Files
	// and Main are relative to. Packages in it are imported by that module's path. Missing are files there that are not to be read.
	Within  string
	Missing []string
}

// Error is a failed build: what the compiler said of code that weir generated.
type Error struct {
	Output string
	Within string // as in Program
}

func (e *Error) Error() string {
	if e.Within != "" {
		return "the service does not build together with the Go functions that it calls:\n" + strings.TrimRight(e.Output, "\n")
	}
	return "the generated code does not build, which is a mistake in weir:\n" + strings.TrimRight(e.Output, "\n")
}

// Build builds p and returns the path of its binary. It may be called by several processes at a time.
func Build(ctx context.Context, p Program) (string, error) {
	src, err := Source(ctx)
	if err != nil {
		return "", err
	}
	dir, err := directory(p)
	if err != nil {
		return "", err
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(dir, ".lock")).Lock()
	if err != nil {
		return "", fmt.Errorf("build directory: %w", err)
	}
	defer unlock()
	bin := filepath.Join(dir, "bin", p.Name)
	args := []string{"-mod=mod", "-o", bin, "./" + p.Main}
	in := dir
	if p.Within == "" {
		err = write(dir, src, p)
	} else {
		in = p.Within
		args, err = writeWithin(dir, src, p, args)
	}
	if err != nil {
		return "", fmt.Errorf("build directory: %w", err)
	}
	if out, err := goBuild(ctx, in, args); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if errors.Is(err, exec.ErrNotFound) {
			return "", errors.New("weir builds what it generates with the go command, and there is none in PATH")
		}
		return "", &Error{Output: out, Within: p.Within}
	}
	return bin, nil
}

func goBuild(ctx context.Context, dir string, args []string) (string, error) {
	// No debug information: it is what takes the linker longest, and stack traces don't need it.
	cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-ldflags=-s -w"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// directory is where p is built.
func directory(p Program) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil { // no home directory, as in many containers
		cache = filepath.Join(os.TempDir(), fmt.Sprintf("weir-cache-%d", os.Getuid()))
	}
	sum := sha256.Sum256([]byte(p.Key))
	dir := filepath.Join(cache, "weir", "build", fmt.Sprintf("%s-%x", p.Name, sum[:6]))
	return dir, os.MkdirAll(dir, 0o755)
}

// write makes the files in dir those of p, and leaves those alone that are right already.
func write(dir, src string, p Program) error {
	mod, err := goMod(src, Root)
	if err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(src, "go.sum"))
	if err != nil {
		return err
	}
	files := map[string][]byte{"go.mod": mod, "go.sum": sum}
	for name, data := range p.Files {
		files[name] = data
	}
	if err := writeFiles(dir, files); err != nil {
		return err
	}
	return removeOthers(dir, files)
}

func writeFiles(dir string, files map[string][]byte) error {
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// removeOthers removes Go files that an earlier build left behind.
func removeOthers(dir string, files map[string][]byte) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if _, ok := files[filepath.ToSlash(name)]; ok {
			return nil
		}
		return os.Remove(path)
	})
}
