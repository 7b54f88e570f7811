package main

import (
	"github.com/spf13/cobra"

	"github.com/weirstream/weir/internal/cli"
)

func newGraph(ui *cli.UI) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:               "graph SPEC",
		Short:             "Draw the topology of a spec",
		Long:              "Graph prints the topology as a drawing for Mermaid (GitHub shows it) or Graphviz.",
		Example:           "  weir graph orders.weir.yaml --format dot | dot -Tsvg > orders.svg",
		Args:              args(cobra.ExactArgs(1)),
		ValidArgsFunction: specs,
		RunE:              func(_ *cobra.Command, a []string) error { return cli.Graph(ui, a[0], format) },
	}
	cmd.Flags().StringVar(&format, "format", "mermaid", "mermaid or dot")
	return cmd
}
