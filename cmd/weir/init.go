package main

import (
	"github.com/spf13/cobra"

	"github.com/weirstream/weir/internal/cli"
)

func newInit(ui *cli.UI) *cobra.Command {
	var o cli.InitOptions
	cmd := &cobra.Command{
		Use:   "init NAME",
		Short: "Start a project",
		Long: `Init makes a directory with a project that works as it stands: a spec, its go:generate line, a scenario test, a
Dockerfile, a Makefile. The next steps are printed.`,
		Example: "  weir init revenue && cd revenue && go generate ./... && weir test .",
		Args:    args(cobra.ExactArgs(1)),
		RunE:    func(cmd *cobra.Command, a []string) error { return cli.Init(cmd.Context(), ui, a[0], o) },
	}
	cmd.Flags().StringVar(&o.Module, "module", "", "module path of the project (default: NAME)")
	return cmd
}
