package emitgo

import (
	"strconv"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// What aggregates do whose state is a sketch: a summary of all values from which the result is estimated.

// sketched tells whether the state is one.
func (ag *aggregator) sketched() bool {
	switch ag.Func {
	case check.ApproxCountDistinct, check.Quantile, check.Median:
		return true
	}
	return false
}

// estimate is the result.
func (ag *aggregator) estimate() string {
	switch {
	case ag.Func == check.ApproxCountDistinct:
		return ag.field + ".Value()"
	case ag.Type.Kind == types.Duration:
		return ag.field + ".Duration(" + ag.fraction() + ")"
	}
	return ag.field + ".Value(" + ag.fraction() + ")"
}

func (ag *aggregator) fraction() string { return strconv.FormatFloat(ag.Fraction(), 'g', -1, 64) }

// hash is the hash of the record's value.
func (ag *aggregator) hash() string {
	x := ag.args[0]
	pkg, fn := "cel", ""
	switch ag.Args[0].Type.Kind {
	case types.Int:
		fn = "HashInt"
	case types.Uint:
		fn = "HashUint"
	case types.String:
		fn = "HashString"
	case types.Bytes:
		fn = "HashBytes"
	case types.Enum:
		fn, x = "HashString", paren(x)+".String()"
	case types.Duration, types.Date, types.TimeOfDay:
		fn, x = "HashInt", "int64("+x+")"
	case types.Bool:
		pkg, fn = "aggregate", "HashBool"
	case types.Double:
		pkg, fn = "aggregate", "HashDouble"
	case types.Timestamp:
		pkg, fn = "aggregate", "HashTime"
	case types.Decimal:
		pkg, fn = "aggregate", "HashDecimal"
	}
	ag.f.Import(module + pkg)
	return pkg + "." + fn + "(" + x + ")"
}
