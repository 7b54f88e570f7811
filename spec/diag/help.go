package diag

import (
	"embed"
	"sort"
	"strings"
)

// The pages are one markdown file a code. Each begins with its title, explains, and has two specs in fenced blocks: one under
// "## Wrong" that gives the code, one under "## Right" that gives nothing. A test checks both.
//
//go:embed help/*.md
var pages embed.FS

// Help is the page of a code, in markdown; false if there is no such code.
func Help(code string) (string, bool) {
	b, err := pages.ReadFile("help/" + code + ".md")
	return string(b), err == nil
}

// Codes lists all codes in order.
func Codes() []string {
	entries, err := pages.ReadDir("help")
	if err != nil {
		panic(err) // it is embedded
	}
	var codes []string
	for _, e := range entries {
		codes = append(codes, strings.TrimSuffix(e.Name(), ".md"))
	}
	sort.Strings(codes)
	return codes
}

// Title is the first line of a code's page, without the code: what went wrong in a few words.
func Title(code string) string {
	page, _ := Help(code)
	line, _, _ := strings.Cut(page, "\n")
	return strings.TrimPrefix(line, "# "+code+": ")
}
