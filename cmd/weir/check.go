package main

import (
	"github.com/spf13/cobra"

	"github.com/weirstream/weir/internal/cli"
)

func newCheck(ui *cli.UI) *cobra.Command {
	return &cobra.Command{
		Use:               "check SPEC...",
		Short:             "Say what is wrong with a spec",
		Long:              "Check reads specs and lists all of their problems with their positions. It writes nothing.",
		Example:           "  weir check orders.weir.yaml",
		Args:              args(cobra.MinimumNArgs(1)),
		ValidArgsFunction: specs,
		RunE:              func(_ *cobra.Command, a []string) error { return cli.Check(ui, a) },
	}
}
