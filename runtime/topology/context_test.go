package topology

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/emit"
)

func fixture(p Policy) *Context {
	return &Context{
		Subtopology: &Subtopology{Name: "orders", Inputs: []Input{{Name: "orders", Topic: "orders", OnError: p}}},
		Out:         emit.New(emit.NewPool(1), []emit.Target{{Topic: "orders.dlq", Fixed: -1}}),
		Log:         slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

var bad = &kgo.Record{Topic: "orders", Partition: 2, Offset: 7, Key: []byte("k"), Value: []byte("v"), Headers: []kgo.RecordHeader{{Key: "own", Value: []byte("1")}}}

func TestFailNamesTheRecord(t *testing.T) {
	err := fixture(Fail).Bad(0, bad, errors.New("field x: is missing"))
	if err == nil || err.Error() != "topic orders, partition 2, offset 7: field x: is missing" {
		t.Errorf("got %v", err)
	}
}

func TestSkipCounts(t *testing.T) {
	c := fixture(Skip)
	if err := c.Bad(0, bad, errors.New("x")); err != nil || c.Stats.Skipped != 1 {
		t.Errorf("got %v and %d", err, c.Stats.Skipped)
	}
}

func TestDeadLetterKeepsTheRecord(t *testing.T) {
	c := fixture(DeadLetter)
	if err := c.Bad(0, bad, At("step a, where", "f:1:2", fmt.Errorf("wrapped: %w", io.ErrUnexpectedEOF))); err != nil {
		t.Fatal(err)
	}
	if c.Stats.DeadLetters != 1 || len(bad.Headers) != 1 {
		t.Errorf("%d counted, the input has %d headers", c.Stats.DeadLetters, len(bad.Headers))
	}
	r := c.Out.Take()[0].Records()[0]
	if string(r.Key) != "k" || string(r.Value) != "v" || r.Topic != "orders.dlq" {
		t.Errorf("got %+v", r)
	}
	got := map[string]string{}
	for _, h := range r.Headers {
		got[h.Key] = string(h.Value)
	}
	for k, want := range map[string]string{
		"own": "1", HeaderTopic: "orders", HeaderPartition: "2", HeaderOffset: "7", HeaderMessage: "step a, where (f:1:2): wrapped: unexpected EOF", HeaderException: "*errors.errorString",
	} {
		if got[k] != want {
			t.Errorf("header %s is %q, want %q", k, got[k], want)
		}
	}
}

// A disk that fails is no record's fault, whatever the policy.
func TestFatalIsFatal(t *testing.T) {
	for _, p := range []Policy{Fail, Skip, DeadLetter} {
		c := fixture(p)
		err := c.Bad(0, bad, fmt.Errorf("store: %w", Fatal(io.ErrShortWrite)))
		if !errors.Is(err, io.ErrShortWrite) || c.Stats != (Stats{}) {
			t.Errorf("policy %d: got %v, %+v", p, err, c.Stats)
		}
	}
	if Fatal(nil) != nil {
		t.Error("Fatal(nil) is an error")
	}
}

func TestBadResultNamesTheStep(t *testing.T) {
	c := fixture(Fail)
	c.Partition = 3
	err := c.BadResult(0, "totals", []byte("k"), nil, errors.New("division by zero"))
	if err == nil || !strings.Contains(err.Error(), "result of step totals: division by zero") || !strings.Contains(err.Error(), "partition 3") {
		t.Errorf("got %v", err)
	}
}
