package run

import (
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/oracle"
	"github.com/weirstream/weir/runtime/jsonx"
	"github.com/weirstream/weir/spec/check"
)

// eventTimes tells the event times of a source's records. The interpreter reads JSON with care, and not fast: it is given the members that the time is
// made of.
func eventTimes(p *check.Program, s *check.Source) (func(*kgo.Record) (int64, error), error) {
	times, err := oracle.EventTimes(p, s)
	if err != nil {
		return nil, err
	}
	var names []string
	if s.Format == check.JSON && s.EventTime != nil {
		for _, f := range s.Value.Fields {
			if s.EventTime.Reads(f.Name) {
				names = append(names, f.Wires()...)
			}
		}
	}
	var scratch jsonx.Scratch
	return func(rec *kgo.Record) (int64, error) {
		value := rec.Value
		if names != nil {
			value = only(value, names, &scratch)
		}
		return times(oracle.Record{Key: rec.Key, Value: value, Timestamp: rec.Timestamp})
	}, nil
}

// only is a JSON object with some of the members of another one, or b itself if that is none.
func only(b []byte, names []string, s *jsonx.Scratch) []byte {
	s.Reset()
	out := []byte{'{'}
	key, i := jsonx.FirstKey(b, jsonx.Space(b, 0), s)
	for ; key != nil; key, i = jsonx.NextKey(b, i, s) {
		from := i
		if i = jsonx.Skip(b, i); i < 0 {
			return b
		}
		if !slices.Contains(names, string(key)) {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = jsonx.AppendString(out, string(key))
		out = append(append(out, ':'), b[from:i]...)
	}
	if i < 0 {
		return b
	}
	return append(out, '}')
}
