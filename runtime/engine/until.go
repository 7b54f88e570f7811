package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/runtime/kafka"
)

// sourceEnds are the offsets at which a bounded run ends in each source partition, those of the first record that is not read.
func (e *Engine) sourceEnds(ctx context.Context) (map[kafka.TopicPartition]int64, error) {
	var topics []string
	for _, s := range e.o.Topology.Subtopologies {
		for _, in := range s.Inputs {
			if !in.Repartition && !slices.Contains(topics, in.Topic) {
				topics = append(topics, in.Topic)
			}
		}
	}
	ends, err := kafka.List(ctx, e.admin, kafka.Stable, topics...)
	if err != nil {
		return nil, err
	}
	switch until := e.cfg.Until; {
	case !until.Time.IsZero():
		before, err := kafka.ListFrom(ctx, e.admin, until.Time, topics...)
		if err != nil {
			return nil, err
		}
		maps.Copy(ends, before) // where no record is that late, the end as it is now
	case len(until.Offsets) > 0:
		// What an open transaction has written counts as there: its records can be read once it has ended.
		written, err := kafka.List(ctx, e.admin, kafka.End, topics...)
		if err != nil {
			return nil, err
		}
		if err := e.untilOffsets(written, topics); err != nil {
			return nil, err
		}
		for _, o := range until.Offsets {
			ends[kafka.TopicPartition{Topic: o.Topic, Partition: o.Partition}] = o.Offset
		}
	}
	e.logUntil(ends)
	return ends, nil
}

// untilOffsets checks the offsets at which a bounded run is to end against what is in the sources. All problems are reported at once.
func (e *Engine) untilOffsets(written map[kafka.TopicPartition]int64, topics []string) error {
	var errs []error
	for _, o := range e.cfg.Until.Offsets {
		end, ok := written[kafka.TopicPartition{Topic: o.Topic, Partition: o.Partition}]
		switch {
		case !slices.Contains(topics, o.Topic):
			errs = append(errs, fmt.Errorf("until: %s: the service has no source of topic %q; it has %s", o, o.Topic, strings.Join(topics, ", ")))
		case !ok:
			errs = append(errs, fmt.Errorf("until: %s: topic %q has no partition %d; it has 0 to %d", o, o.Topic, o.Partition, e.layout.Partitions[o.Topic]-1))
		case o.Offset > end:
			errs = append(errs, fmt.Errorf("until: %s: the partition ends at offset %d, so the run would wait for records that are not there", o, end))
		}
	}
	return errors.Join(errs...)
}

// logUntil says where the run ends, in the form in which another one can be told to end there.
func (e *Engine) logUntil(ends map[kafka.TopicPartition]int64) {
	var u config.Until
	for tp, at := range ends {
		u.Offsets = append(u.Offsets, config.UntilOffset{Topic: tp.Topic, Partition: tp.Partition, Offset: at})
	}
	slices.SortFunc(u.Offsets, func(a, b config.UntilOffset) int {
		if c := strings.Compare(a.Topic, b.Topic); c != 0 {
			return c
		}
		return int(a.Partition - b.Partition)
	})
	text := u.String()
	const most = 2000 // letters of a line of the log
	if len(text) > most {
		text = text[:most] + "..."
	}
	e.log.Info("a bounded run", "until", e.cfg.Until.String(), "offsets", text)
}
