package oracle

import (
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// EventTimes tells the event times of a source's records, as its service will, in Unix milliseconds. It fails for a record that has none: one that
// can't be read that far, or for which a Go function would have to say it.
func EventTimes(p *check.Program, s *check.Source) (func(rec Record) (int64, error), error) {
	ev, err := newEvaluator(p, nil)
	if err != nil {
		return nil, err
	}
	need := func(t *types.Type, f *types.Field) bool { return t != s.Value || s.EventTime.Reads(f.Name) }
	return func(rec Record) (int64, error) {
		at := rec.Timestamp.UnixMilli()
		if s.EventTime == nil {
			return at, nil
		}
		v, err := decodeValue(s, need, rec.Value)
		if err != nil {
			return 0, err
		}
		return ev.eventTime(s, v, at)
	}, nil
}
