package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/spec/diag/report"
)

func newCheck(ui *cli.UI) *cobra.Command {
	var o cli.CheckOptions
	cmd := &cobra.Command{
		Use:   "check SPEC | -...",
		Short: "Say what is wrong with a spec",
		Long: `Check reads specs, or for - standard input, and lists all of their problems with their positions. Errors make it fail,
warnings do not, unless --strict is given. It writes nothing, unless --fix is given: then it first corrects what only one thing can have been meant by,
such as a misspelt name, and leaves the rest of the file as it is.`,
		Example: `  weir check orders.weir.yaml
  weir check --fix orders.weir.yaml
  weir check --format github *.weir.yaml     # annotates the lines of a pull request`,
		Args:              args(cobra.MinimumNArgs(1)),
		ValidArgsFunction: specs,
		RunE:              func(_ *cobra.Command, a []string) error { return cli.Check(ui, a, o) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.Fix, "fix", false, "apply the safe fixes and write the spec")
	f.BoolVar(&o.Strict, "strict", false, "fail on warnings too")
	diagnosticsFormat(cmd, &o.Format)
	return cmd
}

// diagnosticsFormat is the flag of the commands whose problems programs may read.
func diagnosticsFormat(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVar(format, "format", string(report.Text), "of problems: "+strings.Join(report.Formats, ", "))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(report.Formats, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
}
