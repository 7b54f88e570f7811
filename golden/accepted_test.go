package golden_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirstream/weir/gen"
	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/internal/tester"
)

// TestAccepted compiles each spec under accepted/ and compares the plan and the generated Go with what is committed.
// TestAcceptedRuns builds and runs it.
func TestAccepted(t *testing.T) {
	for _, dir := range cases(t, "accepted") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			res := compile(t, dir)
			compareFile(t, filepath.Join(dir, "plan.txt"), []byte(res.Plan.Text()))
			compareFile(t, filepath.Join(dir, "graph.mmd"), []byte(res.Plan.Mermaid()))
			want := filepath.Join(dir, "want")
			if *update {
				for _, path := range generated(t, want) {
					if err := os.Remove(path); err != nil {
						t.Fatal(err)
					}
				}
				if err := os.MkdirAll(want, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			made := map[string]bool{}
			for _, f := range res.Files {
				made[f.Name] = true
				compareFile(t, filepath.Join(want, f.Name), f.Data)
			}
			for _, path := range generated(t, want) {
				if !made[filepath.Base(path)] {
					t.Errorf("%s is committed but not generated any more", path)
				}
			}
		})
	}
}

// generated are the generated files in a directory: a case may have Go functions beside them.
func generated(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*_gen.go"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// TestSameBytes compiles a spec many times: map order would show.
func TestSameBytes(t *testing.T) {
	for _, dir := range cases(t, "accepted") {
		first := compile(t, dir)
		for range 5 {
			again := compile(t, dir)
			for i, f := range first.Files {
				if !bytes.Equal(f.Data, again.Files[i].Data) {
					t.Fatalf("%s: %s came out differently", dir, f.Name)
				}
			}
			if first.Plan.Text() != again.Plan.Text() || first.Plan.DOT() != again.Plan.DOT() || first.Plan.Explain() != again.Plan.Explain() {
				t.Fatalf("%s: the plan came out differently", dir)
			}
		}
	}
}

func compile(t *testing.T, dir string) *gen.Result {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "spec.weir.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	res, diags, err := gen.Compile(specFile(dir, text))
	if err != nil {
		t.Fatal(err)
	}
	if res == nil {
		t.Fatalf("%s is refused:\n%s", dir, diags)
	}
	return res
}

// cases are the directories below a folder of this one that hold a spec.
func cases(t *testing.T, folder string) []string {
	t.Helper()
	specs, err := filepath.Glob(filepath.Join(folder, "*", "spec.weir.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(specs) == 0 {
		t.Fatalf("no cases under %s", folder)
	}
	for i, s := range specs {
		specs[i] = filepath.Dir(s)
	}
	return specs
}

// TestAcceptedRuns builds each accepted spec and runs its scenarios, as `weir test` does; each case again under random schedules
// of batches, commits and crashes.
func TestAcceptedRuns(t *testing.T) {
	schedules := 10
	if *update {
		schedules = 0
	}
	for _, dir := range cases(t, "accepted") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var out bytes.Buffer
			err := tester.Test(t.Context(), &cli.UI{Out: &out, Err: &out}, []string{dir}, tester.Options{Update: *update, Schedules: schedules, Seed: 1})
			if err != nil {
				t.Errorf("%v\n%s", err, &out)
			}
			if !strings.Contains(out.String(), "case") {
				t.Errorf("no case was run:\n%s", &out)
			}
		})
	}
}
