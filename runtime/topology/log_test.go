package topology

import (
	"bytes"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	var out bytes.Buffer
	plain := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	c := &Context{Log: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: plain}))}
	l := NewLines(c, "seen", slog.LevelWarn)
	if NewLines(c, "quiet", slog.LevelDebug).Next() {
		t.Error("a line of a level that is off")
	}
	for i := range 3 * MaxLines {
		if l.Next() {
			l.Write(strconv.Itoa(i), nil)
		}
	}
	for _, l := range c.Lines {
		l.Committed()
	}
	if l.Next() {
		l.Write("", errors.New("division by zero"))
	}
	got := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := []string{
		`level=WARN msg=0 step=seen`, `level=WARN msg=9 step=seen`, `level=WARN msg="lines left out" step=seen lines=20`,
		`level=WARN msg="the line could not be made" step=seen error="division by zero"`,
	}
	if len(got) != MaxLines+2 || got[0] != want[0] || got[9] != want[1] || got[10] != want[2] || got[11] != want[3] {
		t.Errorf("got\n%s", out.String())
	}
}
