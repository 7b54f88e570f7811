package expr

import (
	"github.com/weirstream/weir/spec/types"
)

// tryIn is try with the import of the package that the call names.
func (c *compiler) tryIn(b *block, t *types.Type, path, call string) value {
	c.use(path)
	return c.try(b, t, call)
}

// decimalFuncs are the operators and functions of decimals. A decimal is a comparable Go struct that has one form only, so == and
// the like need nothing here.
func decimalFuncs() map[string]function {
	fallible := func(name string) function {
		return func(c *compiler, b *block, t *types.Type, a []value) value {
			return c.tryIn(b, t, decPath, "dec."+name+"("+codes(a)+")")
		}
	}
	method := func(name string) function {
		return func(_ *compiler, _ *block, t *types.Type, a []value) value {
			return call(t, "%s.%s(%s)", a[0].at(primaryPrec), name, codes(a[1:]))
		}
	}
	convert := func(name string) function {
		return func(c *compiler, b *block, t *types.Type, a []value) value {
			return c.try(b, t, a[0].at(primaryPrec)+"."+name+"()")
		}
	}
	m := map[string]function{
		"add_decimal": fallible("Add"), "subtract_decimal": fallible("Sub"), "multiply_decimal": fallible("Mul"), "divide_decimal": fallible("Div"),
		"negate_decimal": method("Neg"), "decimal_abs": method("Abs"), "decimal_round_int": method("Round"), "decimal_floor_int": method("Floor"),
		"decimal_ceil_int": method("Ceil"), "decimal_trunc_int": method("Trunc"),
		"string_to_decimal": fallible("FromString"), "int64_to_decimal": helper(decPath, "dec.FromInt"), "uint64_to_decimal": fallible("FromUint"),
		"double_to_decimal": fallible("FromDouble"), "decimal_to_decimal": identity,
		"decimal_to_string": method("String"), "decimal_to_int64": convert("Int"), "decimal_to_uint64": convert("Uint"), "decimal_to_double": method("Double"),
	}
	for name, op := range comparisons {
		m[name+"_decimal"] = ordered(decPath, "dec.Compare", op, false)
	}
	return m
}

// comparisons are the operators of the overloads whose names begin so.
var comparisons = map[string]string{"less": "<", "less_equals": "<=", "greater": ">", "greater_equals": ">="}
