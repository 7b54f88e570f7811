package run

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

func TestFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("days/more.jsonl", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"days/2.jsonl.gz", "days/10.jsonl", "days/1.jsonl", "days/x[1].jsonl", "days/x1.jsonl"} {
		if err := os.WriteFile(f, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for pattern, want := range map[string]string{
		"days/*.jsonl*":      "days/1.jsonl days/10.jsonl days/2.jsonl.gz days/x1.jsonl days/x[1].jsonl",
		"./days/[0-9].json*": "days/1.jsonl days/2.jsonl.gz",
		"days/x[1].jsonl":    "days/x[1].jsonl", // the file, not the pattern
		"*/1.jsonl":          "days/1.jsonl",
		"none":               "none",
		"-":                  "-",
	} {
		got, err := files(filepath.FromSlash(pattern))
		if err != nil || filepath.ToSlash(strings.Join(got, " ")) != want {
			t.Errorf("%s: %q, %v; want %s", pattern, got, err, want)
		}
	}
	for pattern, want := range map[string]string{"days/*.csv": "no file matches", "days/[": "is no pattern of file names", "day?": "no file matches"} {
		if got, err := files(pattern); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v; want %s", pattern, got, err, want)
		}
	}
}

// Of many files none stays open until its turn comes, but what can't be opened twice does.
func TestFindInputs(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, f := range []string{"a.jsonl", "b.jsonl"} {
		if err := os.WriteFile(f, []byte("{}\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	src := &check.Source{Name: "trips", Topic: "trips", Value: &types.Type{Kind: types.Record}, Format: check.JSON}
	find := func(inputs ...string) ([]*input, error) {
		ui := &cli.UI{In: strings.NewReader("{}\n")}
		return findInputs(ui, &check.Program{Sources: []*check.Source{src}}, Options{Inputs: inputs})
	}
	got, err := find("trips=*.jsonl", "trips=-")
	if err != nil || len(got) != 3 {
		t.Fatalf("%v, %v", got, err)
	}
	open := slices.Collect(func(yield func(bool) bool) {
		for _, f := range got {
			if !yield(f.in != nil) {
				return
			}
		}
	})
	if !slices.Equal(open, []bool{false, false, true}) {
		t.Errorf("open: %v", open)
	}
	for want, inputs := range map[string][]string{
		"b.jsonl is fed to this source already":          {"trips=*.jsonl", "trips=./b.jsonl"},
		"only one source can be fed from standard input": {"trips=-", "trips=-"},
		"no file matches": {"trips=*.csv"},
		"no such file":    {"trips=c.jsonl"},
		`there is no source "trip"; did you mean "trips"?`: {"trip=a.jsonl"},
	} {
		if _, err := find(inputs...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %s", inputs, err, want)
		}
	}
}
