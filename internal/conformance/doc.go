// Package conformance holds generated code against the CEL project's own cases (module cel.dev/expr). All of it is tests; nothing here
// is linked into weir or a service.
//
// excluded.txt has a line for each case that is not run:
//
//	FILE/SECTION/CASE: REASON
//
// A case may be excluded for what our types cannot express, never because something is missing. go test ./internal/conformance
// -update rewrites it, and the counts in docs/cel.md.
package conformance
