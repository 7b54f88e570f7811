package task

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
)

// clocked notes what it sees of processing time. Its only timer is due at 300, and at 400 a result.
type clocked struct {
	*topology.Context
	saw []string
}

func (t *clocked) Process(input int, rec *kgo.Record) error {
	t.Clock.Observe(input, rec.Timestamp.UnixMilli())
	t.saw = append(t.saw, fmt.Sprint("record ", t.Processing))
	return nil
}

func (t *clocked) Tick() error {
	if t.Processing >= 300 && t.Stats.Timers == 0 {
		t.Stats.Timers++
		t.saw = append(t.saw, fmt.Sprint("timer ", t.Processing))
	}
	if t.Processing >= 400 && t.Stats.Results == 0 {
		t.Stats.Results++
		t.saw = append(t.saw, fmt.Sprint("result ", t.Processing))
	}
	return nil
}

func (t *clocked) Advance(int64) error { return nil }
func (t *clocked) Seal() error         { return nil }

// TestProcessingTime is read once for each commit: with its first record, or before that by a Tick, and what is due then comes first.
func TestProcessingTime(t *testing.T) {
	db, err := store.Open(store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var task *clocked
	sub := &topology.Subtopology{Name: "s", Inputs: []topology.Input{{Name: "in", Topic: "in"}}, New: func(c *topology.Context) (topology.Task, error) {
		task = &clocked{Context: c}
		return task, nil
	}}
	now := int64(0)
	r, err := New(sub, 0, Options{DB: db, Pool: emit.NewPool(1), Upstreams: make([][]Upstream, 1), Now: func() time.Time { return time.UnixMilli(now) }})
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(r.Restore(position.Start()))
	offset := int64(0)
	at := func(ms int64, what string) {
		t.Helper()
		switch now = ms; what {
		case "record":
			must(r.Feed(0, &kgo.Record{Topic: "in", Offset: offset, Timestamp: time.UnixMilli(1)}))
			offset++
		case "tick":
			must(r.Tick(time.UnixMilli(ms)))
		case "commit":
			s, err := r.Seal()
			must(err)
			must(s.Apply(nil))
		}
	}
	at(100, "record")
	at(110, "record")
	at(120, "tick") // in the midst of a commit
	at(130, "record")
	at(140, "commit")
	at(150, "tick")
	at(200, "record")
	at(310, "tick")
	at(320, "record")
	at(330, "commit")
	if r.Pending() {
		t.Error("nothing has happened")
	}
	at(340, "tick")
	if !r.Pending() {
		t.Error("a timer has fired, which is to be committed")
	}
	at(350, "record")
	at(360, "commit")
	at(370, "record")
	at(380, "commit")
	at(400, "tick")
	if !r.Pending() {
		t.Error("a result was handed on, which is to be committed")
	}
	want := []string{"record 100", "record 100", "record 100", "record 200", "record 200", "timer 340", "record 340", "record 370", "result 400"}
	if !slices.Equal(task.saw, want) {
		t.Errorf("got  %q\nwant %q", task.saw, want)
	}
}
