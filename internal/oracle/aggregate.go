package oracle

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/check"
)

// accumulator is the state of one aggregate of one group: a value that is never changed.
type accumulator struct {
	n     int64
	val   ref.Val  // the sum, minimum or maximum so far; nil before the first record
	exact *big.Int // the sum of integers, for their mean
}

// add gives the state after one more record. Sums follow CEL's +, so those of integers and durations fail on overflow.
func (a accumulator) add(f check.Func, v ref.Val) (accumulator, error) {
	a.n++
	switch f {
	case check.Sum:
		return a.sum(v)
	case check.Avg:
		return a.mean(v)
	case check.Min:
		if a.val == nil || less(v, a.val) {
			a.val = v
		}
	case check.Max:
		if a.val == nil || less(a.val, v) {
			a.val = v
		}
	}
	return a, nil
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
func (a accumulator) value(f check.Func) ref.Val {
	switch f {
	case check.Count:
		return celtypes.Int(a.n)
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

// less orders the scalars: false before true, text and bytes by their bytes, NaN before every number.
func less(a, b ref.Val) bool {
	switch a := a.(type) {
	case celtypes.Bool:
		return bool(!a && b.(celtypes.Bool))
	case celtypes.Bytes:
		return bytes.Compare(a, b.(celtypes.Bytes)) < 0
	case celtypes.Double:
		if math.IsNaN(float64(a)) || math.IsNaN(float64(b.(celtypes.Double))) {
			return math.IsNaN(float64(a)) && !math.IsNaN(float64(b.(celtypes.Double)))
		}
	}
	return a.(traits.Comparer).Compare(b) == celtypes.IntNegOne
}
