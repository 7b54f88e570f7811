// Package golden_test holds the cases that pin what the compiler does: specs that are accepted, with everything that is made of
// them, and specs that are refused, with what is said about them. `go test ./golden -update` rewrites them.
package golden_test

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/weirstream/weir/spec/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// compareFile compares got with a golden file, or rewrites the file.
func compareFile(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("%s is missing; go test ./golden -update writes it", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test ./golden -update rewrites it); got\n%s\nwant\n%s", path, got, want)
	}
}

// specFile is the spec of a case. It is called spec.weir.yaml wherever the case stands; what it imports stands beside it.
func specFile(dir string, text []byte) *source.File {
	f := source.New("spec.weir.yaml", text)
	f.Dir = dir
	f.Read = func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, filepath.FromSlash(name))) }
	return f
}
