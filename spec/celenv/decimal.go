package celenv

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/weirstream/weir/spec/types"
)

// decimalType is the CEL type of every decimal: how many digits a field has is no business of expressions.
var decimalType = cel.OpaqueType("decimal")

// Decimal is a decimal number to cel-go, with the semantics that docs/functions.md gives, by way of rational numbers: it is what the
// runtime's decimals are held against.
type Decimal struct{ rat *big.Rat }

// ParseDecimal reads a number written in digits with a point or an exponent. It is an error if it has more digits than there are.
func ParseDecimal(s string) (Decimal, error) {
	rest := strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+"), "0123456789.")
	if s == "" || rest != "" && rest[0]|0x20 != 'e' || strings.HasPrefix(s, "+-") || strings.ContainsAny(s, "_xXpP") {
		return Decimal{}, fmt.Errorf("type conversion error from 'string' to 'decimal'")
	}
	if rest != "" {
		if e, err := strconv.Atoi(rest[1:]); err == nil && (e > 1000 || e < -1000) { // keeps a huge exponent from filling the memory
			s = strings.TrimSuffix(s, rest) + "e" + map[bool]string{true: "1000", false: "-1000"}[e > 0]
		}
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return Decimal{}, fmt.Errorf("type conversion error from 'string' to 'decimal'")
	}
	if !fits(r) {
		return Decimal{}, fmt.Errorf("decimal overflow")
	}
	return Decimal{r}, nil
}

// Fits tells whether d is a value of decimal(precision, scale).
func (d Decimal) Fits(precision, scale int) bool {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(d.String(), "-"), ".")
	return len(fraction) <= scale && len(strings.TrimLeft(whole, "0")) <= precision-scale
}

// fits tells whether a number has at most 19 digits, at most 19 of them behind the point.
func fits(r *big.Rat) bool {
	text := r.FloatString(types.MaxDigits)
	if back, _ := new(big.Rat).SetString(text); back.Cmp(r) != 0 {
		return false
	}
	digits := strings.NewReplacer("-", "", ".", "").Replace(strings.TrimRight(text, "0"))
	return len(strings.TrimLeft(digits, "0")) <= types.MaxDigits
}

// String is the number in plain digits, without zeros at its end.
func (d Decimal) String() string {
	return strings.TrimSuffix(strings.TrimRight(d.rat.FloatString(types.MaxDigits), "0"), ".")
}

var errDecimalOverflow = celtypes.NewErr("decimal overflow")

func decimalResult(r *big.Rat) ref.Val {
	if !fits(r) {
		return errDecimalOverflow
	}
	return Decimal{r}
}

// Add implements traits.Adder.
func (d Decimal) Add(other ref.Val) ref.Val {
	return decimalResult(new(big.Rat).Add(d.rat, other.(Decimal).rat))
}

// Subtract implements traits.Subtractor.
func (d Decimal) Subtract(other ref.Val) ref.Val {
	return decimalResult(new(big.Rat).Sub(d.rat, other.(Decimal).rat))
}

// Multiply implements traits.Multiplier.
func (d Decimal) Multiply(other ref.Val) ref.Val {
	return decimalResult(new(big.Rat).Mul(d.rat, other.(Decimal).rat))
}

// Divide implements traits.Divider: the quotient is rounded, half to even, to as many digits as there are.
func (d Decimal) Divide(other ref.Val) ref.Val {
	if other.(Decimal).rat.Sign() == 0 {
		return celtypes.NewErr("division by zero")
	}
	q := new(big.Rat).Quo(d.rat, other.(Decimal).rat)
	for scale := types.MaxDigits; scale >= 0; scale-- {
		if r := round(q, scale, halfEven); fits(r) {
			return Decimal{r}
		}
	}
	return errDecimalOverflow
}

// Negate implements traits.Negater.
func (d Decimal) Negate() ref.Val { return Decimal{new(big.Rat).Neg(d.rat)} }

// Compare implements traits.Comparer.
func (d Decimal) Compare(other ref.Val) ref.Val { return celtypes.Int(d.rat.Cmp(other.(Decimal).rat)) }

// Equal implements ref.Val.
func (d Decimal) Equal(other ref.Val) ref.Val {
	o, ok := other.(Decimal)
	return celtypes.Bool(ok && d.rat.Cmp(o.rat) == 0)
}

// IsZeroValue implements traits.Zeroer, for optional.ofNonZeroValue.
func (d Decimal) IsZeroValue() bool { return d.rat.Sign() == 0 }

// ConvertToNative implements ref.Val. Nothing asks for a Go form.
func (d Decimal) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a decimal has no form as %v", t)
}

// ConvertToType implements ref.Val, for int(d), uint(d), double(d) and string(d).
func (d Decimal) ConvertToType(t ref.Type) ref.Val {
	whole := new(big.Int).Quo(d.rat.Num(), d.rat.Denom())
	switch t {
	case celtypes.IntType:
		if !whole.IsInt64() {
			return celtypes.NewErr("integer overflow")
		}
		return celtypes.Int(whole.Int64())
	case celtypes.UintType:
		if !whole.IsUint64() {
			return celtypes.NewErr("unsigned integer overflow")
		}
		return celtypes.Uint(whole.Uint64())
	case celtypes.DoubleType:
		v, _ := d.rat.Float64()
		return celtypes.Double(v)
	case celtypes.StringType:
		return celtypes.String(d.String())
	}
	return celtypes.NewErr("type conversion error from 'decimal' to '%s'", t.TypeName())
}

// Type implements ref.Val. The traits are what CEL's operators look for.
func (d Decimal) Type() ref.Type { return decimalValueType }

var decimalValueType = celtypes.NewObjectType("decimal",
	traits.AdderType|traits.SubtractorType|traits.MultiplierType|traits.DividerType|traits.NegatorType|traits.ComparerType)

// Value implements ref.Val.
func (d Decimal) Value() any { return d.rat }

// Ways of rounding: whether a magnitude goes up, of a number below zero or not, given its last digit that stays and how what is
// cut off compares with a half (-1, 0, 1; exact is told apart before).
type rounding func(negative, odd bool, half int) bool

func halfEven(_, odd bool, half int) bool { return half > 0 || half == 0 && odd }
func floor(negative, _ bool, _ int) bool  { return negative }
func ceil(negative, _ bool, _ int) bool   { return !negative }
func truncate(bool, bool, int) bool       { return false }
func pow10(n int) *big.Int                { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }
func scaled(r *big.Rat, scale int) *big.Rat {
	return new(big.Rat).Mul(r, new(big.Rat).SetInt(pow10(scale)))
}
func unscaled(n *big.Int, scale int) *big.Rat { return new(big.Rat).SetFrac(n, pow10(scale)) }

// round is r with so many digits behind the point.
func round(r *big.Rat, scale int, up rounding) *big.Rat {
	s := scaled(r, scale)
	n, rest := new(big.Int).QuoRem(new(big.Int).Abs(s.Num()), s.Denom(), new(big.Int))
	if rest.Sign() != 0 && up(r.Sign() < 0, n.Bit(0) == 1, new(big.Int).Lsh(rest, 1).Cmp(s.Denom())) {
		n.Add(n, big.NewInt(1))
	}
	if r.Sign() < 0 {
		n.Neg(n)
	}
	return unscaled(n, scale)
}

// decimals declares the functions and operators of decimals.
func decimals() []cel.EnvOption {
	unary := func(f func(v ref.Val) ref.Val) cel.OverloadOpt { return cel.UnaryBinding(f) }
	convert := func(to ref.Type) cel.OverloadOpt {
		return unary(func(v ref.Val) ref.Val { return v.ConvertToType(to) })
	}
	text := func(v ref.Val) ref.Val {
		s := fmt.Sprint(v.Value())
		if f, ok := v.(celtypes.Double); ok {
			if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
				return errDecimalOverflow
			}
			s = strconv.FormatFloat(float64(f), 'e', -1, 64)
		}
		d, err := ParseDecimal(s)
		if err != nil {
			return celtypes.NewErr("%v", err)
		}
		return d
	}
	one, two := []*cel.Type{decimalType}, []*cel.Type{decimalType, decimalType}
	opts := []cel.EnvOption{
		cel.Function("decimal",
			cel.Overload("string_to_decimal", []*cel.Type{cel.StringType}, decimalType, unary(text)),
			cel.Overload("int64_to_decimal", []*cel.Type{cel.IntType}, decimalType, unary(text)),
			cel.Overload("uint64_to_decimal", []*cel.Type{cel.UintType}, decimalType, unary(text)),
			cel.Overload("double_to_decimal", []*cel.Type{cel.DoubleType}, decimalType, unary(text)),
			cel.Overload("decimal_to_decimal", one, decimalType, unary(func(v ref.Val) ref.Val { return v }))),
		cel.Function(overloads.TypeConvertString, cel.Overload("decimal_to_string", one, cel.StringType, convert(celtypes.StringType))),
		cel.Function(overloads.TypeConvertInt, cel.Overload("decimal_to_int64", one, cel.IntType, convert(celtypes.IntType))),
		cel.Function(overloads.TypeConvertUint, cel.Overload("decimal_to_uint64", one, cel.UintType, convert(celtypes.UintType))),
		cel.Function(overloads.TypeConvertDouble, cel.Overload("decimal_to_double", one, cel.DoubleType, convert(celtypes.DoubleType))),
		cel.Function(operators.Negate, cel.Overload("negate_decimal", one, decimalType)),
		cel.Function("abs", cel.MemberOverload("decimal_abs", one, decimalType, unary(func(v ref.Val) ref.Val {
			return Decimal{new(big.Rat).Abs(v.(Decimal).rat)}
		}))),
	}
	for op, id := range map[string]string{operators.Add: "add", operators.Subtract: "subtract", operators.Multiply: "multiply", operators.Divide: "divide"} {
		opts = append(opts, cel.Function(op, cel.Overload(id+"_decimal", two, decimalType)))
	}
	opts = append(opts, ordered("decimal", decimalType)...)
	for name, way := range map[string]rounding{"round": halfEven, "floor": floor, "ceil": ceil, "trunc": truncate} {
		opts = append(opts, cel.Function(name, cel.MemberOverload("decimal_"+name+"_int", []*cel.Type{decimalType, cel.IntType}, decimalType,
			cel.BinaryBinding(func(d, digits ref.Val) ref.Val {
				return Decimal{round(d.(Decimal).rat, int(max(0, min(digits.(celtypes.Int), types.MaxDigits))), way)}
			}))))
	}
	return opts
}

// ordered declares < <= > >= for a type whose values implement traits.Comparer.
func ordered(name string, t *cel.Type) []cel.EnvOption {
	var opts []cel.EnvOption
	for op, id := range map[string]string{operators.Less: "less", operators.LessEquals: "less_equals", operators.Greater: "greater", operators.GreaterEquals: "greater_equals"} {
		opts = append(opts, cel.Function(op, cel.Overload(id+"_"+name, []*cel.Type{t, t}, cel.BoolType)))
	}
	return opts
}

func init() {
	for _, id := range strings.Fields(`string_to_decimal int64_to_decimal uint64_to_decimal double_to_decimal decimal_to_decimal
decimal_to_string decimal_to_int64 decimal_to_uint64 decimal_to_double negate_decimal decimal_abs
add_decimal subtract_decimal multiply_decimal divide_decimal
less_decimal less_equals_decimal greater_decimal greater_equals_decimal
decimal_round_int decimal_floor_int decimal_ceil_int decimal_trunc_int`) {
		supported[id] = true
	}
}
