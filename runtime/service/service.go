// Package service makes a process of a topology: settings, log, HTTP port, signals, exit codes. Generated code calls [Main] from
// its main function, or [New] and [Service.Run] when it is used as a library.
package service

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/runtime/engine"
	"github.com/weirstream/weir/runtime/metrics"
	"github.com/weirstream/weir/runtime/topology"
)

// Service is one instance of a topology, ready to run.
type Service struct {
	topology *topology.Topology
	config   config.Config
	log      *slog.Logger
	metrics  *metrics.Metrics
	engine   *engine.Engine
	listen   chan string
}

// New makes an instance. cfg is best begun with [config.Default]; what is missing in it is filled in, except that an empty HTTP
// address stays off. Nothing is connected to or opened yet.
func New(t *topology.Topology, cfg config.Config) (*Service, error) {
	cfg = cfg.Complete(t.Service)
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("settings of %s: %w", t.Service, err)
	}
	log, err := logger(cfg)
	if err != nil {
		return nil, err
	}
	m := metrics.New(t.Service, version())
	e, err := engine.New(engine.Options{Topology: t, Config: cfg, Log: log, Metrics: m})
	if err != nil {
		return nil, err
	}
	return &Service{topology: t, config: cfg, log: log, metrics: m, engine: e, listen: make(chan string, 1)}, nil
}

// Run runs the instance until ctx ends, which is an orderly stop and no error: what was read is committed and the group left,
// within the shutdown timeout. A bounded run also returns nil when everything is done. Any other return is an error. A
// Service runs once.
func (s *Service) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if s.config.HTTP != "" {
		stop, err := s.serve()
		if err != nil {
			return err
		}
		defer stop()
	}
	defer s.metrics.LogTotals(s.log)
	return s.engine.Run(ctx)
}

// Addr waits for the HTTP port to be open and returns its address. It returns "" when ctx ends before that.
func (s *Service) Addr(ctx context.Context) string {
	select {
	case a := <-s.listen:
		s.listen <- a
		return a
	case <-ctx.Done():
		return ""
	}
}
