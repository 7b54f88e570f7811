package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// Decls are the package-level declarations that the expressions of a package share.
type Decls struct {
	take  func(string) string
	names map[string]string // by what is declared
	taken map[string]bool
}

// NewDecls starts a collection. take makes a name unique in the package and reserves it; nil is for tests and single
// expressions, where declarations only must not collide with each other.
func NewDecls(take func(name string) string) *Decls {
	d := &Decls{take: take, names: map[string]string{}, taken: map[string]bool{}}
	if take == nil {
		d.take = d.unique
	}
	return d
}

func (d *Decls) unique(name string) string {
	n := name
	for i := 2; d.taken[n]; i++ {
		n = fmt.Sprint(name, i)
	}
	d.taken[n] = true
	return n
}

// decl declares what text says, or finds it declared, and gives its name. The name is base or begins with it.
func (c *compiler) decl(base string, text func(name string) string) string {
	base = lowerFirst(base)
	const placeholder = "\x00"
	key := base + "\n" + text(placeholder)
	name, ok := c.o.Decls.names[key]
	if !ok {
		name = c.o.Decls.take(base)
		c.o.Decls.names[key] = name
	}
	code := text(name)
	if !slices.Contains(c.decls, code) {
		c.decls = append(c.decls, code)
	}
	return name
}

func lowerFirst(s string) string {
	if s == "" || strings.ToLower(s[:1]) == s[:1] {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// plain tells whether Go's == on values of t is CEL's: it is not for timestamps, nor for what Go cannot compare.
func plain(t *types.Type) bool {
	switch t.Kind {
	case types.Timestamp, types.Bytes, types.List, types.Map:
		return false
	case types.Optional:
		return plain(t.Elem) // a none holds the zero value
	case types.Record:
		for _, f := range t.Fields {
			if !plain(f.Type) {
				return false
			}
		}
	}
	return true
}

// equal is a == b.
func (c *compiler) equal(a, b value) value {
	t := a.typ
	if !types.Equal(t, b.typ) {
		return c.equalMixed(a, b)
	}
	if plain(t) {
		return compare("==", a, b)
	}
	switch t.Kind {
	case types.Timestamp:
		return call(types.BoolType, "%s.Equal(%s)", a.at(primaryPrec), b.code)
	case types.Bytes:
		c.use("bytes")
		return call(types.BoolType, "bytes.Equal(%s, %s)", a.code, b.code)
	case types.List, types.Map:
		pkg := "slices"
		if t.Kind == types.Map {
			pkg = "maps"
		}
		c.use(pkg)
		if plain(t.Elem) {
			return call(types.BoolType, "%s.Equal(%s, %s)", pkg, a.code, b.code)
		}
		return call(types.BoolType, "%s.EqualFunc(%s, %s, %s)", pkg, a.code, b.code, c.equalFunc(t.Elem))
	}
	return call(types.BoolType, "%s(%s, %s)", c.equalFunc(t), a.code, b.code)
}

// equalFunc names a Go function that compares two values of a type that is not plain.
func (c *compiler) equalFunc(t *types.Type) string {
	switch t.Kind {
	case types.Timestamp:
		c.use("time")
		return "time.Time.Equal"
	case types.Bytes:
		c.use("bytes")
		return "bytes.Equal"
	}
	a, b := value{code: "a", prec: primaryPrec, typ: t}, value{code: "b", prec: primaryPrec, typ: t}
	var body value
	switch t.Kind {
	case types.Optional:
		a.code, b.code, a.typ, b.typ = "a.Value", "b.Value", t.Elem, t.Elem
		body = value{code: "a.Valid == b.Valid && (!a.Valid || " + c.equal(a, b).code + ")"}
	case types.Record:
		var fields []string
		for _, f := range t.Fields {
			fa := value{code: "a." + c.o.FieldName(f), prec: primaryPrec, typ: f.Type}
			fb := value{code: "b." + c.o.FieldName(f), prec: primaryPrec, typ: f.Type}
			fields = append(fields, c.equal(fa, fb).at(andPrec))
		}
		body = value{code: strings.Join(fields, " && ")}
	default:
		body = c.equal(a, b)
	}
	gt := c.goType(t)
	return c.decl("equal"+c.typeIdent(t), func(name string) string {
		return fmt.Sprintf("// %s is CEL's == on %s.\nfunc %s(a, b %s) bool {\n\treturn %s\n}", name, t, name, gt, body.code)
	})
}

// typeIdent is a piece of a Go identifier that names a type.
func (c *compiler) typeIdent(t *types.Type) string {
	switch t.Kind {
	case types.Optional:
		return "Optional" + c.typeIdent(t.Elem)
	case types.List:
		return c.typeIdent(t.Elem) + "List"
	case types.Map:
		return c.typeIdent(t.Elem) + "Map"
	case types.Record, types.Enum:
		return c.o.TypeName(t)
	}
	s := t.Kind.String()
	return strings.ToUpper(s[:1]) + s[1:]
}
