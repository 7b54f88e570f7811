package oracle

import (
	"fmt"

	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// EventTimes tells the event times of a source's records, as its service will, in Unix milliseconds. It fails for a record that has none: one that
// can't be read that far, or for which a Go function would have to say it.
func EventTimes(p *check.Program, s *check.Source) (func(rec Record) (int64, error), error) {
	if s.EventTime == nil {
		return func(rec Record) (int64, error) { return rec.Timestamp.UnixMilli(), nil }, nil
	}
	ev, err := newEvaluator(p, nil)
	if err != nil {
		return nil, err
	}
	need := func(t *types.Type, f *types.Field) bool { return t != s.Value || s.EventTime.Reads(f.Name) }
	return func(rec Record) (int64, error) { return ev.eventTime(s, need, rec) }, nil
}

func (ev *evaluator) eventTime(s *check.Source, need Fields, in Record) (int64, error) {
	v := &vars{time: in.Timestamp.UnixMilli()}
	var err error
	if s.Format == check.CSV {
		v.rec, err = decodeCSV(s.Value, s.CSV, need, in.Value)
	} else {
		v.rec, err = decodeJSON(s.Value, need, in.Value)
	}
	if err != nil {
		return 0, err
	}
	t, err := ev.eval(s.EventTime, v)
	if err != nil {
		return 0, fmt.Errorf("event_time: %w", err)
	}
	return t.(celtypes.Timestamp).UnixMilli(), nil
}
