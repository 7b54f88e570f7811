package difftest

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/weirstream/weir/gen"
	"github.com/weirstream/weir/spec/source"
)

// TestWarnedBuilds builds the services of specs that are accepted with warnings: what nothing reads is left out of their code, which is Go all the
// same.
func TestWarnedBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("builds generated code")
	}
	paths, err := filepath.Glob("../../golden/warned/*/spec.weir.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d cases, %v", len(paths), err)
	}
	var services []Service
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(path))
		text = regexp.MustCompile(`(?m)^service: .*$`).ReplaceAll(text, []byte("service: "+name))
		result, diags, err := gen.Compile(source.New(name+".weir.yaml", text))
		if err != nil || result == nil {
			t.Fatalf("%s: %v\n%s", name, err, diags)
		}
		services = append(services, Service{Result: result})
	}
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Build(repo, t.TempDir(), services); err != nil {
		t.Error(err)
	}
}
