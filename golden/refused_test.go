package golden_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/diag"
)

// TestRefused checks specs with something wrong in them: each directory under refused has a spec, and in stderr.txt what the
// compiler says about it.
func TestRefused(t *testing.T) {
	dirs, err := filepath.Glob("refused/*")
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 45 {
		t.Fatalf("only %d cases", len(dirs))
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(dir, "spec.weir.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			p, diags := check.Check(specFile(dir, text))
			if p != nil || !diags.HasErrors() {
				t.Fatal("the spec is accepted")
			}
			compareFile(t, filepath.Join(dir, "stderr.txt"), []byte(renderPlain(diags)))
		})
	}
}

// TestWarned checks specs that are accepted with warnings: each directory under warned has a spec, and in stderr.txt what the
// compiler says about it.
func TestWarned(t *testing.T) {
	dirs, err := filepath.Glob("warned/*")
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 5 {
		t.Fatalf("only %d cases", len(dirs))
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(dir, "spec.weir.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			p, diags := check.Check(specFile(dir, text))
			if p == nil || len(diags) == 0 {
				t.Fatalf("no program, or nothing to warn of:\n%s", diags)
			}
			compareFile(t, filepath.Join(dir, "stderr.txt"), []byte(renderPlain(diags)))
		})
	}
}

// renderPlain is what the command line prints where there are no colours.
func renderPlain(l diag.List) string { return l.String() }
