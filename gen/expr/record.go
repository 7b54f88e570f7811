package expr

import (
	"strings"

	celast "cel.dev/cel-go/common/ast"

	"github.com/weirstream/weir/spec/types"
)

// record is a record literal. Fields that are left out are optional and absent: celenv has seen to it.
func (c *compiler) record(e celast.Expr, b *block) value {
	t := c.typeOf(e)
	var parts []string
	for _, x := range e.AsStruct().Fields() {
		f := x.AsStructField()
		field := t.Field(f.Name())
		v := c.compile(f.Value(), b)
		code := v.code
		if field.Type.Kind == types.Optional && v.typ.Kind != types.Optional {
			c.use(celPath)
			code = "cel.Some(" + v.typed() + ")"
		}
		parts = append(parts, c.o.FieldName(field)+": "+code)
	}
	return value{code: c.goType(t) + "{" + strings.Join(parts, ", ") + "}", prec: unaryPrec, typ: t}
}
