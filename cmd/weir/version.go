package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/weirstream/weir/internal/build"
	"github.com/weirstream/weir/internal/cli"
)

func newVersion(ui *cli.UI) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of weir",
		Args:  args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(ui.Out, "weir %s %s %s/%s\n", build.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
