// Package lint holds the tests that keep the repository's own rules: who may import whom.
package lint

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/weirstream/weir"

// pkg is what `go list` says of a package.
type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// rule forbids packages below From to import, directly, anything below one of Never.
type rule struct {
	from  string
	never []string
	why   string
}

// Data flows one way, spec → gen → Go → runtime, and so do imports.
var direct = []rule{
	{"spec", []string{module + "/gen", module + "/runtime", module + "/cmd", module + "/internal"}, "the language knows nothing of what is made of it"},
	{"spec/source", []string{module}, "positions are at the bottom"},
	{"spec/types", []string{module + "/spec/check", module + "/spec/syntax", module + "/spec/celenv"}, "types are below checking"},
	{"gen", []string{module + "/runtime", module + "/cmd", module + "/internal"}, "the compiler prints the runtime's import paths and links none of it"},
	{"runtime", []string{module + "/spec", module + "/gen", module + "/cmd", module + "/internal", module + "/templates"}, "services link the runtime and nothing of the compiler"},
	{"runtime/topology", []string{module + "/runtime/engine", module + "/runtime/service", module + "/runtime/kafka"}, "the contract is below those who fulfil it"},
	{"internal/oracle", []string{module + "/runtime", module + "/gen"}, "the reference shares nothing with what it judges"},
}

// No package below From may depend on these, not even through others.
var never = []rule{
	{"runtime", []string{"cel.dev/cel-go", "github.com/google/cel-go", "github.com/dave/jennifer", "github.com/spf13/cobra", "github.com/twmb/franz-go/pkg/kfake"}, "generated services stay small"},
	{"spec", []string{"github.com/twmb/franz-go", "github.com/cockroachdb/pebble"}, "the compiler runs without Kafka"},
	{"gen", []string{"github.com/twmb/franz-go", "github.com/cockroachdb/pebble"}, "the compiler runs without Kafka"},
}

func TestImports(t *testing.T) {
	pkgs := list(t)
	if len(pkgs) < 10 {
		t.Fatalf("go list knows only %d packages", len(pkgs))
	}
	for _, p := range pkgs {
		for _, r := range direct {
			check(t, p, r, p.Imports, "imports")
		}
		for _, r := range never {
			check(t, p, r, p.Deps, "depends on")
		}
	}
}

func check(t *testing.T, p pkg, r rule, imports []string, verb string) {
	t.Helper()
	if !below(p.ImportPath, module+"/"+r.from) {
		return
	}
	for _, i := range imports {
		for _, n := range r.never {
			if below(i, n) && !below(i, p.ImportPath) {
				t.Errorf("%s %s %s: %s", p.ImportPath, verb, i, r.why)
			}
		}
	}
}

func below(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

// readAll reads every Go file of the module. The go command takes a test's result from its cache unless a file has changed that the test
// itself has read: what `go list` reads does not count.
func readAll(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".go") {
			_, err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRulesFindWhatTheyForbid(t *testing.T) {
	if !below(module+"/gen/plan", module+"/gen") || below(module+"/generic", module+"/gen") {
		t.Error("below confuses paths")
	}
}

// list asks the go command for every package of the module.
func list(t *testing.T) []pkg {
	t.Helper()
	readAll(t)
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %v\n%s", err, e.Stderr)
		}
		t.Fatal(err)
	}
	var pkgs []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}
