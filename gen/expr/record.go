package expr

import (
	"strings"

	celast "cel.dev/cel-go/common/ast"
)

// record is a record literal. Fields that are left out are optional and absent: celenv has seen to it.
func (c *compiler) record(e celast.Expr, b *block) value {
	t := c.typeOf(e)
	var parts []string
	for _, x := range e.AsStruct().Fields() {
		f := x.AsStructField()
		field := t.Field(f.Name())
		parts = append(parts, c.o.FieldName(field)+": "+c.compile(f.Value(), b).code)
	}
	// In a condition Go wants parentheses around it, so it is given the lowest precedence.
	return value{code: c.goType(t) + "{" + strings.Join(parts, ", ") + "}", typ: t}
}
