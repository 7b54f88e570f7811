package scenario

import (
	"flag"
	"fmt"
	"io"
	"regexp"
	"testing"

	"github.com/weirstream/weir/runtime/topology"
)

// Main is the program that `weir test` builds: it runs the scenario files given as arguments and returns an exit code, 0 if
// every case is as expected, 1 if one is not or a file is wrong, 2 for wrong flags.
func Main(t *topology.Topology, s Schema, args []string, stdout, stderr io.Writer) int {
	o, files, err := parseFlags(args, stderr)
	o.Schema = s
	if err != nil {
		fmt.Fprintln(stderr, "weir test:", err)
		return 2
	}
	failed := false
	for _, path := range files {
		res, err := runFile(t, path, o, stdout)
		if err != nil {
			fmt.Fprintln(stderr, err)
		}
		failed = failed || err != nil || res.Failed > 0
	}
	if failed {
		return 1
	}
	return 0
}

func parseFlags(args []string, stderr io.Writer) (o Options, files []string, err error) {
	fs := flag.NewFlagSet("weir test", flag.ContinueOnError)
	fs.SetOutput(stderr)
	var run string
	fs.StringVar(&run, "run", "", "")
	fs.BoolVar(&o.Update, "update", false, "")
	fs.IntVar(&o.Schedules, "schedules", 0, "")
	fs.Uint64Var(&o.Seed, "seed", 1, "")
	fs.BoolVar(&o.Verbose, "v", false, "")
	fs.BoolVar(&o.Color, "color", false, "")
	if err := fs.Parse(args); err != nil {
		return o, nil, err
	}
	if run != "" {
		if o.Run, err = regexp.Compile(run); err != nil {
			return o, nil, err
		}
	}
	return o, fs.Args(), nil
}

func runFile(t *topology.Topology, path string, o Options, w io.Writer) (Result, error) {
	f, err := Read(path)
	if err != nil {
		return Result{}, err
	}
	return newRunner(t, o, w).file(f)
}

// Test runs the cases of a scenario file as subtests of t on a topology, usually that of a generated package:
//
//	scenario.Test(t, orders.Topology(), "orders_test.yaml", scenario.Options{})
func Test(t *testing.T, topo *topology.Topology, path string, o Options) {
	t.Helper()
	f, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if o.Update {
		t.Fatal("scenario.Test does not update files; weir test -update does")
	}
	r := newRunner(topo, o, io.Discard)
	for _, c := range f.Cases {
		if o.Run != nil && !o.Run.MatchString(c.Name) {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			_, probs, err := r.oneCase(f, c)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range probs {
				t.Error(p)
			}
		})
	}
}

func newRunner(t *topology.Topology, o Options, w io.Writer) *runner {
	r := &runner{o: o, w: w, topics: map[string]bool{}, open: func(partitions map[string]int32, s schedule) (driver, error) {
		return newDriver(t, partitions, s)
	}}
	for _, sub := range t.Subtopologies {
		for _, out := range sub.Outputs {
			if out.Kind == topology.Sink || out.Kind == topology.DeadLetters {
				r.topics[out.Topic] = true
				if out.Kind == topology.Sink && r.o.Schema.find(out.Name, true).Topic == "" {
					r.o.Schema.Topics = append(r.o.Schema.Topics, Topic{Name: out.Name, Topic: out.Topic, Sink: true})
				}
			}
		}
	}
	return r
}
