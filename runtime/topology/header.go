package topology

import (
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/cel"
)

// Headers are a record's headers by their names; of several with one name the last counts. The values are the record's own. Into, which
// may be nil, is used again.
func Headers(rec *kgo.Record, into map[string][]byte) map[string][]byte {
	if into == nil {
		into = make(map[string][]byte, len(rec.Headers))
	}
	clear(into)
	for _, h := range rec.Headers {
		into[h.Key] = h.Value
	}
	return into
}

// Header is the value of the header that Headers has under a name, and an error if there is none.
func Header(rec *kgo.Record, name string) ([]byte, error) {
	i := header(rec, name)
	if i < 0 {
		return nil, cel.NoSuchKey(name)
	}
	return rec.Headers[i].Value, nil
}

// HeaderOpt is that value, or none.
func HeaderOpt(rec *kgo.Record, name string) cel.Opt[[]byte] {
	i := header(rec, name)
	if i < 0 {
		return cel.Opt[[]byte]{}
	}
	return cel.Some(rec.Headers[i].Value)
}

// HasHeader tells whether there is one.
func HasHeader(rec *kgo.Record, name string) bool { return header(rec, name) >= 0 }

// header is the index of the last header of a name, -1 if there is none.
func header(rec *kgo.Record, name string) int {
	for i, h := range slices.Backward(rec.Headers) {
		if h.Key == name {
			return i
		}
	}
	return -1
}
