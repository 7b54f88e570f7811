package topology

import (
	"bytes"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A header that is looked up is the one that the map has, also where several have its name or one has no value.
func TestHeadersOneByOne(t *testing.T) {
	rec := &kgo.Record{Headers: []kgo.RecordHeader{{Key: "a", Value: []byte("1")}, {Key: "b", Value: []byte("2")}, {Key: "a", Value: []byte("3")}, {Key: ""}, {Key: "c"}}}
	all := Headers(rec, nil)
	for _, name := range []string{"a", "b", "c", "", "d"} {
		want, there := all[name]
		if got := HasHeader(rec, name); got != there {
			t.Errorf("%q: there is one: %v, want %v", name, got, there)
		}
		got, err := Header(rec, name)
		if !bytes.Equal(got, want) || (got == nil) != (want == nil) || (err == nil) != there {
			t.Errorf("%q: %q and %v, want %q", name, got, err, want)
		}
		if got := HeaderOpt(rec, name); got.Valid != there || !bytes.Equal(got.Value, want) {
			t.Errorf("%q: %v, want %q", name, got, want)
		}
	}
	if _, err := Header(rec, "d"); err.Error() != "no such key: d" {
		t.Error(err)
	}
}
