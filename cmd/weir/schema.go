package main

import (
	"github.com/spf13/cobra"

	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/spec/schema"
)

func newSchema(ui *cli.UI) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of specs, for editors",
		Long: `Schema prints the JSON Schema (draft 2020-12) of the spec language that this weir reads, made from the definitions that it
checks specs against. An editor with a YAML language server completes and validates a spec that begins with

  # yaml-language-server: $schema=weir.schema.json`,
		Example: "  weir schema > weir.schema.json",
		Args:    args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := ui.Out.Write(schema.JSON)
			return err
		},
	}
}
