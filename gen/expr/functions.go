package expr

import (
	"fmt"
	"math"
	"strings"

	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/types"
)

// function compiles a call whose arguments are compiled.
type function func(c *compiler, b *block, t *types.Type, a []value) value

// functions are the overloads that [compiler.call] does not treat itself.
var functions map[string]function

func init() {
	functions = map[string]function{}
	for _, m := range []map[string]function{operatorFuncs(), conversionFuncs(), stringFuncs(), mathFuncs(), containerFuncs(), timeFuncs(),
		decimalFuncs(), civilFuncs(), listFuncs(), networkFuncs(), patternFuncs(), jsonFuncs()} {
		for id, f := range m {
			functions[id] = f
		}
	}
}

func codes(a []value) string {
	var s []string
	for _, v := range a {
		s = append(s, v.code)
	}
	return strings.Join(s, ", ")
}

// helper calls a function of a package that cannot fail.
func helper(path, format string) function {
	return func(c *compiler, _ *block, t *types.Type, a []value) value {
		c.use(path)
		return call(t, "%s(%s)", format, codes(a))
	}
}

// rt calls a function of package runtime/cel that cannot fail, and try one that can.
func rt(name string) function { return helper(celPath, "cel."+name) }

func try(name string) function {
	return func(c *compiler, b *block, t *types.Type, a []value) value {
		c.use(celPath)
		return c.try(b, t, "cel."+name+"("+codes(a)+")")
	}
}

func identity(_ *compiler, _ *block, _ *types.Type, a []value) value { return a[0] }

// infix writes a Go operator.
func infix(op string, prec int) function {
	return func(_ *compiler, _ *block, t *types.Type, a []value) value { return binary(t, prec, op, a[0], a[1]) }
}

// comparison writes a Go comparison of values that Go orders as CEL does.
func comparison(op string) function {
	return func(_ *compiler, _ *block, _ *types.Type, a []value) value { return compare(op, a[0], a[1]) }
}

// ordered compares the outcome of a three-way comparison with zero.
func ordered(path, fn, op string, flip bool) function {
	return func(c *compiler, _ *block, _ *types.Type, a []value) value {
		c.use(path)
		x, y := a[0], a[1]
		if flip {
			x, y = y, x
		}
		return value{code: fmt.Sprintf("%s(%s, %s) %s 0", fn, x.code, y.code, op), prec: comparePrec, typ: types.BoolType}
	}
}

// withDouble is an ordered comparison of an int or uint with a double: NaN has no order, so it is false with it.
func withDouble(fn, op string, flip bool) function {
	return func(c *compiler, b *block, t *types.Type, a []value) value {
		d := 1
		if flip {
			d = 0
		}
		if x, ok := a[d].lit.(celtypes.Double); ok && x != x {
			return boolean(false)
		} else if !ok {
			a[d] = c.keep(b, a[d])
		}
		v := ordered(celPath, fn, op, flip)(c, b, t, a)
		if a[d].lit != nil {
			return v
		}
		return value{code: a[d].at(addPrec) + " == " + a[d].at(addPrec) + " && " + v.code, prec: andPrec, typ: types.BoolType}
	}
}

var flipped = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<="}

func operatorFuncs() map[string]function {
	m := map[string]function{
		"to_dyn":      identity,
		"logical_not": func(_ *compiler, _ *block, _ *types.Type, a []value) value { return not(a[0]) },
		"equals":      func(c *compiler, _ *block, _ *types.Type, a []value) value { return c.equal(a[0], a[1]) },
		"not_equals": func(c *compiler, _ *block, _ *types.Type, a []value) value {
			if plain(a[0].typ) && types.Equal(a[0].typ, a[1].typ) {
				return compare("!=", a[0], a[1])
			}
			return not(c.equal(a[0], a[1]))
		},
		"add_int64": intOp("+", "AddInt"), "subtract_int64": intOp("-", "SubInt"), "multiply_int64": intOp("*", "MulInt"),
		"divide_int64": intDivision("/", "DivInt"), "modulo_int64": intDivision("%", "ModInt"),
		"add_uint64": try("AddUint"), "subtract_uint64": try("SubUint"), "multiply_uint64": try("MulUint"),
		"divide_uint64": uintDivision("/", "DivUint"), "modulo_uint64": uintDivision("%", "ModUint"),
		"add_double": doubleSum("+"), "subtract_double": doubleSum("-"), "divide_double": infix("/", mulPrec),
		"multiply_double": func(_ *compiler, _ *block, t *types.Type, a []value) value {
			v := binary(t, mulPrec, "*", a[0], a[1])
			v.product = true
			return v
		},
		"negate_int64": func(c *compiler, b *block, t *types.Type, a []value) value {
			if a[0].ranged && a[0].lo > math.MinInt64 {
				v := value{code: "-" + a[0].at(primaryPrec), prec: unaryPrec, typ: t}
				return v.within(-a[0].hi, -a[0].lo)
			}
			return try("NegInt")(c, b, t, a)
		},
		"negate_double": func(_ *compiler, _ *block, t *types.Type, a []value) value {
			return value{code: "-" + a[0].at(primaryPrec), prec: unaryPrec, typ: t}
		},
		"add_string": infix("+", addPrec), "add_bytes": helper("slices", "slices.Concat"), "add_list": helper("slices", "slices.Concat"),
		"add_timestamp_duration": try("AddTime"), "subtract_timestamp_duration": try("SubTime"),
		"add_duration_timestamp": func(c *compiler, b *block, t *types.Type, a []value) value {
			return try("AddTime")(c, b, t, []value{a[1], a[0]})
		},
		"add_duration_duration": try("AddDuration"), "subtract_duration_duration": try("SubDuration"),
		"subtract_timestamp_timestamp": try("TimeBetween"),
	}
	for name, op := range map[string]string{"less": "<", "less_equals": "<=", "greater": ">", "greater_equals": ">="} {
		for _, t := range []string{"int64", "uint64", "double", "string", "duration"} {
			m[name+"_"+t] = comparison(op)
		}
		m[name+"_bool"] = ordered(celPath, "cel.CompareBool", op, false)
		m[name+"_bytes"] = ordered("bytes", "bytes.Compare", op, false)
		m[name+"_timestamp"] = timeOrder(op)
		m[name+"_int64_uint64"] = ordered(celPath, "cel.CompareIntUint", op, false)
		m[name+"_uint64_int64"] = ordered(celPath, "cel.CompareIntUint", flipped[op], true)
		m[name+"_int64_double"] = withDouble("cel.CompareIntDouble", op, false)
		m[name+"_double_int64"] = withDouble("cel.CompareIntDouble", flipped[op], true)
		m[name+"_uint64_double"] = withDouble("cel.CompareUintDouble", op, false)
		m[name+"_double_uint64"] = withDouble("cel.CompareUintDouble", flipped[op], true)
	}
	return m
}

func timeOrder(op string) function {
	return func(_ *compiler, _ *block, _ *types.Type, a []value) value {
		x, y := a[0].at(primaryPrec), a[1].code
		switch op {
		case "<":
			return call(types.BoolType, "%s.Before(%s)", x, y)
		case ">":
			return call(types.BoolType, "%s.After(%s)", x, y)
		case "<=":
			return not(call(types.BoolType, "%s.After(%s)", x, y))
		}
		return not(call(types.BoolType, "%s.Before(%s)", x, y))
	}
}

// intOp is plain Go where the operands' ranges rule an overflow out, and checked otherwise.
func intOp(op, checked string) function {
	return func(c *compiler, b *block, t *types.Type, a []value) value {
		x, y := a[0], a[1]
		if x.ranged && y.ranged {
			if lo, hi, ok := interval(op, x, y); ok {
				prec := addPrec
				if op == "*" {
					prec = mulPrec
				}
				return binary(t, prec, op, x, y).within(lo, hi)
			}
		}
		return try(checked)(c, b, t, a)
	}
}

// interval is the range of x op y; ok is false if it may not fit.
func interval(op string, x, y value) (lo, hi int64, ok bool) {
	const limit = 1 << 62 // where the rounding of float64 cannot matter yet
	magnitude := func(v value) float64 { return max(math.Abs(float64(v.lo)), math.Abs(float64(v.hi))) }
	mx, my := magnitude(x), magnitude(y)
	if op == "*" && mx*my >= limit || op != "*" && mx+my >= limit {
		return 0, 0, false
	}
	switch op {
	case "+":
		return x.lo + y.lo, x.hi + y.hi, true
	case "-":
		return x.lo - y.hi, x.hi - y.lo, true
	}
	p := [...]int64{x.lo * y.lo, x.lo * y.hi, x.hi * y.lo, x.hi * y.hi}
	return min(p[0], p[1], p[2], p[3]), max(p[0], p[1], p[2], p[3]), true
}

// intDivision cannot fail by a constant other than 0 and -1.
func intDivision(op, checked string) function {
	return func(c *compiler, b *block, t *types.Type, a []value) value {
		d, ok := a[1].intLit()
		if !ok || d == 0 || d == -1 {
			return try(checked)(c, b, t, a)
		}
		v := binary(t, mulPrec, op, a[0], a[1])
		switch {
		case op == "%" && d > 0 && d < 1<<31:
			return v.within(1-d, d-1)
		case op == "/" && a[0].ranged && d > 0:
			return v.within(a[0].lo/d, a[0].hi/d)
		}
		return v
	}
}

func uintDivision(op, checked string) function {
	return func(c *compiler, b *block, t *types.Type, a []value) value {
		if a[1].lit == nil || a[1].code == "0" {
			return try(checked)(c, b, t, a)
		}
		return binary(t, mulPrec, op, a[0], a[1])
	}
}

// doubleSum keeps Go from fusing a product with the sum, which would round once where CEL rounds twice.
func doubleSum(op string) function {
	return func(_ *compiler, _ *block, t *types.Type, a []value) value {
		for i := range a {
			if a[i].product {
				a[i].code, a[i].prec = "float64("+a[i].code+")", primaryPrec
			}
		}
		return binary(t, addPrec, op, a[0], a[1])
	}
}

func mathFuncs() map[string]function {
	m := map[string]function{
		"math_ceil_double": helper("math", "math.Ceil"), "math_floor_double": helper("math", "math.Floor"),
		"math_round_double": helper("math", "math.Round"), "math_trunc_double": helper("math", "math.Trunc"),
		"math_abs_double": helper("math", "math.Abs"), "math_abs_int": try("AbsInt"), "math_abs_uint": identity,
		"math_isNaN_double": helper("math", "math.IsNaN"), "math_isFinite_double": rt("IsFinite"),
		"math_isInf_double": func(c *compiler, _ *block, t *types.Type, a []value) value {
			c.use("math")
			return call(t, "math.IsInf(%s, 0)", a[0].code)
		},
		"math_sign_double": rt("SignDouble"),
		"math_sign_int": func(c *compiler, _ *block, t *types.Type, a []value) value {
			c.use("cmp")
			return call(t, "int64(cmp.Compare(%s, 0))", a[0].code).within(-1, 1)
		},
		"math_sign_uint":   func(_ *compiler, _ *block, t *types.Type, a []value) value { return call(t, "min(%s, 1)", a[0].code) },
		"math_sqrt_double": helper("math", "math.Sqrt"), "math_sqrt_int": sqrt, "math_sqrt_uint": sqrt,
		"math_bitShiftLeft_int_int": shift("ShiftLeft"), "math_bitShiftLeft_uint_int": shift("ShiftLeft"),
		"math_bitShiftRight_int_int": shift("ShiftRight"), "math_bitShiftRight_uint_int": shift("ShiftRight"),
	}
	for _, t := range []string{"int", "uint"} {
		m["math_bitAnd_"+t+"_"+t] = infix("&", mulPrec)
		m["math_bitOr_"+t+"_"+t] = infix("|", addPrec)
		m["math_bitXor_"+t+"_"+t] = infix("^", addPrec)
		m["math_bitNot_"+t+"_"+t] = func(_ *compiler, _ *block, t *types.Type, a []value) value {
			return value{code: "^" + a[0].at(primaryPrec), prec: unaryPrec, typ: t}
		}
	}
	for fn, name := range map[string]string{"min": "Min", "max": "Max"} {
		for _, t := range []string{"int", "uint", "double"} {
			m["math_@"+fn+"_"+t] = identity
			m["math_@"+fn+"_list_"+t] = try(name + "List")
			m["math_@"+fn+"_"+t+"_"+t] = func(c *compiler, _ *block, t *types.Type, a []value) value {
				return call(t, "%s(%s, %s)", fn, a[0].code, a[1].code)
			}
		}
		m["math_@"+fn+"_double_double"] = try(name + "Double")
	}
	return m
}

func sqrt(c *compiler, _ *block, t *types.Type, a []value) value {
	c.use("math")
	return call(t, "math.Sqrt(float64(%s))", a[0].code)
}

func shift(name string) function {
	return func(c *compiler, b *block, t *types.Type, a []value) value {
		c.use(celPath)
		return c.try(b, t, "cel."+name+"("+a[0].typed()+", "+a[1].code+")")
	}
}
