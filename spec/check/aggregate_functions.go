package check

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/types"
)

// Func is an aggregate function.
type Func uint8

// The aggregate functions.
const (
	Count Func = iota + 1
	CountIf
	Any
	All
	Sum
	Min
	Max
	Avg
	First // of the earliest record by event time, of those the one that arrived first
	Last  // of the latest record by event time, of those the one that arrived last
	FirstArrived
	LastArrived
	MinBy // of the record with the least second argument, of those the one that arrived first
	MaxBy
	Variance // of a sample; absent below two records
	VariancePop
	Stddev // of a sample; absent below two records
	StddevPop
	Collect       // in order of event time, of those with the same one in order of arrival; the earliest ones up to the limit
	CollectSet    // each once, in their order; the least ones up to the limit
	CountDistinct // up to the limit
	ApproxCountDistinct
	Quantile // of the numbers in order, the one at a fraction of them
	Median
	Top       // the records with the greatest second argument, of those with the same one in order of arrival
	StringAgg // as Collect
	Histogram
	Fold // what an expression makes of the state so far and a record
)

// aggregateSignature says how a function is called, and what it gives.
type aggregateSignature struct {
	name  string
	takes []parameter
	gives func(args []*types.Type) *types.Type
}

// parameter is what an argument may be.
type parameter struct {
	name string // in texts: x
	fits func(t *types.Type) bool
	says string // the types that fit, for a hint
	// constant says what is wrong with the value of an argument that must be known when the spec is compiled, "" if nothing is. It is nil
	// for an argument over a record. Arguments that are constants come last.
	constant func(v ref.Val) string
}

var (
	condition = parameter{name: "condition", fits: kinds(types.Bool), says: "it takes a bool"}
	summand   = parameter{name: "x", fits: kinds(types.Int, types.Uint, types.Double, types.Decimal, types.Duration), says: "it takes int, uint, double, decimal and duration"}
	number    = parameter{name: "x", fits: kinds(types.Int, types.Uint, types.Double, types.Decimal), says: "it takes int, uint, double and decimal"}
	ordered   = parameter{name: "x", fits: (*types.Type).Scalar, says: scalars}
	distinct  = parameter{name: "x", fits: (*types.Type).Keyable, says: scalars + ", and enums"}
	by        = parameter{name: "by", fits: ordered.fits, says: ordered.says}
	anything  = parameter{name: "x", fits: func(*types.Type) bool { return true }}
	fraction  = parameter{name: "q", fits: kinds(types.Double), says: "it takes a double, such as 0.99", constant: withinOne}
	text      = parameter{name: "s", fits: kinds(types.String), says: "it takes a string"}
	separator = parameter{name: "sep", fits: kinds(types.String), says: "it takes a string", constant: func(ref.Val) string { return "" }}
	bounds    = parameter{name: "bounds", fits: kinds(types.List), says: "it takes a list, such as [10, 100, 1000]", constant: ascending}
	limit     = parameter{name: "limit", fits: kinds(types.Int), says: "it takes an int", constant: withinLimit}
	count     = parameter{name: "n", fits: limit.fits, says: limit.says, constant: withinLimit}
)

const scalars = "it takes bool, int, uint, double, decimal, string, bytes, timestamp, duration, date and time"

// MaxLimit is how many values an aggregate keeps at most: all of them are in one record of the changelog.
const MaxLimit = 10_000

func kinds(all ...types.Kind) func(*types.Type) bool {
	return func(t *types.Type) bool { return slices.Contains(all, t.Kind) }
}

// signatures are those of all functions, in the order in which texts list them.
var signatures = map[Func]aggregateSignature{
	Count:               {"count", nil, always(types.IntType)},
	CountIf:             {"count_if", []parameter{condition}, always(types.IntType)},
	Any:                 {"any", []parameter{condition}, always(types.BoolType)},
	All:                 {"all", []parameter{condition}, always(types.BoolType)},
	Sum:                 {"sum", []parameter{summand}, ofFirst},
	Min:                 {"min", []parameter{ordered}, ofFirst},
	Max:                 {"max", []parameter{ordered}, ofFirst},
	Avg:                 {"avg", []parameter{number}, mean},
	First:               {"first", []parameter{anything}, ofFirst},
	Last:                {"last", []parameter{anything}, ofFirst},
	FirstArrived:        {"first_arrived", []parameter{anything}, ofFirst},
	LastArrived:         {"last_arrived", []parameter{anything}, ofFirst},
	MinBy:               {"min_by", []parameter{anything, by}, ofFirst},
	MaxBy:               {"max_by", []parameter{anything, by}, ofFirst},
	Variance:            {"variance", []parameter{number}, always(types.OptionalOf(types.DoubleType))},
	VariancePop:         {"variance_pop", []parameter{number}, always(types.DoubleType)},
	Stddev:              {"stddev", []parameter{number}, always(types.OptionalOf(types.DoubleType))},
	StddevPop:           {"stddev_pop", []parameter{number}, always(types.DoubleType)},
	Collect:             {"collect", []parameter{anything, limit}, listOfFirst},
	CollectSet:          {"collect_set", []parameter{distinct, limit}, listOfFirst},
	CountDistinct:       {"count_distinct", []parameter{distinct, limit}, always(types.IntType)},
	ApproxCountDistinct: {"approx_count_distinct", []parameter{distinct}, always(types.IntType)},
	Quantile:            {"quantile", []parameter{summand, fraction}, placed},
	Median:              {"median", []parameter{summand}, placed},
	Top:                 {"top", []parameter{anything, by, count}, listOfFirst},
	StringAgg:           {"string_agg", []parameter{text, separator, limit}, always(types.StringType)},
	Histogram:           {"histogram", []parameter{summand, bounds}, always(types.ListOf(types.IntType))},
	Fold:                {"fold", nil, nil}, // its arguments are checked on their own
}

func always(t *types.Type) func([]*types.Type) *types.Type {
	return func([]*types.Type) *types.Type { return t }
}

func ofFirst(args []*types.Type) *types.Type { return args[0] }

func listOfFirst(args []*types.Type) *types.Type { return types.ListOf(args[0]) }

// placed is the type of what is chosen among numbers, and may not be one of them.
func placed(args []*types.Type) *types.Type {
	if args[0].Kind == types.Duration {
		return types.DurationType
	}
	return types.DoubleType
}

func mean(args []*types.Type) *types.Type {
	if args[0].Kind == types.Decimal {
		return types.DecimalType
	}
	return types.DoubleType
}

func (f Func) String() string { return signatures[f].name }

// String is a call: min_by(x, by).
func (s aggregateSignature) String() string {
	var names []string
	for _, p := range s.takes {
		names = append(names, p.name)
	}
	return s.name + "(" + strings.Join(names, ", ") + ")"
}

// number is how many arguments there are, in words.
func (s aggregateSignature) number() string {
	return [...]string{"no argument", "one argument", "two arguments", "three arguments"}[len(s.takes)]
}

// functionNames are the names of all functions.
var functionNames = func() []string {
	var names []string
	for f := Count; f <= Fold; f++ {
		names = append(names, f.String())
	}
	return names
}()

// functionNamed finds a function, 0 if there is none.
func functionNamed(name string) Func { return Func(slices.Index(functionNames, name) + 1) }
