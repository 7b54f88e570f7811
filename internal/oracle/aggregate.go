package oracle

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/check"
)

// accumulator is the state of one aggregate of one group: a value that is never changed.
type accumulator struct {
	n              int64     // the records that count
	val            ref.Val   // the sum, or the value of the record that was picked; nil before the first record
	exact          *big.Int  // the sum of integers, for their mean, and for windows that overlap
	err            error     // the sum of decimals has too many digits, in windows that overlap
	at             int64     // the event time of the record that was picked
	by             ref.Val   // what it was picked by
	center, spread float64   // the mean and the sum of the squared differences to it, for a variance
	all            []picking // every record, for what several of them are picked for
}

// add gives the state after one more record of an event time. Sums follow CEL's +, so those of integers and durations fail on overflow.
func (a accumulator) add(f check.Func, in input, at int64) (accumulator, error) {
	if in.fold != nil {
		v, err := in.fold(a.val)
		a.val = v
		return a, err
	}
	args := in.args
	var v ref.Val
	if len(args) > 0 {
		v = args[0]
	}
	if f != check.CountIf || v == celtypes.True {
		a.n++
	}
	if several(f) {
		a.all = append(slices.Clip(a.all), picking{at, args})
		return a, nil
	}
	pick := a.val == nil
	switch f {
	case check.Count, check.CountIf:
		return a, nil
	case check.Sum:
		return a.sum(v)
	case check.Avg:
		return a.mean(v)
	case check.Variance, check.VariancePop, check.Stddev, check.StddevPop:
		return a.differ(v), nil
	case check.Min, check.All:
		pick = pick || less(v, a.val)
	case check.Max, check.Any:
		pick = pick || exceeds(v, a.val)
	case check.First:
		pick = pick || at < a.at
	case check.Last:
		pick = pick || at >= a.at
	case check.LastArrived:
		pick = true
	case check.MinBy:
		pick = pick || less(args[1], a.by)
	case check.MaxBy:
		pick = pick || less(a.by, args[1])
	}
	if pick {
		a.val, a.at = v, at
		if len(args) > 1 {
			a.by = args[1]
		}
	}
	return a, nil
}

// differ takes a number into a variance. Rounding is a part of the result where numbers are large beside their spread, so this is
// Welford's method as in the service.
func (a accumulator) differ(v ref.Val) accumulator {
	x := double(v)
	d := x - a.center
	a.center += d / float64(a.n)
	a.spread += d * (x - a.center)
	return a
}

// double is a number, or the nanoseconds of a duration, as a double.
func double(v ref.Val) float64 {
	switch v := v.(type) {
	case celtypes.Int:
		return float64(v)
	case celtypes.Uint:
		return float64(v)
	case celtypes.Duration:
		return float64(v.Nanoseconds())
	case celenv.Decimal:
		x, _ := strconv.ParseFloat(v.String(), 64) // it spells a number
		return x
	}
	return float64(v.(celtypes.Double))
}

func (a accumulator) sum(v ref.Val) (accumulator, error) {
	if a.val == nil {
		a.val = v
		return a, nil
	}
	s := a.val.(traits.Adder).Add(v)
	if celtypes.IsError(s) {
		return a, s.(*celtypes.Err)
	}
	a.val = s
	return a, nil
}

func (a accumulator) mean(v ref.Val) (accumulator, error) {
	var n *big.Int
	switch v := v.(type) {
	case celtypes.Double, celenv.Decimal:
		return a.sum(v)
	case celtypes.Int:
		n = big.NewInt(int64(v))
	case celtypes.Uint:
		n = new(big.Int).SetUint64(uint64(v))
	default:
		return a, errors.New("no mean of this type")
	}
	if a.exact != nil {
		n.Add(n, a.exact)
	}
	a.exact = n
	return a, nil
}

// value is the aggregate's result.
func (a accumulator) value(g *check.Aggregate) ref.Val {
	if several(g.Func) {
		return picked(g, a.all)
	}
	switch f := g.Func; f {
	case check.Count, check.CountIf:
		return celtypes.Int(a.n)
	case check.VariancePop:
		return celtypes.Double(a.spread / float64(a.n))
	case check.StddevPop:
		return celtypes.Double(math.Sqrt(a.spread / float64(a.n)))
	case check.Variance, check.Stddev:
		if a.n < 2 {
			return celtypes.OptionalNone
		}
		v := a.spread / float64(a.n-1)
		if f == check.Stddev {
			v = math.Sqrt(v)
		}
		return celtypes.OptionalOf(celtypes.Double(v))
	case check.Avg:
		if d, ok := a.val.(celenv.Decimal); ok {
			n, _ := celenv.ParseDecimal(fmt.Sprint(a.n)) // a count fits
			return d.Divide(n)
		}
		if a.exact == nil {
			return a.val.(celtypes.Double) / celtypes.Double(a.n)
		}
		sum, _ := new(big.Float).SetInt(a.exact).Float64()
		return celtypes.Double(sum / float64(a.n))
	}
	return a.val
}

// exceeds tells whether v is the maximum of the two, which NaN always is.
func exceeds(v, than ref.Val) bool {
	if d, ok := v.(celtypes.Double); ok && math.IsNaN(float64(d)) {
		return true
	}
	if d, ok := than.(celtypes.Double); ok && math.IsNaN(float64(d)) {
		return false
	}
	return less(than, v)
}

// less orders the scalars and enums: false before true, text and bytes by their bytes, NaN before every number, the values of an enum as
// they are declared.
func less(a, b ref.Val) bool {
	switch a := a.(type) {
	case celtypes.Bool:
		return bool(!a && b.(celtypes.Bool))
	case *enum:
		return slices.Index(a.Of.Values, a.Name) < slices.Index(a.Of.Values, b.(*enum).Name)
	case celtypes.Bytes:
		return bytes.Compare(a, b.(celtypes.Bytes)) < 0
	case celtypes.Double:
		if math.IsNaN(float64(a)) || math.IsNaN(float64(b.(celtypes.Double))) {
			return math.IsNaN(float64(a)) && !math.IsNaN(float64(b.(celtypes.Double)))
		}
	}
	return a.(traits.Comparer).Compare(b) == celtypes.IntNegOne
}
