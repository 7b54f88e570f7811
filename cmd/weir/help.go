package main

import (
	"github.com/spf13/cobra"

	"github.com/weirstream/weir/internal/cli"
)

func newHelp(ui *cli.UI) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND | CODE]",
		Short: "Explain a command or the code of a problem",
		Long:  "Help prints what a command does, or for the code of a diagnostic what it means and what to do about it.",
		Args:  args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			root := cmd.Root()
			if len(a) == 0 {
				return root.Help()
			}
			if cli.IsCode(a[0]) {
				return cli.HelpCode(ui, a[0])
			}
			found, _, err := root.Find(a)
			if err != nil || found == root {
				return unknown(root, a[0])
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}
