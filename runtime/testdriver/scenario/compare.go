package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Record is a record that came out.
type Record struct {
	Partition int32
	Key       []byte // nil: null
	Value     []byte
	Timestamp time.Time
	Headers   []Header
}

// difference is one place in which a record is not what was expected.
type difference struct {
	at        Pos
	path      string // in the record
	want, got string
}

// compare lists the differences between an expected record and one that came, the key left out.
func (e *Expected) compare(t *Topic, r *Record) []difference {
	path := e.At.File
	var out []difference
	add := func(at Pos, what, want, got string) { out = append(out, difference{at, what, want, got}) }
	switch {
	case e.Value == nil:
		if r.Value != nil {
			add(e.At, "value", "null", show(r.Value))
		}
	case isText(e.Value):
		if want, err := textOf(e.Value); err != nil || r.Value == nil || !bytes.Equal(want, r.Value) {
			add(Pos{path, e.Value.Line, e.Value.Column}, "value", show(want), show(r.Value))
		}
	case len(t.Columns) > 0 && e.Value.Kind == yaml.MappingNode:
		out = append(out, compareRow(path, t, e.Value, r.Value)...)
	default:
		v, ok := decodeJSON(r.Value)
		if !ok {
			add(Pos{path, e.Value.Line, e.Value.Column}, "value", "JSON", show(r.Value))
			break
		}
		out = append(out, compareJSON(path, e.Value, v, "")...)
	}
	if e.Timestamp != nil && !e.Timestamp.Equal(r.Timestamp) {
		add(e.At, "timestamp", e.Timestamp.Format(time.RFC3339Nano), r.Timestamp.UTC().Format(time.RFC3339Nano))
	}
	if e.Partition != nil && *e.Partition != r.Partition {
		add(e.At, "partition", fmt.Sprint(*e.Partition), fmt.Sprint(r.Partition))
	}
	for _, h := range e.Headers {
		if !slices.ContainsFunc(r.Headers, func(g Header) bool { return g.Key == h.Key && g.Value == h.Value }) {
			got := "no such header"
			if i := slices.IndexFunc(r.Headers, func(g Header) bool { return g.Key == h.Key }); i >= 0 {
				got = show([]byte(r.Headers[i].Value))
			}
			add(h.At, "header "+h.Key, show([]byte(h.Value)), got)
		}
	}
	return out
}

// compareJSON compares a node with decoded JSON, member by member, so that a difference has the position of what was expected.
func compareJSON(file string, n *yaml.Node, v any, path string) []difference {
	n = deref(n)
	at := Pos{file, n.Line, n.Column}
	if path == "" {
		path = "value"
	}
	prefix := strings.TrimPrefix(path+".", "value.")
	switch v := v.(type) {
	case map[string]any:
		if n.Kind != yaml.MappingNode {
			break
		}
		var out []difference
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			seen[k.Value] = true
			if got, ok := v[k.Value]; ok {
				out = append(out, compareJSON(file, n.Content[i+1], got, prefix+k.Value)...)
			} else {
				out = append(out, difference{Pos{file, k.Line, k.Column}, prefix + k.Value, nodeText(n.Content[i+1]), "nothing"})
			}
		}
		extra := make([]string, 0, len(v))
		for k := range v {
			if !seen[k] {
				extra = append(extra, k)
			}
		}
		slices.Sort(extra)
		for _, k := range extra {
			out = append(out, difference{at, prefix + k, "nothing", jsonText(v[k])})
		}
		return out
	case []any:
		if n.Kind != yaml.SequenceNode || len(n.Content) != len(v) {
			break
		}
		var out []difference
		for i, c := range n.Content {
			out = append(out, compareJSON(file, c, v[i], fmt.Sprintf("%s[%d]", path, i))...)
		}
		return out
	}
	text, err := appendJSON(nil, n)
	want, ok := decodeJSON(text)
	if err != nil || !ok || !equal(want, v) {
		return []difference{{at, path, nodeText(n), jsonText(v)}}
	}
	return nil
}

// compareRow compares a mapping with a CSV row, column by column, by the text of the cells.
func compareRow(file string, t *Topic, n *yaml.Node, row []byte) []difference {
	at := Pos{file, n.Line, n.Column}
	cells := splitRow(string(row), t.Delimiter)
	if row == nil || len(cells) != len(t.Columns) {
		return []difference{{at, "value", fmt.Sprintf("a row of %d cells", len(t.Columns)), show(row)}}
	}
	var out []difference
	for i, c := range t.Columns {
		got, null := unquote(cells[i]), slices.Contains(t.Nulls, cells[i])
		var want *yaml.Node
		for j := 0; j+1 < len(n.Content); j += 2 {
			if n.Content[j].Value == c {
				want = deref(n.Content[j+1])
			}
		}
		switch {
		case want == nil || isNull(want):
			if !null {
				out = append(out, difference{at, c, "nothing", show([]byte(got))})
			}
		case null || want.Value != got && (want.Tag == "!!str" || !sameNumber(want.Value, got)):
			out = append(out, difference{Pos{file, want.Line, want.Column}, c, want.Value, cells[i]})
		}
	}
	return out
}

func splitRow(row, delim string) []string {
	var out []string
	start, inside := 0, false
	for i := 0; i < len(row); i++ {
		switch {
		case row[i] == '"':
			inside = !inside
		case !inside && strings.HasPrefix(row[i:], delim):
			out = append(out, row[start:i])
			start = i + len(delim)
		}
	}
	return append(out, row[start:])
}

func unquote(cell string) string {
	if len(cell) < 2 || cell[0] != '"' || cell[len(cell)-1] != '"' {
		return cell
	}
	return strings.ReplaceAll(cell[1:len(cell)-1], `""`, `"`)
}

func nodeText(n *yaml.Node) string {
	text, err := appendJSON(nil, n)
	if err != nil {
		return n.Value
	}
	return string(text)
}

func jsonText(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // it was decoded from JSON
	return strings.TrimSuffix(b.String(), "\n")
}

// show prints bytes for a message: a JSON object or list as it is, everything else quoted.
func show(b []byte) string {
	if b == nil {
		return "null"
	}
	if len(b) > 0 && (b[0] == '{' || b[0] == '[') && json.Valid(b) {
		return string(b)
	}
	return fmt.Sprintf("%q", b)
}
