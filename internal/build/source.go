package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

// Module is the path of weir's own module.
const Module = "github.com/weirstream/weir"

// SourceEnv names the environment variable that says where weir's source code is, for a weir that can't know by itself.
const SourceEnv = "WEIRROOT"

// Source returns the directory of the source code that this program was built from, which generated code links against: where
// WEIRROOT says, else the directory that the compiler noted (a checkout, or the module cache), else that of the version in
// the build information, downloaded if need be.
func Source(ctx context.Context) (string, error) {
	if dir := os.Getenv(SourceEnv); dir != "" {
		if !isModule(dir) {
			return "", fmt.Errorf("%s=%s does not hold weir's source code (a go.mod of module %s)", SourceEnv, dir, Module)
		}
		return filepath.Abs(dir)
	}
	if dir, ok := compiledFrom(); ok {
		return dir, nil
	}
	if m := module(); m != nil && m.Replace == nil && strings.HasPrefix(m.Version, "v") && !strings.HasSuffix(m.Version, "+dirty") {
		return download(ctx, Module+"@"+m.Version)
	}
	return "", errors.New("this weir does not know where its own source code is; set " + SourceEnv + " to a checkout of " + Module)
}

// IsCheckout tells whether a directory that [Source] returned is a checkout, and not a version in the module cache, which keeps
// each version in a directory named module@version.
func IsCheckout(dir string) bool { return !strings.Contains(filepath.Base(dir), "@") }

func compiledFrom() (string, bool) {
	_, file, _, ok := runtime.Caller(0) // DIR/internal/build/source.go; with -trimpath no absolute path
	dir := filepath.Dir(filepath.Dir(filepath.Dir(file)))
	return dir, ok && filepath.IsAbs(dir) && isModule(dir)
}

// module is weir's entry in the build information, nil if there is none.
func module() *debug.Module {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path == Module {
			return m
		}
	}
	return nil
}

// Version is the version of this program, "(devel)" when it was built from a checkout that no version describes.
func Version() string {
	if m := module(); m != nil && m.Version != "" {
		return m.Version
	}
	return "(devel)"
}

func download(ctx context.Context, version string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", version)
	cmd.Dir = os.TempDir()
	out, err := cmd.Output()
	var m struct{ Dir, Error string }
	if jerr := json.Unmarshal(out, &m); jerr == nil && m.Dir != "" {
		return m.Dir, nil
	}
	if m.Error != "" {
		err = errors.New(m.Error)
	}
	return "", fmt.Errorf("the source code of %s: %w", version, err)
}

// isModule tells whether dir holds weir's go.mod.
func isModule(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
			return strings.TrimSpace(rest) == Module
		}
	}
	return false
}
