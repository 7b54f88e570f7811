package emitgo

import (
	"fmt"

	"github.com/weirstream/weir/gen/codec"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// What aggregates do that keep the values of several records: those in order of event time, and those in order of the values.

// elem is the type of the values.
func (ag *aggregator) elem() *types.Type { return ag.Args[0].Type }

// limit is how many there are at most.
func (ag *aggregator) limit() string { return grouped(int64(ag.Limit())) }

func (ag *aggregator) listType() string {
	ag.f.Import(module + "aggregate")
	name := "Earliest"
	if ag.held() == distinct {
		name = "Set"
	}
	return "aggregate." + name + "[" + ag.g.goType(ag.f, ag.elem()) + "]"
}

func (ag *aggregator) listResult() string {
	switch ag.Func {
	case check.CollectSet:
		return ag.field
	case check.CountDistinct:
		return "int64(len(" + ag.field + "))"
	}
	return ag.field + ".Values()"
}

// begin takes the first record's value in.
func (ag *aggregator) begin() string {
	if ag.held() == distinct {
		return fmt.Sprintf("%s.Insert(0, %s, %s)", ag.field, ag.kept(), ag.limit())
	}
	return fmt.Sprintf("%s.Add(at, %s, %s)", ag.field, ag.kept(), ag.limit())
}

// insert takes a further record's value in.
func (ag *aggregator) insert() string {
	x, kept := ag.args[0], ag.kept()
	if ag.held() == distinct {
		return fmt.Sprintf("if i, found := %s; !found && i < %s {\n%s.Insert(i, %s, %s)\n}", ag.search(x), ag.limit(), ag.field, kept, ag.limit())
	}
	add := fmt.Sprintf("%s.Add(at, %s, %s)", ag.field, kept, ag.limit())
	if kept != x {
		return fmt.Sprintf("if %s.Takes(at, %s) {\n%s\n}", ag.field, ag.limit(), add)
	}
	return add
}

// kept is the record's value as the state holds it.
func (ag *aggregator) kept() string {
	if ag.held() == distinct && ag.elem().Kind == types.Double {
		return ag.args[0] + " + 0" // -0 is no value of its own
	}
	return ag.keep(ag.elem(), ag.args[0])
}

// search is the call that says where a value belongs in a set, and whether it is there.
func (ag *aggregator) search(x string) string {
	ag.f.Import("slices")
	if order := ag.order(); order != "cmp.Compare" {
		return fmt.Sprintf("slices.BinarySearchFunc(%s, %s, %s)", ag.field, x, order)
	}
	return fmt.Sprintf("slices.BinarySearch(%s, %s)", ag.field, x)
}

// order is the function that compares two values of a set. A NaN is less than every number, and there is one.
func (ag *aggregator) order() string {
	switch ag.elem().Kind {
	case types.Bool:
		return "aggregate.CompareBool"
	case types.Bytes:
		ag.f.Import("bytes")
		return "bytes.Compare"
	case types.Decimal:
		ag.f.Import(module + "dec")
		return "dec.Compare"
	case types.Timestamp:
		ag.f.Import("time")
		return "time.Time.Compare"
	}
	return "cmp.Compare"
}

func (ag *aggregator) mergeList(other string) string {
	if ag.held() == distinct {
		order := ag.order()
		if order == "cmp.Compare" {
			ag.f.Import("cmp")
		}
		return fmt.Sprintf("%s.Merge(%s, %s, %s)", ag.field, other, ag.limit(), order)
	}
	return fmt.Sprintf("%s.Merge(%s, %s)", ag.field, other, ag.limit())
}

func (ag *aggregator) appendList() {
	ag.f.F("b = %s.Append(b, %s)", ag.field, ag.appender(ag.elem()))
}

func (ag *aggregator) decodeList() {
	ag.f.F("i = %s.Decode(b, i, %s)", ag.field, ag.reader(ag.elem()))
}

// appender is the function that appends the stored form of a value.
func (ag *aggregator) appender(t *types.Type) string {
	if t.Scalar() {
		return "stateenc.Append" + codecName[t.Kind]
	}
	return "append" + ag.value()
}

// reader is the function that reads it.
func (ag *aggregator) reader(t *types.Type) string {
	if t.Scalar() {
		return "stateenc." + readerName(t.Kind)
	}
	return "read" + ag.value()
}

func (ag *aggregator) listHeap() string {
	t, of := ag.elem(), "nil"
	switch {
	case t.Kind == types.String || t.Kind == types.Bytes:
		of = "aggregate.Len"
	case codec.Shares(t):
		of = "heap" + ag.value()
	}
	return ag.field + ".Heap(" + of + ")"
}
