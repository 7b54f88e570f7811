package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Which offsets of a partition are meant.
type Which uint8

// The offsets to list.
const (
	Start  Which = iota // of the first record
	Stable              // behind the last record that read_committed readers can see
	End                 // behind the last record
)

func (w Which) String() string { return [...]string{"start", "stable end", "end"}[w] }

// settleTime is how long a partition may have no leader, or one that others don't know of yet: topics that were just made, or moved.
const settleTime = 30 * time.Second

// List lists offsets of all partitions of some topics. What passes by itself, it waits for.
func List(ctx context.Context, cl *kgo.Client, which Which, topics ...string) (map[TopicPartition]int64, error) {
	adm := kadm.NewClient(cl)
	list := [...]func(context.Context, ...string) (kadm.ListedOffsets, error){adm.ListStartOffsets, adm.ListCommittedOffsets, adm.ListEndOffsets}[which]
	for began := time.Now(); ; {
		os, err := list(ctx, topics...)
		if err == nil {
			err = os.Error()
		}
		if err == nil {
			out := map[TopicPartition]int64{}
			os.Each(func(o kadm.ListedOffset) { out[TopicPartition{o.Topic, o.Partition}] = o.Offset })
			return out, nil
		}
		if !Passing(err) || time.Since(began) > settleTime {
			return nil, fmt.Errorf("%s offsets of %v: %w", which, topics, err)
		}
		if err := Pause(ctx, 50*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// Passing reports whether an error is of the kind that passes by itself: a broker that restarts, a coordinator that moves.
func Passing(err error) bool { return kerr.IsRetriable(err) || kgo.IsRetryableBrokerErr(err) }
