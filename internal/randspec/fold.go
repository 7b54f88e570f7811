package randspec

import (
	"fmt"

	"github.com/weirstream/weir/spec/types"
)

// fold is an aggregate that says itself what it makes of the records. Where their order is not certain, or states are merged, it gives the same in
// whichever order they come.
func (e *env) fold(mixed, overlap bool) (string, *types.Type) {
	g := e.g
	if mixed || overlap {
		arg, _ := e.argument(types.IntType)
		return pick(g,
			fmt.Sprintf("fold(acc_, 0, acc_ > (%[1]s) ? acc_ : (%[1]s), other_, acc_ > other_ ? acc_ : other_)", arg),
			fmt.Sprintf("fold(acc_, 0, 9 / ((%s) %% 5) > 3 ? acc_ + 1 : acc_, other_, acc_ + other_)", arg),
		), types.IntType
	}
	switch g.r.IntN(3) {
	case 0:
		arg, _ := e.argument(types.IntType)
		return fmt.Sprintf("fold(acc_, 7, acc_ * 31 + (%s))", arg), types.IntType
	case 1:
		arg, _ := e.argument(types.StringType)
		return fmt.Sprintf(`fold(acc_, "", acc_.size() > 20 ? (%[1]s) : acc_ + "," + (%[1]s))`, arg), types.StringType
	}
	arg, t := e.argument(types.IntType, types.StringType, types.TimestampType)
	return fmt.Sprintf("fold(acc_, [%[1]s].filter(x_, false), acc_.size() > 3 ? [%[2]s] : acc_ + [%[2]s])", map[types.Kind]string{
		types.Int: "0", types.String: `""`, types.Timestamp: "timestamp(0)",
	}[t.Kind], arg), types.ListOf(t)
}
