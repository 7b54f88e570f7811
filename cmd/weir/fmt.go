package main

import (
	"github.com/spf13/cobra"

	"github.com/weirstream/weir/internal/cli"
)

func newFmt(ui *cli.UI) *cobra.Command {
	var o cli.FmtOptions
	cmd := &cobra.Command{
		Use:   "fmt [SPEC | DIR | -]...",
		Short: "Give specs their canonical layout",
		Long: `Fmt prints specs in the one canonical layout: two blanks a level, the clauses in the order of the manual, at most one
empty line, trailing comments aligned. Comments, and how a text is quoted, stay. A directory stands for all *.weir.yaml below
it; without an argument, or for -, fmt reads standard input.`,
		Example: `  weir fmt -w orders.weir.yaml      # write it into the file
  weir fmt -d .                     # show what would change
  weir fmt --check .                # in CI: names the specs that are not formatted, and fails`,
		ValidArgsFunction: specs,
		RunE:              func(_ *cobra.Command, a []string) error { return cli.Fmt(ui, a, o) },
	}
	f := cmd.Flags()
	f.BoolVarP(&o.Write, "write", "w", false, "write the result into the file instead of printing it")
	f.BoolVarP(&o.Diff, "diff", "d", false, "print what would change instead of the result")
	f.BoolVar(&o.Check, "check", false, "print the names of the specs that would change, and fail if there are any")
	return cmd
}
