package emitgo

import (
	"fmt"

	"github.com/weirstream/weir/gen/codec"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

// aggregator prints what one aggregate of a step does. Its state is a field of the step's state a.
type aggregator struct {
	*check.Aggregate
	g     *generator
	f     *printer.File
	field string   // a.Total
	name  string   // of functions of its own: TotalsStateTotal
	parts bool     // the state is of a part of a window, to be merged with others
	mixed bool     // the records of such parts happened among each other
	args  []string // the Go expressions of the arguments; only for the record in hand
	// mayFail says of a fold that its step can fail; only for the record in hand.
	mayFail bool
}

func (g *generator) aggregator(f *printer.File, st *check.Step, a *check.Aggregate) *aggregator {
	return &aggregator{
		Aggregate: a, g: g, f: f, field: "a." + stateField(a),
		name: naming.Exported(stateType(g.steps[st])) + stateField(a), parts: st.Merges(), mixed: st.Combines || st.Window.Slide > 0,
	}
}

// held tells how the value of a record is kept in the state: alone, with the event time of its record, or with what it was chosen by.
type held uint8

const (
	plain held = iota // no record's value, but something made of all of them
	alone
	timed
	chosen
	listed   // several of them, with the event times of their records
	ranked   // several of them, with what they are ranked by
	distinct // several of them, in their order
)

func (ag *aggregator) held() held {
	switch ag.Func {
	case check.Min, check.Max, check.FirstArrived, check.LastArrived, check.Fold:
		return alone
	case check.First, check.Last:
		return timed
	case check.MinBy, check.MaxBy:
		return chosen
	case check.Collect, check.StringAgg:
		return listed
	case check.Top:
		return ranked
	case check.CollectSet, check.CountDistinct:
		return distinct
	}
	return plain
}

// several tells whether the state holds the values of several records.
func (ag *aggregator) several() bool { return ag.held() >= listed }

// coded tells whether the state has a type of package aggregate that reads and writes itself.
func (ag *aggregator) coded() bool {
	switch ag.Func {
	case check.Avg, check.Variance, check.VariancePop, check.Stddev, check.StddevPop:
		return true
	}
	return ag.sketched() || ag.wide()
}

// wide tells whether the state is a sum that is told to be too large only when the result is made: in a part of a window no record can be
// blamed for it.
func (ag *aggregator) wide() bool {
	return ag.parts && (ag.Func == check.Sum && ag.Type.Kind != types.Double || ag.Func == check.Avg && ag.Type.Kind == types.Decimal)
}

// goType is the Go type of the state.
func (ag *aggregator) goType() string {
	if ag.several() {
		return ag.listType()
	}
	if ag.Func == check.Histogram {
		return fmt.Sprintf("[%d]int64", len(ag.Bounds())+1)
	}
	value := ag.g.goType(ag.f, ag.Type)
	switch {
	case ag.coded():
		ag.f.Import(module + "aggregate")
		return "aggregate." + ag.codedType()
	case ag.flagged():
		ag.f.Import(module + "aggregate")
		return "aggregate.Fold[" + value + "]"
	case ag.held() == timed:
		ag.f.Import(module + "aggregate")
		return "aggregate.Timed[" + value + "]"
	case ag.held() == chosen:
		ag.f.Import(module + "aggregate")
		return "aggregate.Chosen[" + value + ", " + ag.g.goType(ag.f, ag.Args[1].Type) + "]"
	}
	return value
}

func (ag *aggregator) codedType() string {
	if ag.wide() {
		return map[types.Kind]string{types.Int: "SumInt", types.Uint: "SumUint", types.Duration: "SumDuration", types.Decimal: "SumDecimal"}[ag.Type.Kind]
	}
	switch ag.Func {
	case check.ApproxCountDistinct:
		return "Cardinality"
	case check.Quantile, check.Median:
		return "Quantiles"
	case check.Avg:
	default:
		return "Variance"
	}
	switch ag.Args[0].Type.Kind {
	case types.Int:
		return "MeanInt"
	case types.Uint:
		return "MeanUint"
	case types.Decimal:
		return "MeanDecimal"
	}
	return "MeanDouble"
}

// result is the Go expression of the aggregate's value; of a wide one also of an error.
func (ag *aggregator) result() string {
	if ag.wide() && ag.Func == check.Avg {
		return ag.field + ".Mean()"
	}
	if ag.wide() {
		return ag.field + ".Value()"
	}
	if ag.flagged() {
		return ag.field + ".Result()"
	}
	switch ag.Func {
	case check.Avg:
		return ag.field + ".Value()"
	case check.Variance:
		ag.f.Import(module + "cel")
		return "cel.When(" + ag.field + ".Sample())"
	case check.Stddev:
		ag.f.Import(module + "cel")
		return "cel.When(" + ag.field + ".SampleDeviation())"
	case check.VariancePop:
		return ag.field + ".Population()"
	case check.StddevPop:
		return ag.field + ".PopulationDeviation()"
	}
	switch {
	case ag.sketched():
		return ag.estimate()
	case ag.Func == check.Histogram:
		return ag.field + "[:]"
	}
	switch ag.held() {
	case timed, chosen:
		return ag.field + ".Value"
	case listed, ranked, distinct:
		return ag.listResult()
	}
	return ag.field
}

// stored is the Go expression of the value that the state holds.
func (ag *aggregator) stored() string {
	if ag.flagged() {
		return ag.field + ".Value"
	}
	return ag.result()
}

// checked tells whether a further record can be one too many for a sum.
func (ag *aggregator) checked() bool {
	return !ag.wide() && (ag.Func == check.Sum && ag.Type.Kind != types.Double || ag.Func == check.Avg && ag.Type.Kind == types.Decimal)
}

// sum is the variable that holds the new state of a checked aggregate until all of them have one.
func (ag *aggregator) sum() string { return naming.Local(ag.Name + "_sum") }

// plus is the new state of a checked aggregate, and an error.
func (ag *aggregator) plus() string {
	switch {
	case ag.Func == check.Avg:
		return ag.field + ".Plus(" + ag.args[0] + ")"
	case ag.Type.Kind == types.Decimal:
		ag.f.Import(module + "dec")
		return "dec.Add(" + ag.field + ", " + ag.args[0] + ")"
	}
	ag.f.Import(module + "cel")
	fn := map[types.Kind]string{types.Int: "AddInt", types.Uint: "AddUint", types.Duration: "AddDuration"}[ag.Type.Kind]
	return "cel." + fn + "(" + ag.field + ", " + ag.args[0] + ")"
}

// first is the state after one record.
func (ag *aggregator) first() string {
	if ag.wide() {
		return ag.next()
	}
	switch ag.Func {
	case check.Count:
		return ag.field + " = 1"
	case check.Avg:
		if ag.Type.Kind == types.Decimal {
			return ag.field + " = aggregate.MeanOf(" + ag.args[0] + ")"
		}
	case check.Sum, check.Any, check.All:
		return ag.field + " = " + ag.args[0]
	}
	if ag.several() {
		return ag.begin()
	}
	if ag.Func == check.Fold {
		return ag.stepped()
	}
	if ag.held() != plain {
		return ag.take()
	}
	return ag.next()
}

// next is how a further record changes the state; "" where it doesn't.
func (ag *aggregator) next() string {
	field := ag.field
	if ag.wide() {
		return field + ".Add(" + ag.args[0] + ")"
	}
	if ag.several() {
		return ag.insert()
	}
	switch ag.Func {
	case check.Fold:
		return ag.stepped()
	case check.Count:
		return field + "++"
	case check.CountIf:
		return "if " + ag.args[0] + " {\n" + field + "++\n}"
	case check.Any:
		return field + " = " + field + " || " + paren(ag.args[0])
	case check.All:
		return field + " = " + field + " && " + paren(ag.args[0])
	case check.Sum:
		return field + " += " + ag.args[0]
	case check.Avg:
		return field + ".Add(" + ag.args[0] + ")"
	case check.Variance, check.VariancePop, check.Stddev, check.StddevPop:
		return field + ".Add(" + ag.double() + ")"
	case check.Histogram:
		return field + "[" + ag.bucket() + "]++"
	case check.ApproxCountDistinct:
		return field + ".Add(" + ag.hash() + ")"
	case check.Quantile, check.Median:
		return field + ".Add(" + ag.double() + ")"
	case check.First:
		return "if at < " + field + ".At {\n" + ag.take() + "\n}"
	case check.Last:
		return "if at >= " + field + ".At {\n" + ag.take() + "\n}"
	case check.FirstArrived:
		return ""
	case check.LastArrived:
		return ag.take()
	case check.MinBy, check.MaxBy:
		return "if " + ag.better(ag.args[1], field+".By", ag.Args[1].Type, ag.Func == check.MinBy) + " {\n" + ag.take() + "\n}"
	}
	return ag.extreme(ag.args[0], ag.take())
}

// merge is how the state of later records, a field of b, is taken in; "" where it changes nothing.
func (ag *aggregator) merge() string {
	other := "b" + ag.field[1:]
	if ag.several() {
		return ag.mergeList(other)
	}
	switch ag.Func {
	case check.Count, check.CountIf:
		return ag.field + " += " + other
	case check.Any:
		return ag.field + " = " + ag.field + " || " + other
	case check.All:
		return ag.field + " = " + ag.field + " && " + other
	case check.Histogram:
		return "for k, n := range " + other + " {\n" + ag.field + "[k] += n\n}"
	case check.First, check.Last:
		if ag.mixed {
			op := "<"
			if ag.Func == check.Last {
				op = ">="
			}
			return fmt.Sprintf("if %s.At %s %s.At {\n%s = %s\n}", other, op, ag.field, ag.field, other)
		}
		if ag.Func == check.First {
			return "" // it is of earlier records
		}
		return ag.field + " = " + other
	case check.MinBy, check.MaxBy:
		return "if " + ag.better(other+".By", ag.field+".By", ag.Args[1].Type, ag.Func == check.MinBy) + " {\n" + ag.field + " = " + other + "\n}"
	case check.Min, check.Max:
		return ag.extreme(other, ag.field+" = "+other)
	}
	if ag.coded() {
		return ag.field + ".Merge(&" + other + ")"
	}
	return ag.field + " += " + other
}

// extreme is how min and max take x in; taken prints that it is the one now.
func (ag *aggregator) extreme(x, taken string) string {
	fn := "max"
	if ag.Func == check.Min {
		fn = "min"
	}
	switch ag.Type.Kind {
	case types.Int, types.Uint, types.Double, types.Duration, types.Date, types.TimeOfDay:
		return fmt.Sprintf("%s = %s(%s, %s)", ag.field, fn, ag.field, x)
	case types.Bool:
		op := "||"
		if ag.Func == check.Min {
			op = "&&"
		}
		return fmt.Sprintf("%s = %s %s %s", ag.field, ag.field, op, paren(x))
	}
	return "if " + ag.better(x, ag.field, ag.Type, ag.Func == check.Min) + " {\n" + taken + "\n}"
}

// better is the condition that x is less, or else greater, than the value that stands. A NaN is less than every number.
func (ag *aggregator) better(x, stands string, t *types.Type, less bool) string {
	op := ">"
	if less {
		op = "<"
	}
	switch t.Kind {
	case types.Bool:
		if less {
			return stands + " && !" + paren(x)
		}
		return "!" + stands + " && " + paren(x)
	case types.Double:
		ag.f.Import("cmp")
		if less {
			return "cmp.Less(" + x + ", " + stands + ")"
		}
		return "cmp.Less(" + stands + ", " + x + ")"
	case types.Decimal:
		ag.f.Import(module + "dec")
		return fmt.Sprintf("dec.Compare(%s, %s) %s 0", x, stands, op)
	case types.Bytes:
		ag.f.Import("bytes")
		return fmt.Sprintf("bytes.Compare(%s, %s) %s 0", x, stands, op)
	case types.Timestamp:
		return fmt.Sprintf("%s.Compare(%s) %s 0", paren(x), stands, op)
	}
	return x + " " + op + " " + stands
}

// take puts the record's value into the state.
func (ag *aggregator) take() string {
	value := ag.keep(ag.Type, ag.args[0])
	switch ag.held() {
	case timed:
		return fmt.Sprintf("%s = %s{At: at, Value: %s}", ag.field, ag.goType(), value)
	case chosen:
		return fmt.Sprintf("%s = %s{By: %s, Value: %s}", ag.field, ag.goType(), ag.keep(ag.Args[1].Type, ag.args[1]), value)
	}
	return ag.field + " = " + value
}

// double is the argument as a double.
func (ag *aggregator) double() string {
	switch ag.Args[0].Type.Kind {
	case types.Double:
		return ag.args[0]
	case types.Decimal:
		return paren(ag.args[0]) + ".Double()"
	}
	return "float64(" + ag.args[0] + ")"
}

// keep is x as it may be held beyond the record that it came with.
func (ag *aggregator) keep(t *types.Type, x string) string {
	switch {
	case t.Kind == types.String:
		ag.f.Import("strings")
		return "strings.Clone(" + x + ")"
	case t.Kind == types.Bytes:
		ag.f.Import("bytes")
		return "bytes.Clone(" + x + ")"
	case codec.Shares(t):
		return "keep" + ag.value() + "(" + x + ")"
	}
	return x
}

// value asks for the functions of the aggregate's values, which are no scalars, and returns what their names end in.
func (ag *aggregator) value() string {
	t := ag.Type
	if ag.several() {
		t = ag.Args[0].Type
	}
	ag.g.codecs.needValue(ag.name, t)
	return ag.name
}

// append prints the stored form of the state.
func (ag *aggregator) append() {
	if ag.coded() {
		ag.f.F("b = %s.Append(b)", ag.field)
		return
	}
	switch {
	case ag.several():
		ag.appendList()
		return
	case ag.Func == check.Histogram:
		ag.f.F("for _, n := range %s {\nb = stateenc.AppendInt(b, n)\n}", ag.field)
		return
	}
	switch ag.held() {
	case timed:
		ag.f.F("b = stateenc.AppendInt(b, %s.At)", ag.field)
	case chosen:
		ag.f.F("b = stateenc.Append%s(b, %s.By)", codecName[ag.Args[1].Type.Kind], ag.field)
	}
	if ag.flagged() {
		ag.f.F("b = stateenc.AppendString(b, %s.Failed)", ag.field)
	}
	if ag.Type.Scalar() {
		ag.f.F("b = stateenc.Append%s(b, %s)", codecName[ag.Type.Kind], ag.stored())
	} else {
		ag.f.F("b = append%s(b, %s)", ag.value(), ag.stored())
	}
}

// decode prints its reading.
func (ag *aggregator) decode() {
	if ag.coded() {
		ag.f.F("i = %s.Decode(b, i)", ag.field)
		return
	}
	switch {
	case ag.several():
		ag.decodeList()
		return
	case ag.Func == check.Histogram:
		ag.f.F("for k := range %s {\n%s[k], i = stateenc.Int(b, i)\n}", ag.field, ag.field)
		return
	}
	switch ag.held() {
	case timed:
		ag.f.F("%s.At, i = stateenc.Int(b, i)", ag.field)
	case chosen:
		ag.read(ag.Args[1].Type, ag.field+".By")
	}
	if ag.flagged() {
		ag.read(types.StringType, ag.field+".Failed")
	}
	ag.read(ag.Type, ag.stored())
}

func (ag *aggregator) read(t *types.Type, target string) {
	if t.Scalar() {
		ag.f.F("%s, i = stateenc.%s(b, i)", target, readerName(t.Kind))
	} else {
		ag.f.F("%s, i = read%s(b, i)", target, ag.value())
	}
	if kept := ag.keep(t, target); kept != target {
		ag.f.F("%s = %s", target, kept)
	}
}

// heap are the Go expressions of what the state holds outside itself, in bytes.
func (ag *aggregator) heap() []string {
	if ag.sketched() {
		return []string{ag.field + ".Heap()"}
	}
	if ag.held() == plain {
		return nil
	}
	if ag.several() {
		return []string{ag.listHeap()}
	}
	var parts []string
	of := func(t *types.Type, x string) {
		switch {
		case t.Kind == types.String || t.Kind == types.Bytes:
			parts = append(parts, "len("+x+")")
		case codec.Shares(t):
			parts = append(parts, "heap"+ag.value()+"("+x+")")
		}
	}
	of(ag.Type, ag.stored())
	if ag.flagged() {
		of(types.StringType, ag.field+".Failed")
	}
	if ag.held() == chosen {
		of(ag.Args[1].Type, ag.field+".By")
	}
	return parts
}
