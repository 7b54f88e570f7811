package expr

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// Precedences of Go expressions.
const (
	orPrec = iota + 1
	andPrec
	comparePrec
	addPrec
	mulPrec
	unaryPrec
	primaryPrec
)

// value is a compiled sub-expression.
type value struct {
	code string
	prec int
	typ  *types.Type
	// lit is set for constants, and is what they are to cel-go.
	lit ref.Val
	// untyped is the type that a numeric constant needs where Go would choose another one, "" for everything else.
	untyped string
	// ranged says that an int is known to lie in [lo, hi].
	ranged bool
	lo, hi int64
	// cheap values may be repeated.
	cheap bool
	// product is a double's multiplication, which Go may fuse with an addition unless told not to.
	product bool
}

// at is the code, in parentheses if something that binds as tightly as prec stands next to it.
func (v value) at(prec int) string {
	if v.prec < prec {
		return "(" + v.code + ")"
	}
	return v.code
}

// typed is the code with its type where the context does not give it.
func (v value) typed() string {
	if v.untyped != "" {
		return v.untyped + "(" + v.code + ")"
	}
	return v.code
}

func (v value) within(lo, hi int64) value {
	v.ranged, v.lo, v.hi = true, lo, hi
	return v
}

func call(t *types.Type, format string, args ...any) value {
	return value{code: fmt.Sprintf(format, args...), prec: primaryPrec, typ: t}
}

func binary(t *types.Type, prec int, op string, a, b value) value {
	return value{code: a.at(prec) + " " + op + " " + b.at(prec+1), prec: prec, typ: t}
}

func compare(op string, a, b value) value {
	return value{code: a.at(addPrec) + " " + op + " " + b.at(addPrec), prec: comparePrec, typ: types.BoolType}
}

func not(v value) value {
	if v.lit != nil {
		return boolean(v.lit != celtypes.True)
	}
	if s, ok := strings.CutPrefix(v.code, "!"); ok && v.prec == unaryPrec {
		return value{code: s, prec: unaryPrec, typ: types.BoolType, cheap: v.cheap}
	}
	return value{code: "!" + v.at(unaryPrec), prec: unaryPrec, typ: types.BoolType, cheap: v.cheap}
}

func boolean(b bool) value {
	return value{code: strconv.FormatBool(b), prec: primaryPrec, typ: types.BoolType, lit: celtypes.Bool(b), cheap: true}
}

// isBool tells whether v is the constant b.
func (v value) isBool(b bool) bool { return v.lit != nil && v.lit == celtypes.Bool(b) }

// intLit is the value of an int constant.
func (v value) intLit() (int64, bool) {
	i, ok := v.lit.(celtypes.Int)
	return int64(i), ok
}

// literal is a constant of a scalar type.
func (c *compiler) literal(x ref.Val, t *types.Type) value {
	v := value{prec: primaryPrec, typ: t, lit: x, cheap: true}
	switch x := x.(type) {
	case celtypes.Bool:
		return boolean(bool(x))
	case celtypes.Int:
		v.code, v.untyped = strconv.FormatInt(int64(x), 10), "int64"
		if x < 0 {
			v.prec = unaryPrec
		}
		return v.within(int64(x), int64(x))
	case celtypes.Uint:
		v.code, v.untyped = strconv.FormatUint(uint64(x), 10), "uint64"
	case celtypes.Double:
		v.code, v.prec = c.double(float64(x))
	case celtypes.String:
		v.code = strconv.Quote(string(x))
	case celtypes.Bytes:
		v.code, v.cheap = "[]byte("+strconv.Quote(string(x))+")", false
	case celtypes.Timestamp:
		u := x.UTC()
		c.use("time")
		v.code = c.decl(c.o.Prefix+"Time", func(name string) string {
			return fmt.Sprintf("var %s = time.Date(%d, %d, %d, %d, %d, %d, %d, time.UTC)", name,
				u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second(), u.Nanosecond())
		})
	case celtypes.Duration:
		v.code, v.prec = c.duration(x.Duration)
	case celenv.Decimal:
		c.use(decPath)
		v.code = c.constant("Decimal", "dec.Must", x.String())
	case celenv.Date:
		c.use(civilPath)
		v.code = c.constant("Date", "civil.MustDate", x.String())
	case celenv.TimeOfDay:
		c.use(civilPath)
		v.code = c.constant("Time", "civil.MustTime", x.String())
	default:
		c.failf("a constant of type %s has no Go form", t)
	}
	return v
}

// constant declares a variable for what Go has no constant of, made from its text once.
func (c *compiler) constant(suffix, make, text string) string {
	return c.decl(c.o.Prefix+suffix, func(name string) string { return fmt.Sprintf("var %s = %s(%q)", name, make, text) })
}

func (c *compiler) double(x float64) (code string, prec int) {
	switch {
	case math.IsNaN(x):
		c.use("math")
		return "math.NaN()", primaryPrec
	case math.IsInf(x, 1):
		c.use("math")
		return "math.Inf(1)", primaryPrec
	case math.IsInf(x, -1):
		c.use("math")
		return "math.Inf(-1)", primaryPrec
	case x == 0 && math.Signbit(x):
		c.use("math")
		return "math.Copysign(0, -1)", primaryPrec
	}
	code = strconv.FormatFloat(x, 'g', -1, 64)
	if !strings.ContainsAny(code, ".e") {
		code += ".0"
	}
	if x < 0 {
		return code, unaryPrec
	}
	return code, primaryPrec
}

var units = []struct {
	d    time.Duration
	name string
}{
	{time.Hour, "time.Hour"}, {time.Minute, "time.Minute"}, {time.Second, "time.Second"}, {time.Millisecond, "time.Millisecond"},
	{time.Microsecond, "time.Microsecond"}, {time.Nanosecond, "time.Nanosecond"},
}

func (c *compiler) duration(d time.Duration) (code string, prec int) {
	c.use("time")
	if d == 0 || d == math.MinInt64 {
		return fmt.Sprintf("time.Duration(%d)", int64(d)), primaryPrec
	}
	for _, u := range units {
		if d == u.d {
			return u.name, primaryPrec
		}
		if d%u.d == 0 {
			return fmt.Sprintf("%d * %s", d/u.d, u.name), mulPrec
		}
	}
	return "", 0
}
