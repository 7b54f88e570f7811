package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Purge deletes the records of partitions below the given offsets.
//
// The record before the offset stays: a partition whose log is wholly deleted begins again at offset 0 when the embedded broker
// is reopened, and the batch that it is in, a transaction's marker, costs nothing.
func Purge(ctx context.Context, cl *kgo.Client, upTo map[TopicPartition]int64) error {
	offs := kadm.Offsets{}
	for tp, at := range upTo {
		if at > 1 {
			offs.Add(kadm.Offset{Topic: tp.Topic, Partition: tp.Partition, At: at - 1, LeaderEpoch: -1})
		}
	}
	if len(offs) == 0 {
		return nil
	}
	rs, err := kadm.NewClient(cl).DeleteRecords(ctx, offs)
	if err != nil {
		return fmt.Errorf("delete records: %w", err)
	}
	var errs []error
	rs.Each(func(r kadm.DeleteRecordsResponse) {
		// Out of range is somebody's deletion that went further.
		if r.Err != nil && !errors.Is(r.Err, kerr.OffsetOutOfRange) {
			errs = append(errs, fmt.Errorf("delete records of topic %s, partition %d: %w", r.Topic, r.Partition, r.Err))
		}
	})
	return errors.Join(errs...)
}
