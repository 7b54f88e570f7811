package service

import (
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"

	"golang.org/x/term"

	"github.com/weirstream/weir/runtime/config"
)

// logger writes to standard error: text when that is a terminal, JSON elsewhere.
func logger(c config.Config) (*slog.Logger, error) {
	if c.Logger != nil {
		return c.Logger, nil
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return nil, fmt.Errorf("log-level: %w", err)
	}
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "text" || c.LogFormat == "auto" && term.IsTerminal(int(os.Stderr.Fd())) {
		return slog.New(slog.NewTextHandler(os.Stderr, o)), nil
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, o)), nil
}

// version is the main module's, with the revision when it was built in a checkout.
func version() string {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := b.Main.Version
	for _, s := range b.Settings {
		if s.Key == "vcs.revision" && (v == "" || v == "(devel)") {
			v = "(devel) " + s.Value
		}
	}
	return v
}
