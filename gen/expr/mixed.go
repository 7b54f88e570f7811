package expr

import (
	"github.com/weirstream/weir/spec/types"
)

// Values of different types can be compared where dyn hides the types from the checker. Numbers are equal by their values, lists and
// maps by their elements, and nothing else is.

// equalMixed is a == b for operands of different types.
func (c *compiler) equalMixed(a, b value) value {
	x, y := a.typ, b.typ
	if fn, flip := mixedNumbers(x.Kind, y.Kind); fn != "" {
		if flip {
			a, b = b, a
		}
		c.use(celPath)
		return call(types.BoolType, "cel.%s(%s, %s)", fn, a.code, b.code)
	}
	switch {
	case x.Kind == types.List && y.Kind == types.List:
		c.use("slices")
		return call(types.BoolType, "slices.EqualFunc(%s, %s, %s)", a.code, b.code, c.equalFunc2(x.Elem, y.Elem))
	case x.Kind == types.Map && y.Kind == types.Map && x.Key.Kind == y.Key.Kind:
		c.use("maps")
		return call(types.BoolType, "maps.EqualFunc(%s, %s, %s)", a.code, b.code, c.equalFunc2(x.Elem, y.Elem))
	case x.Kind == types.Map && y.Kind == types.Map:
		c.use(celPath)
		return call(types.BoolType, "cel.EqualMaps(%s, %s, %s, %s)", a.code, b.code, c.keyFunc(x.Key, y.Key), c.equalFunc2(x.Elem, y.Elem))
	case x.Kind == types.Optional && y.Kind == types.Optional:
		c.use(celPath)
		return call(types.BoolType, "cel.EqualOpts(%s, %s, %s)", a.code, b.code, c.equalFunc2(x.Elem, y.Elem))
	}
	c.use(celPath)
	return call(types.BoolType, "cel.Never(%s, %s)", a.typed(), b.typed())
}

// mixedNumbers names the function that compares two numbers of different types; flip exchanges them.
func mixedNumbers(a, b types.Kind) (fn string, flip bool) {
	switch {
	case a == types.Int && b == types.Uint:
		return "EqualIntUint", false
	case a == types.Uint && b == types.Int:
		return "EqualIntUint", true
	case a == types.Int && b == types.Double:
		return "EqualIntDouble", false
	case a == types.Double && b == types.Int:
		return "EqualIntDouble", true
	case a == types.Uint && b == types.Double:
		return "EqualUintDouble", false
	case a == types.Double && b == types.Uint:
		return "EqualUintDouble", true
	}
	return "", false
}

// equalFunc2 is a Go function that compares values of two types.
func (c *compiler) equalFunc2(x, y *types.Type) string {
	if types.Equal(x, y) {
		return c.sameFunc(x)
	}
	a, b := value{code: "a", prec: primaryPrec, typ: x, cheap: true}, value{code: "b", prec: primaryPrec, typ: y, cheap: true}
	return "func(a " + c.goType(x) + ", b " + c.goType(y) + ") bool { return " + c.equalMixed(a, b).code + " }"
}

// keyFunc is a Go function that finds the key of type to that equals one of another type.
func (c *compiler) keyFunc(from, to *types.Type) string {
	c.use(celPath)
	switch {
	case from.Kind == types.Int && to.Kind == types.Uint:
		return "cel.IntKeyUint"
	case from.Kind == types.Uint && to.Kind == types.Int:
		return "cel.UintKeyInt"
	case from.Kind == types.Double && to.Kind == types.Int:
		return "cel.DoubleKeyInt"
	case from.Kind == types.Double && to.Kind == types.Uint:
		return "cel.DoubleKeyUint"
	}
	return "cel.NoKey[" + c.goType(from) + ", " + c.goType(to) + "]"
}
