package emitgo

import (
	"fmt"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// codecName is what the functions of keyenc and stateenc for a kind are called: AppendInt, Int.
var codecName = map[types.Kind]string{
	types.Bool: "Bool", types.Int: "Int", types.Uint: "Uint", types.Double: "Double", types.String: "String", types.Bytes: "String",
	types.Timestamp: "Time", types.Duration: "Duration", types.Decimal: "Decimal", types.Date: "Date", types.TimeOfDay: "TimeOfDay",
}

// readerName is the name of the function that reads a kind, which tells strings and bytes apart.
func readerName(k types.Kind) string {
	if k == types.Bytes {
		return "Bytes"
	}
	return codecName[k]
}

// appendKey prints the encoding of a group at the end of buffer b.
func (g *generator) appendKey(f *printer.File, st *check.Step, b string, values []string) {
	f.Import(module + "keyenc")
	for i, gr := range st.GroupBy {
		name, v := codecName[gr.Expr.Type.Kind], values[i]
		if gr.Expr.Type.Kind == types.Enum {
			name, v = "String", paren(v)+".String()"
		}
		if name == "String" && i == len(values)-1 {
			name = "Last"
		}
		f.F("%s = keyenc.Append%s(%s, %s)", b, name, b, v)
	}
}

// decodeKey prints the decoding of a group's key into the fields of row that have the components' names.
func (g *generator) decodeKey(f *printer.File, st *check.Step, row string) {
	f.Import(module + "topology")
	var targets []string
	for _, gr := range st.GroupBy {
		targets = append(targets, row+"."+fieldName(st.Out.Type.Field(gr.Name)))
	}
	g.readKey(f, st, targets, "return topology.Fatal(err)")
}

// plainKey tells whether a step's group is one text, whose bytes are the key.
func plainKey(st *check.Step) bool {
	k := st.GroupBy[0].Expr.Type.Kind
	return len(st.GroupBy) == 1 && (k == types.String || k == types.Bytes)
}

// readKey prints the decoding of the group in key into variables that exist.
func (g *generator) readKey(f *printer.File, st *check.Step, targets []string, onErr string) {
	f.Import(module + "keyenc")
	if k := st.GroupBy[0].Expr.Type.Kind; plainKey(st) {
		f.F("%s, _, _ = keyenc.Last%s(key) // the key is the %s as it is", targets[0], readerName(k), k)
		return
	}
	f.P("rest, err := key, error(nil)")
	for i, gr := range st.GroupBy {
		t := gr.Expr.Type
		last := ""
		if i == len(targets)-1 && (t.Kind == types.String || t.Kind == types.Bytes || t.Kind == types.Enum) {
			last = "Last"
		}
		if t.Kind == types.Enum {
			f.F("if %s, rest, err = keyenc.%sEnum(rest, Parse%s); err != nil {", targets[i], last, g.typeName(t))
		} else {
			f.F("if %s, rest, err = keyenc.%s%s(rest); err != nil {", targets[i], last, readerName(t.Kind))
		}
		f.P(onErr)
		f.P("}")
	}
	f.P("if err := keyenc.End(rest); err != nil {")
	f.P(onErr)
	f.P("}")
}

// keyText is the name of the function that writes a group's key as Kafka keys are written, "" where the bytes are that already.
func (g *generator) keyText(st *check.Step) string {
	if k := st.GroupBy[0].Expr.Type.Kind; len(st.GroupBy) == 1 && (k == types.String || k == types.Bytes || k == types.Enum) {
		return ""
	}
	return "append" + g.steps[st].base + "Key"
}

// keyTextFunc prints that function. One component is its text; several are a JSON object.
func (g *generator) keyTextFunc(f *printer.File, st *check.Step) {
	name := g.keyText(st)
	if name == "" {
		return
	}
	f.P()
	f.F("// %s writes a group of step %s as the key of a Kafka record.", name, st.Name)
	f.F("func %s(b, key []byte) ([]byte, error) {", name)
	var targets []string
	f.P("var (")
	for i, gr := range st.GroupBy {
		v := fmt.Sprintf("k%d", i)
		targets = append(targets, v)
		f.F("%s %s // %s", v, g.goType(f, gr.Expr.Type), gr.Name)
	}
	f.P(")")
	g.readKey(f, st, targets, "return nil, err")
	if len(targets) == 1 {
		f.F("return keyenc.AppendText%s(b, k0), nil", codecName[st.GroupBy[0].Expr.Type.Kind])
		f.P("}")
		return
	}
	f.Import(module + "jsonx")
	open := "{"
	for i, gr := range st.GroupBy {
		f.F("b = append(b, `%s%q:`...)", open, gr.Name)
		open = ","
		switch k := gr.Expr.Type.Kind; k {
		case types.Bytes:
			f.F("b = jsonx.AppendBase64(b, %s)", targets[i])
		case types.Enum:
			f.F("b = jsonx.AppendString(b, %s.String())", targets[i])
		case types.Decimal:
			f.F("b = jsonx.AppendDecimal(b, %s, 0)", targets[i])
		default:
			f.F("b = jsonx.Append%s(b, %s)", codecName[k], targets[i])
		}
	}
	f.P("return append(b, '}'), nil")
	f.P("}")
}

// parseKey prints the reading of a record's key into t.key. A key is text; null is a key only where its type is optional.
func (g *generator) parseKey(f *printer.File, t *types.Type) {
	if t.Kind != types.Optional {
		f.P("if rec.Key == nil {")
		f.P("return 0, topology.ErrNullKey")
		f.P("}")
	}
	g.keyFromText(f, t, "rec.Key", "t.key", true, "return 0, topology.InKey(err)")
}

// keyFromText prints the reading of the text of a key into a variable. There is an err. With checks it is tested whether the value
// fulfils the conditions of its type.
func (g *generator) keyFromText(f *printer.File, t *types.Type, text, target string, checks bool, onErr string) {
	elem := t
	if t.Kind == types.Optional {
		elem = t.Elem
		f.F("%s = %s{}", target, g.goType(f, t))
		f.F("if %s != nil {", text)
	}
	f.Import(module + "keyenc")
	call := "keyenc.ParseText" + readerName(elem.Kind) + "(" + text + ")"
	if elem.Precision > 0 {
		call = fmt.Sprintf("keyenc.ParseTextDecimalOf(%s, %d, %d)", text, elem.Precision, elem.Scale)
	}
	if elem.Kind == types.Enum {
		call = fmt.Sprintf("keyenc.ParseTextEnum(%s, Parse%s, %q)", text, g.typeName(elem), elem.Name)
	}
	if t.Kind == types.Optional {
		f.F("v, err := %s", call)
		f.P("if err != nil {")
		f.P(onErr)
		f.P("}")
		if checks {
			g.checkKey(f, elem, "v")
		}
		f.F("%s.Value, %s.Valid = v, true", target, target)
		f.P("}")
		return
	}
	f.F("if %s, err = %s; err != nil {", target, call)
	f.P(onErr)
	f.P("}")
	if checks {
		g.checkKey(f, elem, target)
	}
}

// checkKey prints the tests of the conditions that a key fulfils.
func (g *generator) checkKey(f *printer.File, t *types.Type, key string) {
	for _, c := range g.checks(t) {
		f.F("if !%s(%s) {", c.Func, key)
		f.F("return 0, topology.InKey(keyenc.BadText(rec.Key, %q))", c.Msg)
		f.P("}")
	}
}

// keyVar is the Go variable that holds the value of `key` for the records of a stream in a sub-topology: that of the step which gave
// it to them, of the record of the source, or of the step that merges streams with different ones.
func (g *generator) keyVar(sub *plan.Subtopology, s *check.Stream) string {
	switch {
	case s.LateOf != nil:
		return g.keyVar(sub, s.LateOf.From)
	case s.Step != nil && (s.Step.Key != nil || g.restoresKey(s.Step)):
		return "t." + rekeyField(g.steps[s.Step])
	case s.Step != nil:
		return g.keyVar(sub, s.Step.From)
	case s.Merged != nil:
		return g.mergedKeyVar(sub, s)
	}
	return "t.key"
}

// rekeyField is the field of the task that holds the key that a step gives its records; its text stands in another one.
func rekeyField(n stepNames) string { return n.method + "Key" }

// rekey prints the computation of a step's new key: the value into its field, the text into key. The old one
// is not even a parameter (see stepParams), as nothing behind a key reads it.
func (g *generator) rekey(f *printer.File, c *scope, st *check.Step) error {
	f.Import(module + "keyenc")
	field := "t." + rekeyField(g.steps[st])
	v, err := g.value(f, c, st, "key", "new_key", st.Key)
	if err != nil {
		return err
	}
	f.F("%s = %s", field, v)
	t, value, assign := st.Key.Type, field, ":="
	if t.Kind == types.Optional {
		t, value, assign = t.Elem, field+".Value", "="
		f.P("var key []byte")
		f.F("if %s.Valid {", field)
	}
	name := codecName[t.Kind]
	switch t.Kind {
	case types.String, types.Bytes:
		name = ""
	case types.Enum:
		name, value = "", value+".String()"
	}
	f.F("%sText = keyenc.AppendText%s(%sText[:0], %s)", field, name, field, value)
	f.F("key %s %sText", assign, field)
	if st.Key.Type.Kind == types.Optional {
		f.P("}")
	}
	return nil
}
