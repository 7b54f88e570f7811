package run

import (
	"context"

	"github.com/twmb/franz-go/pkg/kgo"
)

// tail reads the sinks' topics, what is committed only. It belongs to one goroutine at a time.
type tail struct {
	cl    *kgo.Client // nil without sinks
	sinks map[string]*sink
	at    offsets // the next offset of each partition
}

// follow begins to read behind what is in the topics already, so that a run shows its own results only.
func (c *clients) follow(ctx context.Context, sinks map[string]*sink) (*tail, error) {
	t := &tail{sinks: sinks}
	if len(sinks) == 0 {
		return t, nil
	}
	var err error
	if t.at, err = c.ends(ctx, sinks); err != nil {
		return nil, err
	}
	from := map[string]map[int32]kgo.Offset{}
	for topic, parts := range t.at {
		from[topic] = map[int32]kgo.Offset{}
		for p, o := range parts {
			from[topic][p] = kgo.NewOffset().At(o)
		}
	}
	// Control records are kept because they move the offset: without them the end of a topic would never be reached.
	t.cl, err = kgo.NewClient(kgo.SeedBrokers(c.seeds...), kgo.ConsumePartitions(from),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())
	return t, err
}

func (t *tail) close() {
	if t.cl != nil {
		t.cl.Close()
	}
}

// print prints records as they are committed, until ctx is cancelled.
func (t *tail) print(ctx context.Context, out printer) error {
	if t.cl == nil {
		<-ctx.Done()
		return ctx.Err()
	}
	for ctx.Err() == nil {
		if err := t.poll(ctx, out); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// printUntil prints up to the given end offsets.
func (t *tail) printUntil(ctx context.Context, out printer, ends offsets) error {
	for !t.reached(ends) {
		if err := t.poll(ctx, out); err != nil {
			return err
		}
	}
	return nil
}

func (t *tail) poll(ctx context.Context, out printer) error {
	fetches := t.cl.PollFetches(ctx)
	if errs := fetches.Errors(); len(errs) > 0 {
		return errs[0].Err
	}
	var err error
	fetches.EachRecord(func(r *kgo.Record) {
		t.at[r.Topic][r.Partition] = r.Offset + 1
		if !r.Attrs.IsControl() && err == nil {
			err = out.record(t.sinks[r.Topic], r)
		}
	})
	if err != nil {
		return err
	}
	return out.flush()
}

func (t *tail) reached(ends offsets) bool {
	for topic, parts := range ends {
		for p, end := range parts {
			if t.at[topic][p] < end {
				return false
			}
		}
	}
	return true
}
