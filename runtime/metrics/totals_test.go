package metrics

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestLogTotals(t *testing.T) {
	m := New("svc", "v1")
	m.Sub("orders").Records.Add(5)
	m.Sub("orders").DeadLetters.Add(2)
	m.Sub("by_sku").Results.Add(3)
	var b bytes.Buffer
	m.LogTotals(slog.New(slog.NewTextHandler(&b, nil)))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "subtopology=by_sku") || !strings.Contains(lines[0], "results=3") ||
		!strings.Contains(lines[1], "dead_letters=2") || !strings.Contains(lines[1], "records=5") || !strings.Contains(lines[1], "skipped=0") {
		t.Errorf("logged\n%s", b.String())
	}
}
