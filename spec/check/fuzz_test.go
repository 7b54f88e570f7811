package check_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/diag/report"
	"github.com/weirstream/weir/spec/source"
)

// FuzzCheck: whatever is in the file, the checker comes to an end, either gives a program or says why not, and points into the
// file only.
func FuzzCheck(f *testing.F) {
	paths, err := filepath.Glob("../../golden/*/*/spec.weir.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file := source.New("fuzz.weir.yaml", text)
		file.Dir = os.TempDir() // no module: the go command is not asked for every input
		p, diags := check.Check(file)
		if (p == nil) != diags.HasErrors() {
			t.Fatalf("program %v, but these diagnostics:\n%s", p, diags)
		}
		inside := func(d diag.Diagnostic, s source.Span) {
			if !s.IsZero() && (s.File != file || s.Start < 0 || s.Start > s.End || s.End > len(text)) {
				t.Fatalf("%s: the range %d to %d is not in the file", d.String(), s.Start, s.End)
			}
		}
		for _, d := range diags {
			inside(d, d.Subject)
			for _, r := range d.Related {
				inside(d, r.Span)
			}
			if d.Fix != nil {
				for _, e := range d.Fix.Edits {
					inside(d, e.Span)
				}
			}
			if _, ok := diag.Help(d.Code); !ok {
				t.Fatalf("%s: the code has no page", d.String())
			}
		}
		if err := diags.Render(io.Discard, diag.Options{Color: true}); err != nil {
			t.Fatal(err)
		}
		for _, format := range []report.Format{report.JSON, report.SARIF, report.GitHub} {
			if err := report.Write(io.Discard, format, diags, ""); err != nil {
				t.Fatal(err)
			}
		}
		fixed, _ := check.Fix(file)
		if again, applied := check.Fix(fixed); len(applied) > 0 {
			t.Fatalf("fixed once:\n%s\ntwice:\n%s", fixed.Text, again.Text)
		}
	})
}
