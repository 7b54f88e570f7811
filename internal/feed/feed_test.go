package feed

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/broker"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// trip is a record type with a field of every kind that conversion treats in its own way.
var trip = &types.Type{Kind: types.Record, Name: "Trip", Fields: []*types.Field{
	{Name: "id", Wire: "id", Type: types.StringType},
	{Name: "seats", Wire: "n_seats", Type: types.IntType},
	{Name: "note", Wire: "note", Type: types.OptionalOf(types.StringType)},
	{Name: "at", Wire: "at", Type: types.TimestampType, As: types.EpochMillis},
}}

func csvSource() *check.Source {
	return &check.Source{
		Name: "trips", Topic: "trips", Value: trip, Format: check.CSV, KeyField: "id", Key: types.StringType,
		CSV: check.CSVOptions{Columns: []string{"id", "n_seats", "note", "at"}, Delimiter: ';', Nulls: []string{"", "NA"}},
	}
}

func jsonSource() *check.Source {
	return &check.Source{Name: "trips", Topic: "trips", Value: trip, Format: check.JSON, KeyField: "id", Key: types.StringType}
}

// all reads an input to its end: a line a record, then the warnings, then the error.
func all(path, stdin string, src *check.Source, f Format) string {
	var out strings.Builder
	in, err := Open(path, strings.NewReader(stdin), src, f)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	defer in.Close()
	in.Warn = func(s string) { fmt.Fprintln(&out, "warning:", s) }
	for {
		rec, err := in.Next()
		if err == io.EOF {
			return out.String()
		} else if err != nil {
			return out.String() + "error: " + err.Error() + "\n"
		}
		key := "null"
		if rec.Key != nil {
			key = string(rec.Key)
		}
		fmt.Fprintf(&out, "%s | %s", key, rec.Value)
		if !rec.Timestamp.IsZero() {
			fmt.Fprintf(&out, " @%d", rec.Timestamp.UnixMilli())
		}
		for _, h := range rec.Headers {
			fmt.Fprintf(&out, " %s=%s", h.Key, h.Value)
		}
		fmt.Fprintln(&out)
	}
}

func TestRead(t *testing.T) {
	csv, json := csvSource(), jsonSource()
	byMillis := jsonSource()
	byMillis.KeyField = "at"
	for _, c := range []struct {
		name   string
		src    *check.Source
		format Format
		in     string
		want   string
	}{
		{"csv as it is", csv, Auto, "id;n_seats;note;at\r\na;1;\"x;\"\"y\";5\r\n\n b;2;NA;6",
			"a | a;1;\"x;\"\"y\";5\n b |  b;2;NA;6\n"},
		{"csv reordered, a column dropped", csv, Auto, "note;at;extra;id;n_seats\n\"NA\";5;zzz;\"a\";1\n",
			"a | \"a\";1;\"NA\";5\n"},
		{"csv without header", csv, Auto, "a;1;x;5\nb;2;;6\n", "a | a;1;x;5\nb | b;2;;6\n"},
		{"csv with a cell over two lines", csv, Auto, "id;n_seats;note;at\na;1;\"x\ny\";5\nb;2;;6\n", "a | a;1;\"x\ny\";5\nb | b;2;;6\n"},
		{"csv with a byte order mark", csv, Auto, "\xef\xbb\xbfid;n_seats;note;at\na;1;x;5\n", "a | a;1;x;5\n"},
		{"csv, a column missing", csv, Auto, "id;note;at\n",
			"error: <stdin>:1: the header has no column \"n_seats\", which source trips needs (it has id, note, at)\n"},
		{"csv, neither header nor row", csv, Auto, "x;y\n",
			"error: <stdin>:1: this is neither a header (no cell names a column of source trips) nor a row (2 cells, the source has 4 columns)\n"},
		{"csv, a short row goes on as it is", csv, Auto, "id;n_seats;note;at\na;1\n",
			"warning: <stdin>:2: the row has 2 cells, the source 4 columns; it is fed as it is\nnull | a;1\n"},
		{"csv, a short row can't be reordered", csv, Auto, "n_seats;id;note;at\na;1\n",
			"error: <stdin>:2: the row has 2 cells, the header 4\n"},
		{"csv, an endless quote", csv, Auto, "id;n_seats;note;at\na;\"1\n\n", "error: <stdin>:2: a quoted cell has no end\n"},
		{"csv, empty", csv, Auto, "", ""},
		{"csv into json", json, CSV, "id,n_seats,note,at\na,1,,5\n\"b\"\"b\",2,x,6\n",
			`a | {"id":"a","n_seats":1,"at":5}` + "\n" + `b"b | {"id":"b\"b","n_seats":2,"note":"x","at":6}` + "\n"},
		{"csv into json without an optional column", json, CSV, "at,id,n_seats\n5,a,1\n", `a | {"id":"a","n_seats":1,"at":5}` + "\n"},
		{"csv into json, a cell of the wrong type", json, CSV, "id,n_seats,note,at\na,1,,5\na,one,,5\n",
			`a | {"id":"a","n_seats":1,"at":5}` + "\n" + `error: <stdin>:3: column "n_seats": "one" is not an int` + "\n"},
		{"json lines", json, Auto, "{\"id\":\"a\"}\n\n  {\"id\":null}\n{}\n", "a | {\"id\":\"a\"}\nnull | {\"id\":null}\nnull | {}\n"},
		{"json, a bad line goes on as it is", json, Auto, "{\"id\":\n{\"id\":\"b\"}\n",
			"warning: <stdin>:1: this is no JSON object (unexpected end of JSON input); it is fed as it is\nnull | {\"id\":\nb | {\"id\":\"b\"}\n"},
		{"json, a key of a timestamp", byMillis, Auto, `{"at":1500}`, "1970-01-01T00:00:01.5Z | {\"at\":1500}\n"},
		{"json into csv", csv, JSON, `{"at":5,"id":"a;b","note":null,"n_seats":1,"more":[]}` + "\n" + `{"at":5,"id":"a","note":"NA","n_seats":1}`,
			"a;b | \"a;b\";1;;5\na | a;1;\"NA\";5\n"},
		{"json into csv, a bad line", csv, JSON, "[1]", "error: <stdin>:1: this is no JSON object: json: cannot unmarshal array into Go value of type map[string]json.RawMessage\n"},
		{"envelopes", json, Envelope, `{"key":"k","value":{"id":"a"},"timestamp":"1970-01-01T00:00:01Z","headers":{"b":"2","a":"1"}}` + "\n" +
			`{"value":{"id":"a"},"timestamp":7}` + "\n" + `{"key":5,"value":null}`,
			"k | {\"id\":\"a\"} @1000 a=1 b=2\na | {\"id\":\"a\"} @7\n5 | \n"},
		{"envelopes of csv", csv, Envelope, `{"value":"a;1;x;5"}`, "null | a;1;x;5\n"},
		{"envelope with a wrong member", json, Envelope, `{"val":1}`, "error: <stdin>:1: this is no envelope: json: unknown field \"val\"\n"},
		{"envelope without value", json, Envelope, `{"key":"a"}`, "error: <stdin>:1: the envelope has no value\n"},
		{"envelope with a wrong time", json, Envelope, `{"value":{},"timestamp":"noon"}`,
			"error: <stdin>:1: timestamp: \"noon\" is neither RFC 3339 nor a whole number of milliseconds\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := all("-", c.in, c.src, c.format); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestFilesAreDecompressedByTheirContent(t *testing.T) {
	const text = `{"id":"a"}`
	var gz, zst bytes.Buffer
	g := gzip.NewWriter(&gz)
	_, _ = g.Write([]byte(text))
	g.Close()
	z, _ := zstd.NewWriter(&zst)
	_, _ = z.Write([]byte(text))
	z.Close()
	for name, content := range map[string][]byte{"a.json": []byte(text), "a.json.gz": gz.Bytes(), "a.json.zst": zst.Bytes(), "lies.json": gz.Bytes()} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		// The source is CSV: it is the file's ending that says JSON.
		if got, want := all(path, "", csvSource(), Auto), "a | a;;;\n"; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := all(filepath.Join(t.TempDir(), "none.json"), "", csvSource(), Auto); !strings.Contains(got, "no such file") {
		t.Errorf("a missing file: %s", got)
	}
}

// A file of one endless line, or with a quote that nobody closes, is not read into memory.
func TestEndlessLine(t *testing.T) {
	defer func(n int) { longestLine = n }(longestLine)
	longestLine = 1 << 20
	for _, c := range []struct {
		src        *check.Source
		text, want string
	}{
		{jsonSource(), "{}\n" + strings.Repeat("x", 3<<20), "null | {}\nerror: <stdin>:2: the line is longer than 1048576 bytes\n"},
		{csvSource(), "id;n_seats;note;at\n\"" + strings.Repeat("x\n", 1<<20), "error: <stdin>:2: a quoted cell goes on for more than 1048576 bytes\n"},
	} {
		if got := all("-", c.text, c.src, Auto); got != c.want {
			t.Errorf("got\n%.200swant\n%s", got, c.want)
		}
	}
	long := `{"id":"` + strings.Repeat("y", 700<<10) + `"}`
	if got := all("-", long+"\n"+long, jsonSource(), Auto); strings.Count(got, long+"\n") != 2 {
		t.Errorf("long lines are cut: %d bytes", len(got))
	}
}

// What is broken in the middle of an archive is found there, by file and line.
func TestBrokenArchive(t *testing.T) {
	var gz bytes.Buffer
	g := gzip.NewWriter(&gz)
	for i := range 200_000 {
		fmt.Fprintf(g, "{\"id\":\"%x\"}\n", uint32(i)*2654435761)
	}
	g.Close()
	path := filepath.Join(t.TempDir(), "cut.json.gz")
	if err := os.WriteFile(path, gz.Bytes()[:gz.Len()/2], 0o644); err != nil {
		t.Fatal(err)
	}
	got := all(path, "", jsonSource(), Auto)
	lines := strings.Split(strings.TrimSpace(got), "\n")
	if want := fmt.Sprintf("error: %s:%d: unexpected EOF", path, len(lines)); lines[len(lines)-1] != want {
		t.Errorf("got %s, want %s", lines[len(lines)-1], want)
	}
}

func TestKeyTextOfSeconds(t *testing.T) {
	f := &types.Field{Name: "at", Type: types.OptionalOf(types.TimestampType), As: types.EpochSeconds}
	for in, want := range map[string]string{
		"0": "1970-01-01T00:00:00Z", "1.25": "1970-01-01T00:00:01.25Z", "-1.5": "1969-12-31T23:59:58.5Z", "1.0000000019": "1970-01-01T00:00:01.000000001Z",
	} {
		if got, err := keyText(f, in); err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", in, got, err, want)
		}
	}
	for _, bad := range []string{"", "x", "1.x", "1.-5"} {
		if got, err := keyText(f, bad); err == nil {
			t.Errorf("%q is accepted as %s", bad, got)
		}
	}
}

func TestProduceSpreadsKeylessRecordsAndKeepsKeysTogether(t *testing.T) {
	b, err := broker.Start(broker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.CreateTopic("trips", 3); err != nil {
		t.Fatal(err)
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(b.Addr()), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ConsumeTopics("trips"))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	var text strings.Builder
	for range 6 {
		text.WriteString("{}\n{\"id\":\"a\"}\n")
	}
	in, err := Open("-", strings.NewReader(text.String()), jsonSource(), Auto)
	if err != nil {
		t.Fatal(err)
	}
	n, err := Produce(t.Context(), cl, in, "trips", 3, nil)
	if err != nil || n != 12 {
		t.Fatalf("%d records, %v", n, err)
	}
	nulls, keyed := map[int32]int{}, map[int32]int{}
	for got := 0; got < 12; {
		cl.PollFetches(t.Context()).EachRecord(func(r *kgo.Record) {
			got++
			if r.Key == nil {
				nulls[r.Partition]++
			} else {
				keyed[r.Partition]++
			}
		})
	}
	if fmt.Sprint(nulls) != "map[0:2 1:2 2:2]" || len(keyed) != 1 {
		t.Errorf("records without key by partition: %v, with the same key: %v", nulls, keyed)
	}
}
