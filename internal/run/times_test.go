package run

import (
	"os"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/jsonx"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/source"
)

func TestOnly(t *testing.T) {
	var s jsonx.Scratch
	for _, c := range [][2]string{
		{`{"at": 5, "other": {"at": 6}, "a\u0074": [7, {}] }`, `{"at":5,"at":[7, {}]}`},
		{` {} `, `{}`},
		{`{"other": 1}`, `{}`},
		{`{"by": null,"at":"x"}`, `{"by":null,"at":"x"}`},
		{`[1]`, `[1]`},
		{`{"at": 5`, `{"at": 5`},
		{`{"at": `, `{"at": `},
		{``, ``},
	} {
		if got := string(only([]byte(c[0]), []string{"at", "by"}, &s)); got != c[1] {
			t.Errorf("of %s: %s, not %s", c[0], got, c[1])
		}
	}
}

func BenchmarkEventTimes(b *testing.B) {
	text, err := os.ReadFile("../../examples/orders/orders.weir.yaml")
	if err != nil {
		b.Fatal(err)
	}
	p, diags := check.Check(source.New("orders.weir.yaml", text))
	if p == nil {
		b.Fatal(diags)
	}
	times, err := eventTimes(p, p.Sources[0])
	if err != nil {
		b.Fatal(err)
	}
	rec := &kgo.Record{Value: []byte(`{"order_id":"o1","customer_id":"alice","amount_cents":1200,"status":"paid","items":[{"sku":"tea","qty":2}],"ts":1714557605000}`)}
	for b.Loop() {
		if at, err := times(rec); err != nil || at != 1714557605000 {
			b.Fatal(at, err)
		}
	}
}
