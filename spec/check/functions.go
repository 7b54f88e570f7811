package check

import (
	"errors"
	"fmt"
	gotypes "go/types"
	"slices"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/gofunc"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// declareFunctions looks the Go functions up and enters those that expressions can call. Of the others the names are noted, so that
// an expression that calls one is not reported again.
func (c *checker) declareFunctions() {
	var paths []string
	for _, d := range c.tree.Functions {
		if d.Go == nil {
			continue
		}
		if pkg, _, ok := gofunc.Split(d.Go.Value); ok && !slices.Contains(paths, pkg) {
			paths = append(paths, pkg)
		}
	}
	if len(c.tree.Functions) == 0 {
		return
	}
	g := c.generated()
	found, wrong := gofunc.Load(c.p.File, g, paths)
	for path, pkg := range found {
		// Only where the generated package has an import path already can somebody import it.
		if out := gofunc.ImportPath(c.p.File, g); pkg.Imports[out] && !pkg.Own() {
			delete(found, path)
			wrong[path] = &gofunc.LoadError{Message: "it imports " + out + ", which the service's package becomes and which has to import it",
				Hint: "a function that takes records or enums of the spec stands in the generated package itself, in ./" + g.Package}
		}
	}
	for _, d := range c.tree.Functions {
		f := c.function(d, found, wrong)
		if f == nil {
			c.broken = append(c.broken, d.Name.Value)
			continue
		}
		c.p.Functions = append(c.p.Functions, f)
		c.env.AddFunc(f.CEL())
	}
}

// generated is what the functions that stand in the generated package can use of it.
func (c *checker) generated() gofunc.Generated {
	g := gofunc.Generated{Package: naming.Package(c.p.Service)}
	for _, t := range c.p.Types {
		if t.Kind == types.Enum {
			g.Enums = append(g.Enums, naming.Exported(t.Name))
		} else {
			g.Records = append(g.Records, naming.Exported(t.Name))
		}
	}
	return g
}

// function checks one function; nil, and the reason reported, if expressions can't call it.
func (c *checker) function(d *syntax.Function, found map[string]*gofunc.Package, wrong map[string]*gofunc.LoadError) *Function {
	if c.env.Defines(d.Name.Value) || slices.Contains(reserved, d.Name.Value) {
		c.report(functionTaken(d.Name))
		return nil
	}
	if d.Go == nil {
		return nil
	}
	path, name, ok := gofunc.Split(d.Go.Value)
	if !ok {
		c.report(noGoFunction(d.Go))
		return nil
	}
	if err := wrong[path]; err != nil {
		c.report(badPackage(d.Go.At(0, len(path)), path, err))
		return nil
	}
	pkg := found[path]
	obj := pkg.Lookup(name)
	fn, ok := obj.(*gotypes.Func)
	if !ok || !fn.Exported() && !pkg.Own() {
		c.report(noFunction(d.Go.At(len(path)+1, len(d.Go.Value)), path, name, pkg, obj))
		return nil
	}
	s := &signature{c: c, d: d, pkg: pkg, fn: fn, goName: pkg.Name + "." + name}
	return s.function()
}

// signature is a Go function on its way to become one of CEL's.
type signature struct {
	c      *checker
	d      *syntax.Function
	pkg    *gofunc.Package
	fn     *gotypes.Func
	goName string
	bad    bool
}

func (s *signature) function() *Function {
	f := &Function{
		Name: s.d.Name.Value, Span: s.d.Name.Span, Package: s.pkg.Path, PackageName: s.pkg.Name, Dir: s.pkg.Dir(), Own: s.pkg.Own(), Go: s.fn.Name(), Pure: s.d.Pure,
	}
	sig := s.fn.Signature()
	results := sig.Results()
	switch {
	case sig.TypeParams().Len() > 0:
		s.refuse("it has type parameters", "write a function for the types that you need, which calls it")
	case sig.Variadic():
		s.refuse("its last parameter takes any number of arguments", "give it a slice, which is a list in an expression")
	case results.Len() == 0:
		s.refuse("it has no result", "an expression needs its value")
	case results.Len() > 2 || results.Len() == 2 && !isError(results.At(1).Type()):
		s.refuse("it has more than one result", "return one value, and an error behind it if it can fail")
	case results.Len() == 1 && isError(results.At(0).Type()):
		s.refuse("its only result is an error", "return a value in front of it, such as a bool")
	}
	if s.bad {
		return nil
	}
	for i := range sig.Params().Len() {
		f.Params = append(f.Params, s.value(sig.Params().At(i), fmt.Sprintf("parameter %d", i+1)))
	}
	f.Result, f.Fails = s.value(results.At(0), "the result"), results.Len() == 2
	if s.bad {
		return nil
	}
	return f
}

func (s *signature) refuse(why, hint string) {
	s.bad = true
	s.c.report(badSignature(s.d.Go.Span, s.goName, why, hint, s.pkg.Span(s.fn)))
}

func isError(t gotypes.Type) bool {
	return gotypes.Identical(t, gotypes.Universe.Lookup("error").Type())
}

// value is a parameter or the result.
func (s *signature) value(v *gotypes.Var, what string) GoValue {
	if v.Name() != "" && v.Name() != "_" && what != "the result" {
		what = "parameter " + v.Name()
	}
	var g GoValue
	t := v.Type()
	if p, ok := gotypes.Unalias(t).(*gotypes.Pointer); ok {
		g.Pointer, t = true, p.Elem()
	}
	var err error
	if g.Type, err = s.typeOf(t); err == nil && g.Pointer {
		switch g.Type.Kind {
		case types.Optional:
			err = errors.New("an optional has no pointer to it: write cel.Opt[T], or *T")
		case types.Record:
			// A pointer to a record is the usual way to hand one over, not a record that may be missing.
			if what == "the result" {
				err = errors.New("return the record itself, or cel.Opt[" + s.short(t) + "] if it may be missing")
			}
		default:
			g.Type = types.OptionalOf(g.Type)
		}
	}
	if err != nil {
		s.bad = true
		at := s.pkg.Span(v)
		if at.Start == at.End {
			at = s.pkg.Span(s.fn)
		}
		s.c.report(badGoType(s.d.Go.Span, s.goName, what, s.short(v.Type()), err, at))
	}
	return g
}

// short is a Go type as the function's own file writes it.
func (s *signature) short(t gotypes.Type) string {
	return gotypes.TypeString(t, func(p *gotypes.Package) string {
		if p.Path() == s.pkg.Path {
			return ""
		}
		return p.Name()
	})
}

// sameKind are Go types that have one beside them that CEL has.
var sameKind = map[gotypes.BasicKind]string{
	gotypes.Int: "int64", gotypes.Int8: "int64", gotypes.Int16: "int64", gotypes.Int32: "int64", gotypes.Uint: "uint64", gotypes.Uint8: "uint64",
	gotypes.Uint16: "uint64", gotypes.Uint32: "uint64", gotypes.Float32: "float64",
}

var errNoType = errors.New("it can be bool, int64, uint64, float64, string, []byte, time.Time, time.Duration, the types of weir's packages dec and civil, slices and maps of them, and cel.Opt[T] or *T for a value that may be missing")

// typeOf is the type that expressions know a Go type as. The error says what to write instead.
func (s *signature) typeOf(t gotypes.Type) (*types.Type, error) {
	switch t := gotypes.Unalias(t).(type) {
	case *gotypes.Basic:
		switch t.Kind() {
		case gotypes.Bool:
			return types.BoolType, nil
		case gotypes.Int64:
			return types.IntType, nil
		case gotypes.Uint64:
			return types.UintType, nil
		case gotypes.Float64:
			return types.DoubleType, nil
		case gotypes.String:
			return types.StringType, nil
		}
		if other := sameKind[t.Kind()]; other != "" {
			return nil, errors.New("write " + other)
		}
	case *gotypes.Slice:
		if b, ok := gotypes.Unalias(t.Elem()).(*gotypes.Basic); ok && b.Kind() == gotypes.Uint8 {
			return types.BytesType, nil
		}
		elem, err := s.typeOf(t.Elem())
		return types.ListOf(elem), err
	case *gotypes.Map:
		key, err := s.typeOf(t.Key())
		if err != nil {
			return nil, err
		}
		switch key.Kind {
		case types.Bool, types.Int, types.Uint, types.String:
		default:
			return nil, errors.New("the keys of a map can be bool, int64, uint64 or string")
		}
		elem, err := s.typeOf(t.Elem())
		return types.MapOf(key, elem), err
	case *gotypes.Pointer:
		return nil, errors.New("inside of another type write cel.Opt[T] for a value that may be missing, from " + runtimePath + "cel")
	case *gotypes.Named:
		return s.named(t)
	}
	return nil, errNoType
}

// runtimePath begins the paths of the packages that generated code has types from.
const runtimePath = "github.com/weirstream/weir/runtime/"

func (s *signature) named(t *gotypes.Named) (*types.Type, error) {
	obj := t.Obj()
	if obj.Pkg() == nil {
		return nil, errNoType
	}
	switch obj.Pkg().Path() + "." + obj.Name() {
	case "time.Time":
		return types.TimestampType, nil
	case "time.Duration":
		return types.DurationType, nil
	case runtimePath + "dec.Decimal":
		return types.DecimalType, nil
	case runtimePath + "civil.Date":
		return types.DateType, nil
	case runtimePath + "civil.Time":
		return types.TimeOfDayType, nil
	case runtimePath + "cel.Opt":
		elem, err := s.typeOf(t.TypeArgs().At(0))
		if err == nil && elem.Kind == types.Optional {
			return nil, errors.New("an optional can't be optional again")
		}
		if err != nil {
			return nil, err
		}
		return types.OptionalOf(elem), nil
	}
	for _, d := range s.c.p.Types {
		if naming.Exported(d.Name) != obj.Name() {
			continue
		}
		if s.pkg.Own() && obj.Pkg().Path() == s.pkg.Path {
			return d, nil
		}
		if !s.pkg.Own() {
			return nil, fmt.Errorf("a function that takes records or enums of the spec stands in the generated package itself, in ./%s", naming.Package(s.c.p.Service))
		}
	}
	if b, ok := t.Underlying().(*gotypes.Basic); ok {
		return nil, errors.New("write " + b.Name())
	}
	return nil, errNoType
}

// CEL is the function as the environment of expressions knows it.
func (f *Function) CEL() celenv.Func {
	c := celenv.Func{Name: f.Name, Result: f.Result.Type}
	for _, p := range f.Params {
		c.Params = append(c.Params, p.Type)
	}
	return c
}
