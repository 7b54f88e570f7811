package feed

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// lines are files of records {"t": TIME}, and how many of them are open.
type lines struct {
	open, most int
	warned     []string
}

func (l *lines) part(text string, once bool) Part {
	return Part{Once: once, Open: func() (*Input, error) {
		in, err := Open("-", strings.NewReader(text), jsonSource(), Auto)
		if err != nil {
			return nil, err
		}
		l.open++
		l.most = max(l.most, l.open)
		in.file.close = append(in.file.close, func() error { l.open--; return nil })
		in.Warn = func(msg string) { l.warned = append(l.warned, msg) }
		return in, nil
	}}
}

// timeOf finds the time in {"t": TIME}.
func timeOf(rec *kgo.Record) (int64, error) {
	_, text, _ := strings.Cut(strings.TrimSuffix(string(rec.Value), "}"), ": ")
	return strconv.ParseInt(text, 10, 64)
}

func merged(t *testing.T, parts []Part) (out []string) {
	t.Helper()
	m, err := NewMerge(parts, timeOf)
	if err != nil {
		t.Fatal(err)
	}
	for {
		rec, err := m.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(rec.Value))
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMerge(t *testing.T) {
	var l lines
	got := merged(t, []Part{
		l.part(`{"t": 3}`+"\n"+`{"t": 9}`, false),
		l.part("", false),
		l.part(`{"t": 3}`+"\n{\n"+`{"t": 1}`+"\n"+`{"t": 4}`, false), // a record that is none, and one out of order
		l.part("{\n"+`{"t": 20}`, false),                             // nothing is known of the first one
		l.part(`{"t": 2}`+"\n"+`{"t": 9}`, true),
		l.part(`{"t": 10}`, false),
	})
	want := []string{"{", `{"t": 2}`, `{"t": 3}`, `{"t": 3}`, "{", `{"t": 1}`, `{"t": 4}`, `{"t": 9}`, `{"t": 9}`, `{"t": 10}`, `{"t": 20}`}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nnot %q", got, want)
	}
	if l.open != 0 || len(l.warned) != 2 {
		t.Errorf("%d inputs are left open; %q", l.open, l.warned)
	}
}

// TestMergeOpens: files that come one after the other in time are open one after the other, whatever the order in which they are named.
func TestMergeOpens(t *testing.T) {
	var l lines
	var parts []Part
	for _, day := range rand.New(rand.NewPCG(1, 1)).Perm(2000) {
		parts = append(parts, l.part(fmt.Sprintf("{\"t\": %d}\n{\"t\": %d}\n", 10*day, 10*day+9), false))
	}
	got := merged(t, parts)
	if len(got) != 4000 || !slices.IsSortedFunc(got, func(a, b string) int { return len(a) - len(b) }) || got[3999] != `{"t": 19999}` {
		t.Errorf("%d records, the last one %s", len(got), got[len(got)-1])
	}
	if l.most > 2 {
		t.Errorf("%d were open at a time", l.most)
	}
}

func TestMergeBounds(t *testing.T) {
	var l lines
	var parts []Part
	for range mostOpen + 1 {
		parts = append(parts, l.part("{\"t\": 1}\n{\"t\": 2}\n", false))
	}
	m, err := NewMerge(parts, timeOf)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = m.Next()
	}
	if !strings.Contains(err.Error(), "more than 500 input files cover the same time") {
		t.Error(err)
	}
	if err := m.Close(); err != nil || l.open != 0 {
		t.Error(err, l.open)
	}
	failing := Part{Open: func() (*Input, error) { return nil, errors.New("gone") }}
	if _, err := NewMerge([]Part{l.part("{\"t\": 1}", true), failing}, timeOf); err == nil || l.open != 0 {
		t.Errorf("%v; %d are left open", err, l.open)
	}
}
