package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// jsonRows reads one value a line.
type jsonRows struct{ in *Input }

func (r *jsonRows) next() (*kgo.Record, error) {
	line, err := r.in.nextLine()
	if err != nil {
		return nil, err
	}
	return r.in.fromJSON(line)
}

// nextLine returns the next line that isn't blank.
func (in *Input) nextLine() ([]byte, error) {
	for {
		line, err := in.file.readLine()
		if err != nil {
			return nil, err
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line, nil
		}
	}
}

// fromJSON makes a record of a JSON value.
func (in *Input) fromJSON(text []byte) (*kgo.Record, error) {
	rec := &kgo.Record{Value: text}
	members := map[string]json.RawMessage{}
	if in.src.Format != check.JSON || in.src.KeyField != "" || !json.Valid(text) {
		if err := json.Unmarshal(text, &members); err != nil {
			if in.src.Format != check.JSON {
				return nil, in.errorf(in.file.line, "this is no JSON object: %w", err)
			}
			in.warn(in.file.line, "this is no JSON object (%v); it is fed as it is", err)
			return rec, nil
		}
	}
	if in.src.Format == check.CSV {
		rec.Value = csvOf(in.src, members)
	}
	if f := in.src.Value.Field(in.src.KeyField); f != nil {
		var err error
		for _, name := range f.Wires() {
			raw := members[name]
			if len(raw) == 0 || isNull(raw) {
				continue
			}
			if rec.Key, err = keyText(f, jsonText(raw)); err != nil {
				in.warn(in.file.line, "%v; it is fed with a null key", err)
			}
			break
		}
	}
	return rec, nil
}

// csvOf makes a CSV record of a JSON object's members. A null member becomes the first of the source's null texts.
func csvOf(src *check.Source, members map[string]json.RawMessage) []byte {
	delim := src.CSV.Delimiter
	if delim == 0 {
		delim = ','
	}
	var out []byte
	for i, c := range src.CSV.Columns {
		if i > 0 {
			out = append(out, delim)
		}
		raw := members[c]
		if len(raw) == 0 || isNull(raw) {
			if len(src.CSV.Nulls) > 0 {
				out = append(out, src.CSV.Nulls[0]...)
			}
			continue
		}
		cell := []byte(jsonText(raw))
		if bytes.ContainsAny(cell, "\"\r\n"+string(rune(delim))) || raw[0] == '"' && slices.Contains(src.CSV.Nulls, string(cell)) {
			cell = quote(cell)
		}
		out = append(out, cell...)
	}
	return out
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }

// jsonText is a string's content, and of anything else its JSON text.
func jsonText(raw json.RawMessage) string {
	var s string
	if raw[0] == '"' && json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// envelope is a line that gives a whole record.
type envelope struct {
	Key       json.RawMessage   `json:"key"`
	Value     json.RawMessage   `json:"value"`
	Timestamp json.RawMessage   `json:"timestamp"`
	Headers   map[string]string `json:"headers"`
}

// envelopeRows reads lines of the form {"key": …, "value": …, "timestamp": …, "headers": {…}}. Only value must be there. A
// string as key is the key's text, anything else its JSON text. The timestamp is RFC 3339 or a number of milliseconds since
// the epoch.
type envelopeRows struct{ in *Input }

func (r *envelopeRows) next() (*kgo.Record, error) {
	in := r.in
	line, err := in.nextLine()
	if err != nil {
		return nil, err
	}
	var e envelope
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return nil, in.errorf(in.file.line, "this is no envelope: %w", err)
	}
	if len(e.Value) == 0 {
		return nil, in.errorf(in.file.line, "the envelope has no value")
	}
	rec := &kgo.Record{Value: e.Value}
	switch {
	case isNull(e.Value):
		rec.Value = nil
	case in.src.Format == check.CSV && e.Value[0] == '"':
		rec.Value = []byte(jsonText(e.Value))
	case in.src.Format == check.CSV || len(e.Key) == 0 && in.src.KeyField != "":
		if rec, err = in.fromJSON(e.Value); err != nil {
			return nil, err
		}
	}
	if len(e.Key) > 0 && !isNull(e.Key) {
		rec.Key = []byte(jsonText(e.Key))
	}
	if len(e.Timestamp) > 0 {
		if rec.Timestamp, err = parseTime(e.Timestamp); err != nil {
			return nil, in.errorf(in.file.line, "timestamp: %w", err)
		}
	}
	for k, v := range e.Headers {
		rec.Headers = append(rec.Headers, kgo.RecordHeader{Key: k, Value: []byte(v)})
	}
	slices.SortFunc(rec.Headers, func(a, b kgo.RecordHeader) int { return strings.Compare(a.Key, b.Key) })
	return rec, nil
}

func parseTime(raw json.RawMessage) (time.Time, error) {
	var ms int64
	if json.Unmarshal(raw, &ms) == nil {
		return time.UnixMilli(ms), nil
	}
	t, err := time.Parse(time.RFC3339, jsonText(raw))
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is neither RFC 3339 nor a whole number of milliseconds", raw)
	}
	return t, nil
}

// appendJSON appends a cell's text as the JSON of a field.
func appendJSON(b []byte, f *types.Field, cell []byte) ([]byte, error) {
	t := f.Type
	if t.Kind == types.Optional {
		t = t.Elem
	}
	raw := false
	switch t.Kind {
	case types.Bool, types.Int, types.Uint, types.List, types.Map, types.Record:
		raw = true
	case types.Double:
		raw = !slices.Contains([]string{"NaN", "Infinity", "-Infinity"}, string(cell))
	case types.Timestamp:
		raw = f.As != types.RFC3339
	}
	if !raw {
		return appendString(b, string(cell)), nil
	}
	if cell = bytes.TrimSpace(cell); !json.Valid(cell) {
		return nil, fmt.Errorf("%q is not %s", cell, article(t))
	}
	return append(b, cell...), nil
}

func article(t *types.Type) string {
	name := t.String()
	if strings.ContainsRune("aeio", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}

func appendString(b []byte, s string) []byte {
	text, _ := json.Marshal(s) // a string can always be marshalled
	return append(b, text...)
}
