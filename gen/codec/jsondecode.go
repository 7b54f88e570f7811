package codec

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// jsonDecoder prints decodeJSON and what it calls.
func (g *generator) jsonDecoder(t *types.Type) error {
	name := g.Type(t)
	err := g.decl(name+".decodeJSON", false, func(p *printer) error {
		p.line("// decodeJSON reads b, one JSON object, into o. Strings and bytes alias b and s.")
		p.line("func (o *%s) decodeJSON(b []byte, s *%s.Scratch) error {", name, p.pkg(pkgJSON))
		p.line("s.Reset()")
		p.line("i := o.scanJSON(b, jsonx.Space(b, 0), s)")
		p.line("return s.Err(b, jsonx.End(b, i))\n}")
		return nil
	})
	if err != nil {
		return err
	}
	return g.jsonScanner(t)
}

// jsonScanner prints scanJSON, which reads a record wherever it stands.
func (g *generator) jsonScanner(t *types.Type) error {
	if err := g.defaults(t); err != nil {
		return err
	}
	used := g.use.fields(t)
	err := g.decl(g.Type(t)+".scanJSON", false, func(p *printer) error {
		switch {
		case t.Tag != "":
			p.scanTagged(t, used)
		case t.Union:
			p.scanUnion(t, used)
		default:
			p.scanRecord(t, used)
		}
		return nil
	})
	for _, f := range used {
		if err != nil {
			return err
		}
		if composite(f.Type) {
			err = g.jsonFieldScanner(t, f)
		}
		if err == nil {
			err = g.inside(f.Type, g.jsonScanner, g.jsonEnumScanner)
		}
	}
	return err
}

// composite tells whether a type is read by a loop, in a method of its own.
func composite(t *types.Type) bool {
	if t.Kind == types.Optional {
		t = t.Elem
	}
	return t.Kind == types.List || t.Kind == types.Map
}

func (p *printer) scanRecord(t *types.Type, used []*types.Field) {
	p.pkg(pkgJSON)
	names := make([]string, len(used))
	var required []*types.Field
	for i, f := range used {
		names[i] = wire(f)
		if mustBeThere(f) {
			required = append(required, f)
		}
	}
	comment := "whose members nobody reads"
	if len(used) > 0 {
		comment = "of which it takes " + list(names)
	}
	p.line("// scanJSON reads the object at b[i:], %s,\n// and returns the cursor behind it.", comment)
	p.line("func (o *%s) scanJSON(b []byte, i int, s *jsonx.Scratch) int {", p.Type(t))
	var has []string
	for _, f := range used {
		switch {
		case f.Default != nil && copied(f.Type):
			has = append(has, hasVar(p, f))
		case f.Default != nil:
			p.line("o.%s = %s", p.Field(f), p.defaultValue(t, f))
		case f.Type.Kind == types.Optional:
			p.line("o.%s = %s{}", p.Field(f), p.goType(f.Type))
		}
	}
	if has != nil {
		p.line("var %s bool", strings.Join(has, ", "))
	}
	for i := 0; i < len(required); i += 64 {
		p.line("var %s uint64 // bit n: required member n is there", seenVar(i))
	}
	p.line("key, i := jsonx.FirstKey(b, i, s)")
	p.line("for ; key != nil; key, i = jsonx.NextKey(b, i, s) {")
	if len(used) > 0 {
		p.line("switch string(key) {")
		n := 0
		for _, f := range used {
			p.line("case %s:", quoted(wires(f)))
			switch {
			case f.Default == nil:
				p.scanField(f)
			case f.Type.Kind == types.Optional: // null is none
				if copied(f.Type) {
					p.line("%s = true", hasVar(p, f))
				}
				p.scanField(f)
			case copied(f.Type):
				p.line("if %s = !jsonx.Null(b, i); %s {", hasVar(p, f), hasVar(p, f))
				p.scanField(f)
				p.line("} else {\ni += 4\n}")
			default:
				p.line("if jsonx.Null(b, i) {\no.%s, i = %s, i+4\n} else {", p.Field(f), p.defaultValue(t, f))
				p.scanField(f)
				p.line("}")
			}
			if mustBeThere(f) {
				p.line("%s |= 1 << %d", seenVar(n), n%64)
				n++
			}
		}
		p.line("default:")
	}
	p.line("i = jsonx.Skip(b, i)")
	if len(used) > 0 {
		p.line("}")
	}
	p.line("if i < 0 {\nreturn s.In(i, string(key))\n}\n}")
	for _, f := range used {
		if f.Default != nil && copied(f.Type) {
			p.line("if !%s {\no.%s()\n}", hasVar(p, f), defaultMethod(p, f))
		}
	}
	for i := 0; i < len(required); i += 64 {
		group := required[i:min(i+64, len(required))]
		quoted := make([]string, len(group))
		for k, f := range group {
			quoted[k] = quote(wire(f))
		}
		p.line("if i >= 0 && %s != %#x {", seenVar(i), ^uint64(0)>>(64-len(group)))
		p.line("return s.Missing(i, %s, %s)\n}", seenVar(i), strings.Join(quoted, ", "))
	}
	p.line("return i\n}")
}

// scanField prints the statements that read the value of a field at i.
func (p *printer) scanField(f *types.Field) {
	if composite(f.Type) {
		p.line("i = o.%s(b, i, s)", scanMethod(p, f))
		return
	}
	p.scan("o."+p.Field(f), f.Type, f.As, nil, 1)
}

// hasVar names the variable that tells whether the data has a field whose default is copied.
func hasVar(p *printer, f *types.Field) string { return "has" + p.Field(f) }

// mustBeThere tells whether data without a field is bad.
func mustBeThere(f *types.Field) bool { return f.Type.Kind != types.Optional && f.Default == nil }

// seenVar names the variable that has the bit of required field n.
func seenVar(n int) string {
	if n < 64 {
		return "seen"
	}
	return fmt.Sprint("seen", n/64+1)
}

func scanMethod(p *printer, f *types.Field) string { return "scan" + p.Field(f) + "JSON" }

// jsonFieldScanner prints the method that reads a list or a map of a record.
func (g *generator) jsonFieldScanner(t *types.Type, f *types.Field) error {
	method := scanMethod(newPrinter(g.Names), f)
	return g.decl(g.Type(t)+"."+method, false, func(p *printer) error {
		p.line("// %s reads %s, %s.", method, wire(f), f.Type)
		p.line("func (o *%s) %s(b []byte, i int, s *%s.Scratch) int {", p.Type(t), method, p.pkg(pkgJSON))
		p.scan("o."+p.Field(f), f.Type, f.As, nil, 1)
		p.line("return i\n}")
		return nil
	})
}

// jsonEnumScanner prints the function that reads the name of an enum's value.
func (g *generator) jsonEnumScanner(t *types.Type) error {
	name := g.Type(t)
	return g.decl("scan"+name+"JSON", false, func(p *printer) error {
		p.line("// scan%sJSON reads the name of a value at b[i:].", name)
		p.line("func scan%sJSON(b []byte, i int, s *%s.Scratch) (%s, int) {", name, p.pkg(pkgJSON), name)
		p.line("name, next := jsonx.Text(b, i, s)\nif next < 0 {\nreturn 0, next\n}")
		p.line("v, ok := Parse%s(name)\nif !ok {", name)
		p.line("return 0, s.Bad(i, %s)\n}", quote("expected one of "+list(t.Values)))
		p.line("return v, next\n}")
		return nil
	})
}

// jsonReaders are the functions of jsonx that read a scalar. Those that need the scratch have it in scratchReaders.
var jsonReaders = map[types.Kind]string{
	types.Bool: "Bool", types.Int: "Int", types.Uint: "Uint", types.Double: "Double", types.String: "String", types.Bytes: "Base64",
	types.Timestamp: "Time", types.Duration: "Duration", types.Decimal: "Decimal", types.Date: "Date", types.TimeOfDay: "TimeOfDay",
}

var scratchReaders = map[string]bool{
	"String": true, "Base64": true, "Time": true, "Duration": true, "Decimal": true, "Date": true, "TimeOfDay": true,
}

// timeName names the reader and writer functions of a timestamp's spelling.
func timeName(as types.TimeAs) string {
	return [...]string{types.RFC3339: "Time", types.EpochMillis: "Millis", types.EpochSeconds: "Seconds"}[as]
}

// scan prints the statements that read the value at i into dst and move i behind it, or make it a fault. Around holds what
// puts the path of the enclosing lists and maps before a fault, outermost first: formats of a call with the fault in it. Depth
// numbers the variables of nested loops.
func (p *printer) scan(dst string, t *types.Type, as types.TimeAs, around []string, depth int) {
	suffix := ""
	if depth > 1 {
		suffix = fmt.Sprint(depth)
	}
	jsonx := p.pkg(pkgJSON)
	if checks := p.checks(t); checks != nil {
		plain := *t
		plain.Alias = nil
		at := "at" + suffix
		p.line("%s := i", at)
		p.scan(dst, &plain, as, around, depth)
		for _, c := range checks {
			p.line("if i >= 0 && !%s(%s) {\ni = s.Bad(%s, %s)\n}", c.Func, dst, at, literal(c.Msg))
		}
		return
	}
	switch t.Kind {
	case types.Optional:
		p.line("if jsonx.Null(b, i) {")
		p.line("%s, i = %s{}, i+4", dst, p.goType(t))
		p.line("} else {")
		p.line("%s.Valid = true", field(dst))
		p.scan(field(dst)+".Value", t.Elem, as, around, depth)
		p.line("}")
	case types.Record:
		p.line("i = %s.scanJSON(b, i, s)", field(dst))
	case types.Enum:
		p.line("%s, i = scan%sJSON(b, i, s)", dst, p.Type(t))
	case types.List:
		more, v := "more"+suffix, "v"+suffix
		p.line("%s = %s[:0]", dst, paren(dst))
		p.line("var %s bool", more)
		p.line("for %s, i = %s.FirstItem(b, i); %s; %s, i = jsonx.NextItem(b, i) {", more, jsonx, more, more)
		p.line("%s = jsonx.Grow(%s)", dst, dst)
		around = append(around[:len(around):len(around)], fmt.Sprintf("s.At(%%s, len(%s)-1)", dst))
		if t.Elem.Kind == types.List || t.Elem.Kind == types.Map || t.Elem.Kind == types.Optional {
			p.line("%s := &%s[len(%s)-1]", v, paren(dst), dst)
			p.scan("*"+v, t.Elem, as, around, depth+1)
		} else {
			p.scan(fmt.Sprintf("%s[len(%s)-1]", paren(dst), dst), t.Elem, as, around, depth+1)
		}
		p.line("if i < 0 {\nreturn %s\n}\n}", wrap(around))
	case types.Map:
		key, k, v := "key"+suffix, "k"+suffix, "v"+suffix
		p.line("if %s == nil {\n%s = %s{}\n}\nclear(%s)", dst, dst, p.goType(t), dst)
		p.line("var %s []byte", key)
		p.line("for %s, i = %s.FirstKey(b, i, s); %s != nil; %s, i = jsonx.NextKey(b, i, s) {", key, jsonx, key, key)
		p.line("var %s %s\nvar %s %s", k, p.goType(t.Key), v, p.goType(t.Elem))
		reader := map[types.Kind]string{types.String: "MapKey", types.Int: "IntKey", types.Uint: "UintKey", types.Bool: "BoolKey"}[t.Key.Kind]
		around = append(around[:len(around):len(around)], fmt.Sprintf("s.AtKey(%%s, %s)", key))
		p.line("if %s, i = jsonx.%s(%s, i); i >= 0 {", k, reader, key)
		for _, c := range p.checks(t.Key) {
			p.line("if !%s(%s) {\ni = s.Bad(i, %s)\nreturn %s\n}", c.Func, k, literal(c.Msg), wrap(around))
		}
		p.scan(v, t.Elem, as, around, depth+1)
		p.line("}\nif i < 0 {\nreturn %s\n}", wrap(around))
		p.line("%s[%s] = %s\n}", paren(dst), k, v)
	default:
		reader := jsonReaders[t.Kind]
		if t.Kind == types.Timestamp {
			reader = timeName(as)
		}
		args := "b, i"
		if scratchReaders[reader] {
			args += ", s"
		}
		if t.Precision > 0 {
			reader += "Of"
			args += fmt.Sprintf(", %d, %d", t.Precision, t.Scale)
		}
		p.line("%s, i = jsonx.%s(%s)", dst, reader, args)
	}
}

// wrap is the return value that puts each path element of around before the fault i.
func wrap(around []string) string {
	fault := "i"
	for n := len(around) - 1; n >= 0; n-- {
		fault = fmt.Sprintf(around[n], fault)
	}
	return fault
}

// paren puts a dereference into parentheses, so that it can be indexed.
func paren(dst string) string {
	if strings.HasPrefix(dst, "*") {
		return "(" + dst + ")"
	}
	return dst
}

// field is dst as the left side of a selector, which sees through a pointer by itself.
func field(dst string) string { return strings.TrimPrefix(dst, "*") }
