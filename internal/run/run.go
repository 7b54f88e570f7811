// Package run is `weir run`: it builds a spec's service and runs it, on an embedded broker of its own or on a given one, feeds
// files to its sources, and prints what its sinks receive.
//
// The service is the same binary that one would deploy, in a process of its own. Records reach it and are read back through
// Kafka, the sinks as a read_committed consumer, so what is printed is what was committed. Sink records go to standard output,
// everything else to standard error.
package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weirstream/weir/gen"
	"github.com/weirstream/weir/internal/broker"
	"github.com/weirstream/weir/internal/build"
	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/runtime/config"
)

// Options are the flags of `weir run`.
type Options struct {
	Brokers      string   // empty: embedded
	Dir          string   // keeps the embedded broker's data and the state; empty: nothing is kept
	Partitions   int32    // of topics on the embedded broker
	CreateTopics bool     // on a given cluster too
	Inputs       []string // SOURCE=FILE, a pattern or the name of one
	InputFormat  string
	Until        string   // where a bounded run ends; empty: nowhere
	Format       string   // of what is printed: table, json, or empty
	Sinks        []string // names; empty: all
	Limit        int      // rows of a table that are printed at the end; 0: all
	Set          []string // name=value, configuration of the service
	Verbose      bool     // show the service's log
	Service      string   // its binary, which then is not built
}

// Run compiles, builds and runs a spec. It returns when the service has ended: by itself with --until, else when ctx is
// cancelled.
func Run(ctx context.Context, u *cli.UI, spec string, o Options) error {
	res, err := cli.Load(u, spec)
	if err != nil {
		return err
	}
	r, err := prepare(ctx, u, res, spec, o)
	if err != nil {
		return err
	}
	defer r.close()
	return r.run(ctx)
}

// runner is one run.
type runner struct {
	ui     *cli.UI
	o      Options
	res    *gen.Result
	spec   string
	inputs []*input
	sinks  map[string]*sink // by topic
	set    []string         // flags of the service
	until  config.Until
	out    printer
	bin    string // of the service, if it is there already

	brokers string
	tmp     string // to be removed
	broker  *broker.Broker
}

// prepare checks everything that the user may have got wrong, before anything takes time.
func prepare(ctx context.Context, u *cli.UI, res *gen.Result, spec string, o Options) (r *runner, err error) {
	r = &runner{ui: u, o: o, res: res, spec: spec}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	if o.Partitions < 1 {
		return r, cli.Usagef("--partitions has to be 1 or more")
	}
	if o.Brokers != "" && o.Dir != "" {
		return r, cli.Usagef("--data-dir is for the embedded broker; with --brokers give --set state-dir=DIR")
	}
	if r.until, err = until(res.Program, o.Until); err != nil {
		return r, err
	}
	if r.out, err = newPrinter(u, o, r.until.Bounded()); err != nil {
		return r, err
	}
	if r.sinks, err = chosenSinks(res.Program, o.Sinks); err != nil {
		return r, err
	}
	if r.set, err = serviceFlags(o.Set); err != nil {
		return r, err
	}
	if o.Service != "" {
		if r.bin, err = prebuilt(ctx, o.Service, res.Program.Service); err != nil {
			return r, err
		}
	}
	r.inputs, err = findInputs(u, res.Program, o)
	return r, err
}

func (r *runner) close() {
	for _, in := range r.inputs {
		_ = in.close() // only read
	}
	if r.broker != nil {
		r.broker.Close()
	}
	if r.tmp != "" {
		_ = os.RemoveAll(r.tmp)
	}
}

func (r *runner) run(ctx context.Context) error {
	start := time.Now()
	if err := r.connect(); err != nil {
		return err
	}
	cl, err := newClients(r.brokers)
	if err != nil {
		return err
	}
	defer cl.close()
	if err := cl.createTopics(ctx, r); err != nil {
		return err
	}
	bin, err := r.buildAndFeed(ctx, cl)
	if err != nil {
		return err
	}
	return r.serve(ctx, cl, bin, start)
}

// buildAndFeed builds the service, if it is not there yet, and for a bounded run feeds the files meanwhile: the compiler is busy for a while.
func (r *runner) buildAndFeed(ctx context.Context, cl *clients) (bin string, err error) {
	var fed int64
	var took time.Duration
	quiet := make(chan struct{}) // closed when feeding no longer needs the line of progress
	g, both := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		if bin = r.bin; bin != "" {
			return nil
		}
		defer r.spin("building "+r.res.Program.Service, quiet)()
		start := time.Now()
		bin, err = Build(both, r.res, r.spec)
		took = time.Since(start)
		return err
	})
	g.Go(func() (err error) {
		defer close(quiet)
		if r.until.Bounded() {
			fed, err = r.feed(both, cl)
		}
		return err
	})
	if err := g.Wait(); err != nil {
		return "", err
	}
	if r.bin == "" {
		r.ui.Notef("built %s in %s", r.res.Program.Service, seconds(took))
	}
	if r.until.Bounded() && len(r.inputs) > 0 {
		r.ui.Notef("fed %s", cli.Count(fed, "record"))
	}
	return bin, nil
}

// connect decides on the brokers, and starts one if none are given.
func (r *runner) connect() error {
	if r.o.Brokers != "" {
		r.brokers = r.o.Brokers
		return nil
	}
	dir := r.o.Dir
	if dir == "" {
		tmp, err := os.MkdirTemp("", "weir-run-")
		if err != nil {
			return err
		}
		r.tmp = tmp
	}
	o := broker.Options{}
	switch {
	case dir != "":
		o.Dir = filepath.Join(dir, "broker")
	case len(r.inputs) > 0:
		o.Dir = filepath.Join(r.tmp, "broker") // files may be larger than the memory
	}
	b, err := broker.Start(o)
	if err != nil {
		return err
	}
	r.broker, r.brokers = b, b.Addr()
	return nil
}

// Build builds the service of a compiled spec and returns the path of its binary.
func Build(ctx context.Context, res *gen.Result, spec string) (string, error) {
	abs, err := filepath.Abs(spec)
	if err != nil {
		return "", err
	}
	p := build.Program{Name: res.Program.Service, Key: abs}
	imported, err := cli.Place(&p, res, spec)
	if err != nil {
		return "", err
	}
	if p.Files[p.Main+"/main.go"], err = res.Main(imported); err != nil {
		return "", err
	}
	return build.Build(ctx, p)
}

// serve starts the service, prints what comes out, and waits for the end.
func (r *runner) serve(ctx context.Context, cl *clients, bin string, start time.Time) error {
	tail, err := cl.follow(ctx, r.sinks)
	if err != nil {
		return err
	}
	defer tail.close()
	svc, err := startService(bin, r.arguments(), r.ui, r.o.Verbose)
	if err != nil {
		return err
	}
	if r.until.Bounded() {
		err = r.bounded(ctx, cl, svc, tail)
	} else {
		err = r.endless(ctx, cl, svc, tail)
	}
	if err != nil {
		svc.kill()
		return err
	}
	if err := r.out.finish(); err != nil {
		return err
	}
	r.summary(svc, time.Since(start))
	return nil
}

// bounded waits until the service has used up its input, then prints what is committed and not printed yet.
func (r *runner) bounded(ctx context.Context, cl *clients, svc *service, tail *tail) error {
	printing, stopPrinting := context.WithCancel(ctx)
	printed := make(chan error, 1)
	go func() { printed <- tail.print(printing, r.out) }()
	progress := r.watchProgress(ctx, cl)
	err := svc.wait(ctx)
	progress()
	stopPrinting()
	if perr := <-printed; err == nil && perr != nil && !errors.Is(perr, context.Canceled) {
		err = perr
	}
	if err != nil {
		return err
	}
	ends, err := cl.ends(ctx, r.sinks)
	if err != nil {
		return err
	}
	return tail.printUntil(ctx, r.out, ends)
}

// endless feeds while the service runs, until ctx is cancelled or one of them fails.
func (r *runner) endless(ctx context.Context, cl *clients, svc *service, tail *tail) error {
	r.ui.Notef("running on %s; Ctrl-C stops", r.brokers)
	running, stop := context.WithCancel(ctx)
	defer stop()
	var g errgroup.Group
	g.Go(func() error {
		defer stop()
		return svc.wait(ctx)
	})
	g.Go(func() error { return unlessCancelled(tail.print(running, r.out)) })
	g.Go(func() error {
		fed, err := r.feed(running, cl)
		if err != nil {
			stop()
			return unlessCancelled(err)
		}
		if len(r.inputs) > 0 {
			r.ui.Notef("fed %s; waiting for more", cli.Count(fed, "record"))
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		return err
	}
	// What was committed while the service stopped.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	ends, err := cl.ends(last, r.sinks)
	if err != nil {
		return err
	}
	return tail.printUntil(last, r.out, ends)
}

func unlessCancelled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// arguments are the service's flags. The user's own come last and win.
func (r *runner) arguments() []string {
	args := []string{"--brokers=" + r.brokers, "--http=", "--log-format=json"}
	if r.broker != nil {
		state := r.tmp
		if r.o.Dir != "" {
			state = r.o.Dir
		}
		args = append(args, "--embedded", "--state-dir="+filepath.Join(state, "state"))
	}
	if r.until.Bounded() {
		args = append(args, "--until="+r.until.String())
	}
	return append(args, r.set...)
}

// reserved are the settings that `weir run` makes itself.
var reserved = map[string]string{
	"brokers": "--brokers", "until": "--until", "embedded": "--brokers", "log-format": "--verbose", "create-topics": "--create-topics",
}

func serviceFlags(set []string) ([]string, error) {
	var out []string
	for _, s := range set {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" || strings.HasPrefix(name, "-") {
			return nil, cli.Usagef("--set %s: it has to be NAME=VALUE", s)
		}
		name = strings.ReplaceAll(name, "_", "-")
		if flag := reserved[name]; flag != "" {
			return nil, cli.Usagef("--set %s: weir run sets that itself; see %s", s, flag)
		}
		out = append(out, fmt.Sprintf("--%s=%s", name, value))
	}
	return out, nil
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
