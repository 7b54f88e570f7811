package report

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

// list has a diagnostic with everything, one over two lines with what has to be escaped, and one about nothing in particular.
func list() diag.List {
	f := source.New("dir/a b,c:d.weir.yaml", []byte("é: ordr\nb: 100%\nc: d\n"))
	at := func(start, end int) source.Span { return source.Span{File: f, Start: start, End: end} }
	return diag.List{
		diag.Diagnostic{Code: "WEIR4001", Summary: `there is no "ordr" <here>`, Detail: "one\ntwo\n", Subject: at(4, 8),
			Related: []diag.Related{{Span: at(9, 10), Message: "see here"}}}.Suggest("ordr", []string{"order"}),
		{Code: "WEIR6001", Severity: diag.Warning, Summary: "100% wrong", Hint: "do\r\nthis", Subject: at(9, 20)},
		{Code: "WEIR0009", Summary: "empty"},
	}
}

func write(t *testing.T, f Format, l diag.List) string {
	t.Helper()
	var b strings.Builder
	if err := Write(&b, f, l, "v1.2.3"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGitHub(t *testing.T) {
	want := `::error file=dir/a b%2Cc%3Ad.weir.yaml,line=1,endLine=1,col=4,endColumn=8,title=WEIR4001::there is no "ordr" <here>%0Aone%0Atwo%0Ahint: did you mean "order"?%0Asee here: dir/a b,c:d.weir.yaml:2:1
::warning file=dir/a b%2Cc%3Ad.weir.yaml,line=2,endLine=3,title=WEIR6001::100%25 wrong%0Ahint: do%0D%0Athis
::error title=WEIR0009::empty
`
	if got := write(t, GitHub, list()); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := write(t, GitHub, nil); got != "" {
		t.Errorf("nothing is wrong: %q", got)
	}
}

func TestJSON(t *testing.T) {
	var doc document
	got := write(t, JSON, list())
	if err := json.Unmarshal([]byte(got), &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got, "<here>") || doc.Version != 1 || len(doc.Diagnostics) != 3 {
		t.Fatalf("got %s", got)
	}
	d := doc.Diagnostics[0]
	if want := (span{position{1, 4, 4}, position{1, 8, 8}}); d.File != "dir/a b,c:d.weir.yaml" || *d.Range != want {
		t.Errorf("at %s %+v", d.File, *d.Range)
	}
	if d.Fix == nil || !d.Fix.Safe || d.Fix.Edits[0].Text != "order" || *d.Fix.Edits[0].Range != *d.Range {
		t.Errorf("fix %+v", d.Fix)
	}
	if len(d.Related) != 1 || d.Related[0].Range.Start.Line != 2 || d.Hint != `did you mean "order"?` || d.Help != Pages+"#weir4001" {
		t.Errorf("got %+v", d)
	}
	if doc.Diagnostics[2].Range != nil || doc.Diagnostics[2].File != "" {
		t.Error("a place where there is none")
	}
	if got := write(t, JSON, nil); got != "{\n  \"version\": 1,\n  \"diagnostics\": []\n}\n" {
		t.Errorf("nothing is wrong: %s", got)
	}
}

// TestSARIF checks what the standard asks for and a JSON decoder does not see: rules that are referred to, regions that are
// ranges, references that are URIs.
func TestSARIF(t *testing.T) {
	var log sarifLog
	text := write(t, SARIF, list())
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if log.Version != "2.1.0" || len(log.Runs) != 1 || run.Tool.Driver.Name != "weir" || run.Tool.Driver.Version != "v1.2.3" || run.ColumnKind != "unicodeCodePoints" {
		t.Errorf("got %s", text)
	}
	var levels []string
	for _, r := range run.Results {
		levels = append(levels, r.Level)
		if rule := run.Tool.Driver.Rules[r.RuleIndex]; rule.ID != r.RuleID || rule.ShortDescription.Text == "" || !strings.HasSuffix(rule.HelpURI, "#"+strings.ToLower(rule.ID)) {
			t.Errorf("%s has rule %+v", r.RuleID, rule)
		}
	}
	if !slices.Equal(levels, []string{"error", "warning", "error"}) {
		t.Errorf("levels %v", levels)
	}
	first := run.Results[0]
	if want := (sarifPhysical{sarifArtifact{"dir/a%20b,c:d.weir.yaml"}, sarifRegion{1, 4, 1, 8}}); first.Locations[0].PhysicalLocation != want {
		t.Errorf("at %+v", first.Locations[0].PhysicalLocation)
	}
	if c := first.Fixes[0].ArtifactChanges; len(c) != 1 || c[0].Replacements[0].InsertedContent.Text != "order" || !first.Fixes[0].Properties.Safe {
		t.Errorf("fix %+v", first.Fixes[0])
	}
	if r := first.RelatedLocations; len(r) != 1 || r[0].Message.Text != "see here" || r[0].PhysicalLocation.Region.StartLine != 2 {
		t.Errorf("related %+v", r)
	}
	if strings.Contains(write(t, SARIF, nil), "null") {
		t.Error("results and rules must be lists, even empty ones")
	}
}

func TestURI(t *testing.T) {
	for name, want := range map[string]string{
		"a.weir.yaml": "a.weir.yaml", "../x/a b.yaml": "../x/a%20b.yaml", "/tmp/ü.yaml": "file:///tmp/%C3%BC.yaml",
		"C:/x/a.yaml": "file:///C:/x/a.yaml", "a:b.yaml": "./a:b.yaml",
	} {
		if got := uri(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestTextIsNotForPrograms(t *testing.T) {
	if Write(&strings.Builder{}, Text, nil, "") == nil {
		t.Error("no error")
	}
}
