package difftest

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/weirstream/weir/gen"
	"github.com/weirstream/weir/spec/source"
)

// TestManual builds the processors that docs/spec.md shows, with the services that they belong to.
func TestManual(t *testing.T) {
	if testing.Short() {
		t.Skip("builds generated code")
	}
	text, err := os.ReadFile("../../docs/spec.md")
	if err != nil {
		t.Fatal(err)
	}
	var cases []*specCase
	for i, m := range regexp.MustCompile("(?s)```yaml\n([^`]*?process:[^`]*?)```\n\n```go\npackage shop\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		name := fmt.Sprintf("manual%d", i)
		spec := "weir: v1\nservice: " + name + "\n" + strings.ReplaceAll(m[1], "./shop.", "./"+name+".")
		if !strings.Contains(spec, "\nsources:") {
			spec += "sources: {orders: {kafka: {topic: orders}, key: string, value: Order}}\n"
		}
		if !strings.Contains(spec, "\nsinks:") {
			spec += "sinks: {out: {from: watched, kafka: {topic: out}}}\n"
		}
		result, diags, err := gen.Compile(source.New(name+".weir.yaml", []byte(spec)))
		if err != nil || result == nil {
			t.Fatalf("%v\n%s\n%s", err, diags, spec)
		}
		own := "package " + name + "\n"
		if strings.Contains(m[2], "time.") {
			own += "\nimport \"time\"\n"
		}
		cases = append(cases, &specCase{compiled: result, own: map[string]string{"own.go": own + m[2]}})
	}
	if len(cases) < 3 {
		t.Fatalf("only %d processors are shown", len(cases))
	}
	for _, failure := range check(t, cases) {
		t.Error(failure)
	}
}
