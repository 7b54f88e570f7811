package tester

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFind(t *testing.T) {
	dir := tree(t, map[string]string{
		"a.weir.yaml": "", "b.weir.yaml": "", "a_test.yaml": "spec: a.weir.yaml", "b.test.yaml": "spec: b.weir.yaml", "other.yaml": "",
		"sub/c.weir.yaml": "", "sub/c_test.yml": "cases: []", "sub/testdata/x_test.yaml": "spec: ../../a.weir.yaml",
		"two/a.weir.yaml": "", "two/b.weir.yaml": "", "two/x_test.yaml": "cases: []", "broken/x_test.yaml": "a: [",
	})
	for _, c := range []struct{ paths, want string }{
		{"", "a.weir.yaml: a_test.yaml; b.weir.yaml: b.test.yaml"},
		{"a.weir.yaml", "a.weir.yaml: a_test.yaml"},
		{"b.test.yaml a_test.yaml b.test.yaml", "b.weir.yaml: b.test.yaml; a.weir.yaml: a_test.yaml"},
		{"sub", "sub/c.weir.yaml: sub/c_test.yml"},
		{"sub/...", "sub/c.weir.yaml: sub/c_test.yml"},
		{"two", "error: does not say which spec"},
		{"broken", "error: yaml"},
		{"nowhere", "error: no such file"},
		{"other.yaml", "error: no scenario files"},
	} {
		var paths []string
		for _, p := range append(strings.Fields(c.paths), "")[:max(1, len(strings.Fields(c.paths)))] {
			paths = append(paths, filepath.Join(dir, p))
			if strings.HasSuffix(p, "/...") {
				paths[len(paths)-1] = dir + "/" + p
			}
		}
		suites, err := find(paths)
		if want, ok := strings.CutPrefix(c.want, "error: "); ok {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: got %v, want an error with %q", c.paths, err, want)
			}
			continue
		}
		var got []string
		for _, s := range suites {
			got = append(got, s.spec+": "+strings.Join(s.files, " "))
		}
		if text := strings.ReplaceAll(strings.Join(got, "; "), dir+"/", ""); err != nil || text != c.want {
			t.Errorf("%q: got %q, %v, want %q", c.paths, text, err, c.want)
		}
	}
}

func TestSchemaLiteral(t *testing.T) {
	rec := &types.Type{Kind: types.Record, Fields: []*types.Field{{Name: "id", Wire: "ID", Type: types.StringType}}}
	got := schemaLiteral(&check.Program{
		Sources: []*check.Source{
			{Name: "a", Topic: "ta", Value: rec, Format: check.CSV, CSV: check.CSVOptions{Columns: []string{"ID"}, Nulls: []string{"", "NA"}}, KeyField: "id"},
			{Name: "b", Topic: "tb", Value: rec, Format: check.JSON},
		},
		Sinks: []*check.Sink{{Name: "s", Topics: []check.SinkTopic{{Topic: "ts"}}, Format: check.JSON, From: &check.Stream{Updates: true}}},
	})
	want := `scenario.Schema{Topics: []scenario.Topic{
	{Name: "a", Topic: "ta", Columns: []string{"ID"}, Delimiter: ",", Nulls: []string{"", "NA"}, KeyField: "ID"},
	{Name: "b", Topic: "tb"},
	{Name: "s", Topic: "ts", Sink: true, Updates: true},
}}`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}
