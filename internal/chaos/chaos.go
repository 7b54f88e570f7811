// Package chaos runs a service binary as several processes, kills them with SIGKILL at random moments and starts them again, until
// the group has read all of its input; then it stops them in order. What the service wrote is for the caller to compare: exactly
// once means that the committed output is what it would have been without any of this.
//
//	c := chaos.Start(t, chaos.Options{Binary: bin, Brokers: b.Addr, Group: "flights", Instances: 2, Args: args})
//	…  // produce the input meanwhile
//	c.KillUntil(chaos.ReadAll(t, b, "flights", "flights"), 20)
//	report := c.Stop()
package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/weirstream/weir/internal/kafkatest"
)

// Options describe the processes.
type Options struct {
	Binary    string
	Brokers   string
	Instances int
	// Args are given to every process, behind those that chaos sets itself: brokers, state-dir, http off.
	Args []string
	// Dir holds the state directories, one for each instance; empty: a temporary one.
	Dir string
	// Pause is the longest time between two kills; each is a random part of it. 0: 1 s.
	Pause time.Duration
	// Restart is the longest time that a killed instance stays down. 0: at once.
	Restart time.Duration
	Seed    uint64
}

// Report says what happened.
type Report struct {
	Kills, Starts int
	// MovedAside are state directories that a service found unusable. There must be none.
	MovedAside []string
	// Crashes are exits that nobody asked for, with the end of their logs. There must be none.
	Crashes []string
}

// Chaos is a set of running processes.
type Chaos struct {
	t    testing.TB
	o    Options
	rand *rand.Rand // under mu

	mu      sync.Mutex
	procs   []*process
	report  Report
	stopped bool
	running sync.WaitGroup
}

type process struct {
	cmd    *exec.Cmd
	log    string
	wanted bool // its end was asked for
	done   chan struct{}
}

// Start starts the processes. They are killed with the test at the latest.
func Start(t testing.TB, o Options) *Chaos {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Pause == 0 {
		o.Pause = time.Second
	}
	c := &Chaos{t: t, o: o, rand: rand.New(rand.NewPCG(o.Seed, 1)), procs: make([]*process, o.Instances)}
	for i := range o.Instances {
		if err := c.start(i); err != nil {
			t.Fatalf("start %s: %v", o.Binary, err)
		}
	}
	t.Cleanup(func() {
		c.mu.Lock()
		c.stopped = true
		for _, p := range c.procs {
			p.wanted = true
			p.kill(syscall.SIGKILL)
		}
		c.mu.Unlock()
		c.running.Wait()
	})
	return c
}

// Finish runs one process that is expected to end by itself, with the same arguments and a state directory of its own, and fails
// the test when it ends badly. Nothing starts it again.
func Finish(t testing.TB, o Options) {
	t.Helper()
	args := append([]string{"--brokers", o.Brokers, "--state-dir", t.TempDir(), "--http="}, o.Args...)
	ctx, cancel := context.WithTimeout(context.Background(), kafkatest.Timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, o.Binary, args...)
	cmd.SysProcAttr = childAttr()
	if log, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", o.Binary, err, log[max(0, len(log)-4000):])
	}
}

// StateDir is the state directory of an instance.
func (c *Chaos) StateDir(i int) string { return filepath.Join(c.o.Dir, fmt.Sprintf("instance%d", i)) }

// start starts instance i; mu is held, or nobody else knows c yet.
func (c *Chaos) start(i int) error {
	c.report.Starts++
	args := append([]string{"--brokers", c.o.Brokers, "--state-dir", c.StateDir(i), "--http="}, c.o.Args...)
	p := &process{cmd: exec.Command(c.o.Binary, args...), done: make(chan struct{})}
	p.log = filepath.Join(c.o.Dir, fmt.Sprintf("instance%d-%d.log", i, c.report.Starts))
	log, err := os.Create(p.log)
	if err != nil {
		return err
	}
	defer log.Close()
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = childAttr()
	if err := p.cmd.Start(); err != nil {
		return err
	}
	c.procs[i] = p
	c.running.Go(func() { c.watch(i, p) })
	return nil
}

// watch waits for a process to end, and starts it again.
func (c *Chaos) watch(i int, p *process) {
	err := p.cmd.Wait()
	close(p.done)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !p.wanted {
		text, _ := os.ReadFile(p.log) // an empty text says enough
		c.report.Crashes = append(c.report.Crashes, fmt.Sprintf("instance %d: %v\n%s", i, err, text[max(0, len(text)-3000):]))
	}
	if c.stopped {
		return
	}
	var down time.Duration
	if c.o.Restart > 0 {
		down = time.Duration(c.rand.Int64N(int64(c.o.Restart)))
	}
	c.running.Add(1)
	time.AfterFunc(down, func() {
		defer c.running.Done()
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.stopped {
			return
		}
		if err := c.start(i); err != nil {
			c.report.Crashes = append(c.report.Crashes, fmt.Sprintf("instance %d: %v", i, err))
		}
	})
}

func (p *process) kill(s syscall.Signal) {
	select {
	case <-p.done:
	default:
		// It may end between the look and the signal, and then the signal goes nowhere: Go keeps the process's id until Wait.
		_ = p.cmd.Process.Signal(s)
	}
}

// KillUntil kills random instances at random moments until done says so, and at least the given number of times; done is asked
// about ten times a second. Instances that are down are spared until they are up again.
func (c *Chaos) KillUntil(done func() bool, least int) {
	c.t.Helper()
	deadline := time.NewTimer(5 * time.Minute)
	defer deadline.Stop()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	next := time.NewTimer(c.pause())
	defer next.Stop()
	for {
		select {
		case <-look.C:
			if c.kills() >= least && done() {
				return
			}
		case <-next.C:
			c.kill()
			next.Reset(c.pause())
		case <-deadline.C:
			c.t.Fatalf("gave up after %d kills: the input is not used up\n%s", c.kills(), c.Logs())
		}
	}
}

func (c *Chaos) pause() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Duration(c.rand.Int64N(int64(c.o.Pause)))
}

func (c *Chaos) kills() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.report.Kills
}

func (c *Chaos) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.procs[c.rand.IntN(len(c.procs))]
	select {
	case <-p.done:
		return
	default:
	}
	p.wanted = true
	p.kill(syscall.SIGKILL)
	c.report.Kills++
}

// Wait waits until done says so, without killing anybody.
func (c *Chaos) Wait(done func() bool) {
	c.t.Helper()
	kafkatest.Until(c.t, "the services are through", done)
}

// Stop stops all processes with SIGTERM, waits for them, and says what happened.
func (c *Chaos) Stop() Report {
	c.t.Helper()
	c.mu.Lock()
	c.stopped = true
	procs := append([]*process(nil), c.procs...)
	for _, p := range procs {
		p.wanted = true
		p.kill(syscall.SIGTERM)
	}
	c.mu.Unlock()
	late := time.NewTimer(kafkatest.Timeout)
	defer late.Stop()
	for i, p := range procs {
		select {
		case <-p.done:
		case <-late.C:
			c.t.Fatalf("instance %d does not stop after SIGTERM\n%s", i, c.Logs())
		}
	}
	c.running.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.procs {
		_ = filepath.WalkDir(c.StateDir(i), func(path string, d os.DirEntry, err error) error {
			if err == nil && d.IsDir() && strings.Contains(d.Name(), ".stale-") {
				c.report.MovedAside = append(c.report.MovedAside, path)
			}
			return nil
		})
	}
	return c.report
}

// Logs is the end of each instance's latest log.
func (c *Chaos) Logs() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for i, p := range c.procs {
		text, err := os.ReadFile(p.log)
		fmt.Fprintf(&b, "--- instance %d (%v)\n%s\n", i, err, text[max(0, len(text)-4000):])
	}
	return b.String()
}

// ReadAll is a condition for KillUntil: the group has committed every record that is in a topic now.
func ReadAll(t testing.TB, b *kafkatest.Broker, group, topic string) func() bool {
	t.Helper()
	adm := kadm.NewClient(b.Client(t))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	t.Cleanup(cancel)
	return func() bool {
		ends, err := adm.ListCommittedOffsets(ctx, topic)
		if err != nil {
			return false
		}
		offs, err := adm.FetchOffsets(ctx, group)
		if err != nil {
			return false
		}
		all := true
		ends.Each(func(e kadm.ListedOffset) {
			o, ok := offs.Lookup(topic, e.Partition)
			all = all && (e.Offset == 0 || ok && o.At >= e.Offset)
		})
		return all
	}
}
