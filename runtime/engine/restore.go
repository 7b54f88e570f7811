package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/kafka"
	"github.com/weirstream/weir/runtime/position"
)

// progressEvery is how often a restore says how far it is.
const progressEvery = 3 * time.Second

// restore replays the changelogs of a task into its local state: for each store from the given offset up to the target's.
func (e *Engine) restore(ctx context.Context, t *assigned, target position.Position, from map[string]int64) error {
	r := &restorer{e: e, t: t, target: target, stores: map[string]string{}, next: map[string]int64{}, end: map[string]int64{}}
	for _, st := range t.sub.Stores {
		if at, ok := from[st.Name]; ok {
			topic := t.sub.Outputs[st.Output].Topic
			r.stores[topic], r.next[topic], r.end[topic] = st.Name, at, target.Changelogs[st.Name]
		}
	}
	if err := r.check(ctx); err != nil {
		return err
	}
	return r.run(ctx)
}

type restorer struct {
	e      *Engine
	t      *assigned
	target position.Position
	stores map[string]string // store names by changelog topic
	next   map[string]int64  // by topic, of those that are not done
	end    map[string]int64
	count  int64
	cl     *kgo.Client
}

// check compares what is to be read with what is there: a changelog that ends before the committed position was deleted and made
// anew, or cut, and waiting for its records would be in vain.
func (r *restorer) check(ctx context.Context) error {
	topics := slices.Sorted(maps.Keys(r.stores))
	ends, err := kafka.List(ctx, r.e.admin, kafka.End, topics...)
	if err != nil {
		return err
	}
	for _, topic := range topics {
		if end := ends[kafka.TopicPartition{Topic: topic, Partition: r.t.id.partition}]; end < r.end[topic] {
			return fmt.Errorf("changelog %s, partition %d ends at offset %d, but the committed position needs it up to %d: "+
				"the topic was deleted or lost data; restore it, or delete the group's offsets to begin again", topic, r.t.id.partition, end, r.end[topic])
		}
	}
	return nil
}

func (r *restorer) run(ctx context.Context) error {
	began := time.Now()
	opts, err := kafka.ClientOptions(r.e.cfg, r.e.clientID, r.e.log)
	if err != nil {
		return err
	}
	parts := map[string]map[int32]kgo.Offset{}
	for topic, at := range r.next {
		parts[topic] = map[int32]kgo.Offset{r.t.id.partition: kgo.NewOffset().At(at)}
	}
	r.cl, err = kgo.NewClient(append(opts,
		kgo.ConsumePartitions(parts),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), // where the changelog's beginning has expired
		kgo.KeepControlRecords(),
		kgo.FetchMaxBytes(fetchBytes),
	)...)
	if err != nil {
		return err
	}
	defer r.cl.Close()
	r.e.log.Info("restoring", "task", r.t.name(), "offsets", r.remaining())
	said := began
	for len(r.next) > 0 {
		if err := r.step(ctx); err != nil {
			return err
		}
		r.t.remaining.Store(r.remaining())
		if now := time.Now(); now.Sub(said) >= progressEvery {
			said = now
			r.e.log.Info("restoring", "task", r.t.name(), "offsets", r.remaining(), "records", r.count)
		}
	}
	r.e.log.Info("restored", "task", r.t.name(), "records", r.count, "took", time.Since(began).Round(time.Millisecond).String())
	return nil
}

func (r *restorer) remaining() (n int64) {
	for topic, at := range r.next {
		n += r.end[topic] - at
	}
	return n
}

// silence is how long a restore waits for records before it looks whether there are any.
const silence = 2 * time.Second

func (r *restorer) step(ctx context.Context) error {
	pctx, cancel := context.WithTimeout(ctx, silence)
	fs := r.cl.PollFetches(pctx)
	cancel()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var errs []error
	n := 0
	fs.EachPartition(func(p kgo.FetchTopicPartition) {
		if p.Err != nil && !errors.Is(p.Err, context.DeadlineExceeded) {
			errs = append(errs, fmt.Errorf("changelog %s, partition %d: %w", p.Topic, p.Partition, p.Err))
		}
		n += len(p.Records)
		for _, rec := range p.Records {
			if err := r.apply(rec); err != nil {
				errs = append(errs, err)
				return
			}
		}
	})
	if n == 0 && len(errs) == 0 {
		errs = append(errs, r.probe(ctx))
	}
	return errors.Join(errs...)
}

func (r *restorer) apply(rec *kgo.Record) error {
	end := r.end[rec.Topic]
	if rec.Offset < end && !rec.Attrs.IsControl() {
		if err := r.t.runner.ApplyChangelog(r.stores[rec.Topic], rec, r.target); err != nil {
			return err
		}
		r.count++
		r.e.subs[r.t.id.sub].Restored.Inc()
	}
	r.advance(rec.Topic, rec.Offset+1)
	return nil
}

func (r *restorer) advance(topic string, next int64) {
	if _, ok := r.next[topic]; !ok {
		return
	}
	r.next[topic] = next
	if next >= r.end[topic] {
		delete(r.next, topic)
	}
}

// probe asks for the batches themselves. Compaction may have emptied all up to the end and left batches without records, which
// the consumer reads over in silence.
func (r *restorer) probe(ctx context.Context) error {
	for topic, at := range r.next {
		next, empty, err := kafka.EmptyUntil(ctx, r.cl, topic, r.e.layout.IDs[topic], r.t.id.partition, at, r.end[topic])
		if err != nil {
			return err
		}
		if empty {
			r.advance(topic, next)
		}
	}
	return nil
}

// forgetChangelogs empties the changelogs of a task for which nothing is committed. What stands in them belongs to another life
// of the service, whose offsets have expired or were deleted, and a later restore must not mix it in.
func (e *Engine) forgetChangelogs(ctx context.Context, t *assigned) error {
	for _, st := range t.sub.Stores {
		topic := t.sub.Outputs[st.Output].Topic
		tp := kafka.TopicPartition{Topic: topic, Partition: t.id.partition}
		starts, err := kafka.List(ctx, e.admin, kafka.Start, topic)
		if err != nil {
			return err
		}
		// The stable end: what lies behind it is a transaction under way, and nobody has one on a task that was never committed.
		ends, err := kafka.List(ctx, e.admin, kafka.Stable, topic)
		if err != nil {
			return err
		}
		if ends[tp]-starts[tp] <= 1 {
			continue
		}
		e.log.Warn("nothing is committed for this task, but its changelog holds records: they are deleted, and the task begins from nothing",
			"task", t.name(), "topic", topic, "records_up_to", ends[tp])
		if err := kafka.Purge(ctx, e.admin, map[kafka.TopicPartition]int64{tp: ends[tp]}); err != nil {
			return err
		}
	}
	return nil
}
