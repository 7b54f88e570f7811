package main

import (
	"github.com/spf13/cobra"

	"github.com/weirstream/weir/internal/cli"
)

func newExplain(ui *cli.UI) *cobra.Command {
	return &cobra.Command{
		Use:               "explain SPEC",
		Short:             "Tell in words what the service of a spec does",
		Long:              "Explain prints the plan of a spec: what is read, kept and written where, under which names, and when.",
		Args:              args(cobra.ExactArgs(1)),
		ValidArgsFunction: specs,
		RunE:              func(_ *cobra.Command, a []string) error { return cli.Explain(ui, a[0]) },
	}
}
