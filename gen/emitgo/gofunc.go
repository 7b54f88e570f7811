package emitgo

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/gen/expr"
)

// fileNames are the imports and variables of functions that are not methods of steps.
var fileNames = strings.Fields("base64 civil dec utf8 c f g h m n o s u x y agg cmp config context elem emit input json math name os service state")

// goFunctions names the packages of the user's functions. They come first, so that everything else steps around them.
func (g *generator) goFunctions() {
	taken := map[string]bool{}
	for _, n := range slices.Concat(methodNames, fileNames) {
		taken[n] = true
	}
	packages := map[string]string{}
	g.funcs = map[string]expr.GoFunc{}
	for _, f := range g.p.Functions {
		e := expr.GoFunc{Code: f.Go, Pointer: f.Result.Pointer, Fails: f.Fails, Pure: f.Pure}
		for _, p := range f.Params {
			e.Pointers = append(e.Pointers, p.Pointer)
		}
		if f.Own {
			g.names[f.Go] = true
		} else {
			name := packages[f.Package]
			if name == "" {
				if name = f.PackageName; (taken[name] || temporary.MatchString(strings.TrimSuffix(name, "Err"))) && f.Package != name { // a package of the standard library is what it is
					name += "pkg"
				}
				name = g.names.Take(name)
				packages[f.Package] = name
			}
			e.Code, e.Import, e.Name = name+"."+f.Go, f.Package, name
		}
		g.funcs[f.Name] = e
	}
}
