package conformance

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/weirstream/weir/spec/celenv"
)

// differs are cases that cel-go itself does not pass.
var differs = map[string]string{
	"fields/qualified_identifier_resolution/map_value_repeat_key": "cel-go keeps the last of equal keys in a map literal",
	"network_ext/ipv4/ipv4_equals_ipv6":                           "cel-go refuses IPv4 addresses within IPv6",
	"network_ext/ipv4/ipv4_not_equals_ipv6":                       "cel-go refuses IPv4 addresses within IPv6",
	"string_ext/value_errors/indexof_out_of_range":                "cel-go gives -1 for a position behind the end",
	"string_ext/value_errors/lastindexof_out_of_range":            "cel-go gives -1 for a position behind the end",
}

// reasons say what our types cannot express, by what the case's text or the refusal of it says. The first that fits counts.
var reasons = []struct {
	in     *regexp.Regexp // what is looked for
	text   bool           // in the case's text instead of the refusal's
	reason string
}{
	{regexp.MustCompile(`TestAllTypes|TestRequired|GlobalEnum|NestedEnum|google\.protobuf|(Int32|UInt32|Int64|UInt64|Float|Double|Bool|String|Bytes)?Value\{|proto\.(get|has)Ext`),
		true, "protobuf messages"},
	{regexp.MustCompile(`\btype\(`), true, "types as values"},
	{regexp.MustCompile(`a type is not a value|nothing is named (bool|int|uint|double|string|bytes)`), false, "types as values"},
	{regexp.MustCompile(`null`), true, "null"},
	{regexp.MustCompile(`null`), false, "null"},
	{regexp.MustCompile(`^(true|false) (&&|\|\|) 32$|^'horses' (&&|\|\|)`), true, "operands that the checker refuses"},
	{regexp.MustCompile(`expected type`), false, "lists and maps with elements of different types"},
	{regexp.MustCompile(`the arguments have different types`), false, "a result whose type depends on the values"},
	{regexp.MustCompile(`the format must be a constant`), false, "formats that are not constants"},
	{regexp.MustCompile(`of this is not known|(elements|keys and values) (is|are) not known|this optional is not known`), false, "an empty literal alone, whose type is open"},
	{regexp.MustCompile(`a map's keys are`), false, "maps with keys of other types"},
	{regexp.MustCompile(`nothing is named|there is no function`), false, "names that nothing declares"},
	{regexp.MustCompile(`does not work with|does not support field selection`), false, "operands that the checker refuses"},
}

// reasonOf says why a case that celenv refuses is excluded, or that it expects an error and gets one.
func reasonOf(c *testCase, want string, is celenv.Issue) string {
	if want == "error" {
		return refused
	}
	for _, r := range reasons {
		in := is.Message
		if r.text {
			in = c.Expr
		}
		if r.in.MatchString(in) {
			return r.reason
		}
	}
	return "not supported: " + is.Message
}

// checkTable compares what is excluded with the committed table.
func checkTable(t *testing.T, excluded map[string]string) {
	t.Helper()
	var ids []string
	for id := range excluded {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	var b bytes.Buffer
	for _, id := range ids {
		fmt.Fprintf(&b, "%s: %s\n", id, excluded[id])
	}
	compareFile(t, tableFile, b.Bytes())
}

// count is how the cases of a file are spread.
type count struct{ cases, run, refused, excluded int }

const (
	tableStart = "<!-- conformance: begin -->\n"
	tableEnd   = "<!-- conformance: end -->\n"
)

// checkDoc keeps the table in docs/cel.md true.
func checkDoc(t *testing.T, counts map[string]*count) {
	t.Helper()
	var files []string
	for f := range counts {
		files = append(files, f)
	}
	sort.Strings(files)
	var b strings.Builder
	b.WriteString("| file | cases | run | refused | excluded |\n|---|---|---|---|---|\n")
	var sum count
	for _, f := range files {
		n := counts[f]
		fmt.Fprintf(&b, "| `%s` | %d | %d | %d | %d |\n", f, n.cases, n.run, n.refused, n.excluded)
		sum = count{sum.cases + n.cases, sum.run + n.run, sum.refused + n.refused, sum.excluded + n.excluded}
	}
	fmt.Fprintf(&b, "| all | %d | %d | %d | %d |\n", sum.cases, sum.run, sum.refused, sum.excluded)
	doc, err := os.ReadFile(docFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(doc), tableStart)
	_, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no place for the table", docFile)
	}
	compareFile(t, docFile, []byte(before+tableStart+b.String()+tableEnd+after))
}

func compareFile(t *testing.T, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if bytes.Equal(got, want) {
		return
	}
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s is not up to date (%v): go test ./internal/conformance -update, and look at the diff", path, err)
}
