package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// stalled is how long the engine's loop may stand still before /livez says so.
const stalled = 30 * time.Second

// serve opens the HTTP port. The function it returns closes it, waiting a moment for requests to end.
func (s *Service) serve() (func(), error) {
	l, err := net.Listen("tcp", s.config.HTTP)
	if err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}
	srv := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    1 << 16,
	}
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("http port failed", "error", err)
		}
	}()
	s.listen <- l.Addr().String()
	s.log.Info("http port open", "address", l.Addr().String())
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if srv.Shutdown(ctx) != nil {
			srv.Close()
		}
	}, nil
}

func (s *Service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		idle := s.engine.Stalled()
		answer(w, idle < stalled, map[string]any{"loop_idle_seconds": idle.Seconds()})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		st := s.engine.Status()
		answer(w, st.Ready(), map[string]any{"joined": st.Joined, "tasks": st.Tasks, "running": st.Running})
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.Registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 20 * time.Second}))
	return mux
}

func answer(w http.ResponseWriter, ok bool, detail map[string]any) {
	detail["ok"] = ok
	w.Header().Set("Content-Type", "application/json")
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	// A client that went away is no concern of ours.
	_ = json.NewEncoder(w).Encode(detail)
}
