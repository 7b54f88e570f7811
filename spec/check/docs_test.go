package check_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/weirstream/weir/spec/check"
)

// base is what an example of the manual that is no whole spec stands in: its own sections take the place of these.
var base = map[string]string{
	"weir": "weir: v1\n", "service": "service: shop\n",
	"types": `types:
  Order:
    order_id: string
    customer_id: string
    amount_cents: int
    status: OrderStatus
    coupon: string?
    placed_at: timestamp
  OrderStatus: {enum: [pending, paid, cancelled]}
`,
	"sources": `sources:
  orders:
    kafka: {topic: orders}
    key: string
    value: Order
`,
}

var (
	section = regexp.MustCompile(`(?m)^([a-z]+):`)
	stream  = regexp.MustCompile(`(?m)^  ([a-z][a-z0-9_]*):|late_to: ([a-z_]+)`)
)

// complete makes a whole spec of an example.
func complete(example string) string {
	parts := map[string]string{}
	for k, v := range base {
		parts[k] = v
	}
	starts := section.FindAllStringSubmatchIndex(example, -1)
	for i, m := range starts {
		end := len(example)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		parts[example[m[2]:m[3]]] = example[m[0]:end]
	}
	if parts["sinks"] == "" { // one for each stream
		parts["sinks"] = "sinks:\n"
		if parts["steps"] == "" {
			parts["sinks"] += "  out: {from: orders, kafka: {topic: out}}\n"
		}
		for _, m := range stream.FindAllStringSubmatch(parts["steps"], -1) {
			name := m[1] + m[2]
			parts["sinks"] += fmt.Sprintf("  %s: {from: %s, kafka: {topic: out-%s}}\n", name, name, name)
		}
	}
	var b strings.Builder
	for _, k := range []string{"weir", "service", "imports", "types", "functions", "sources", "fragments", "steps", "sinks"} {
		b.WriteString(parts[k])
	}
	return b.String()
}

func TestExamplesOfTheManual(t *testing.T) {
	for page, least := range map[string]int{"spec.md": 10, "time.md": 1} {
		text, err := os.ReadFile("../../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}
		examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatchIndex(string(text), -1)
		if len(examples) < least {
			t.Fatalf("%s has only %d examples", page, len(examples))
		}
		for _, m := range examples {
			line := strings.Count(string(text[:m[0]]), "\n") + 1
			t.Run(fmt.Sprintf("%s line %d", page, line), func(t *testing.T) {
				whole := complete(string(text[m[2]:m[3]]))
				file := example("example.weir.yaml", whole)
				file.Dir = "testdata/manual" // with the Go functions that examples call
				if p, diags := check.Check(file); p == nil {
					t.Errorf("refused:\n%s\n%s", diags, whole)
				}
			})
		}
	}
}
