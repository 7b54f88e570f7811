package conformance

import (
	"fmt"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/celenv"
)

// blockMacros are macros that the cases of block_ext are written with, for want of an optimiser that makes cel.@block.
func blockMacros() []cel.EnvOption {
	named := func(name func(args []int64) string) cel.MacroFactory {
		return func(f cel.MacroExprFactory, target celast.Expr, args []celast.Expr) (celast.Expr, *cel.Error) {
			if target.Kind() != celast.IdentKind || target.AsIdent() != "cel" {
				return nil, nil
			}
			var numbers []int64
			for _, a := range args {
				if a.Kind() != celast.LiteralKind {
					return nil, f.NewError(a.ID(), "a number is wanted")
				}
				n, _ := a.AsLiteral().(celtypes.Int)
				numbers = append(numbers, int64(n))
			}
			return f.NewIdent(name(numbers)), nil
		}
	}
	opts := []cel.EnvOption{cel.Macros(
		cel.ReceiverMacro("block", 2, func(f cel.MacroExprFactory, target celast.Expr, args []celast.Expr) (celast.Expr, *cel.Error) {
			if target.Kind() != celast.IdentKind || target.AsIdent() != "cel" {
				return nil, nil
			}
			return f.NewCall("cel.@block", args...), nil
		}),
		cel.ReceiverMacro("index", 1, named(func(n []int64) string { return celenv.SlotName(int(n[0])) })),
		cel.ReceiverMacro("iterVar", 2, named(func(n []int64) string { return fmt.Sprintf("@it:%d:%d", n[0], n[1]) })),
		cel.ReceiverMacro("accuVar", 2, named(func(n []int64) string { return fmt.Sprintf("@ac:%d:%d", n[0], n[1]) })),
	)}
	for i := range 30 {
		opts = append(opts, cel.Variable(celenv.SlotName(i), cel.DynType))
	}
	return opts
}
