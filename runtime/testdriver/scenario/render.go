package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// wide is the line length from which on a value is written one member a line.
const wide = 120

var (
	plainText = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_./-]*$|^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
	// YAML 1.1 readers take these for booleans or null.
	reserved = regexp.MustCompile(`(?i)^(true|false|null|yes|no|on|off)$`)
)

// scalarText writes a string as YAML: plain where every reader sees a string or a timestamp, else in double quotes.
func scalarText(s string) string {
	if plainText.MatchString(s) && !reserved.MatchString(s) {
		return s
	}
	return string(appendText(nil, s))
}

// lines writes a record as an item of a block sequence whose dash stands behind pad spaces.
func (r *Record) lines(pad int) []string {
	var body []string
	if r.Key != nil {
		body = append(body, "key: "+keyYAML(r.Key))
	}
	body = append(body, valueYAML(r.Value, pad+2)...)
	for _, h := range r.Headers {
		// The topic, partition and offset of a dead letter say what the scenario says already.
		if strings.HasSuffix(h.Key, ".message") {
			body = append(body, "headers: {"+scalarText(h.Key)+": "+scalarText(h.Value)+"}")
		}
	}
	space := strings.Repeat(" ", pad)
	for i := range body {
		mark := "  "
		if i == 0 {
			mark = "- "
		}
		body[i] = space + mark + body[i]
	}
	return body
}

func keyYAML(key []byte) string {
	if !utf8.Valid(key) {
		return binary(key)
	}
	if len(key) > 0 && key[0] == '{' {
		if text, ok := flow(key); ok {
			return text
		}
	}
	return scalarText(string(key))
}

func valueYAML(v []byte, pad int) []string {
	switch {
	case v == nil:
		return []string{"value: null"}
	case !utf8.Valid(v):
		return []string{"value: " + binary(v)}
	}
	if text, ok := flow(v); ok && (v[0] == '{' || v[0] == '[') {
		if len(text)+pad+len("value: ") <= wide || v[0] == '[' {
			return []string{"value: " + text}
		}
		return append([]string{"value:"}, members(v)...)
	}
	return []string{"value: " + string(appendText(nil, string(v)))}
}

// members writes a JSON object one member a line.
func members(object []byte) []string {
	var out []string
	d := json.NewDecoder(bytes.NewReader(object))
	_, _ = d.Token() // {; the object was read before, so no error can come
	for d.More() {
		k, _ := d.Token()
		var v json.RawMessage
		_ = d.Decode(&v)
		text, _ := flow(v)
		out = append(out, fmt.Sprintf("  %s: %s", scalarText(k.(string)), text))
	}
	return out
}

// flow writes JSON as YAML in flow style, members in their order.
func flow(text []byte) (string, bool) {
	if !json.Valid(text) {
		return "", false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var b strings.Builder
	flowValue(&b, d)
	return b.String(), true
}

func flowValue(b *strings.Builder, d *json.Decoder) {
	tok, _ := d.Token() // the text is valid
	switch v := tok.(type) {
	case json.Delim:
		closing := map[json.Delim]string{'{': "}", '[': "]"}[v]
		b.WriteString(v.String())
		for first := true; d.More(); first = false {
			if !first {
				b.WriteString(", ")
			}
			if v == '{' {
				k, _ := d.Token()
				b.WriteString(scalarText(k.(string)) + ": ")
			}
			flowValue(b, d)
		}
		_, _ = d.Token()
		b.WriteString(closing)
	case string:
		b.WriteString(scalarText(v))
	case nil:
		b.WriteString("null")
	default:
		fmt.Fprint(b, v)
	}
}

func binary(b []byte) string {
	text, _ := json.Marshal(b) // base64 in quotes
	return "!!binary " + string(text)
}
