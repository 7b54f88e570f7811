package emitgo

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

// stateHandle is the Go type of the context's field for a state.
func (g *generator) stateHandle(f *printer.File, s *check.State) string {
	switch s.Kind {
	case check.ListState:
		return "process.List[" + g.goType(f, s.Type) + "]"
	case check.MapState:
		return "process.Map[" + g.goType(f, s.Key) + ", " + g.goType(f, s.Type) + "]"
	}
	return "process.Value[" + g.goType(f, s.Type) + "]"
}

// newState is the Go expression that makes that handle.
func (g *generator) newState(f *printer.File, st *check.Step, s *check.State) string {
	encode, decode := g.stateFuncs(f, st, s)
	kind, keys := "Value", ""
	switch s.Kind {
	case check.ListState:
		kind = "List"
	case check.MapState:
		name := naming.Exported(g.steps[st].method + g.processors[st].states[s])
		kind, keys = "Map", "append"+name+"Key, parse"+name+"Key, "
	}
	return fmt.Sprintf("process.New%s(t.%s, %q, %s, %s%s, %s)", kind, processStore(g.steps[st]), s.Name, grouped(s.TTL.Milliseconds()), keys, encode, decode)
}

// stateFuncs are the Go functions that encode and decode the values of a state.
func (g *generator) stateFuncs(f *printer.File, st *check.Step, s *check.State) (encode, decode string) {
	if s.Type.Kind == types.Record && !holdsBytes(s.Type) {
		name := g.typeName(s.Type)
		return "(*" + name + ").appendState", "(*" + name + ").decodeState"
	}
	name := g.steps[st].method + g.processors[st].states[s]
	return "append" + naming.Exported(name), "decode" + naming.Exported(name)
}

// holdsBytes tells whether a value of a type holds bytes: decoded, they would be those of the state itself, for the user to change.
func holdsBytes(t *types.Type) bool {
	if t.Kind == types.Bytes {
		return true
	}
	for _, f := range t.Fields {
		if holdsBytes(f.Type) {
			return true
		}
	}
	return t.Elem != nil && holdsBytes(t.Elem)
}

// stateFunc prints the functions that encode and decode a state, if it needs some of its own.
func (g *generator) stateFunc(f *printer.File, st *check.Step, s *check.State) {
	encode, decode := g.stateFuncs(f, st, s)
	if strings.HasPrefix(encode, "(") {
		return
	}
	t, stored := g.goType(f, s.Type), g.typeName(g.storedType(st, s))
	from, in := "v", ""
	if s.Type.Kind != types.Record {
		from = "o"
		in = fmt.Sprintf("o := %s{Value: *v}\n", stored)
	}
	bytes := "b"
	if holdsBytes(s.Type) {
		f.Import("bytes")
		bytes = "bytes.Clone(b)"
	}
	f.P()
	f.F("// %s appends a value of state %s.", encode, s.Name)
	f.F("func %s(v *%s, b []byte) []byte {", encode, t)
	f.P(in + "return " + from + ".appendState(b)")
	f.P("}")
	f.P()
	f.F("// %s reads a value of state %s.", decode, s.Name)
	f.F("func %s(v *%s, b []byte) error {", decode, t)
	if from == "v" {
		f.F("return v.decodeState(%s)", bytes)
	} else {
		f.F("var o %s", stored)
		f.F("err := o.decodeState(%s)", bytes)
		f.P("*v = o.Value")
		f.P("return err")
	}
	f.P("}")
}

// stateKeyFuncs prints the functions that encode and decode the keys of a map.
func (g *generator) stateKeyFuncs(f *printer.File, st *check.Step, s *check.State) {
	if s.Kind != check.MapState {
		return
	}
	f.Import(module + "keyenc")
	name, t := naming.Exported(g.steps[st].method+g.processors[st].states[s])+"Key", g.goType(f, s.Key)
	write, v, read := codecName[s.Key.Kind], "k", readerName(s.Key.Kind)+"(b)"
	switch s.Key.Kind {
	case types.String, types.Bytes:
		write, read = "Last", "Last"+read
	case types.Enum:
		write, v, read = "Last", "k.String()", "LastEnum(b, Parse"+g.typeName(s.Key)+")"
	}
	f.P()
	f.F("// append%s appends a key of state %s, in the order of the map.", name, s.Name)
	f.F("func append%s(b []byte, k %s) []byte { return keyenc.Append%s(b, %s) }", name, t, write, v)
	f.P()
	f.F("// parse%s reads a key of state %s.", name, s.Name)
	f.F("func parse%s(b []byte) (%s, error) {", name, t)
	f.F("k, rest, err := keyenc.%s", read)
	f.P("if err == nil {")
	f.P("err = keyenc.End(rest)")
	f.P("}")
	f.P("return k, err")
	f.P("}")
}

func lifeOf(s *check.State) string {
	if s.TTL == 0 {
		return "unbounded"
	}
	if s.Kind == check.ValueState {
		return "lives " + plan.Duration(s.TTL) + " after it was last set"
	}
	return "each lives " + plan.Duration(s.TTL) + " after it was last set"
}
