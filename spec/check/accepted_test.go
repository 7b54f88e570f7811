package check_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/source"
)

func TestAcceptedSpecsHaveNoDiagnostics(t *testing.T) {
	var paths []string
	for _, pattern := range []string{"../../golden/accepted/*/spec.weir.yaml", "../../examples/*/*.weir.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	if len(paths) < 10 {
		t.Fatalf("only %d specs found", len(paths))
	}
	for _, path := range paths {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			file := source.New(filepath.ToSlash(path), text)
			file.Read = os.ReadFile
			p, diags := check.Check(file)
			if p == nil || len(diags) > 0 {
				t.Fatalf("refused:\n%s", diags)
			}
		})
	}
}
