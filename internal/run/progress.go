package run

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/weirstream/weir/internal/cli"
)

// bar shows how far something is; it does nothing where nobody looks.
type bar struct{ p *progressbar.ProgressBar }

func (b bar) set(done int64, records int64) {
	if b.p != nil {
		b.p.Describe(fmt.Sprintf("feeding  %s", cli.Count(records, "record")))
		_ = b.p.Set64(done) // a bar that can't be drawn is no reason to stop
	}
}

func (b bar) finish() {
	if b.p != nil {
		_ = b.p.Clear()
	}
}

func (r *runner) newBar(total int64, what string) *progressbar.ProgressBar {
	if !r.ui.ErrTerminal {
		return nil
	}
	return progressbar.NewOptions64(total, progressbar.OptionSetWriter(r.ui.Err), progressbar.OptionSetDescription(what),
		progressbar.OptionSetWidth(30), progressbar.OptionThrottle(60*time.Millisecond), progressbar.OptionEnableColorCodes(false),
		progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetSpinnerChangeInterval(0)) // it turns when it is told to: one that turns by itself never stops
}

// feedBar is the progress of feeding, in bytes of the files. Standard input has no size: it gets a spinner.
func (r *runner) feedBar() bar {
	total := int64(0)
	for _, f := range r.inputs {
		if f.size == 0 {
			return bar{r.newBar(-1, "feeding")}
		}
		total += f.size
	}
	if len(r.inputs) == 0 {
		return bar{}
	}
	return bar{r.newBar(total, "feeding")}
}

// spin shows that something is going on, once there is room on the line, until stop is called (once or more).
func (r *runner) spin(what string, room <-chan struct{}) (stop func()) {
	if !r.ui.ErrTerminal {
		return func() {}
	}
	done := make(chan struct{})
	var g sync.WaitGroup
	g.Go(func() {
		select {
		case <-done:
			return
		case <-room:
		}
		p := r.newBar(-1, what)
		t := time.NewTicker(100 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-done:
				_ = p.Clear()
				return
			case <-t.C:
				_ = p.Add(1)
			}
		}
	})
	return sync.OnceFunc(func() { close(done); g.Wait() })
}

// watchProgress shows how much of the sources' topics is committed, until stop is called.
func (r *runner) watchProgress(ctx context.Context, cl *clients) (stop func()) {
	if !r.ui.ErrTerminal {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var g sync.WaitGroup
	g.Go(func() {
		p := r.newBar(1, "running")
		defer func() { _ = p.Clear() }()
		t := time.NewTicker(200 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
			}
			left, total, err := cl.lag(ctx, r.group(), r.res.Program.Sources)
			if err != nil || total == 0 {
				continue // the group is not there yet
			}
			p.ChangeMax64(total)
			_ = p.Set64(min(total-left, total-1)) // at its end the bar would vanish, and windows are still to close
		}
	})
	return func() { cancel(); g.Wait() }
}

// group is the consumer group of the service.
func (r *runner) group() string {
	group := r.res.Program.Service
	for _, s := range r.set {
		if g, ok := strings.CutPrefix(s, "--group="); ok {
			group = g
		}
	}
	return group
}

// summary prints what the service counted. Records are those of the sources: a record that went through a repartition topic was
// read once more, by another sub-topology.
func (r *runner) summary(svc *service, took time.Duration) {
	totals := svc.totals()
	if len(totals) == 0 {
		return
	}
	count := func(name string, subs ...string) (n int64) {
		for _, s := range subs {
			f, _ := totals[s][name].(float64)
			n += int64(f)
		}
		return n
	}
	all := slices.Collect(maps.Keys(totals))
	parts := []string{cli.Grouped(count("records", sourceNames(r.res.Program)...)) + " read"}
	for _, p := range []struct {
		name, text string
		always     bool
	}{{"filtered", "filtered out", true}, {"late", "late", true}, {"skipped", "bad and skipped", false}, {"dead_letters", "to dead letters", false}} {
		if n := count(p.name, all...); n > 0 || p.always {
			parts = append(parts, cli.Grouped(n)+" "+p.text)
		}
	}
	parts = append(parts, cli.Count(count("results", all...), "window result"))
	r.ui.Notef("%s (%s)", strings.Join(parts, ", "), seconds(took))
}
