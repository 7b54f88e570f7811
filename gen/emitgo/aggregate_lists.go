package emitgo

import (
	"fmt"

	"github.com/weirstream/weir/gen/codec"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// What aggregates do that keep the values of several records: those in order of event time, those in order of something else, and those
// in order of the values.

// elem is the type of the values.
func (ag *aggregator) elem() *types.Type { return ag.Args[0].Type }

// by is the type of what values are ranked by.
func (ag *aggregator) by() *types.Type { return ag.Args[1].Type }

// limit is how many there are at most.
func (ag *aggregator) limit() string { return grouped(int64(ag.Limit())) }

func (ag *aggregator) listType() string {
	ag.f.Import(module + "aggregate")
	value := ag.g.goType(ag.f, ag.elem())
	switch ag.held() {
	case distinct:
		return "aggregate.Set[" + value + "]"
	case ranked:
		return "aggregate.Ranked[" + value + ", " + ag.g.goType(ag.f, ag.by()) + "]"
	}
	return "aggregate.Earliest[" + value + "]"
}

func (ag *aggregator) listResult() string {
	switch ag.Func {
	case check.CollectSet:
		return ag.field
	case check.CountDistinct:
		return "int64(len(" + ag.field + "))"
	case check.StringAgg:
		ag.f.Import(module + "aggregate")
		return fmt.Sprintf("aggregate.Join(%s, %q)", ag.field, ag.Separator())
	}
	return ag.field + ".Values()"
}

// begin takes the first record's value in.
func (ag *aggregator) begin() string {
	switch ag.held() {
	case distinct:
		return fmt.Sprintf("%s.Insert(0, %s, %s)", ag.field, ag.kept(), ag.limit())
	case ranked:
		return fmt.Sprintf("%s.Insert(0, %s, %s, %s)", ag.field, ag.keep(ag.by(), ag.args[1]), ag.kept(), ag.limit())
	}
	return fmt.Sprintf("%s.Add(at, %s, %s)", ag.field, ag.kept(), ag.limit())
}

// insert takes a further record's value in.
func (ag *aggregator) insert() string {
	x, kept := ag.args[0], ag.kept()
	switch ag.held() {
	case ranked:
		return fmt.Sprintf("if i := %s.Place(%s, %s); i < %s {\n%s.Insert(i, %s, %s, %s)\n}", ag.field, ag.args[1], ag.compare(ag.by()), ag.limit(),
			ag.field, ag.keep(ag.by(), ag.args[1]), kept, ag.limit())
	case distinct:
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
	if order := ag.order(ag.elem()); order != "cmp.Compare" {
		return fmt.Sprintf("slices.BinarySearchFunc(%s, %s, %s)", ag.field, x, order)
	}
	return fmt.Sprintf("slices.BinarySearch(%s, %s)", ag.field, x)
}

// compare is order, for the record in hand or in a merge.
func (ag *aggregator) compare(t *types.Type) string {
	order := ag.order(t)
	if order == "cmp.Compare" {
		ag.f.Import("cmp")
	}
	return order
}

// order is the function that compares two values of a type. A NaN is less than every number, and there is one.
func (ag *aggregator) order(t *types.Type) string {
	switch t.Kind {
	case types.Bool:
		ag.f.Import(module + "aggregate")
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
	switch ag.held() {
	case distinct:
		return fmt.Sprintf("%s.Merge(%s, %s, %s)", ag.field, other, ag.limit(), ag.compare(ag.elem()))
	case ranked:
		return fmt.Sprintf("%s.Merge(%s, %s, %s)", ag.field, other, ag.limit(), ag.compare(ag.by()))
	}
	return fmt.Sprintf("%s.Merge(%s, %s)", ag.field, other, ag.limit())
}

func (ag *aggregator) appendList() {
	by := ""
	if ag.held() == ranked {
		by = ag.appender(ag.by()) + ", "
	}
	ag.f.F("b = %s.Append(b, %s%s)", ag.field, by, ag.appender(ag.elem()))
}

func (ag *aggregator) decodeList() {
	by := ""
	if ag.held() == ranked {
		by = ag.reader(ag.by()) + ", "
	}
	ag.f.F("i = %s.Decode(b, i, %s%s)", ag.field, by, ag.reader(ag.elem()))
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
	by := ""
	if ag.held() == ranked {
		by = ag.measure(ag.by()) + ", "
	}
	return ag.field + ".Heap(" + by + ag.measure(ag.elem()) + ")"
}

// measure is the function that says what a value holds outside itself.
func (ag *aggregator) measure(t *types.Type) string {
	switch {
	case t.Kind == types.String || t.Kind == types.Bytes:
		ag.f.Import(module + "aggregate")
		return "aggregate.Len"
	case codec.Shares(t):
		return "heap" + ag.value()
	}
	return "nil"
}
