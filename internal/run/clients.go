package run

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/spec/check"
)

// clients are the connections of `weir run` itself to the brokers.
type clients struct {
	seeds    []string
	producer *kgo.Client
	admin    *kadm.Client
}

func newClients(brokers string) (*clients, error) {
	c := &clients{seeds: strings.Split(brokers, ",")}
	producer, err := kgo.NewClient(kgo.SeedBrokers(c.seeds...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		return nil, err
	}
	c.producer, c.admin = producer, kadm.NewClient(producer)
	return c, nil
}

func (c *clients) close() { c.producer.Close() }

// topics are the topics that a spec names: sources, sinks, dead letters.
func topics(p *check.Program) []string {
	var out []string
	seen := map[string]bool{"": true}
	add := func(t string) {
		if !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	for _, s := range p.Sources {
		add(s.Topic)
		add(s.DeadLetterTopic)
	}
	for _, s := range p.Sinks {
		for _, topic := range s.TopicNames() {
			add(topic)
		}
	}
	return out
}

// createTopics makes the topics that the spec names, where they are missing: on the embedded broker with as many partitions as
// were asked for, on a cluster, if at all, with its own default. Otherwise it says which are missing.
func (c *clients) createTopics(ctx context.Context, r *runner) error {
	names := topics(r.res.Program)
	if r.broker == nil && !r.o.CreateTopics {
		found, err := c.admin.ListTopics(ctx, names...)
		if err != nil {
			return err
		}
		var missing []string
		for _, n := range names {
			if !found.Has(n) {
				missing = append(missing, n)
			}
		}
		if missing != nil {
			return fmt.Errorf("the cluster has no topic %s; --create-topics creates what is missing", strings.Join(missing, ", "))
		}
		return nil
	}
	partitions, replicas := int32(-1), int16(-1)
	var configs map[string]*string
	if r.broker != nil {
		partitions = r.o.Partitions
		keep := "-1" // the times of what is fed are often old
		configs = map[string]*string{"retention.ms": &keep}
	}
	made, err := c.admin.CreateTopics(ctx, partitions, replicas, configs, names...)
	if err != nil {
		return err
	}
	for _, t := range made.Sorted() {
		if t.Err != nil && !errors.Is(t.Err, kerr.TopicAlreadyExists) {
			return fmt.Errorf("create topic %s: %w", t.Topic, t.Err)
		}
	}
	return nil
}

// partitions is the number of partitions of a topic.
func (c *clients) partitions(ctx context.Context, topic string) (int32, error) {
	found, err := c.admin.ListTopics(ctx, topic)
	if err == nil {
		err = found[topic].Err
	}
	if err != nil {
		return 0, fmt.Errorf("topic %s: %w", topic, err)
	}
	return int32(len(found[topic].Partitions)), nil
}

// offsets is a place in each partition of some topics.
type offsets map[string]map[int32]int64

// ends are the end offsets of the sinks' topics, of what is committed.
func (c *clients) ends(ctx context.Context, sinks map[string]*sink) (offsets, error) {
	var names []string
	for t := range sinks {
		names = append(names, t)
	}
	out := offsets{}
	if names == nil {
		return out, nil
	}
	listed, err := c.admin.ListCommittedOffsets(ctx, names...)
	if err == nil {
		err = listed.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("end offsets of the sinks: %w", err)
	}
	listed.Each(func(o kadm.ListedOffset) {
		if out[o.Topic] == nil {
			out[o.Topic] = map[int32]int64{}
		}
		out[o.Topic][o.Partition] = o.Offset
	})
	return out, nil
}

// lag is how many records of the sources' topics the service has not committed yet, and how many there are in all.
func (c *clients) lag(ctx context.Context, group string, sources []*check.Source) (left, total int64, err error) {
	var names []string
	for _, s := range sources {
		names = append(names, s.Topic)
	}
	ends, err := c.admin.ListEndOffsets(ctx, names...)
	if err != nil {
		return 0, 0, err
	}
	starts, err := c.admin.ListStartOffsets(ctx, names...)
	if err != nil {
		return 0, 0, err
	}
	done, err := c.admin.FetchOffsets(ctx, group)
	if err != nil {
		return 0, 0, err
	}
	ends.Each(func(e kadm.ListedOffset) {
		from := int64(0)
		if s, ok := starts.Lookup(e.Topic, e.Partition); ok {
			from = s.Offset
		}
		total += e.Offset - from
		if d, ok := done.Lookup(e.Topic, e.Partition); ok {
			from = max(from, d.At)
		}
		left += max(0, e.Offset-from)
	})
	return left, total, nil
}
