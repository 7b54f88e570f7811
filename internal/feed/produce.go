package feed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/emit"
)

// Records are those of an [Input] or a [Merge].
type Records interface {
	// Next returns the next record, or io.EOF. The record is the caller's.
	Next() (*kgo.Record, error)
}

// Produce writes records to a topic, which has the given number of partitions: a key decides the partition as in every Kafka client, records
// without one take turns. It returns how many were written and acknowledged when the input is used up, or the first error. The client must use
// kgo.ManualPartitioner.
func Produce(ctx context.Context, cl *kgo.Client, in Records, topic string, partitions int32, progress func(records int64)) (int64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var acked atomic.Int64
	done := func(_ *kgo.Record, err error) {
		if err != nil {
			cancel(fmt.Errorf("feed topic %s: %w", topic, err))
			return
		}
		acked.Add(1)
	}
	var turn int32
	for sent := int64(1); ctx.Err() == nil; sent++ {
		rec, err := in.Next()
		if err == io.EOF {
			break
		} else if err != nil {
			return acked.Load(), err
		}
		rec.Topic = topic
		if rec.Key != nil {
			rec.Partition = emit.Partition(rec.Key, partitions)
		} else {
			rec.Partition = turn
			turn = (turn + 1) % partitions
		}
		cl.Produce(ctx, rec, done)
		if progress != nil && sent&0x3ff == 0 {
			progress(sent)
		}
	}
	if err := cl.Flush(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return acked.Load(), err
	}
	if cause := context.Cause(ctx); cause != nil {
		return acked.Load(), cause
	}
	if progress != nil {
		progress(acked.Load())
	}
	return acked.Load(), nil
}
