package generated

import (
	"strings"
	"testing"

	"github.com/weirstream/weir/runtime/jsonx"
)

// TestDefaults reads defaults into records that have had other values, which must not be written into the defaults.
func TestDefaults(t *testing.T) {
	const id, want = `{"id":"x"}`, `{"id":"x","state":"paid","at":1767225600.5,"tags":["a","b"],"counts":{"x":1},"item":{"sku":"s1","qty":2},` +
		`"items":[{"sku":"s1","qty":2},{"sku":"s1","qty":2}],"grid":[[1],[],[2,3]],"change":{"names":["n"]},"maybe":["m"],"count":7}`
	const null = `{"id":"x","state":null,"at":null,"tags":null,"counts":null,"item":null,"items":null,"grid":null,"change":null,"maybe":null,"count":null}`
	var s jsonx.Scratch
	var o Defaulted
	v := newValues(5)
	for range rounds {
		filled := v.defaulted()
		for _, data := range []string{string(filled.appendJSON(nil)), id, null, id} {
			if err := o.decodeJSON([]byte(data), &s); err != nil {
				t.Fatalf("%v: %s", err, data)
			}
			got := string(o.appendJSON(nil))
			switch data {
			case id:
				if got != want {
					t.Fatalf("got  %s\nwant %s", got, want)
				}
			case null: // of an optional, null is a value
				if w := strings.Replace(want, `"maybe":["m"],"count":7`, `"maybe":null,"count":null`, 1); got != w {
					t.Fatalf("got  %s\nwant %s", got, w)
				}
			default:
				if got != data {
					t.Fatalf("got  %s\nwant %s", got, data)
				}
			}
		}
	}
	data := []byte(id)
	if n := testing.AllocsPerRun(100, func() {
		if err := o.decodeJSON(data, &s); err != nil {
			panic(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
