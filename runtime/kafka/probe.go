package kafka

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Offsets of fields in the header of a record batch (version 2): base offset 0, length 8, last offset delta 23, record count 57.
const (
	batchLength    = 8
	batchLastDelta = 23
	batchCount     = 57
	batchHeader    = 61
)

// EmptyUntil reads the headers of the batches of a partition from an offset on. It reports whether no record stands between at and
// end, and the offset behind the batches that it saw: compaction leaves batches without records, which a consumer passes over
// without a word. The answer is false while it can't tell.
func EmptyUntil(ctx context.Context, cl *kgo.Client, topic string, id [16]byte, partition int32, at, end int64) (next int64, empty bool, err error) {
	leader, _, err := cl.PartitionLeader(topic, partition)
	if err != nil || leader < 0 {
		return at, false, nil // the client is looking for it
	}
	req := kmsg.NewPtrFetchRequest()
	req.MaxWaitMillis, req.MinBytes, req.MaxBytes = 100, 1, 1<<20
	t := kmsg.NewFetchRequestTopic()
	t.Topic, t.TopicID = topic, id
	p := kmsg.NewFetchRequestTopicPartition()
	p.Partition, p.FetchOffset, p.PartitionMaxBytes = partition, at, 1<<20
	t.Partitions = append(t.Partitions, p)
	req.Topics = append(req.Topics, t)
	resp, err := req.RequestWith(ctx, cl.Broker(int(leader)))
	if err == nil {
		err = kerr.ErrorForCode(resp.ErrorCode)
	}
	if err != nil {
		return at, false, fmt.Errorf("fetch of topic %s, partition %d: %w", topic, partition, err)
	}
	next = at
	for _, rt := range resp.Topics {
		for _, rp := range rt.Partitions {
			if kerr.IsRetriable(kerr.ErrorForCode(rp.ErrorCode)) || rp.ErrorCode != 0 {
				return at, false, nil
			}
			b := rp.RecordBatches
			for len(b) >= batchHeader && next < end {
				last := int64(binary.BigEndian.Uint64(b)) + int64(int32(binary.BigEndian.Uint32(b[batchLastDelta:])))
				size := 12 + int(int32(binary.BigEndian.Uint32(b[batchLength:])))
				if last >= at && binary.BigEndian.Uint32(b[batchCount:]) > 0 {
					return at, false, nil
				}
				next = max(next, last+1)
				if size <= 12 || size > len(b) {
					break
				}
				b = b[size:]
			}
		}
	}
	return next, next > at, nil
}
