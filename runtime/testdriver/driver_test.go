package testdriver

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/topology"
)

func start(t *testing.T, c config, o Options) *Driver {
	t.Helper()
	d, err := New(build(c), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func send(t *testing.T, d *Driver, partition int32, key, value string) {
	t.Helper()
	must(t, d.Send("orders", partition, []byte(key), []byte(value), time.UnixMilli(1)))
}

func want(t *testing.T, d *Driver, topic string, lines ...string) {
	t.Helper()
	var got []string
	for _, r := range d.Output(topic) {
		got = append(got, fmt.Sprintf("%d %s=%s @%d", r.Partition, r.Key, r.Value, r.Timestamp.UnixMilli()))
	}
	if !slices.Equal(got, lines) {
		t.Errorf("%s:\n got %s\nwant %s", topic, strings.Join(got, "\n     "), strings.Join(lines, "\n     "))
	}
}

var minute = config{lag: time.Second, size: 10 * time.Second, lateness: 2 * time.Second}

func TestWindow(t *testing.T) {
	d := start(t, minute, Options{Partitions: 2})
	send(t, d, 0, "b", "bob,paid,5,1000")
	send(t, d, 0, "a", "ann,paid,7,2000")
	send(t, d, 0, "a", "ann,open,7,2000")
	send(t, d, 1, "c", "cid,paid,1,12999") // watermark 11999: one short of closing
	send(t, d, 1, "c", "cid,paid,2,9999")  // behind the watermark, but within the lateness
	must(t, d.Commit())
	want(t, d, "totals-topic")
	send(t, d, 1, "c", "cid,paid,0,13000")
	want(t, d, "totals-topic") // nothing without a commit
	send(t, d, 1, "c", "cid,paid,9,9999")
	must(t, d.Commit())
	want(t, d, "totals-topic", "0 c=0 1/2 cid @9999")
	want(t, d, "late-topic", "0 c=cid,paid,9,9999 @9999")
	must(t, d.End())
	want(t, d, "totals-topic", "0 c=0 1/2 cid @9999",
		"0 a=0 1/7 ann @9999", "0 b=0 1/5 bob @9999", "0 c=10000 2/1 cid @19999")
	if s := d.Stats(); s.Records != 7 || s.Late != 1 || s.Results != 4 || s.WindowsClosed != 3 {
		t.Errorf("stats %+v", s)
	}
	if err := d.Send("orders", 0, nil, nil, time.Time{}); err == nil {
		t.Error("a source took a record after its end")
	}
	if outs := d.Outputs(); len(outs) != 2 || len(outs["late-topic"]) != 1 {
		t.Errorf("outputs %v", outs)
	}
}

func TestUpdates(t *testing.T) {
	c := minute
	c.updates = true
	d := start(t, c, Options{})
	send(t, d, 0, "a", "ann,paid,1,1000")
	send(t, d, 0, "a", "ann,paid,1,1000")
	must(t, d.Commit())
	must(t, d.Commit())
	send(t, d, 0, "a", "ann,paid,1,1000")
	must(t, d.End())
	want(t, d, "totals-topic", "0 a=0 2/2 ann @9999", "0 a=0 3/3 ann @9999")
}

func TestCommitEvery(t *testing.T) {
	c := minute
	c.updates = true
	d := start(t, c, Options{CommitEvery: 2})
	for range 5 {
		send(t, d, 0, "a", "ann,paid,1,1000")
	}
	want(t, d, "totals-topic", "0 a=0 2/2 ann @9999", "0 a=0 4/4 ann @9999")
}

func TestRepartition(t *testing.T) {
	c := minute
	c.repartition = true
	d := start(t, c, Options{Partitions: 3, SinkPartitions: 2})
	for p := range int32(3) {
		send(t, d, p, "o1", "ann,paid,1,1000")
		send(t, d, p, "o2", "bob,paid,1,1000")
	}
	send(t, d, 0, "o3", "ann,paid,1,50000")
	send(t, d, 1, "o3", "ann,paid,1,50000")
	must(t, d.Commit())
	want(t, d, "totals-topic") // partition 2 has only come to 1000
	send(t, d, 2, "o3", "ann,paid,1,13000")
	must(t, d.Commit())
	got := d.Output("totals-topic")
	if len(got) != 2 {
		t.Fatalf("got %v", got)
	}
	for _, r := range got {
		if !strings.HasPrefix(string(r.Value), "0 3/3") {
			t.Errorf("%s=%s", r.Key, r.Value)
		}
	}
	must(t, d.End())
	if n := len(d.Output("totals-topic")); n != 4 {
		t.Errorf("%d results at the end", n)
	}
	before := len(d.Output("test-totals-repartition"))
	must(t, d.Commit())
	if after := len(d.Output("test-totals-repartition")); after != before {
		t.Error("a commit without anything new announced watermarks again")
	}
}

func TestIdle(t *testing.T) {
	c := minute
	c.repartition, c.idle = true, time.Minute
	d := start(t, c, Options{Partitions: 2})
	send(t, d, 0, "o", "ann,paid,1,1000")
	send(t, d, 0, "o", "ann,paid,1,50000")
	must(t, d.Commit())
	must(t, d.Advance(59*time.Second))
	must(t, d.Commit())
	want(t, d, "totals-topic") // partition 1 was never heard of
	send(t, d, 0, "o", "ann,paid,1,50000")
	must(t, d.Advance(time.Second))
	must(t, d.Commit())
	want(t, d, "totals-topic", "0 ann=0 1/1 ann @9999")
	must(t, d.Advance(time.Hour))
	must(t, d.Commit())
	want(t, d, "totals-topic", "0 ann=0 1/1 ann @9999") // all idle: time stands still
}

func TestIdlePartitionFollows(t *testing.T) {
	c := minute
	c.idle = time.Minute
	d := start(t, c, Options{Partitions: 2})
	send(t, d, 1, "a", "ann,paid,1,1000")
	must(t, d.Advance(time.Minute))
	send(t, d, 0, "b", "bob,paid,1,50000")
	must(t, d.Advance(time.Second))
	must(t, d.Commit())
	want(t, d, "totals-topic", "0 a=0 1/1 ann @9999")
}

func TestBadRecords(t *testing.T) {
	for _, x := range []struct {
		policy topology.Policy
		cut    bool
	}{{topology.Fail, false}, {topology.Skip, false}, {topology.DeadLetter, false}, {topology.DeadLetter, true}} {
		c := minute
		c.policy, c.repartition = x.policy, x.cut
		d := start(t, c, Options{Partitions: 2})
		send(t, d, 0, "k", "ann,paid,1,1000")
		err := d.Send("orders", 1, nil, []byte("rubbish"), time.UnixMilli(77), Header{Key: "h", Value: []byte("v")})
		if x.policy == topology.Fail {
			rec, ok := errors.AsType[*topology.RecordError](err)
			if !ok || rec.Topic != "orders-topic" || rec.Partition != 1 || rec.Offset != 0 || !errors.Is(err, errOrder) {
				t.Errorf("got %v", err)
			}
			if again := d.Commit(); !errors.Is(again, errOrder) {
				t.Errorf("after the failure: %v", again)
			}
			continue
		}
		must(t, err)
		must(t, d.End())
		if n := len(d.Output("totals-topic")); n != 1 {
			t.Errorf("%d results", n)
		}
		dead := d.Output("dead-topic")
		if x.policy == topology.Skip {
			if len(dead) != 0 || d.Stats().Skipped != 1 {
				t.Errorf("skipped: %v, %+v", dead, d.Stats())
			}
			continue
		}
		if len(dead) != 1 || dead[0].Key != nil || string(dead[0].Value) != "rubbish" || dead[0].Timestamp.UnixMilli() != 77 || len(dead[0].Headers) != 6 {
			t.Fatalf("dead letters %+v", dead)
		}
		if h := dead[0].Headers; string(h[0].Value) != "v" || h[2].Key != topology.HeaderMessage || string(h[2].Value) != errOrder.Error() {
			t.Errorf("headers %v", h)
		}
	}
}

func TestWrongUse(t *testing.T) {
	d := start(t, minute, Options{Topics: map[string]int32{"orders": 4, "totals-topic": 9}})
	if err := d.Send("nothing", 0, nil, nil, time.Time{}); err == nil {
		t.Error("an unknown source")
	}
	if err := d.Send("orders", 4, nil, nil, time.Time{}); err == nil {
		t.Error("a partition too many")
	}
	send(t, d, 3, "a", "ann,paid,1,1000")
	must(t, d.End())
	if n := len(d.topic["totals-topic"].parts); n != 9 {
		t.Errorf("%d partitions", n)
	}
	must(t, d.Close())
	if len(d.Output("totals-topic")) != 1 || d.Stats().Results != 1 {
		t.Error("the outcome is gone with Close")
	}
	if d.Commit() == nil {
		t.Error("closed, and it works")
	}
}

// TestRunAgain: a bounded run that goes on later has closed what it closed, and takes new windows.
func TestRunAgain(t *testing.T) {
	for _, repartition := range []bool{false, true} {
		c := minute
		c.repartition = repartition
		d := start(t, c, Options{})
		send(t, d, 0, "a", "a,paid,1,1000")
		must(t, d.End())
		d.ended = false
		must(t, d.Crash())
		send(t, d, 0, "a", "a,paid,2,2000")  // its window has closed
		send(t, d, 0, "a", "a,paid,4,15000") // this one is new
		must(t, d.End())
		want(t, d, "totals-topic", "0 a=0 1/1 a @9999", "0 a=10000 1/4 a @19999")
		want(t, d, "late-topic", "0 a=a,paid,2,2000 @2000")
	}
}
