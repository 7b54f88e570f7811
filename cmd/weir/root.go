package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/spec/diag"
)

func newRoot(ui *cli.UI) *cobra.Command {
	root := &cobra.Command{
		Use:   "weir",
		Short: "Compile topology specs into Go services",
		Long: `Weir compiles a topology spec (YAML with typed records and CEL expressions) into a standalone Go service
that reads and writes Kafka exactly once.

Exit codes: 0 all is well, 1 the spec, a test or the run has a problem, 2 wrong usage.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknown(cmd, args[0])
			}
			cmd.SetOut(ui.Err)
			_ = cmd.Help()
			return cli.ErrNoCommand
		},
	}
	root.SetIn(ui.In)
	root.SetOut(ui.Out)
	root.SetErr(ui.Err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return cli.Usagef("%w%s\n\n%s", err, nearFlag(cmd, err), seeHelp(cmd))
	})
	root.AddCommand(
		newInit(ui), newCheck(ui), newFmt(ui), newGen(ui), newRun(ui), newTest(ui), newExplain(ui), newGraph(ui), newSchema(ui), newVersion(ui),
	)
	root.SetHelpCommand(newHelp(ui))
	return root
}

// goStyle accepts long flags with one dash, as the go command has them: -update is --update. A word is only changed if some
// command has a flag of that name.
func goStyle(root *cobra.Command, words []string) []string {
	known := map[string]bool{}
	for _, c := range root.Commands() {
		c.Flags().VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
	}
	out := slices.Clone(words)
	for i, w := range out {
		if w == "--" {
			break
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(w, "-"), "=")
		if strings.HasPrefix(w, "-") && len(name) > 1 && known[name] {
			out[i] = "-" + w
		}
	}
	return out
}

// nearFlag is what may have been meant by a flag that does not exist.
func nearFlag(cmd *cobra.Command, err error) string {
	name, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !ok {
		return ""
	}
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	if near := diag.Nearest(name, known); near != "" {
		return "; did you mean --" + near + "?"
	}
	return ""
}

// unknown is the error for a word that is no command.
func unknown(cmd *cobra.Command, word string) error {
	msg := "there is no command " + word
	if cmd.SuggestionsMinimumDistance <= 0 {
		cmd.SuggestionsMinimumDistance = 2
	}
	if near := cmd.SuggestionsFor(word); len(near) > 0 {
		msg += "; did you mean " + near[0] + "?"
	} else {
		msg += "; weir help lists them"
	}
	return cli.Misused(errors.New(msg))
}

func seeHelp(cmd *cobra.Command) string { return "See " + cmd.CommandPath() + " --help." }

// args makes a violation of a rule about arguments wrong usage.
func args(rule cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, a []string) error {
		if err := rule(cmd, a); err != nil {
			return cli.Usagef("%s: %w\n\n%s", cmd.CommandPath(), err, seeHelp(cmd))
		}
		return nil
	}
}

// specs completes the names of specs.
func specs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml"}, cobra.ShellCompDirectiveFilterFileExt
}
