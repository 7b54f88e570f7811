package run

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/weirstream/weir/internal/cli"
)

// prebuilt is the path of a binary that --service names, once it has said that it is the service.
func prebuilt(ctx context.Context, path, service string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second) // of a program that is something else and does not end
	defer cancel()
	out, err := exec.CommandContext(ctx, abs, "--version").Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return "", cli.Usagef("--service: %v", err)
	}
	if err != nil || !strings.Contains(string(out), " (spec ") {
		return "", cli.Usagef("--service %s: it is no service that weir has generated", path)
	}
	if name, _, _ := strings.Cut(string(out), " "); name != service {
		return "", cli.Usagef("--service %s: it is the service %q, and the spec is of %q", path, name, service)
	}
	return abs, nil
}
