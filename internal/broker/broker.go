// Package broker is the embedded Kafka broker of `weir run` and of tests: one broker in this process, on a free port of the
// loopback interface, in memory or in a directory.
//
// It is franz-go's kfake, kept away from what it does differently from Kafka:
//
//   - Its compaction looks past open transactions and may delete what is still needed, so no topic made here is compacted,
//     and a service that runs against it is told to make its changelogs with cleanup.policy=delete (the setting embedded).
//   - Moving partitions between brokers rewinds consumers, so there is exactly one broker.
//   - An answer to a fetch that reaches the request's bound on its size lacks the list of aborted transactions; see [Correct].
//   - With a directory, its retention timer does not come back after a restart, so one runs here.
//   - A topic's configuration is not validated; [Broker.CreateTopic] takes none.
//
// In memory it keeps everything that was ever written.
package broker

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// retentionEvery is how often a broker with a directory deletes what its topics no longer keep.
const retentionEvery = time.Minute

// Options say what kind of broker to start. The zero value is one in memory on a free port.
type Options struct {
	// Dir keeps topics, records, committed offsets and producer ids over a restart. Empty: in memory.
	Dir string
	// Port to listen on; 0 picks a free one.
	Port int
	// Log receives the broker's own log; nil: none.
	Log io.Writer
}

// Broker is a running embedded broker. It is safe for concurrent use.
type Broker struct {
	cluster *kfake.Cluster
	stop    chan struct{}
	once    sync.Once
	timer   sync.WaitGroup
}

// Start starts a broker. With a directory it reads the whole log first, about half a second for a million small records.
func Start(o Options) (*Broker, error) {
	opts := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.ClusterID("weir-embedded"),
		// Internal topics and sinks are created by the service on purpose, so a name with a typo is an error, as on a
		// cluster that is looked after.
		kfake.DefaultNumPartitions(1),
	}
	if o.Port != 0 {
		opts = append(opts, kfake.Ports(o.Port))
	}
	if o.Dir != "" {
		if err := os.MkdirAll(o.Dir, 0o755); err != nil {
			return nil, fmt.Errorf("embedded broker: %w", err)
		}
		opts = append(opts, kfake.DataDir(o.Dir))
	}
	if o.Log != nil {
		opts = append(opts, kfake.WithLogger(kfake.BasicLogger(o.Log, kfake.LogLevelInfo)))
	}
	cluster, err := kfake.NewCluster(opts...)
	if err != nil {
		return nil, fmt.Errorf("embedded broker: %w", err)
	}
	Correct(cluster)
	b := &Broker{cluster: cluster, stop: make(chan struct{})}
	if o.Dir != "" {
		b.timer.Go(b.retain)
	}
	return b, nil
}

// Addr is the host:port that clients connect to.
func (b *Broker) Addr() string { return b.cluster.ListenAddrs()[0] }

// CreateTopic makes a topic that keeps its records for good. A topic that is there already stays as it is, whatever its
// number of partitions.
func (b *Broker) CreateTopic(name string, partitions int32) error {
	if b.cluster.TopicInfo(name) != nil {
		return nil
	}
	if err := b.cluster.CreateTopic(name, partitions, nil); err != nil {
		return fmt.Errorf("embedded broker: create topic %s: %w", name, err)
	}
	return nil
}

// Close stops the broker; one with a directory has everything on disk afterwards. It may be called more than once.
func (b *Broker) Close() {
	b.once.Do(func() {
		close(b.stop)
		b.timer.Wait()
		b.cluster.Close()
	})
}

func (b *Broker) retain() {
	t := time.NewTicker(retentionEvery)
	defer t.Stop()
	for {
		select {
		case <-b.stop:
			return
		case <-t.C:
			b.cluster.ApplyRetention()
		}
	}
}
