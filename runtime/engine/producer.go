package engine

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/kafka"
	"github.com/weirstream/weir/runtime/topology"
)

// maxBuffered bounds the records that wait for their acknowledgement, and with them the memory of chunks in flight.
const maxBuffered = 10_000

// unknownRetries is how often a record for a topic that the broker doesn't know is tried again, about four times a second.
const unknownRetries = 40

// producer is one of a worker's two. Under at-least-once it has no transactional id.
type producer struct {
	e    *Engine
	txID string
	cl   *kgo.Client
}

// open makes the client and, under exactly-once, initialises the id: whatever an earlier client left open under it is aborted, or
// completed when it was being committed.
func (p *producer) open(ctx context.Context) error {
	opts, err := kafka.ClientOptions(p.e.cfg, p.e.clientID, p.e.log)
	if err != nil {
		return err
	}
	opts = append(opts,
		kgo.RecordPartitioner(partitioner(p.e.o.Topology)),
		kgo.MaxBufferedRecords(maxBuffered),
		kgo.ProducerLinger(lingerTime),
		kgo.ProducerBatchMaxBytesFn(p.e.maxBatch),
		kgo.ProducerBatchCompression(codec(p.e.cfg.Compression)),
		kgo.UnknownTopicRetries(unknownRetries), // a topic that was just made is not known to every broker yet
	)
	if p.txID != "" {
		opts = append(opts, kgo.TransactionalID(p.txID), kgo.TransactionTimeout(p.e.cfg.TransactionTimeout))
		if p.e.adds {
			opts = append(opts, kafka.OlderTxns())
		}
	}
	if p.cl, err = kgo.NewClient(opts...); err != nil {
		return fmt.Errorf("kafka producer: %w", err)
	}
	if p.txID == "" {
		return nil
	}
	for {
		_, _, err := p.cl.ProducerID(ctx)
		if err == nil {
			return nil
		}
		if !kafka.Passing(err) {
			return fmt.Errorf("transactional id %s: %w", p.txID, err)
		}
		p.e.log.Warn("cannot initialise a transactional id, trying again", "id", p.txID, "error", err)
		if err := kafka.Pause(ctx, retryMax); err != nil {
			return err
		}
	}
}

// renew throws the client away and makes a new one. That is how a transaction is aborted: initialising the id does it, also when
// the end of the transaction was sent and never answered, or when another process has fenced the id; an abort by the old client
// could hit somebody else's transaction then, and its success would prove nothing.
func (p *producer) renew(ctx context.Context) error {
	p.close()
	return p.open(ctx)
}

func (p *producer) close() {
	if p.cl != nil {
		p.cl.Close()
		p.cl = nil
	}
}

// maxBatch is the largest batch for a topic: what the topic takes, so that what could be read can be written.
func (e *Engine) maxBatch(topic string) int32 {
	if l, ok := e.layout.Limits[topic]; ok {
		return l.MaxBytes
	}
	return kafka.DefaultMaxBytes
}

func codec(name string) kgo.CompressionCodec {
	switch name {
	case "lz4":
		return kgo.Lz4Compression()
	case "snappy":
		return kgo.SnappyCompression()
	case "zstd":
		return kgo.ZstdCompression()
	case "gzip":
		return kgo.GzipCompression()
	}
	return kgo.NoCompression()
}

// partitioner leaves records of internal topics where the emitter put them, and places the others by Kafka's hash of the key, as
// the Java client does.
func partitioner(t *topology.Topology) kgo.Partitioner {
	internal := map[string]bool{}
	for _, s := range t.Subtopologies {
		for _, o := range s.Outputs {
			if o.Kind == topology.Changelog || o.Kind == topology.Repartition {
				internal[o.Topic] = true
			}
		}
	}
	return places{internal, kgo.ManualPartitioner(), kgo.StickyKeyPartitioner(nil)}
}

type places struct {
	internal      map[string]bool
	manual, byKey kgo.Partitioner
}

func (p places) ForTopic(topic string) kgo.TopicPartitioner {
	if p.internal[topic] {
		return p.manual.ForTopic(topic)
	}
	return p.byKey.ForTopic(topic)
}

// txn is what goes into one commit of a worker.
type txn struct {
	p     *producer
	begun bool // the transaction is open, something was produced
	err   atomic.Pointer[error]
	tasks map[*assigned]*written
}

// written is what one task wrote in a transaction, by output. The producer's acknowledgements fill it in, one after the other;
// others read it after the flush.
type written struct {
	ends  []int64 // last acknowledged offset plus one; 0: none
	count []int64
}

func newTxn(p *producer) *txn { return &txn{p: p, tasks: map[*assigned]*written{}} }

// begin begins the transaction with its first record.
func (x *txn) begin() {
	if x.begun {
		return
	}
	x.begun = true
	if x.p.txID != "" {
		if err := x.p.cl.BeginTransaction(); err != nil {
			x.fail(err)
		}
	}
}

// produce hands chunks of a task to the producer. It blocks while too much is unacknowledged.
func (x *txn) produce(ctx context.Context, t *assigned, chunks []*emit.Chunk) {
	if len(chunks) == 0 {
		return
	}
	x.begin()
	stamps := x.p.e.stamps(time.Now().UnixMilli())
	for _, c := range chunks {
		acked, rs := x.acked(t, c), c.Records()
		// The last acknowledgement lets the chunk go, so its length is read before.
		for i, n := 0, len(rs); i < n; i++ {
			stamps.fit(&rs[i])
			x.p.cl.Produce(ctx, &rs[i], acked)
		}
	}
}

// source is what a lane's task has emitted, on its way to the producer.
type source struct {
	t      *assigned
	chunks []*emit.Chunk
	rs     []kgo.Record // what is left of the first chunk
	acked  func(*kgo.Record, error)
}

// next is the next record, nil behind the last. A chunk whose last record was handed to the producer may be somebody else's.
func (s *source) next(x *txn) *kgo.Record {
	if len(s.rs) == 0 {
		if len(s.chunks) == 0 {
			return nil
		}
		c := s.chunks[0]
		s.chunks, s.rs, s.acked = s.chunks[1:], c.Records(), x.acked(s.t, c)
	}
	r := &s.rs[0]
	s.rs = s.rs[1:]
	return r
}

// produceTurns is produce for the records of several tasks, all that they have emitted, in the order of their turns.
func (x *txn) produceTurns(ctx context.Context, turns []turn) {
	if len(turns) == 0 {
		return
	}
	x.begin()
	stamps := x.p.e.stamps(time.Now().UnixMilli())
	from := map[*lane]*source{}
	var all []*source
	for _, tn := range turns {
		s := from[tn.l]
		if s == nil {
			s = &source{t: tn.l.t, chunks: tn.l.t.runner.Context().Out.Take()}
			from[tn.l] = s
			all = append(all, s)
		}
		for range tn.n {
			r := s.next(x)
			stamps.fit(r)
			x.p.cl.Produce(ctx, r, s.acked)
		}
	}
	// What a task that is about to leave has emitted without a turn.
	for _, s := range all {
		for r := s.next(x); r != nil; r = s.next(x) {
			stamps.fit(r)
			x.p.cl.Produce(ctx, r, s.acked)
		}
	}
}

// acked is what the producer calls with each record of a chunk.
func (x *txn) acked(t *assigned, c *emit.Chunk) func(*kgo.Record, error) {
	out := x.tasks[t]
	if out == nil {
		n := len(t.sub.Outputs)
		out = &written{make([]int64, n), make([]int64, n)}
		x.tasks[t] = out
	}
	outputs := t.sub.Outputs
	return func(r *kgo.Record, err error) {
		if err != nil {
			x.fail(fmt.Errorf("write to topic %s: %w", r.Topic, err))
		} else {
			for i := range outputs {
				if outputs[i].Topic == r.Topic {
					out.ends[i] = r.Offset + 1
					out.count[i]++
					break
				}
			}
		}
		c.Done()
	}
}

// ends are the end offsets of the changelogs that the task wrote to, by store name.
func (x *txn) ends(t *assigned) map[string]int64 {
	out := x.tasks[t]
	if out == nil {
		return nil
	}
	m := map[string]int64{}
	for _, st := range t.sub.Stores {
		if end := out.ends[st.Output]; end > 0 {
			m[st.Name] = end
		}
	}
	return m
}

func (x *txn) fail(err error) {
	if !errors.Is(err, kgo.ErrAborting) {
		x.err.CompareAndSwap(nil, &err)
	}
}

// failed is the first error of a record.
func (x *txn) failed() error {
	if e := x.err.Load(); e != nil {
		return *e
	}
	return nil
}
