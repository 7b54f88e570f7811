package templates

import (
	"go/format"
	"strings"
	"testing"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
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
	spec := files["page-views.weir.yaml"]
	if got, diags, err := syntax.Layout(source.New("page-views.weir.yaml", []byte(spec))); err != nil || len(diags) > 0 || string(got) != spec {
		t.Errorf("the spec is not formatted: %v\n%s\n%s", err, diags, got)
	}
	if strings.Contains(files["Dockerfile"], "vendor") {
		t.Error("the Dockerfile speaks of a checkout where there is none")
	}
}
