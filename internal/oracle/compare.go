package oracle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"sort"
	"strconv"
	"time"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// Got is a record that a run wrote to an output topic and committed.
type Got struct {
	Key       []byte // nil: null
	Value     []byte
	Timestamp time.Time
	Headers   map[string]string
}

// Compare says how what a run wrote differs from what it must be, nothing when it doesn't. Got holds each topic's records,
// those of a partition in order.
func (r *Result) Compare(got map[string][]Got) []string {
	var diffs []string
	names := make([]string, 0, len(r.Topics))
	for n := range r.Topics {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		t := r.Topics[n]
		if t.Loose {
			continue
		}
		for _, d := range t.compare(got[n]) {
			diffs = append(diffs, "topic "+n+": "+d)
		}
	}
	for n, g := range got {
		if r.Topics[n] == nil {
			diffs = append(diffs, fmt.Sprintf("topic %s: %d records in a topic that the program does not write", n, len(g)))
		}
	}
	return diffs
}

// recordTime is the timestamp of a record with an event time: Kafka's clients hold the years 1970 to 2262.
func recordTime(at int64) int64 { return min(max(at, 0), 9_223_372_036_000) }

func (t *Topic) compare(got []Got) []string {
	if t.Sink == nil {
		return t.compareDead(got)
	}
	want := map[string][]Out{}
	several := map[string]bool{} // windows whose ends a record's timestamp does not tell apart
	for _, o := range t.Records {
		at := recordTime(o.Time)
		g := t.group(o.Key, at)
		several[g] = several[g] || at != o.Time
		o.Time = at
		want[g] = append(want[g], o)
	}
	have := map[string][]Out{}
	var diffs []string
	for _, g := range got {
		rec, err := tombstone, error(nil)
		if g.Value != nil {
			rec, err = t.decode(g.Value)
		}
		if err != nil {
			diffs = append(diffs, fmt.Sprintf("key %s: %v in value %q", showKey(g.Key), err, g.Value))
			continue
		}
		id := t.group(g.Key, g.Timestamp.UnixMilli())
		have[id] = append(have[id], Out{Key: g.Key, Time: g.Timestamp.UnixMilli(), Value: rec, Headers: g.Headers})
	}
	for id := range have {
		if want[id] == nil {
			want[id] = nil
		}
	}
	ids := make([]string, 0, len(want))
	for id := range want {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		var d string
		switch {
		case t.Updates:
			d = t.compareUpdates(want[id], have[id], several[id])
		case oneLane(want[id]) && id != nullKey:
			d = compareSequence(want[id], have[id])
		default:
			d = compareBag(want[id], have[id])
		}
		if d != "" {
			diffs = append(diffs, d)
		}
	}
	return diffs
}

const nullKey = "null"

// group is the id of the records that are compared with each other: those of a key, and for updates also of a window, which
// the time tells.
func (t *Topic) group(key []byte, at int64) string {
	id := nullKey
	if key != nil {
		id = "key " + strconv.Quote(string(key))
	}
	if t.Updates {
		id += " at " + strconv.FormatInt(at, 10)
	}
	return id
}

func oneLane(outs []Out) bool {
	for _, o := range outs {
		if o.Lane != outs[0].Lane || o.mixed && len(outs) > 1 {
			return false
		}
	}
	return true
}

func compareSequence(want, have []Out) string {
	for i := range max(len(want), len(have)) {
		switch {
		case i >= len(want):
			return fmt.Sprintf("too much, at %d: %s", i, have[i])
		case i >= len(have):
			return fmt.Sprintf("missing, at %d: %s", i, want[i])
		case !same(want[i], have[i]):
			return fmt.Sprintf("at %d of its key\n\twant %s\n\thave %s", i, want[i], have[i])
		}
	}
	return ""
}

func compareBag(want, have []Out) string {
	left := append([]Out(nil), have...)
	for _, w := range want {
		if left = without(left, w); left == nil {
			return fmt.Sprintf("missing: %s", w)
		}
	}
	if len(left) > 0 {
		return fmt.Sprintf("too much: %s", left[0])
	}
	return ""
}

// without is the bag less one element like o; nil when there is none.
func without(bag []Out, o Out) []Out {
	for i := range bag {
		if same(o, bag[i]) {
			return append(bag[:i:i], bag[i+1:]...)
		}
	}
	return nil
}

// compareUpdates wants each record to be a state that the result went through, in order, and the last one the final state. The results
// of several windows together have no order.
func (t *Topic) compareUpdates(want, have []Out, several bool) string {
	if len(want) == 0 {
		return fmt.Sprintf("a result of no group: %s", have[0])
	}
	if several {
		for _, h := range have {
			if !slices.ContainsFunc(want, func(w Out) bool { return w.Value != nil && same(w, h) }) {
				return fmt.Sprintf("not a state that a result went through: %s", h)
			}
		}
		return ""
	}
	if final := want[len(want)-1]; final.Value != nil && oneLane(want) {
		if len(have) == 0 {
			return fmt.Sprintf("missing: %s", final)
		}
		if !same(final, have[len(have)-1]) {
			return fmt.Sprintf("last update\n\twant %s\n\thave %s", final, have[len(have)-1])
		}
	}
	if t.Unordered || !oneLane(want) {
		return ""
	}
	i := 0
	for _, h := range have {
		for i < len(want) && (want[i].Value == nil || !same(want[i], h)) {
			i++
		}
		if i == len(want) {
			return fmt.Sprintf("not a state that the result went through, or not in order: %s", h)
		}
		i++
	}
	return ""
}

// compareDead compares dead letters: the bytes of the bad record, and where it was.
func (t *Topic) compareDead(got []Got) []string {
	var diffs []string
	used := make([]bool, len(got))
	opaque := 0
	for _, w := range t.Records {
		if w.Opaque {
			opaque++
			continue
		}
		found := false
		for i, g := range got {
			if used[i] || !bytes.Equal(w.Raw.Value, g.Value) || !bytes.Equal(w.Raw.Key, g.Key) || (w.Raw.Key == nil) != (g.Key == nil) ||
				g.Headers["__streams.errors.topic"] != w.Topic || g.Headers["__streams.errors.partition"] != fmt.Sprint(w.Raw.Partition) || g.Headers["__streams.errors.offset"] != fmt.Sprint(w.Raw.Offset) {
				continue
			}
			used[i], found = true, true
			break
		}
		if !found {
			diffs = append(diffs, fmt.Sprintf("missing dead letter of topic %s partition %d offset %d: %q (%s)", w.Topic, w.Raw.Partition, w.Raw.Offset, w.Raw.Value, w.Why))
		}
	}
	for i, g := range got {
		if used[i] {
			continue
		}
		if opaque--; opaque < 0 {
			diffs = append(diffs, fmt.Sprintf("too many dead letters: key %s value %q %v", showKey(g.Key), g.Value, g.Headers))
		}
	}
	if opaque > 0 {
		diffs = append(diffs, fmt.Sprintf("%d dead letters of results or repartitioned records are missing", opaque))
	}
	return diffs
}

// decode reads a sink's record back. JSON must hold the fields in their order, absent optionals left out
// unless leaving them out stands for a default, and nothing else.
func (t *Topic) decode(b []byte) (*record, error) {
	typ := t.Sink.From.Type
	if t.Sink.Format == check.CSV {
		written := Fields(func(_ *types.Type, f *types.Field) bool { return slices.Contains(t.Sink.CSV.Columns, f.Wire) })
		return decodeCSV(typ, t.Sink.CSV, written, b)
	}
	rec, err := decodeJSON(typ, nil, b)
	if err != nil {
		return nil, err
	}
	names, err := memberNames(b)
	if err != nil {
		return nil, err
	}
	var want []string
	for _, f := range typ.Fields {
		if o, ok := rec.Fields[f.Name].(*celtypes.Optional); !ok || o.HasValue() || f.Default != nil {
			want = append(want, f.Wire)
		}
	}
	if fmt.Sprint(names) != fmt.Sprint(want) {
		return nil, fmt.Errorf("fields %v, want %v", names, want)
	}
	return rec, nil
}

// memberNames are the names of an object's members in order.
func memberNames(b []byte) ([]string, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	depth, isKey := 0, false
	var names []string
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return names, nil
		}
		if err != nil {
			return nil, err
		}
		switch v := tok.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
			isKey = depth == 1
			continue
		case string:
			if depth == 1 && isKey {
				names = append(names, v)
				isKey = false
				continue
			}
		}
		isKey = depth == 1
	}
}

func same(a, b Out) bool {
	return a.Time == b.Time && (a.Key == nil) == (b.Key == nil) && bytes.Equal(a.Key, b.Key) && a.Value != nil && b.Value != nil &&
		(a.Value == tombstone) == (b.Value == tombstone) && close(a.Value, b.Value, types.RFC3339) && sameHeaders(a.Headers, b.Headers)
}

// timeHeader is the header with an event time that a timestamp can't hold.
const timeHeader = "__weir.time"

// sameHeaders compares what the sink writes; event times that a timestamp can't hold go in a header besides.
func sameHeaders(want, have map[string]string) bool {
	have = maps.Clone(have)
	delete(have, timeHeader)
	return maps.Equal(want, have)
}

// close tells whether two values are equal: doubles but for rounding, since sums of them depend on the order of additions, and
// timestamps as far as their spelling goes. The wanted value comes first.
func close(a, b ref.Val, as types.TimeAs) bool {
	switch a := a.(type) {
	case *record:
		b, ok := b.(*record)
		if !ok {
			return false
		}
		for _, f := range a.Of.Fields {
			if b.Fields[f.Name] == nil { // a column that the sink does not write
				continue
			}
			if !close(a.Fields[f.Name], b.Fields[f.Name], f.As) {
				return false
			}
		}
		return true
	case celtypes.Double:
		b, ok := b.(celtypes.Double)
		if !ok {
			return false
		}
		x, y := float64(a), float64(b)
		if math.IsInf(x, 0) || math.IsInf(y, 0) { // the part of it that rounding may take is infinite as well
			return x == y
		}
		return x == y || math.IsNaN(x) && math.IsNaN(y) || math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y))
	case celtypes.Timestamp:
		b, ok := b.(celtypes.Timestamp)
		if as == types.EpochMillis {
			return ok && a.UnixMilli() == b.UnixMilli()
		}
		return ok && a.Time.Equal(b.Time)
	case *celtypes.Optional:
		b, ok := b.(*celtypes.Optional)
		if !ok || a.HasValue() != b.HasValue() {
			return false
		}
		return !a.HasValue() || close(a.GetValue(), b.GetValue(), as)
	}
	if x, ok := elements(a); ok {
		y, ok := elements(b)
		return ok && allClose(x, y, as)
	}
	if x, ok := entries(a); ok {
		y, ok := entries(b)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !allClose(x[i][:], y[i][:], as) {
				return false
			}
		}
		return true
	}
	return a.Equal(b) == celtypes.True
}

func allClose(x, y []ref.Val, as types.TimeAs) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !close(x[i], y[i], as) {
			return false
		}
	}
	return true
}

func showKey(k []byte) string {
	if k == nil {
		return nullKey
	}
	return strconv.Quote(string(k))
}

// String prints a record for a difference.
func (o Out) String() string {
	v := "filtered away"
	if o.Value != nil {
		v = show(o.Value)
	}
	return fmt.Sprintf("key %s time %s %s", showKey(o.Key), time.UnixMilli(o.Time).UTC().Format("2006-01-02T15:04:05.000Z"), v)
}
