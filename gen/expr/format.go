package expr

import (
	"fmt"
	"strconv"
	"strings"

	celast "cel.dev/cel-go/common/ast"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// format is text.format(args): the format is a constant, so that each verb becomes the one function that it needs.
func (c *compiler) format(args []celast.Expr, b *block) value {
	text, _ := args[0].AsLiteral().(celtypes.String)
	clauses, err := celenv.ParseFormat(string(text))
	if err != nil {
		c.failf("%v", err)
	}
	arg := c.formatArgs(args[1], b)
	var parts []string
	for _, cl := range clauses {
		if cl.Text != "" {
			parts = append(parts, strconv.Quote(cl.Text))
		}
		if cl.Verb != 0 {
			parts = append(parts, c.verb(cl, arg(cl.Arg)).at(addPrec+1))
		}
	}
	switch len(parts) {
	case 0:
		return c.literal(celtypes.String(""), types.StringType)
	case 1:
		return value{code: parts[0], prec: primaryPrec, typ: types.StringType}
	}
	return value{code: strings.Join(parts, " + "), prec: addPrec, typ: types.StringType}
}

// formatArgs gives the arguments: the elements of a literal, which may have different types, or those of a list.
func (c *compiler) formatArgs(e celast.Expr, b *block) func(i int) value {
	if e.Kind() == celast.ListKind && len(e.AsList().OptionalIndices()) == 0 {
		var vs []value
		for _, x := range e.AsList().Elements() {
			vs = append(vs, c.compile(x, b))
		}
		return func(i int) value { return vs[i] }
	}
	list := c.keep(b, c.compile(e, b))
	return func(i int) value {
		c.use(celPath)
		return c.try(b, list.typ.Elem, fmt.Sprintf("cel.Index(%s, %d)", list.code, i))
	}
}

// verb writes one argument.
func (c *compiler) verb(cl celenv.Clause, v value) value {
	s := func(format string, args ...any) value { return call(types.StringType, format, args...) }
	base := map[byte]int{'d': 10, 'b': 2, 'o': 8, 'x': 16, 'X': 16}[cl.Verb]
	switch {
	case cl.Verb == 's':
		return c.text(v)
	case cl.Verb == 'f' || cl.Verb == 'e':
		c.use(celPath)
		d := v.code
		if v.typ.Kind != types.Double {
			d = "float64(" + d + ")"
		}
		return s("cel.FormatDouble(%s, '%c', %d)", d, cl.Verb, cl.Precision)
	case v.typ.Kind == types.Double:
		return c.text(v)
	case v.typ.Kind == types.Bool:
		c.use(celPath)
		return s("cel.FormatBit(%s)", v.code)
	case v.typ.Kind == types.String || v.typ.Kind == types.Bytes:
		if cl.Verb == 'X' {
			c.use("fmt")
			return s(`fmt.Sprintf("%%X", %s)`, v.code)
		}
		c.use("encoding/hex")
		if v.typ.Kind == types.String {
			return s("hex.EncodeToString([]byte(%s))", v.code)
		}
		return s("hex.EncodeToString(%s)", v.code)
	}
	c.use("strconv")
	fn := "strconv.FormatInt"
	if v.typ.Kind == types.Uint {
		fn = "strconv.FormatUint"
	}
	if cl.Verb == 'X' {
		c.use("strings")
		return s("strings.ToUpper(%s(%s, %d))", fn, v.code, base)
	}
	return s("%s(%s, %d)", fn, v.code, base)
}

// text writes an argument as %s does.
func (c *compiler) text(v value) value {
	s := func(format string, args ...any) value { return call(types.StringType, format, args...) }
	switch v.typ.Kind {
	case types.Bool:
		c.use("strconv")
		return s("strconv.FormatBool(%s)", v.code)
	case types.Int:
		c.use("strconv")
		return s("strconv.FormatInt(%s, 10)", v.code)
	case types.Uint:
		c.use("strconv")
		return s("strconv.FormatUint(%s, 10)", v.code)
	case types.String:
		return v
	case types.Bytes:
		return s("string(%s)", v.code)
	}
	c.use(celPath)
	switch v.typ.Kind {
	case types.Double:
		return s("cel.FormatDouble(%s, 'f', -1)", v.code)
	case types.Timestamp:
		return s("cel.TimestampString(%s)", v.code)
	case types.Duration:
		return s("cel.DurationString(%s)", v.code)
	case types.List:
		return s("cel.FormatList(%s, %s)", v.code, c.textFunc(v.typ.Elem))
	case types.Map:
		return s("cel.FormatMap(%s, %s, %s)", v.code, c.textFunc(v.typ.Key), c.textFunc(v.typ.Elem))
	}
	c.failf("%%s does not write a %s", v.typ)
	return v
}

// textFunc is a Go function that writes a value of t as %s does.
func (c *compiler) textFunc(t *types.Type) string {
	v := value{code: "v", prec: primaryPrec, typ: t, cheap: true}
	return "func(v " + c.goType(t) + ") string { return " + c.text(v).code + " }"
}
