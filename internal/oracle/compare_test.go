package oracle

import (
	"math"
	"strings"
	"testing"
	"time"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

var oneInt = &types.Type{Kind: types.Record, Name: "R", Fields: []*types.Field{{Name: "n", Wire: "n", Type: types.IntType}}}

func out(key string, at int64, n int64) Out {
	o := Out{Key: []byte(key), Time: at, Value: &record{Of: oneInt, Fields: map[string]ref.Val{"n": celtypes.Int(n)}}}
	if n < 0 { // filtered away
		o.Value = nil
	}
	return o
}

func got(key string, at int64, value string) Got {
	return Got{Key: []byte(key), Timestamp: time.UnixMilli(at), Value: []byte(value)}
}

func TestCompare(t *testing.T) {
	sink := &check.Sink{Topics: []check.SinkTopic{{Topic: "out"}}, Format: check.JSON, From: &check.Stream{Type: oneInt}}
	for _, c := range []struct {
		name    string
		updates bool
		want    []Out
		have    []Got
		diff    string // part of the difference, "" for none
	}{
		{"same", false, []Out{out("a", 1, 1), out("a", 2, 2), out("b", 1, 1)}, []Got{got("b", 1, `{"n":1}`), got("a", 1, `{"n":1}`), got("a", 2, `{"n":2}`)}, ""},
		{"order within a key", false, []Out{out("a", 1, 1), out("a", 1, 2)}, []Got{got("a", 1, `{"n":2}`), got("a", 1, `{"n":1}`)}, "at 0 of its key"},
		{"time", false, []Out{out("a", 1, 1)}, []Got{got("a", 2, `{"n":1}`)}, "at 0 of its key"},
		{"missing", false, []Out{out("a", 1, 1), out("a", 1, 1)}, []Got{got("a", 1, `{"n":1}`)}, "missing, at 1"},
		{"twice", false, []Out{out("a", 1, 1)}, []Got{got("a", 1, `{"n":1}`), got("a", 1, `{"n":1}`)}, "too much, at 1"},
		{"another key", false, nil, []Got{got("c", 1, `{"n":1}`)}, "too much"},
		{"not JSON", false, nil, []Got{got("c", 1, `{"n":1`)}, "unexpected EOF"},
		{"unknown field", false, []Out{out("a", 1, 1)}, []Got{got("a", 1, `{"n":1,"m":2}`)}, "fields [n m], want [n]"},
		{"updates", true, []Out{out("a", 1, 1), out("a", 1, 2), out("a", 1, 3)}, []Got{got("a", 1, `{"n":2}`), got("a", 1, `{"n":3}`)}, ""},
		{"last update missing", true, []Out{out("a", 1, 1), out("a", 1, 2)}, []Got{got("a", 1, `{"n":1}`)}, "last update"},
		{"no update", true, []Out{out("a", 1, 1)}, nil, "missing"},
		{"no such state", true, []Out{out("a", 1, 1), out("a", 1, 3)}, []Got{got("a", 1, `{"n":2}`), got("a", 1, `{"n":3}`)}, "not a state"},
		{"states out of order", true, []Out{out("a", 1, 1), out("a", 1, 2), out("a", 1, 3)}, []Got{got("a", 1, `{"n":2}`), got("a", 1, `{"n":1}`), got("a", 1, `{"n":3}`)}, "not in order"},
		{"filtered at the end", true, []Out{out("a", 1, 1), out("a", 1, -1)}, nil, ""},
		{"update of another window", true, []Out{out("a", 1, 1)}, []Got{got("a", 1, `{"n":1}`), got("a", 9, `{"n":1}`)}, "no group"},
	} {
		r := &Result{Topics: map[string]*Topic{"out": {Name: "out", Sink: sink, Updates: c.updates, Records: c.want}}}
		diff := strings.Join(r.Compare(map[string][]Got{"out": c.have}), "\n")
		if c.diff == "" && diff != "" || !strings.Contains(diff, c.diff) {
			t.Errorf("%s: %q, want %q", c.name, diff, c.diff)
		}
	}
}

// TestClose: an infinite number equals itself only, however much of it rounding might take.
func TestClose(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		a, b float64
		want bool
	}{
		{1, 1, true}, {0.1 + 0.2, 0.3, true}, {1, 1.001, false}, {0, 1e-300, false}, {0, math.Copysign(0, -1), true},
		{inf, inf, true}, {-inf, -inf, true}, {inf, -inf, false}, {inf, 1, false}, {1, inf, false}, {-39.5, -inf, false}, {1e308, inf, false},
		{nan, nan, true}, {nan, 1, false}, {1, nan, false}, {nan, inf, false}, {inf, nan, false},
	} {
		if got := close(celtypes.Double(c.a), celtypes.Double(c.b), types.RFC3339); got != c.want {
			t.Errorf("close(%v, %v) = %v", c.a, c.b, got)
		}
	}
}

func TestCompareDeadLetters(t *testing.T) {
	dead := &Topic{Name: "dlq", Records: []Out{{Topic: "in", Raw: Record{Partition: 1, Offset: 7, Value: []byte("x")}}, {Opaque: true}}}
	r := &Result{Topics: map[string]*Topic{"dlq": dead}}
	letter := Got{Value: []byte("x"), Headers: map[string]string{"__streams.errors.topic": "in", "__streams.errors.partition": "1", "__streams.errors.offset": "7"}}
	result := Got{Value: []byte("{}"), Headers: map[string]string{"__streams.errors.offset": "-1"}}
	if d := r.Compare(map[string][]Got{"dlq": {result, letter}}); d != nil {
		t.Error(d)
	}
	if d := r.Compare(map[string][]Got{"dlq": {letter}}); len(d) != 1 {
		t.Errorf("missing opaque letter: %v", d)
	}
	if d := r.Compare(map[string][]Got{"dlq": {result, result}}); len(d) == 0 {
		t.Error("a missing letter went unseen")
	}
	if d := r.Compare(map[string][]Got{"dlq": {result, letter, letter}}); len(d) != 1 {
		t.Errorf("a letter twice: %v", d)
	}
}

func TestAccumulators(t *testing.T) {
	for _, c := range []struct {
		f    check.Func
		vals []ref.Val
		want string // "" for an error
	}{
		{check.Count, []ref.Val{nil, nil}, "2"},
		{check.Sum, []ref.Val{celtypes.Int(1), celtypes.Int(2)}, "3"},
		{check.Sum, []ref.Val{celtypes.Int(1 << 62), celtypes.Int(1 << 62)}, ""},
		{check.Avg, []ref.Val{celtypes.Int(1 << 62), celtypes.Int(1 << 62)}, "4.611686018427388e+18"},
		{check.Avg, []ref.Val{celtypes.Uint(1), celtypes.Uint(2)}, "1.5"},
		{check.Avg, []ref.Val{celtypes.Double(1), celtypes.Double(2)}, "1.5"},
		{check.Min, []ref.Val{celtypes.String("b"), celtypes.String("a")}, `"a"`},
		{check.Max, []ref.Val{celtypes.Bytes("b"), celtypes.Bytes("ba")}, `b"ba"`},
		{check.Max, []ref.Val{celtypes.False, celtypes.True}, "true"},
		{check.CountIf, []ref.Val{celtypes.False, celtypes.True}, "1"},
		{check.VariancePop, []ref.Val{celtypes.Int(1), celtypes.Int(3)}, "1"},
		{check.Variance, []ref.Val{celtypes.Int(1)}, "none"},
		{check.FirstArrived, []ref.Val{celtypes.Int(1), celtypes.Int(3)}, "1"},
		{check.LastArrived, []ref.Val{celtypes.Int(1), celtypes.Int(3)}, "3"},
	} {
		var a accumulator
		var err error
		for _, v := range c.vals {
			if a, err = a.add(c.f, input{args: []ref.Val{v}}, 0); err != nil {
				break
			}
		}
		got := ""
		if err == nil {
			got = show(a.value(&check.Aggregate{Func: c.f}))
		}
		if got != c.want {
			t.Errorf("%s of %v: %s, want %s", c.f, c.vals, got, c.want)
		}
	}
}
