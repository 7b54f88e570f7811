package expr

import (
	"github.com/weirstream/weir/spec/types"
)

// jsonWriters are the functions of package jsonx that append a value of a scalar type.
var jsonWriters = map[types.Kind]string{
	types.Bool: "Bool", types.Int: "Int", types.Uint: "Uint", types.Double: "Double", types.String: "String", types.Bytes: "Base64",
	types.Timestamp: "Time", types.Duration: "Duration", types.Date: "Date", types.TimeOfDay: "TimeOfDay",
}

// jsonFuncs are json and what reads it back.
func jsonFuncs() map[string]function {
	return map[string]function{"json_value": func(c *compiler, _ *block, t *types.Type, a []value) value {
		x := a[0]
		switch {
		case x.typ.Kind == types.Enum:
			c.use(jsonPath)
			return call(t, "jsonx.Own(jsonx.AppendString(nil, %s.String()))", x.at(primaryPrec))
		case x.typ.Kind == types.Decimal:
			c.use(jsonPath)
			return call(t, "jsonx.Own(jsonx.AppendDecimal(nil, %s, 0))", x.code)
		case x.typ.Scalar():
			c.use(jsonPath)
			return call(t, "jsonx.Own(jsonx.Append%s(nil, %s))", jsonWriters[x.typ.Kind], x.code)
		}
		if c.o.JSON == nil {
			c.failf("json of %s is not supported here", x.typ)
		}
		return call(t, "%s(%s)", c.o.JSON(x.typ, c.typeIdent(x.typ)), x.code)
	}}
}
