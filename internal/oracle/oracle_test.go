package oracle

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cel.dev/cel-go/common/functions"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/source"
)

const head = `
weir: v1
service: test
types:
  E: {n: int, t: {type: timestamp, json: {as: epoch_ms}}, g: string?}
sources:
  in:
    kafka: {topic: in}
    key: string
    value: E
    event_time: t
    watermark: {lag: 1s}
    on_error: {dead_letter: dead}
`

// TestRun: small programs with results that were worked out by hand. An input is "key n time" in milliseconds; a result is
// "topic key time value".
func TestRun(t *testing.T) {
	for _, c := range []struct {
		name, spec string
		in         []string
		end        bool
		want       []string
		late       int64
	}{
		{
			name: "a window closes when the watermark reaches its end plus the lateness",
			spec: `
steps:
  w: {from: in, group_by: {k: key}, window: {tumbling: 10s, allowed_lateness: 2s, late_to: l}, aggregate: {n: sum(n)}}
sinks:
  out: {from: w, kafka: {topic: out}}
  late: {from: l, kafka: {topic: late}}
`,
			// With a lag of 1 s and a lateness of 2 s the window up to 10 s closes at event time 13 s.
			in:   []string{"a 1 0", "a 2 12999", "a 4 9999", "a 8 13000", "a 16 9999", "a 32 -1"},
			want: []string{`out a 9999 {k: "a", n: 5}`, `late a 9999 {n: 16, t: 1970-01-01T00:00:09.999Z, g: none}`, `late a -1 {n: 32, t: 1969-12-31T23:59:59.999Z, g: none}`},
			late: 2,
		},
		{
			name: "the end closes everything, windows before the epoch are aligned to it",
			spec: `
steps:
  w: {from: in, group_by: {k: key}, window: {tumbling: 10s}, aggregate: {n: sum(n), c: count()}, having: c > 1}
sinks:
  out: {from: w, kafka: {topic: out}}
`,
			in:   []string{"a 1 -1", "a 2 -10000", "a 4 -10001", "b 8 0"},
			end:  true,
			want: []string{`out a -1 {k: "a", n: 3, c: 2}`},
			late: 1, // -10001 came when the watermark stood at -1001; its window ended at -10000
		},
		{
			name: "results are never late for the window behind",
			spec: `
steps:
  w: {from: in, group_by: {k: key}, window: {tumbling: 1s, allowed_lateness: 5s}, aggregate: {n: sum(n)}}
  v: {from: w, group_by: {k: k}, window: {tumbling: 2s}, aggregate: {n: max(n)}}
sinks:
  out: {from: v, kafka: {topic: out}}
`,
			in: []string{"a 1 0", "a 2 1000", "a 4 1999", "a 8 100000"},
			// Both windows of w close at 100 s, and with them, in the same moment, the one of v.
			want: []string{`out a 1999 {k: "a", n: 6}`},
		},
		{
			name: "updates are every state; having hides some",
			spec: `
steps:
  w: {from: in, group_by: {k: key}, window: {tumbling: 10s}, aggregate: {n: sum(n)}, having: n != 3, emit: updates}
sinks:
  out: {from: w, kafka: {topic: out}}
`,
			in:   []string{"a 1 0", "a 2 1", "a 4 2"},
			want: []string{`out a 9999 {k: "a", n: 1}`, `out a 9999 filtered away`, `out a 9999 {k: "a", n: 7}`},
		},
		{
			name: "a record that fails goes to the dead letters and counts in no aggregate",
			spec: `
steps:
  w: {from: in, where: 10 / n > 0, group_by: {k: key}, window: {tumbling: 10s}, aggregate: {c: count(), n: sum(n * 4611686018427387904)}}
sinks:
  out: {from: w, kafka: {topic: out}}
`,
			in:   []string{"a 0 0", "a 1 1", "a 1 2", "a 2 3"},
			end:  true,
			want: []string{"dead 0", "dead 2", "dead 3", `out a 9999 {k: "a", c: 1, n: 4611686018427387904}`},
		},
		{
			name: "a group that is not the key has one result over all partitions",
			spec: `
steps:
  w: {from: in, group_by: {g: n % 2 == 0, h: n}, window: {tumbling: 10s}, aggregate: {c: count()}}
sinks:
  out: {from: w, kafka: {topic: out}}
`,
			in:   []string{"a 2 0", "b 2 1", "b 3 2"},
			end:  true,
			want: []string{`out {"g":false,"h":3} 9999 {g: false, h: 3, c: 1}`, `out {"g":true,"h":2} 9999 {g: true, h: 2, c: 2}`},
		},
		{
			name: "Go functions are what the options say; an error of theirs makes a bad record",
			spec: `
functions: {upper: strings.ToUpper}
steps:
  w: {from: in, where: upper(key) == "B", select: {k: upper(key), n: n}}
sinks:
  out: {from: w, kafka: {topic: out}}
`,
			in:   []string{"a 1 0", "b 2 1"},
			want: []string{`dead 0`, `out b 1 {k: "B", n: 2}`},
		},
	} {
		p, diags := check.Check(source.New("test.weir.yaml", []byte(head+c.spec)))
		if p == nil {
			t.Fatalf("%s: %v", c.name, diags)
		}
		in := Input{}
		offsets := map[int32]int64{}
		for _, line := range c.in {
			var key string
			var n, at int64
			if _, err := fmt.Sscan(line, &key, &n, &at); err != nil {
				t.Fatal(err)
			}
			part := int32(key[0] - 'a')
			in["in"] = append(in["in"], Record{
				Partition: part, Offset: offsets[part], Key: []byte(key), Value: fmt.Appendf(nil, `{"n":%d,"t":%d}`, n, at), Timestamp: time.UnixMilli(0),
			})
			offsets[part]++
		}
		r, err := Run(p, in, Options{Partitions: 2, End: c.end, Functions: map[string]functions.FunctionOp{"upper": upperButA}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, topic := range []string{"dead", "out", "late"} {
			if r.Topics[topic] == nil {
				continue
			}
			for _, o := range r.Topics[topic].Records {
				switch {
				case topic == "dead":
					got = append(got, fmt.Sprintf("dead %d", o.Raw.Offset))
				case o.Value == nil:
					got = append(got, fmt.Sprintf("%s %s %d filtered away", topic, o.Key, o.Time))
				default:
					got = append(got, fmt.Sprintf("%s %s %d %s", topic, o.Key, o.Time, show(o.Value)))
				}
			}
		}
		if g, w := strings.Join(got, "\n"), strings.Join(c.want, "\n"); g != w {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, g, w)
		}
		if r.Late != c.late {
			t.Errorf("%s: %d late, want %d", c.name, r.Late, c.late)
		}
	}
}

// upperButA is strings.ToUpper, and fails for a.
func upperButA(args ...ref.Val) ref.Val {
	s, _ := args[0].(celtypes.String)
	if s == "a" {
		return celtypes.NewErr("not a")
	}
	return celtypes.String(strings.ToUpper(string(s)))
}

// TestLoose: only a record that may be late behind a repartition topic leaves the result open.
func TestLoose(t *testing.T) {
	const spec = head + `
steps:
  w: {from: in, group_by: {n: n}, window: {tumbling: 1s}, aggregate: {c: count()}}
sinks:
  out: {from: w, kafka: {topic: out}}
`
	p, diags := check.Check(source.New("test.weir.yaml", []byte(spec)))
	if p == nil {
		t.Fatal(diags)
	}
	for _, c := range []struct {
		times []int64
		loose bool
	}{
		{[]int64{0, 1999, 999}, false}, // the watermark stands at 999, the window ends at 1000
		{[]int64{0, 2000, 999}, true},
	} {
		var recs []Record
		for i, at := range c.times {
			recs = append(recs, Record{Offset: int64(i), Key: []byte("k"), Value: fmt.Appendf(nil, `{"n":1,"t":%d}`, at)})
		}
		r, err := Run(p, Input{"in": recs}, Options{Partitions: 1, End: true})
		if err != nil {
			t.Fatal(err)
		}
		if r.Topics["out"].Loose != c.loose || r.LooseCounts != c.loose {
			t.Errorf("times %v: loose %v, want %v", c.times, r.Topics["out"].Loose, c.loose)
		}
	}
}

// TestMayFail: an error is certain only if no interleaving and no commit keeps it away.
func TestMayFail(t *testing.T) {
	const (
		behind = "  w: {from: in, group_by: {n: n}, window: {tumbling: 1s, late_to: l}, aggregate: {c: sum(8 / n)}}\n"
		late   = "  v: {from: l, group_by: {m: n + 0}, window: {tumbling: 1s}, aggregate: {c: sum(8 / n)}}\n"
		state  = "  w: {from: in, group_by: {k: key}, window: {tumbling: 1s}, aggregate: {c: count()}, having: 8 / (c - 2) != 0%s}\n"
	)
	for _, c := range []struct {
		name, steps string
		in          [][2]int64 // n and time
		fails, may  bool
	}{
		{"in any order", behind, [][2]int64{{1, 0}, {1, 1999}, {0, 999}}, true, false},
		{"unless it is late", behind, [][2]int64{{1, 0}, {1, 2000}, {0, 999}}, false, true},
		{"nothing fails", behind, [][2]int64{{1, 0}, {1, 1999}, {1, 999}}, false, false},
		{"what is late comes by or not", behind + late, [][2]int64{{1, 0}, {1, 2000}, {1, 999}}, false, true},
		{"a final result", fmt.Sprintf(state, ""), [][2]int64{{1, 0}, {1, 0}}, true, false},
		{"a result that is replaced", fmt.Sprintf(state, ", emit: updates"), [][2]int64{{1, 0}, {1, 0}, {1, 0}}, false, true},
		{"a result for each record", fmt.Sprintf(state, ", emit: {updates: {count: 1}}"), [][2]int64{{1, 0}, {1, 0}, {1, 0}}, true, false},
	} {
		spec := strings.Replace(head, "on_error: {dead_letter: dead}", "on_error: fail", 1) + "steps:\n" + c.steps + "sinks:\n  out: {from: w, kafka: {topic: out}}\n"
		if strings.Contains(c.steps, late) {
			spec += "  late: {from: v, kafka: {topic: late}}\n"
		}
		p, diags := check.Check(source.New("test.weir.yaml", []byte(spec)))
		if p == nil {
			t.Fatal(diags)
		}
		var recs []Record
		for i, r := range c.in {
			recs = append(recs, Record{Offset: int64(i), Key: []byte("k"), Value: fmt.Appendf(nil, `{"n":%d,"t":%d}`, r[0], r[1])})
		}
		r, err := Run(p, Input{"in": recs}, Options{Partitions: 1, End: true})
		if err != nil {
			t.Fatal(err)
		}
		if fails := len(r.Failed) > 0; fails != c.fails || r.MayFail != c.may {
			t.Errorf("%s: fails %v, want %v; may fail %v, want %v", c.name, r.Failed, c.fails, r.MayFail, c.may)
		}
	}
}

// TestLooseByStreamTime: behind a repartition topic a record may be late by what another task has seen.
func TestLooseByStreamTime(t *testing.T) {
	spec := strings.Replace(head, "watermark: {lag: 1s}", "watermark: stream_time", 1) + `
steps:
  w: {from: in, group_by: {n: n}, window: {tumbling: 1s}, aggregate: {c: count()}}
sinks:
  out: {from: w, kafka: {topic: out}}
`
	p, diags := check.Check(source.New("test.weir.yaml", []byte(spec)))
	if p == nil {
		t.Fatal(diags)
	}
	for _, c := range []struct {
		times [2][]int64
		loose bool
	}{
		{[2][]int64{{0, 999}, {500, 999}}, false},
		{[2][]int64{{0, 999}, {500, 1000}}, true},
		{[2][]int64{{0, 1000}, {1500, 1999}}, true},
		{[2][]int64{{1000, 1999}, {1500, 1999}}, false},
		{[2][]int64{{0, 1000, 999}, nil}, true},
		{[2][]int64{{0, 999, 5000}, nil}, false},
	} {
		var recs []Record
		for part, times := range c.times {
			for i, at := range times {
				recs = append(recs, Record{Partition: int32(part), Offset: int64(i), Key: []byte("k"), Value: fmt.Appendf(nil, `{"n":1,"t":%d}`, at)})
			}
		}
		r, err := Run(p, Input{"in": recs}, Options{Partitions: 2, End: true})
		if err != nil {
			t.Fatal(err)
		}
		if r.Topics["out"].Loose != c.loose {
			t.Errorf("times %v: loose %v, want %v", c.times, r.Topics["out"].Loose, c.loose)
		}
	}
}
