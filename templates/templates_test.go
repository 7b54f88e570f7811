package templates

import (
	"go/format"
	"strings"
	"testing"
)

func TestRender(t *testing.T) {
	files, err := Render(Project{Service: "page-views", Package: "pageviews", Module: "example.com/page-views"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"page-views.weir.yaml", "page-views_test.yaml", "gen.go", "Makefile", "Dockerfile", "README.md", ".gitignore", ".dockerignore", "visits.jsonl"} {
		if files[want] == "" {
			t.Errorf("there is no %s", want)
		}
	}
	for name, text := range files {
		if strings.Contains(text, "{{") || strings.Contains(text, "<no value>") || strings.Contains(name, "NAME") {
			t.Errorf("%s is not filled in:\n%s", name, text)
		}
	}
	if got, err := format.Source([]byte(files["gen.go"])); err != nil || string(got) != files["gen.go"] {
		t.Errorf("gen.go is not formatted: %v", err)
	}
	if strings.Contains(files["Dockerfile"], "vendor") {
		t.Error("the Dockerfile speaks of a checkout where there is none")
	}
}
