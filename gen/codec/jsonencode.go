package codec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// jsonEncoder prints appendJSON, and those of the records inside.
func (g *generator) jsonEncoder(t *types.Type) error {
	err := g.decl(g.Type(t)+".appendJSON", false, func(p *printer) error {
		if t.Union {
			p.appendUnion(t)
		} else {
			p.appendRecord(t)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return g.each(t, g.jsonEncoder, nil)
}

// appendRecord prints the encoder of a record. Optional fields that are none are left out, so as long as no required field
// stands before them, nobody knows whether a comma does: until then each member ends in a comma, afterwards it begins with
// one.
func (p *printer) appendRecord(t *types.Type) {
	comment := "."
	if slices.ContainsFunc(t.Fields, nullable) {
		comment = ", or are null\n// where that would stand for a default."
	}
	p.line("// appendJSON appends o as a JSON object. Optional fields without a value are left out%s", comment)
	p.line("func (o *%s) appendJSON(b []byte) []byte {", p.Type(t))
	before := "{"
	comma := false
	for _, f := range t.Fields {
		src, name := "o."+p.Field(f), jsonString(wire(f))+":"
		if f.Type.Kind != types.Optional || nullable(f) {
			p.line("b = append(b, %s...)", literal(before+name))
			p.appendJSON(src, f.Type, f.As, 1)
			before, comma = ",", true
			continue
		}
		if before == "{" {
			p.line("b = append(b, '{')")
			before = ""
		}
		p.line("if %s.Valid {", src)
		p.line("b = append(b, %s...)", literal(before+name))
		p.appendJSON(src+".Value", f.Type.Elem, f.As, 1)
		if !comma {
			p.line("b = append(b, ',')")
		}
		p.line("}")
	}
	switch {
	case len(t.Fields) == 0:
		p.line("return append(b, \"{}\"...)\n}")
	case comma:
		p.line("return append(b, '}')\n}")
	default:
		p.line("return %s.Close(b, '}')\n}", p.pkg(pkgJSON))
	}
}

// nullable tells whether a field without a value is written as null: if it were left out, readers would take the default.
func nullable(f *types.Field) bool { return f.Type.Kind == types.Optional && f.Default != nil }

// appendJSON prints the statements that append the value src to b.
func (p *printer) appendJSON(src string, t *types.Type, as types.TimeAs, depth int) {
	suffix := ""
	if depth > 1 {
		suffix = fmt.Sprint(depth)
	}
	jsonx := p.pkg(pkgJSON)
	switch t.Kind {
	case types.Optional:
		p.line("if %s.Valid {", src)
		p.appendJSON(src+".Value", t.Elem, as, depth)
		p.line("} else {\nb = append(b, \"null\"...)\n}")
	case types.Record:
		p.line("b = %s.appendJSON(b)", src)
	case types.Enum:
		p.line("b = %s.AppendString(b, %s.String())", jsonx, src)
	case types.List:
		i := "i" + suffix
		p.line("b = append(b, '[')\nfor %s := range %s {", i, src)
		p.appendJSON(src+"["+i+"]", t.Elem, as, depth+1)
		p.line("b = append(b, ',')\n}\nb = %s.Close(b, ']')", jsonx)
	case types.Map:
		k, v := "k"+suffix, "v"+suffix
		p.line("b = append(b, '{')")
		p.sortedRange(k, src, t)
		p.line("%s := %s[%s]", v, src, k)
		if t.Key.Kind == types.String {
			p.line("b = append(jsonx.AppendString(b, %s), ':')", k)
		} else {
			p.line("b = append(%s, '\"', ':')", p.call(pkgJSON, "Append"+jsonWriters[t.Key.Kind], `append(b, '"')`, k))
		}
		p.appendJSON(v, t.Elem, as, depth+1)
		p.line("b = append(b, ',')\n}\nb = %s.Close(b, '}')", jsonx)
	case types.Decimal:
		writer := "AppendDecimal"
		if as == types.AsString {
			writer = "AppendDecimalText"
		}
		p.line("b = %s.%s(b, %s, %d)", jsonx, writer, src, t.Scale)
	default:
		writer := jsonWriters[t.Kind]
		if t.Kind == types.Timestamp {
			writer = timeName(as)
		}
		p.line("b = %s.Append%s(b, %s)", jsonx, writer, src)
	}
}

var jsonWriters = map[types.Kind]string{
	types.Bool: "Bool", types.Int: "Int", types.Uint: "Uint", types.Double: "Double", types.String: "String", types.Bytes: "Base64",
	types.Timestamp: "Time", types.Duration: "Duration", types.Date: "Date", types.TimeOfDay: "TimeOfDay",
}

// sortedRange opens a loop over the keys of a map in order, so that equal maps are written alike.
func (p *printer) sortedRange(k, src string, t *types.Type) {
	if t.Key.Kind == types.Bool {
		p.line("for _, %s := range []bool{false, true} {\nif _, ok := %s[%s]; !ok {\ncontinue\n}", k, src, k)
		return
	}
	p.line("for _, %s := range %s {", k, p.call(pkgSlices, "Sorted", p.call(pkgMaps, "Keys", src)))
}

// jsonString spells a string in JSON.
func jsonString(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // of a string, to memory: cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

// literal is a Go string literal, between back quotes where that is possible.
func literal(s string) string {
	if strings.ContainsAny(s, "`\r\n") {
		return quote(s)
	}
	return "`" + s + "`"
}
