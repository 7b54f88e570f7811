package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestExit(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		said string
	}{
		{nil, OK, ""},
		{ErrReported, Problem, ""},
		{fmt.Errorf("run: %w", context.Canceled), Problem, ""},
		{errors.New("the disk is full\n"), Problem, "weir: the disk is full\n"},
		{Usagef("no such %s", "flag"), Usage, "weir: no such flag\n"},
		{fmt.Errorf("input: %w", Misused(errors.New("x"))), Usage, "weir: input: x\n"},
		{Misused(nil), OK, ""},
	} {
		var out strings.Builder
		if code := Exit(&UI{Err: &out}, c.err); code != c.code || out.String() != c.said {
			t.Errorf("%v: exit code %d and %q, want %d and %q", c.err, code, out.String(), c.code, c.said)
		}
	}
}

func TestColoursAreForTerminals(t *testing.T) {
	var out strings.Builder
	u := &UI{Err: &out}
	u.Warnf("a %d", 1)
	u.ErrColor = true
	u.Warnf("b")
	if want := "warning: a 1\n\x1b[33mwarning:\x1b[0m b\n"; out.String() != want {
		t.Errorf("got %q", out.String())
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0 records", 1: "1 record", 999: "999 records", 1000: "1,000 records", 1234567: "1,234,567 records", -1234: "-1,234 records"} {
		if got := Count(n, "record"); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

func TestIsCode(t *testing.T) {
	for word, want := range map[string]bool{"WEIR3002": true, "weir1": true, "WEIR": false, "gen": false, "WEIRD": false} {
		if IsCode(word) != want {
			t.Errorf("%s", word)
		}
	}
}
