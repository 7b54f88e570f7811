package scenario

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Schema says how the topics of a spec are written, so that scenario files can give CSV rows as mappings and leave out keys
// that stand in the value. `weir test` derives it from the spec. Without one values are JSON or strings, and keys are written.
type Schema struct {
	Topics []Topic
}

// Topic is a source's or a sink's topic.
type Topic struct {
	Name  string // of the source or sink
	Topic string
	Sink  bool
	// CSV values have columns, a delimiter and texts that mean null; Columns is empty for JSON.
	Columns   []string
	Delimiter string
	Nulls     []string
	// KeyField is the member or column of a source's value that the key equals, empty if there is none.
	KeyField string
	// Updates marks a sink whose records are newer values of a key's earlier ones, as many as there were commits.
	Updates bool
}

// find returns the source or sink that has the name, or the topic with the name; the zero Topic if there is none.
func (s *Schema) find(name string, sink bool) Topic {
	for _, byTopic := range []bool{false, true} {
		for _, t := range s.Topics {
			if t.Sink == sink && (!byTopic && t.Name == name || byTopic && t.Topic == name) {
				return t
			}
		}
	}
	return Topic{}
}

// encode makes a record's value of a node: nothing of null, the bytes of a string, a CSV row of a mapping if the topic has
// columns, and JSON of everything else.
func (t *Topic) encode(n *yaml.Node) ([]byte, error) {
	switch {
	case n == nil || isNull(n):
		return nil, nil
	case isText(n):
		return textOf(n)
	case len(t.Columns) > 0 && n.Kind == yaml.MappingNode:
		return t.row(n)
	}
	return appendJSON(nil, n)
}

// isText tells whether a node is written as a string (or as !!binary, for bytes that are no text).
func isText(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (n.Tag == "!!str" || n.Tag == "!!binary")
}

func textOf(n *yaml.Node) ([]byte, error) {
	if n.Tag == "!!binary" {
		return base64.StdEncoding.DecodeString(n.Value)
	}
	return []byte(n.Value), nil
}

func (t *Topic) row(n *yaml.Node) ([]byte, error) {
	cells := make([][]byte, len(t.Columns))
	for i := range cells {
		if len(t.Nulls) > 0 {
			cells[i] = []byte(t.Nulls[0])
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], deref(n.Content[i+1])
		at := slices.Index(t.Columns, k.Value)
		if at < 0 {
			return nil, fmt.Errorf("%s has no column %q; it has %s", t.Name, k.Value, strings.Join(t.Columns, ", "))
		}
		if isNull(v) {
			continue
		}
		cell := []byte(v.Value)
		if v.Kind != yaml.ScalarNode {
			var err error
			if cell, err = appendJSON(nil, v); err != nil {
				return nil, err
			}
		}
		if bytes.ContainsAny(cell, "\"\r\n"+t.Delimiter) || v.Tag == "!!str" && slices.Contains(t.Nulls, string(cell)) {
			cell = []byte(`"` + strings.ReplaceAll(string(cell), `"`, `""`) + `"`)
		}
		cells[at] = cell
	}
	return bytes.Join(cells, []byte(t.Delimiter)), nil
}

// keyOf is the key that an encoded value brings with it, nil if it has none.
func (t *Topic) keyOf(value []byte) []byte {
	switch {
	case t.KeyField == "" || value == nil:
		return nil
	case len(t.Columns) > 0:
		cells := splitRow(string(value), t.Delimiter)
		at := slices.Index(t.Columns, t.KeyField)
		if at < 0 || at >= len(cells) || slices.Contains(t.Nulls, cells[at]) {
			return nil
		}
		return []byte(unquote(cells[at]))
	}
	v, _ := decodeJSON(value)
	members, _ := v.(map[string]any)
	switch v := members[t.KeyField].(type) {
	case nil:
		return nil
	case string:
		return []byte(v)
	default:
		return []byte(jsonText(v))
	}
}

// encodeKey makes a key of a node: the text of a scalar, JSON of everything else.
func encodeKey(n *yaml.Node) ([]byte, error) {
	switch {
	case n == nil || isNull(n):
		return nil, nil
	case n.Kind == yaml.ScalarNode:
		return textOf(n)
	}
	return appendJSON(nil, n)
}

// appendJSON writes a node as JSON, members in the order written, numbers as written where JSON allows it.
func appendJSON(b []byte, n *yaml.Node) ([]byte, error) {
	n = deref(n)
	var err error
	switch n.Kind {
	case yaml.MappingNode:
		b = append(b, '{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, n.Content[i].Value), ':')
			if b, err = appendJSON(b, n.Content[i+1]); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	case yaml.SequenceNode:
		b = append(b, '[')
		for i, c := range n.Content {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendJSON(b, c); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	}
	switch n.Tag {
	case "!!null":
		return append(b, "null"...), nil
	case "!!int", "!!float", "!!bool":
		if json.Valid([]byte(n.Value)) {
			return append(b, n.Value...), nil
		}
		var v any // 0x10, True, .inf: YAML's own spellings
		if err := n.Decode(&v); err != nil {
			return nil, err
		}
		text, err := json.Marshal(v)
		if err != nil { // not a number, infinity
			return nil, fmt.Errorf("%s can't be written as JSON; write it as a string", n.Value)
		}
		return append(b, text...), nil
	}
	return appendText(b, n.Value), nil
}

func appendText(b []byte, s string) []byte {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can always be encoded
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}

// decodeJSON reads JSON with its numbers as written; ok is false if text is no JSON.
func decodeJSON(text []byte) (v any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&v) != nil || d.More() {
		return nil, false
	}
	return v, true
}

// equal compares decoded JSON; numbers by value.
func equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k, v := range a {
			if w, ok := b[k]; !ok || !equal(v, w) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case json.Number:
		b, ok := b.(json.Number)
		return ok && (a == b || sameNumber(string(a), string(b)))
	}
	return a == b
}

func sameNumber(a, b string) bool {
	if len(a) > 400 || len(b) > 400 { // 1e999999999 as a fraction would fill the memory
		return false
	}
	x, okx := new(big.Float).SetPrec(512).SetString(a)
	y, oky := new(big.Float).SetPrec(512).SetString(b)
	return okx && oky && x.Cmp(y) == 0
}
