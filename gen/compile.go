package gen

import (
	"fmt"

	"github.com/weirstream/weir/gen/codec"
	"github.com/weirstream/weir/gen/emitgo"
	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/types"
)

// Result is everything that the compiler knows of a spec that it found right.
type Result struct {
	Program *check.Program
	Plan    *plan.Plan
	// Package is the name of the generated package, Files what it consists of.
	Package string
	Files   []emitgo.File
	decoded codec.Use
}

// Compile takes a spec through every phase. The diagnostics hold errors and warnings of the spec; the result is nil if there is
// an error among them. The error is one of the compiler itself: generated code that does not parse, a case that it does not know.
// Compile reads nothing but the file and has no state: the same spec always gives the same bytes.
func Compile(file *source.File) (*Result, diag.List, error) {
	program, diags := check.Check(file) // text → syntax tree → names, types, CEL
	if program == nil {
		return nil, diags, nil
	}
	physical := plan.New(program)           // sub-topologies, stores, topics, fields that are read
	files, err := emitgo.Generate(physical) // Go
	if err != nil {
		return nil, diags, fmt.Errorf("%s: %w", file.Name, err)
	}
	return &Result{Program: program, Plan: physical, Package: naming.Package(program.Service), Files: files, decoded: emitgo.Decoded(physical)}, diags, nil
}

// Decodes tells whether the service reads a field of the records that come in. It skips the others, right or wrong.
func (r *Result) Decodes(t *types.Type, f *types.Field) bool { return r.decoded.Reads(t, f) }

// Main is the main package of a compiled service; importPath is where its package stands.
func (r *Result) Main(importPath string) ([]byte, error) { return emitgo.Main(r.Program, importPath) }
