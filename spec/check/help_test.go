package check_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

// bytesThatHide are written as escapes on the pages.
var bytesThatHide = strings.NewReplacer(`\xFF`, "\xFF", `\x07`, "\x07", "\n\\t", "\n\t")

var fence = regexp.MustCompile("(?s)## (Wrong|Right)\n\n```yaml\n(.*?)```\n")

// example is a file beside which stands common.types.yaml, for what is imported.
func example(name, text string) *source.File {
	f := source.New(name, []byte(text))
	f.Read = func(name string) ([]byte, error) {
		if name != "common.types.yaml" {
			return nil, fs.ErrNotExist
		}
		return []byte("weir: v1\ntypes: {Id: {alias: string}, Email: {alias: string, where: this.contains('@')}}\n"), nil
	}
	return f
}

func TestPagesOfTheCodes(t *testing.T) {
	for _, code := range diag.Codes() {
		t.Run(code, func(t *testing.T) {
			page, ok := diag.Help(code)
			if !ok || !strings.HasPrefix(page, "# "+code+": ") || diag.Title(code) == "" {
				t.Fatalf("the page begins with %.40q", page)
			}
			examples := fence.FindAllStringSubmatch(page, -1)
			if len(examples) != 2 || examples[0][1] != "Wrong" || examples[1][1] != "Right" {
				t.Fatalf("%d examples", len(examples))
			}
			_, diags := check.Check(example("wrong.weir.yaml", bytesThatHide.Replace(examples[0][2])))
			if !slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Code == code }) {
				t.Errorf("the wrong example does not give the code, but\n%s", diags)
			}
			_, diags = check.Check(example("right.weir.yaml", examples[1][2]))
			if len(diags) > 0 {
				t.Errorf("the right example gives\n%s", diags)
			}
		})
	}
}

// TestEveryCodeHasAPage looks for codes in the sources of the phases.
func TestEveryCodeHasAPage(t *testing.T) {
	used := map[string]bool{}
	topics, err := filepath.Glob("errors_*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(topics, "errors.go", "expr.go", "unused.go", "../syntax/errors.go") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range regexp.MustCompile(`WEIR\d{4}`).FindAllString(string(text), -1) {
			used[code] = true
			if _, ok := diag.Help(code); !ok {
				t.Errorf("%s: %s has no page", path, code)
			}
		}
	}
	for _, code := range diag.Codes() {
		if !used[code] {
			t.Errorf("%s has a page, but nothing reports it", code)
		}
	}
	if _, ok := diag.Help("WEIR9999"); ok {
		t.Error("there is a page for a code that does not exist")
	}
}
