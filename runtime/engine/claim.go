package engine

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/weirstream/weir/runtime/kafka"
)

// claim takes the state directory for this process and finds the instance's name, which is made up once and kept there. The lock
// goes with the process, so there is never a stale one.
func (e *Engine) claim() (release func(), err error) {
	dir := e.cfg.StateDir
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	if err := lockFile(lock); err != nil {
		lock.Close()
		if errors.Is(err, errLocked) {
			return nil, fmt.Errorf("state directory %s: another process uses it; give each instance its own state-dir", dir)
		}
		return nil, fmt.Errorf("lock state directory %s: %w", dir, err)
	}
	release = func() { lock.Close() }
	if e.instance, err = instanceName(dir, e.cfg.Instance); err != nil {
		release()
		return nil, err
	}
	e.clientID = kafka.ClientID(e.o.Topology.Service, e.instance)
	return release, nil
}

// errLocked says that another process holds a lock.
var errLocked = errors.New("locked")

func instanceName(dir, given string) (string, error) {
	if given != "" {
		return strings.ReplaceAll(given, "-", "_"), nil // the dash separates the parts of transactional ids
	}
	file := filepath.Join(dir, "instance")
	b, err := os.ReadFile(file)
	if err == nil {
		if name := strings.TrimSpace(string(b)); name != "" {
			return name, nil
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("instance name: %w", err)
	}
	var r [6]byte
	rand.Read(r[:])
	name := hex.EncodeToString(r[:])
	// Written aside and renamed: a crash leaves a whole name or none.
	if err := os.WriteFile(file+".new", []byte(name+"\n"), 0o644); err != nil {
		return "", fmt.Errorf("instance name: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return "", fmt.Errorf("instance name: %w", err)
	}
	return name, nil
}
