package codec

import (
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// stateCodec prints appendState and decodeState, and what they need of the records inside, which are written whole.
func (g *generator) stateCodec(t *types.Type, s *State) error {
	fields := s.Fields
	if fields == nil {
		fields = t.Fields
	}
	name, suffix := g.Type(t), s.Suffix
	if err := g.spelling(name+".appendState"+suffix, *s); err != nil {
		return err
	}
	err := g.decl(name+".appendState"+suffix, false, func(p *printer) error {
		p.line("// appendState%s appends o in the encoding of package stateenc: %s.", suffix, fieldNames(fields))
		p.line("func (o *%s) appendState%s(b []byte) []byte {", name, suffix)
		if !s.Bare {
			p.line("b = %s.AppendHeader(b, %#04x)", p.pkg(pkgState), layout(fields))
		}
		p.appendFields(fields)
		p.line("return b\n}")
		return nil
	})
	if err != nil {
		return err
	}
	err = g.decl(name+".decodeState"+suffix, false, func(p *printer) error {
		state := p.pkg(pkgState)
		p.line("// decodeState%s reads what appendState%s wrote. Strings and bytes alias b. Other fields stay as they are.", suffix, suffix)
		p.line("func (o *%s) decodeState%s(b []byte) error {", name, suffix)
		if s.Bare {
			p.line("i := 0")
		} else {
			p.line("i := %s.Header(b, %#04x)", state, layout(fields))
		}
		p.readFields(fields)
		p.line("return %s.Done(b, i)\n}", state)
		return nil
	})
	if err != nil {
		return err
	}
	return g.each(&types.Type{Fields: fields}, g.stateParts, g.stateEnum)
}

// stateParts prints the two halves of the codec of a record inside of another value.
func (g *generator) stateParts(t *types.Type) error {
	name := g.Type(t)
	err := g.decl(name+".appendFields", false, func(p *printer) error {
		p.line("// appendFields appends o as a part of a value in the encoding of package stateenc.")
		p.line("func (o *%s) appendFields(b []byte) []byte {", name)
		p.appendFields(t.Fields)
		p.line("return b\n}")
		return nil
	})
	if err != nil {
		return err
	}
	err = g.decl(name+".readFields", false, func(p *printer) error {
		p.line("// readFields reads at b[i:] what appendFields wrote, and returns the cursor behind it.")
		p.line("func (o *%s) readFields(b []byte, i int) int {", name)
		p.readFields(t.Fields)
		p.line("return i\n}")
		return nil
	})
	if err != nil {
		return err
	}
	return g.each(t, g.stateParts, g.stateEnum)
}

// stateEnum prints the function that reads an enum.
func (g *generator) stateEnum(t *types.Type) error {
	name := g.Type(t)
	return g.decl("read"+name, false, func(p *printer) error {
		state := p.pkg(pkgState)
		p.line("// read%s reads the name of a value at b[i:]; no name is the zero value.", name)
		p.line("func read%s(b []byte, i int) (%s, int) {", name, name)
		p.line("name, i := %s.Bytes(b, i)", state)
		p.line("v, ok := Parse%s(name)\nif !ok && len(name) > 0 {\nreturn 0, %s.Malformed()\n}\nreturn v, i\n}", name, state)
		return nil
	})
}

func (p *printer) appendFields(fields []*types.Field) {
	if len(fields) == 0 {
		p.line("b = append(b, 0)")
	}
	for _, f := range fields {
		p.appendState("o."+p.Field(f), f.Type, 1)
	}
}

func (p *printer) readFields(fields []*types.Field) {
	if len(fields) == 0 {
		p.line("i = %s", p.call(pkgState, "Empty", "b", "i"))
	}
	for _, f := range fields {
		if composite(f.Type) {
			p.counter(f.Type, 1)
			break
		}
	}
	for _, f := range fields {
		p.readState("o."+p.Field(f), f.Type, 1)
	}
}

// stateNames name the readers and writers of scalars.
var stateNames = map[types.Kind]string{
	types.Bool: "Bool", types.Int: "Int", types.Uint: "Uint", types.Double: "Double", types.String: "String", types.Bytes: "Bytes",
	types.Timestamp: "Time", types.Duration: "Duration", types.Decimal: "Decimal", types.Date: "Date", types.TimeOfDay: "TimeOfDay",
}

func (p *printer) appendState(src string, t *types.Type, depth int) {
	suffix := ""
	if depth > 1 {
		suffix = fmt.Sprint(depth)
	}
	state := p.pkg(pkgState)
	switch t.Kind {
	case types.Optional:
		p.line("b = %s.AppendBool(b, %s.Valid)\nif %s.Valid {", state, src, src)
		p.appendState(src+".Value", t.Elem, depth)
		p.line("}")
	case types.Record:
		p.line("b = %s.appendFields(b)", src)
	case types.Enum:
		p.line("b = %s.AppendString(b, %s.String())", state, src)
	case types.List:
		p.line("b = %s.AppendLen(b, len(%s))\nfor i%s := range %s {", state, src, suffix, src)
		p.appendState(src+"[i"+suffix+"]", t.Elem, depth+1)
		p.line("}")
	case types.Map:
		k, v := "k"+suffix, "v"+suffix
		p.line("b = %s.AppendLen(b, len(%s))", state, src)
		p.sortedRange(k, src, t)
		p.line("%s := %s[%s]", v, src, k)
		p.appendState(k, t.Key, depth+1)
		p.appendState(v, t.Elem, depth+1)
		p.line("}")
	case types.Bytes:
		p.line("b = %s.AppendString(b, %s)", state, src)
	default:
		p.line("b = %s.Append%s(b, %s)", state, stateNames[t.Kind], src)
	}
}

func (p *printer) readState(dst string, t *types.Type, depth int) {
	suffix := ""
	if depth > 1 {
		suffix = fmt.Sprint(depth)
	}
	state := p.pkg(pkgState)
	switch t.Kind {
	case types.Optional:
		p.line("%s = %s{}", dst, p.goType(t))
		p.line("if %s.Valid, i = %s.Bool(b, i); %s.Valid {", field(dst), state, field(dst))
		p.readState(field(dst)+".Value", t.Elem, depth)
		p.line("}")
	case types.Record:
		p.line("i = %s.readFields(b, i)", field(dst))
	case types.Enum:
		p.line("%s, i = read%s(b, i)", dst, p.Type(t))
	case types.List:
		n, v := "n"+suffix, "v"+suffix
		p.line("%s, i = %s.Len(b, i)", n, state)
		p.line("%s = %s[:0]", dst, paren(dst))
		p.line("for ; %s > 0 && i >= 0; %s-- {", n, n)
		p.line("var %s %s", v, p.goType(t.Elem))
		p.counter(t.Elem, depth+1)
		p.readState(v, t.Elem, depth+1)
		p.line("%s = append(%s, %s)\n}", dst, dst, v)
	case types.Map:
		n, k, v := "n"+suffix, "k"+suffix, "v"+suffix
		p.line("%s, i = %s.Len(b, i)", n, state)
		p.line("if %s == nil {\n%s = %s{}\n}\nclear(%s)", dst, dst, p.goType(t), dst)
		p.line("for ; %s > 0 && i >= 0; %s-- {", n, n)
		p.line("var %s %s\nvar %s %s", k, p.goType(t.Key), v, p.goType(t.Elem))
		p.counter(t.Elem, depth+1)
		p.readState(k, t.Key, depth+1)
		p.readState(v, t.Elem, depth+1)
		p.line("%s[%s] = %s\n}", paren(dst), k, v)
	default:
		p.line("%s, i = %s.%s(b, i)", dst, state, stateNames[t.Kind])
	}
}

// counter declares the variable that counts the items of a list or a map that is read at a depth of loops.
func (p *printer) counter(t *types.Type, depth int) {
	switch {
	case composite(t) && depth > 1:
		p.line("var n%d int", depth)
	case composite(t):
		p.line("var n int")
	}
}

// layout is a fingerprint of the names and types of fields, those of records inside included.
func layout(fields []*types.Field) uint16 {
	h := fnv.New32a()
	var write func(fields []*types.Field)
	write = func(fields []*types.Field) {
		for _, f := range fields {
			fmt.Fprintf(h, "%s %s;", f.Name, f.Type)
			inner := f.Type
			for inner.Elem != nil {
				inner = inner.Elem
			}
			if inner.Kind == types.Record {
				fmt.Fprint(h, "{")
				write(inner.Fields)
				fmt.Fprint(h, "}")
			}
		}
	}
	write(fields)
	sum := h.Sum32()
	return uint16(sum ^ sum>>16)
}

func fieldNames(fields []*types.Field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	if len(names) == 0 {
		return "no fields"
	}
	return strings.Join(names, ", ")
}
