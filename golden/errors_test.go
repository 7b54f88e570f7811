package golden_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirstream/weir/spec/diag"
)

// groups are what the first digits of codes stand for.
var groups = []struct{ prefix, title string }{
	{"WEIR0", "Text and YAML"}, {"WEIR1", "Keys and values"}, {"WEIR2", "Types"}, {"WEIR3", "Expressions"}, {"WEIR4", "Streams"},
	{"WEIR5", "Topics"}, {"WEIR6", "Warnings"}, {"WEIR7", "Go functions"}, {"WEIR8", "Fragments"},
}

// TestErrorsPage keeps docs/errors.md in step with the pages of the codes.
func TestErrorsPage(t *testing.T) {
	var index, pages strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&index, "\n**%s**\n\n", g.title)
		for _, code := range diag.Codes() {
			if !strings.HasPrefix(code, g.prefix) {
				continue
			}
			fmt.Fprintf(&index, "- [%s](#%s) %s\n", code, strings.ToLower(code), diag.Title(code))
			page, _ := diag.Help(code)
			_, body, _ := strings.Cut(page, "\n")
			fmt.Fprintf(&pages, "\n## %s\n\n%s.\n%s", code, upper(diag.Title(code)), strings.ReplaceAll(body, "\n## ", "\n### "))
		}
	}
	if got := strings.Count(index.String(), "- ["); got != len(diag.Codes()) {
		t.Errorf("%d codes of %d are in a group", got, len(diag.Codes()))
	}
	compareFile(t, "../docs/errors.md", []byte(`# Diagnostics

What `+"`weir check`"+` can say about a spec. `+"`weir help CODE`"+` prints the page of a code. Codes never change their meaning.
Codes of warnings begin with WEIR6; they do not make a command fail, except with `+"`--strict`"+`. What editors and CI read instead of
text is in [cli.md](cli.md#formats-of-problems).
This file is made of those pages by `+"`go test ./golden -update`"+`.
`+index.String()+pages.String()))
}

func upper(s string) string {
	if s == "" || s[0] == '`' {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
