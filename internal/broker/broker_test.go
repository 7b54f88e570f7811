package broker

import (
	"context"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

func client(t *testing.T, b *Broker, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(b.Addr()))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

// read returns the values of the first n records of a topic.
func read(t *testing.T, b *Broker, topic string, n int, opts ...kgo.Opt) []string {
	t.Helper()
	cl := client(t, b, append(opts, kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()))...)
	var out []string
	for len(out) < n {
		f := cl.PollFetches(t.Context())
		if err := f.Err(); err != nil {
			t.Fatal(err)
		}
		f.EachRecord(func(r *kgo.Record) { out = append(out, string(r.Value)) })
	}
	return out
}

func TestKeepsRecordsOverARestartWithADirectory(t *testing.T) {
	dir := t.TempDir()
	b, err := Start(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.CreateTopic("a", 1); err != nil {
		t.Fatal(err)
	}
	cl := client(t, b)
	for _, v := range []string{"one", "two"} {
		if err := cl.ProduceSync(context.Background(), &kgo.Record{Topic: "a", Value: []byte(v)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	cl.Close()
	b.Close()
	b.Close() // twice is fine

	b, err = Start(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if got := read(t, b, "a", 2); got[0] != "one" || got[1] != "two" {
		t.Errorf("after the restart the topic holds %q", got)
	}
}

func TestCreateTopicLeavesAnExistingOneAlone(t *testing.T) {
	b, err := Start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, n := range []int32{3, 5} {
		if err := b.CreateTopic("a", n); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(b.cluster.PartitionInfos("a")); got != 3 {
		t.Errorf("the topic has %d partitions, want the 3 it was made with", got)
	}
}

func TestStartSaysWhyItCannot(t *testing.T) {
	if _, err := Start(Options{Dir: "/dev/null/nowhere"}); err == nil {
		t.Error("a directory that can't be made is accepted")
	}
}
