package run

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/weirstream/weir/internal/cli"
)

// service is the running process of a compiled service. Its log is read as it comes: warnings and errors are shown, the totals
// that it reports at its end are kept.
type service struct {
	cmd    *exec.Cmd
	ui     *cli.UI
	all    bool // show the whole log
	read   sync.WaitGroup
	exited chan struct{}
	err    error // of the exit; to be read when exited is closed

	mu       sync.Mutex
	total    map[string]map[string]any // the attributes of the records "totals", by sub-topology
	lastLine string                    // of what was no log record: a panic
}

func startService(bin string, args []string, ui *cli.UI, all bool) (*service, error) {
	s := &service{cmd: exec.Command(bin, args...), ui: ui, all: all, exited: make(chan struct{}), total: map[string]map[string]any{}}
	// A process group of its own: Ctrl-C in the terminal reaches weir only, which asks the service to end once. Were both to get
	// it, the service would see a second signal and end without committing.
	s.cmd.SysProcAttr = ownGroup()
	s.cmd.Stdout = ui.Err
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the service: %w", err)
	}
	s.read.Go(func() { s.readLog(stderr) })
	go func() {
		s.read.Wait() // Wait closes the pipe, so it comes second
		s.err = s.cmd.Wait()
		close(s.exited)
	}()
	return s, nil
}

// wait waits for the service to end. When ctx is cancelled it asks it to, and kills it when it is asked to hurry.
func (s *service) wait(ctx context.Context) error {
	select {
	case <-s.exited:
		return s.failure()
	case <-ctx.Done():
	}
	again := make(chan os.Signal, 1)
	signal.Notify(again, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(again)
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended just now
	select {
	case <-s.exited:
	case <-again:
		s.kill()
	}
	return s.failure()
}

func (s *service) failure() error {
	if s.err == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Errorf("the service failed: %w%s", s.err, s.lastLine)
}

func (s *service) kill() {
	_ = s.cmd.Process.Kill() // nothing to do for one that has ended
	<-s.exited
}

// totals are the counters that the service reported when it ended, by sub-topology.
func (s *service) totals() map[string]map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}

func (s *service) readLog(r io.Reader) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			s.logLine(strings.TrimRight(line, "\n"))
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				s.ui.Warnf("the log of the service: %v", err)
			}
			return
		}
	}
}

// logLine takes a line of the service's log, a JSON object as log/slog writes it, or something else that it printed.
func (s *service) logLine(line string) {
	var rec map[string]any
	if json.Unmarshal([]byte(line), &rec) != nil || rec["msg"] == nil {
		s.mu.Lock()
		s.lastLine += "\n" + line
		s.mu.Unlock()
		return
	}
	msg, level := fmt.Sprint(rec["msg"]), fmt.Sprint(rec["level"])
	if msg == "totals" {
		s.mu.Lock()
		s.total[fmt.Sprint(rec["subtopology"])] = rec
		s.mu.Unlock()
	}
	if !s.all && level != "WARN" && level != "ERROR" {
		return
	}
	text := msg
	for _, k := range attributes(rec) {
		text += fmt.Sprintf(" %s=%v", k, rec[k])
	}
	s.ui.Notef("%s %s", strings.ToLower(level)+":", text)
}

// attributes are the names of a log record's attributes, sorted.
func attributes(rec map[string]any) []string {
	var names []string
	for k := range rec {
		if k != "time" && k != "level" && k != "msg" && k != "service" {
			names = append(names, k)
		}
	}
	slices.Sort(names)
	return names
}
