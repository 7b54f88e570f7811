package engine

import (
	"context"
	"log/slog"
	"time"

	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/runtime/metrics"
	"github.com/weirstream/weir/runtime/topology"
)

type Options struct {
	Topology *topology.Topology
	Config   config.Config
	Log      *slog.Logger
	Metrics  *metrics.Metrics
}
type Engine struct{ o Options }
type Status struct {
	Joined         bool
	Tasks, Running int
}

func (s Status) Ready() bool                    { return s.Joined && s.Tasks == s.Running }
func New(o Options) (*Engine, error)            { return &Engine{o}, nil }
func (e *Engine) Run(ctx context.Context) error { return nil }
func (e *Engine) Stalled() time.Duration        { return 0 }
func (e *Engine) Status() Status                { return Status{} }
