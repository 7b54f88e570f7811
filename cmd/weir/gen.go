package main

import (
	"github.com/spf13/cobra"

	"github.com/weirstream/weir/internal/cli"
)

func newGen(ui *cli.UI) *cobra.Command {
	var o cli.GenOptions
	cmd := &cobra.Command{
		Use:   "gen SPEC",
		Short: "Generate the Go service of a spec",
		Long: `Gen writes the Go package of a spec into a directory named after the service, beside the spec, and its main
package into cmd/SERVICE. Files that are right already are not touched; generated files that are no longer needed are
removed; files that weir did not write are never overwritten.`,
		Example: `  //go:generate go tool weir gen orders.weir.yaml
  weir gen orders.weir.yaml --check    # in CI: fails when the committed code is out of date`,
		Args:              args(cobra.ExactArgs(1)),
		ValidArgsFunction: specs,
		RunE:              func(_ *cobra.Command, a []string) error { return cli.Gen(ui, a[0], o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.Dir, "out", "o", "", "directory of the package (default: the service's name, beside the spec)")
	f.BoolVar(&o.Main, "main", true, "write the main package as well")
	f.BoolVar(&o.Check, "check", false, "write nothing; fail if a file on disk is not what would be written")
	diagnosticsFormat(cmd, &o.Format)
	return cmd
}
