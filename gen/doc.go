// Package gen is the compiler: a spec goes in, the source of a Go package comes out. [Compile] shows all of its phases on one
// screen; this text walks one spec, examples/flights, through them. Each phase is a package, and imports follow the data:
//
//	spec/source   text and positions
//	spec/syntax   YAML → a tree of the spec, every key and scalar with its place in the file
//	spec/check    names and types; CEL expressions parsed and type-checked (spec/celenv) → check.Program, the logical plan
//	gen/plan      the logical plan → sub-topologies, stores, topics, fields read: the physical plan
//	gen/expr      a checked CEL expression → Go
//	gen/codec     a type → the Go that decodes and encodes it
//	gen/emitgo    the physical plan → files
//	gen/printer   lines → a gofmt'd file
//
// # Text
//
// The spec says, in one file: there is a topic of flights, keyed by tail number, CSV; those that departed are counted per
// origin and clock hour of departure, and their delay averaged; the results go to a topic.
//
//	steps:
//	  departed:
//	    from: flights
//	    where: dep_delay.hasValue()
//	    select: {origin: origin, delay: dep_delay.value()}
//	  hourly:
//	    from: departed
//	    group_by: {origin: origin}
//	    window: {tumbling: 1h, late_to: late_flights}
//	    aggregate: {flights: count(), mean_delay: avg(delay), max_delay: max(delay)}
//
// # Syntax
//
// spec/syntax reads the YAML with positions. It knows which keys may stand where (the JSON Schema for editors is made from the
// same table) and nothing of names: that departed exists is none of its business. A scalar that holds CEL comes with an offset
// map, from each byte of the decoded text to the byte in the file, so that a caret can stand under the right character of an
// expression that was folded over three lines.
//
// # Check
//
// spec/check resolves names, derives the type of every step ({origin: string, delay: int} for departed), checks each expression
// in the scope that it stands in, and follows keys. flights is keyed by the tail number; hourly groups by origin. These are
// not the same, so hourly is marked Repartition. All that is wrong with a spec is reported at once, in the order of the file.
//
// # Plan
//
// gen/plan cuts the graph at hourly. Two sub-topologies come out:
//
//	flights  reads topic flights; departed; writes flights-hourly-repartition by origin
//	hourly   reads flights-hourly-repartition; the window; its store and changelog; delays and the sinks
//
// It goes through the consumers of each stream, last to first, and notes which fields are read. Of a flight's 19 columns the
// decoder will build those that somebody asks for and step over the others; through the repartition topic go those that the
// aggregates read. `weir explain` prints this plan in words, and plan.txt in a golden case pins it.
//
// # Go
//
// gen/emitgo prints a file per sub-topology: a task type and one method per step, each calling the next one directly. An
// expression is compiled by gen/expr where it stands. `dep_delay.hasValue()` cannot fail and becomes r.DepDelay.Valid;
// `dep_delay.value()` can, so its error is looked at, and leaves the method with the expression's position in the spec. The task
// is driven by runtime/task, which neither knows nor cares whether records come from Kafka or from a test.
//
// The bytes that come out depend on the spec and on this package, on nothing else: no time, no path, no map order.
package gen
