package check

import (
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/types"
)

// Program is a spec that was found right: every name resolved, every expression typed. It is the logical plan's input,
// and what the reference interpreter runs. Nothing changes it after [Check] returned it.
type Program struct {
	File      *source.File
	Service   string
	Types     []*types.Type // declared records and enums, in the order written
	Aliases   []*Alias      // each behind those that it stands for
	Functions []*Function   // in the order written
	Parsed    []string      // names of types that an expression parses texts as, in no order
	Sources   []*Source     // in the order written
	Steps     []*Step       // every step stands behind the steps it reads; otherwise in the order written
	Sinks     []*Sink       // in the order written
}

// Function is a Go function of the user's that expressions call.
type Function struct {
	Name string      // in expressions
	Span source.Span // of the name
	// Package is the import path of its package, PackageName what that calls itself, Dir where it stands, Go the function's name in it.
	Package, PackageName, Dir, Go string
	// Own says that it stands in the package that is generated of the spec, and needs no import there.
	Own    bool
	Params []GoValue
	Result GoValue
	// Fails says that it returns an error behind its result.
	Fails bool
	// Pure says that its result depends on its arguments only and that it does nothing else: calls may be left out and moved.
	Pure bool
}

// GoValue is a parameter or the result of a Go function.
type GoValue struct {
	Type *types.Type
	// Pointer says that Go has a pointer there: nil where an optional is none, or the address of a record.
	Pointer bool
}

// Alias is a type with a name of its own.
type Alias struct {
	Type  *types.Type // with its Alias set
	Where *Expr       // what its values fulfil, a bool over `this`; nil: nothing
}
