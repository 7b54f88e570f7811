package codec

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/spec/types"
)

// A default that is a constant in Go stands where it is put in. Any other is a variable, and what decoders use again, lists and maps,
// is copied from it by a method: the decoder of the next record writes into what this one has.

// defaultValue is the Go expression of a field's default, of a type that [copied] is false for.
func (p *printer) defaultValue(t *types.Type, f *types.Field) string {
	if !constant(f.Type) {
		return defaultVar(p, t, f)
	}
	return p.literal(f.Type, f.Default, nil)
}

// constant tells whether values of a type can be written so that they cost nothing.
func constant(t *types.Type) bool {
	switch t.Kind {
	case types.Optional:
		return constant(t.Elem)
	case types.Bool, types.Int, types.Uint, types.Double, types.String, types.Duration, types.Enum:
		return true
	}
	return false
}

// copied tells whether a default of a type is put in by a method: it is not a scalar or an enum, or an optional of one.
func copied(t *types.Type) bool {
	if t.Kind == types.Optional {
		t = t.Elem
	}
	return t.Kind >= types.Record
}

// literal is a Go expression of a value. Of records it has the fields that are read.
func (p *printer) literal(t *types.Type, v *types.Value, use Use) string {
	elems := func(of *types.Type) []string {
		texts := make([]string, len(v.Elems))
		for i, x := range v.Elems {
			texts[i] = p.literal(of, x, use)
			if of.Kind >= types.Record { // its type stands in front of the whole already
				texts[i] = strings.TrimPrefix(texts[i], p.goType(of))
			}
		}
		return texts
	}
	switch t.Kind {
	case types.Bytes:
		return "[]byte(" + quote(string(v.Scalar.([]byte))) + ")"
	case types.Timestamp:
		at := v.Scalar.(time.Time)
		return fmt.Sprintf("%s.Date(%d, %d, %d, %d, %d, %d, %d, time.UTC)", p.pkg(pkgTime), at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond())
	case types.Decimal:
		return p.call(pkgDec, "Must", quote(v.Text))
	case types.Date:
		return p.call(pkgCivil, "MustDate", quote(v.Text))
	case types.TimeOfDay:
		return p.call(pkgCivil, "MustTime", quote(v.Text))
	case types.Enum:
		return p.EnumConst(t, v.Text)
	case types.String:
		return quote(v.Text)
	case types.Double:
		return strconv.FormatFloat(v.Scalar.(float64), 'g', -1, 64)
	case types.Duration:
		return p.durationLiteral(v.Scalar.(time.Duration))
	case types.List:
		return p.goType(t) + "{" + strings.Join(elems(t.Elem), ", ") + "}"
	case types.Map:
		values := elems(t.Elem)
		for i, k := range v.Keys {
			values[i] = p.literal(t.Key, k, use) + ": " + values[i]
		}
		return p.goType(t) + "{" + strings.Join(values, ", ") + "}"
	case types.Optional:
		if len(v.Elems) == 0 {
			return p.goType(t) + "{}"
		}
		return p.goType(t) + "{Value: " + p.literal(t.Elem, v.Elems[0], use) + ", Valid: true}"
	case types.Record:
		var fields []string
		for i, f := range t.Fields {
			if x := v.Elems[i]; use.Reads(t, f) && (f.Type.Kind != types.Optional || len(x.Elems) > 0) {
				fields = append(fields, p.Field(f)+": "+p.literal(f.Type, x, use))
			}
		}
		return p.goType(t) + "{" + strings.Join(fields, ", ") + "}"
	default: // bool, int64, uint64
		return fmt.Sprint(v.Scalar)
	}
}

// durationLiteral is a duration in the largest unit that it is a multiple of.
func (p *printer) durationLiteral(d time.Duration) string { return Duration(d, p.pkg(pkgTime)) }

// Duration is a Go constant of a duration; pkg is the name of package time.
func Duration(d time.Duration, pkg string) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Hour, "Hour"}, {time.Minute, "Minute"}, {time.Second, "Second"}, {time.Millisecond, "Millisecond"}} {
		if d != 0 && d%u.unit == 0 {
			return fmt.Sprintf("%d * %s.%s", d/u.unit, pkg, u.name)
		}
	}
	return strconv.FormatInt(int64(d), 10)
}

// defaultVar names the variable of a default that has no constant in Go.
func defaultVar(p *printer, t *types.Type, f *types.Field) string {
	return lowerFirst(p.Type(t)) + p.Field(f) + "Default"
}

// defaultMethod names the method that puts in a default which is copied.
func defaultMethod(p *printer, f *types.Field) string { return "default" + p.Field(f) }

// defaults declares the variables of a record's defaults, and the methods that copy them.
func (g *generator) defaults(t *types.Type) error {
	for _, f := range g.use.fields(t) {
		if f.Default == nil || constant(f.Type) {
			continue
		}
		name := defaultVar(newPrinter(g.Names), t, f)
		err := g.decl(name, false, func(p *printer) error {
			p.line("// %s is what %s has where the data has no %s.", name, p.Type(t), wire(f))
			p.line("var %s = %s", name, p.literal(f.Type, f.Default, g.use))
			return nil
		})
		if err == nil && copied(f.Type) {
			err = g.defaultCopy(t, f, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// defaultCopy prints the method that puts in the default of a field, which stands in a variable.
func (g *generator) defaultCopy(t *types.Type, f *types.Field, variable string) error {
	method := defaultMethod(newPrinter(g.Names), f)
	return g.decl(g.Type(t)+"."+method, false, func(p *printer) error {
		p.line("// %s puts in what o has where the data has no %s.", method, wire(f))
		p.line("func (o *%s) %s() {", p.Type(t), method)
		g.copyInto(p, "o."+p.Field(f), variable, f.Type, 1)
		p.line("}")
		return nil
	})
}

// reused tells whether decoding into a value of a type writes into memory that the value holds.
func (g *generator) reused(t *types.Type) bool {
	switch t.Kind {
	case types.List, types.Map:
		return true
	case types.Optional:
		return g.reused(t.Elem)
	case types.Record:
		for _, f := range g.use.fields(t) {
			if g.reused(f.Type) {
				return true
			}
		}
	}
	return false
}

// copyInto prints the statements that make dst what src is, in the lists and maps that dst has. Depth numbers the variables of nested
// loops.
func (g *generator) copyInto(p *printer, dst, src string, t *types.Type, depth int) {
	suffix := ""
	if depth > 1 {
		suffix = fmt.Sprint(depth)
	}
	if !g.reused(t) {
		p.line("%s = %s", dst, src)
		return
	}
	v := "v" + suffix
	switch t.Kind {
	case types.Optional:
		p.line("%s.Valid = %s.Valid", field(dst), src)
		g.copyInto(p, field(dst)+".Value", src+".Value", t.Elem, depth)
	case types.Record:
		for _, f := range g.use.fields(t) {
			g.copyInto(p, field(dst)+"."+p.Field(f), src+"."+p.Field(f), f.Type, depth)
		}
	case types.List:
		if !g.reused(t.Elem) {
			p.line("%s = append(%s[:0], %s...)", dst, paren(dst), src)
			return
		}
		e := "e" + suffix
		p.line("%s = %s[:0]\nfor _, %s := range %s {", dst, paren(dst), v, src)
		p.line("%s = %s", dst, p.call(pkgJSON, "Grow", dst))
		p.line("%s := &%s[len(%s)-1]", e, paren(dst), dst)
		g.copyInto(p, "*"+e, v, t.Elem, depth+1)
		p.line("}")
	case types.Map:
		p.line("if %s == nil {\n%s = %s{}\n}\nclear(%s)", dst, dst, p.goType(t), dst)
		if !g.reused(t.Elem) {
			p.line("%s", p.call(pkgMaps, "Copy", dst, src))
			return
		}
		k, e := "k"+suffix, "e"+suffix
		p.line("for %s, %s := range %s {", k, v, src)
		if t.Elem.Kind == types.List && !g.reused(t.Elem.Elem) {
			p.line("%s[%s] = %s\n}", paren(dst), k, p.call(pkgSlices, "Clone", v))
			return
		}
		p.line("var %s %s", e, p.goType(t.Elem))
		g.copyInto(p, e, v, t.Elem, depth+1)
		p.line("%s[%s] = %s\n}", paren(dst), k, e)
	}
}
