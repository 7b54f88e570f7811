package scenario

import (
	"strings"
	"testing"
	"time"
)

// echo is a driver that hands on what is sent once it is committed: to topic "echo" under its key, to topic "bad" if the value
// begins with "!". It fails on the value "boom".
type echo struct {
	open, done []echoed
	log        []string
}

type echoed struct {
	topic string
	rec   Record
}

func (e *echo) send(a *Action, key, value []byte) error {
	if string(value) == "boom" {
		return &Error{a.At, "boom"}
	}
	topic := "echo"
	if strings.HasPrefix(string(value), "!") {
		topic = "bad"
	}
	e.open = append(e.open, echoed{topic, Record{Partition: max(a.Partition, 0), Key: key, Value: value, Timestamp: a.Timestamp, Headers: a.Headers}})
	return nil
}

func (e *echo) advance(d time.Duration) error { e.log = append(e.log, d.String()); return nil }

func (e *echo) commit() error {
	e.done, e.open = append(e.done, e.open...), nil
	return nil
}

func (e *echo) crash() error { return nil } // what is lost is read again
func (e *echo) end() error   { return nil }
func (e *echo) close() error { return nil }

func (e *echo) outputs() map[string][]Record {
	out := map[string][]Record{}
	for _, r := range e.done {
		out[r.topic] = append(out[r.topic], r.rec)
	}
	return out
}

func (e *echo) counts() map[string]int64 { return map[string]int64{"late": int64(len(e.done))} }

var schema = Schema{Topics: []Topic{
	{Name: "in", Topic: "in", KeyField: "id"},
	{Name: "rows", Topic: "rows", Columns: []string{"id", "n", "note"}, Delimiter: ";", Nulls: []string{"", "NA"}, KeyField: "id"},
	{Name: "out", Topic: "echo", Sink: true},
}}

func fakeRunner(o Options, w *strings.Builder) *runner {
	o.Schema = schema
	return &runner{o: o, w: w, topics: map[string]bool{"echo": true, "bad": true},
		open: func(map[string]int32, schedule) (driver, error) { return &echo{}, nil }}
}

func parse(t *testing.T, text string) *File {
	t.Helper()
	f, err := Parse("a_test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// problemsOf plays the only case of a file.
func problemsOf(t *testing.T, text string) string {
	t.Helper()
	f := parse(t, text)
	_, probs, err := fakeRunner(Options{}, nil).oneCase(f, f.Cases[0])
	if err != nil {
		return "error: " + err.Error()
	}
	var lines []string
	for _, p := range probs {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}
