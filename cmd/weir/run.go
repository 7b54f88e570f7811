package main

import (
	"github.com/spf13/cobra"

	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/internal/run"
)

func newRun(ui *cli.UI) *cobra.Command {
	var o run.Options
	cmd := &cobra.Command{
		Use:   "run SPEC",
		Short: "Run a spec's service, on an embedded broker unless told otherwise",
		Long: `Run generates and builds the service of a spec and runs it; with --service it takes a binary that is there. Without --brokers
it runs on a broker inside of weir, which is gone afterwards unless --data-dir says where to keep it. Records of the sinks
are printed on standard output as they are committed, everything else on standard error.`,
		Example: `  weir run flights.weir.yaml --input flights=flights.csv.gz --until end
  weir run flights.weir.yaml --service ./flights --input flights='2013-*.csv.zst' --until end
  tail -f orders.jsonl | weir run orders.weir.yaml --input orders=- --format json
  weir run orders.weir.yaml --brokers localhost:9092 --set commit-interval=1s`,
		Args:              args(cobra.ExactArgs(1)),
		ValidArgsFunction: specs,
		RunE:              func(cmd *cobra.Command, a []string) error { return run.Run(cmd.Context(), ui, a[0], o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.Brokers, "brokers", "", "comma-separated HOST:PORT of a Kafka cluster to run on")
	f.StringVar(&o.Dir, "data-dir", "", "keep the embedded broker's data and the service's state in this directory")
	f.Int32Var(&o.Partitions, "partitions", 4, "partitions of each topic on the embedded broker")
	f.BoolVar(&o.CreateTopics, "create-topics", false, "with --brokers: create missing topics, with the cluster's default settings")
	f.StringArrayVar(&o.Inputs, "input", nil, "SOURCE=FILE to feed, or a pattern of files, - for standard input; CSV or JSON lines, plain, .gz or .zst (repeatable)")
	f.StringVar(&o.InputFormat, "input-format", "auto", "auto, csv, json, or envelope (JSON lines with key, value, timestamp, headers)")
	f.StringVar(&o.Service, "service", "", "the service's binary, if it is built already")
	f.StringVar(&o.Until, "until", "", "read up to there, close every window and stop: end, a time (2026-01-01T00:00:00Z) or TOPIC/PARTITION=OFFSET,...")
	f.StringVar(&o.Format, "format", "", "table or json (default: table on a terminal, else json)")
	f.StringArrayVar(&o.Sinks, "sink", nil, "print this sink only (repeatable; default: all)")
	f.IntVar(&o.Limit, "limit", 0, "with --until and tables: print at most so many rows of a sink")
	f.StringArrayVar(&o.Set, "set", nil, "NAME=VALUE, a setting of the service (repeatable; docs/config.md lists them)")
	f.BoolVarP(&o.Verbose, "verbose", "v", false, "show the service's whole log")
	return cmd
}
