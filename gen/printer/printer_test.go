package printer

import (
	"strconv"
	"strings"
	"testing"
)

func TestImportsAreGroupedAndSorted(t *testing.T) {
	f := New("p", "Code generated. DO NOT EDIT.")
	f.Doc("Package p is a test.")
	f.Import("time", "example.com/b", "example.com/a", "fmt")
	f.P("var x = ", 1)
	f.P("var _ = []any{time.Now, fmt.Sprint, a.A, b.B}")
	got, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	want := `// Code generated. DO NOT EDIT.

// Package p is a test.
package p

import (
	"fmt"
	"time"

	"example.com/a"
	"example.com/b"
)

var x = 1
var _ = []any{time.Now, fmt.Sprint, a.A, b.B}
`
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestCodeThatDoesNotParseIsShownNumbered(t *testing.T) {
	f := New("p", "h")
	f.P("func {")
	_, err := f.Bytes()
	if err == nil {
		t.Fatal("no error")
	}
	if !strings.Contains(err.Error(), "    5\tfunc {") {
		t.Errorf("no numbered source in:\n%v", err)
	}
}

// TestUnusedImports: an import that only a dropped piece of code needed, or that a local variable's name looks like, is left out.
func TestUnusedImports(t *testing.T) {
	f := New("p")
	f.Import("bytes", "time", "strings")
	f.P("func f() string {")
	f.P("var time struct{ x int }")
	f.P("_ = time.x")
	f.P("return strings.ToUpper(\"a\")")
	f.P("}")
	b, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{"bytes": false, "time": false, "strings": true} {
		if got := strings.Contains(string(b), strconv.Quote(path)); got != want {
			t.Errorf("import of %s: %v, want %v\n%s", path, got, want, b)
		}
	}
}

func TestImportAs(t *testing.T) {
	f := New("p")
	f.ImportAs("timepkg", "example.com/time")
	f.ImportAs("risk", "example.com/risk")
	f.ImportAs("other", "example.com/unused")
	f.Import("time")
	f.P("var x = timepkg.X + risk.Y + time.Second")
	got, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if want := "import (\n\t\"time\"\n\n\t\"example.com/risk\"\n\ttimepkg \"example.com/time\"\n)"; !strings.Contains(string(got), want) {
		t.Errorf("got\n%s", got)
	}
}
