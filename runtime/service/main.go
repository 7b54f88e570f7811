package service

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/runtime/topology"
)

// Exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
	// A second signal ends the process with 128 plus the signal's number, as a shell reports it: 130 for SIGINT, 143 for SIGTERM.
	exitSignal = 128
)

// Main is the main function of a generated service. It returns the exit code: 0 when the service was stopped by SIGTERM or
// SIGINT or is done, 1 when it failed, 2 when it was called wrongly.
func Main(t *topology.Topology) int {
	l, err := config.Load(t.Service, os.Args[1:], os.Environ())
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\nTry --help.\n", t.Service, err)
		return exitUsage
	}
	switch {
	case l.Help:
		return printed(config.Usage(os.Stdout, t.Service, t.Spec))
	case l.Version:
		_, err := fmt.Printf("%s %s (spec %s, API %d)\n", t.Service, version(), t.Spec, topology.APIVersion1)
		return printed(err)
	case l.PrintConfig:
		return printed(l.Print(os.Stdout))
	}
	if err := l.Config.Validate(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\nTry --help.\n", t.Service, err)
		return exitUsage
	}
	s, err := New(t, l.Config)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", t.Service, err)
		return exitError
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go s.signals(cancel)
	if err := s.Run(ctx); err != nil {
		s.log.Error("stopped by an error", "error", err)
		return exitError
	}
	s.log.Info("stopped")
	return exitOK
}

func printed(err error) int {
	if err != nil {
		return exitError
	}
	return exitOK
}

// signals turns the first SIGTERM or SIGINT into an orderly stop, and ends the process at once with the second.
func (s *Service) signals(stop func()) {
	ch := make(chan os.Signal, 2)
	signal.Notify(ch, syscall.SIGTERM, syscall.SIGINT)
	sig := <-ch
	s.log.Info("stopping: committing and leaving the group", "signal", sig.String(), "deadline", s.config.ShutdownTimeout.String())
	stop()
	if sig, ok := (<-ch).(syscall.Signal); ok {
		s.log.Warn("ended at once by a second signal", "signal", sig.String())
		os.Exit(exitSignal + int(sig))
	}
}
