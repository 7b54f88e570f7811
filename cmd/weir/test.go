package main

import (
	"github.com/spf13/cobra"

	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/internal/tester"
)

func newTest(ui *cli.UI) *cobra.Command {
	var o tester.Options
	cmd := &cobra.Command{
		Use:   "test SPEC | DIR | FILE...",
		Short: "Run scenario tests, without a broker",
		Long: `Test compiles specs and runs scenario files on the generated code, with virtual time and without a broker. It takes
scenario files (*_test.yaml, *.test.yaml), specs (the files beside them that are about them), and directories; DIR/...
includes everything below.`,
		Example: `  weir test .
  weir test orders.weir.yaml --run late -v
  weir test . --schedules 100          # each case again under 100 random schedules
  weir test . --update                 # write what came out into the files`,
		Args: args(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error { return tester.Test(cmd.Context(), ui, a, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.Run, "run", "", "only cases whose name matches this regular expression")
	f.BoolVar(&o.Update, "update", false, "write what came out in place of what was expected")
	f.IntVar(&o.Schedules, "schedules", 0, "run each case under so many random schedules of batches, commits and crashes as well")
	f.Uint64Var(&o.Seed, "seed", 1, "of the first random schedule")
	f.BoolVarP(&o.Verbose, "verbose", "v", false, "name every case")
	return cmd
}
