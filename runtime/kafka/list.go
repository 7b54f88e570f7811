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
	out := map[TopicPartition]int64{}
	err := settled(ctx, func() (kadm.ListedOffsets, error) {
		return [...]func(context.Context, ...string) (kadm.ListedOffsets, error){adm.ListStartOffsets, adm.ListCommittedOffsets, adm.ListEndOffsets}[which](ctx, topics...)
	}, func(o kadm.ListedOffset) { out[TopicPartition{o.Topic, o.Partition}] = o.Offset })
	if err != nil {
		return nil, fmt.Errorf("%s offsets of %v: %w", which, topics, err)
	}
	return out, nil
}

// ListFrom lists the offset of the first record with a timestamp of t or later, of the partitions of some topics that have one.
func ListFrom(ctx context.Context, cl *kgo.Client, t time.Time, topics ...string) (map[TopicPartition]int64, error) {
	ms := t.UnixMilli()
	if t.After(time.UnixMilli(ms)) {
		ms++ // the timestamps of records are whole milliseconds
	}
	adm := kadm.NewClient(cl)
	out := map[TopicPartition]int64{}
	err := settled(ctx, func() (kadm.ListedOffsets, error) { return adm.ListOffsetsAfterMilli(ctx, ms, topics...) },
		func(o kadm.ListedOffset) {
			if o.Timestamp >= 0 { // else the client has put the partition's end there
				out[TopicPartition{o.Topic, o.Partition}] = o.Offset
			}
		})
	if err != nil {
		return nil, fmt.Errorf("offsets of %v by timestamp: %w", topics, err)
	}
	return out, nil
}

// settled lists offsets again and again until nothing is wrong with them, or not in a way that passes.
func settled(ctx context.Context, list func() (kadm.ListedOffsets, error), each func(kadm.ListedOffset)) error {
	for began := time.Now(); ; {
		os, err := list()
		if err == nil {
			err = os.Error()
		}
		if err == nil {
			os.Each(each)
			return nil
		}
		if !Passing(err) || time.Since(began) > settleTime {
			return err
		}
		if err := Pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

// Passing reports whether an error is of the kind that passes by itself: a broker that restarts, a coordinator that moves.
func Passing(err error) bool { return kerr.IsRetriable(err) || kgo.IsRetryableBrokerErr(err) }
