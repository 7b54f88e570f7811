package run

import (
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

func delaySink(f check.Format) *sink {
	return newSink(&check.Sink{Name: "delays", Format: f,
		CSV: check.CSVOptions{Columns: []string{"origin", "hour", "mean", "note"}, Delimiter: ';', Nulls: []string{""}},
		From: &check.Stream{Type: &types.Type{Kind: types.Record, Fields: []*types.Field{
			{Name: "origin", Wire: "origin", Type: types.StringType},
			{Name: "hour", Wire: "hour", Type: types.TimestampType},
			{Name: "mean", Wire: "mean", Type: types.DoubleType},
			{Name: "note", Wire: "note", Type: types.OptionalOf(types.StringType)},
		}}}})
}

func printed(t *testing.T, p printer, s *sink, values ...string) {
	t.Helper()
	for _, v := range values {
		r := &kgo.Record{Value: []byte(v)}
		if v == "null" {
			r.Value = nil
		}
		if err := p.record(s, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.flush(); err != nil {
		t.Fatal(err)
	}
}

func TestJSON(t *testing.T) {
	var out strings.Builder
	p, err := newPrinter(&cli.UI{Out: &out}, Options{}, false)
	if err != nil {
		t.Fatal(err)
	}
	printed(t, p, delaySink(check.JSON), `{"origin":"EWR",  "mean":1}`, "null")
	printed(t, p, delaySink(check.CSV), `EWR;2013-01-01T10:00:00Z;1.5;"a;b"`, `"J""K";;NaN;`)
	want := `{"origin":"EWR",  "mean":1}
null
{"hour":"2013-01-01T10:00:00Z","mean":1.5,"note":"a;b","origin":"EWR"}
{"mean":"NaN","origin":"J\"K"}
`
	if out.String() != want {
		t.Errorf("printed\n%s", out.String())
	}
}

func TestTableOfABoundedRunIsSortedAndLimited(t *testing.T) {
	var out strings.Builder
	p, err := newPrinter(&cli.UI{Out: &out, OutTerminal: true}, Options{Limit: 2}, true)
	if err != nil {
		t.Fatal(err)
	}
	s := delaySink(check.JSON)
	printed(t, p, s, `{"origin":"LGA","hour":"2013-01-01T11:00:00Z","mean":1}`, `{"origin":"LGA","hour":"2013-01-01T10:00:00Z","mean":-2.6666666666666665}`,
		`{"origin":"EWR","hour":"2013-01-01T10:00:00Z","mean":10.25,"note":"x"}`)
	if out.Len() > 0 {
		t.Errorf("something is printed before the end:\n%s", out.String())
	}
	if err := p.finish(); err != nil {
		t.Fatal(err)
	}
	want := `┌──────────────────────────────────────────────┐
│ delays                                       │
├────────┬──────────────────────┬───────┬──────┤
│ origin │ hour                 │  mean │ note │
├────────┼──────────────────────┼───────┼──────┤
│ EWR    │ 2013-01-01T10:00:00Z │ 10.25 │ x    │
│ LGA    │ 2013-01-01T10:00:00Z │ -2.67 │      │
└────────┴──────────────────────┴───────┴──────┘
… and 1 more
`
	if out.String() != want {
		t.Errorf("printed\n%s", out.String())
	}
}

func TestTableOfAnEndlessRunComesInPieces(t *testing.T) {
	var out strings.Builder
	p, err := newPrinter(&cli.UI{Out: &out}, Options{Format: "table"}, false)
	if err != nil {
		t.Fatal(err)
	}
	s := delaySink(check.JSON)
	printed(t, p, s, `{"origin":"EWR"}`)
	printed(t, p, s, `{"origin":"LGA"}`, `broken`)
	if n := strings.Count(out.String(), "│ origin"); n != 2 || !strings.Contains(out.String(), "broken") {
		t.Errorf("printed\n%s", out.String())
	}
}

func TestServiceFlags(t *testing.T) {
	got, err := serviceFlags([]string{"commit_interval=1s", "group=a=b"})
	if err != nil || strings.Join(got, " ") != "--commit-interval=1s --group=a=b" {
		t.Errorf("%q, %v", got, err)
	}
	for _, bad := range []string{"x", "=1", "--group=x", "until=end", "brokers=x"} {
		if got, err := serviceFlags([]string{bad}); err == nil {
			t.Errorf("%s is accepted as %q", bad, got)
		}
	}
}

func TestServiceLog(t *testing.T) {
	var log strings.Builder
	s := &service{ui: &cli.UI{Err: &log}, total: map[string]map[string]any{}}
	s.readLog(strings.NewReader(`{"time":"x","level":"INFO","msg":"started"}
{"time":"x","level":"WARN","msg":"slow","b":2,"a":"x"}
{"level":"INFO","msg":"totals","subtopology":"orders","records":5}
panic: oh no
`))
	if log.String() != "warn: slow a=x b=2\n" {
		t.Errorf("shown:\n%s", log.String())
	}
	if s.totals()["orders"]["records"] != 5.0 {
		t.Errorf("totals are %v", s.totals())
	}
	if s.lastLine != "\npanic: oh no" {
		t.Errorf("what is no log record: %q", s.lastLine)
	}
}
