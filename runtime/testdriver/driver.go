package testdriver

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
)

// Driver runs one topology. It is not safe for concurrent use. After a method returned an error every further one returns it too,
// but what was committed can still be read.
type Driver struct {
	t     *topology.Topology
	o     Options
	now   time.Time
	topic map[string]*topic
	tasks []*run
	pool  *emit.Pool
	cache *store.Cache
	rand  *rand.Rand     // nil without a random schedule
	stats topology.Stats // of tasks that Close has closed
	ended bool
	err   error
}

// topic is a topic in memory: what is committed in it, by partition and in order of commits.
type topic struct {
	parts [][]*kgo.Record
	all   []Record
}

// Epoch is the wall clock's time at the start, where the options don't say another one.
var Epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// New starts the topology with empty topics.
func New(t *topology.Topology, o Options) (*Driver, error) {
	d := &Driver{t: t, o: o, now: o.Start, topic: map[string]*topic{}, pool: emit.NewPool(16), cache: store.NewCache(1 << 20)}
	if d.o.Log == nil {
		d.o.Log = slog.New(slog.DiscardHandler)
	}
	if d.now.IsZero() {
		d.now = Epoch
	}
	if r := o.Random; r != nil {
		d.rand = rand.New(rand.NewPCG(r.Seed, 0))
	}
	for i := range t.Subtopologies {
		sub := &t.Subtopologies[i]
		n := int32(0)
		for _, in := range sub.Inputs {
			n = max(n, d.partitions(in.Topic))
		}
		for p := range n {
			d.tasks = append(d.tasks, newRun(d, sub, p))
		}
	}
	for _, r := range d.tasks {
		if err := r.open(); err != nil {
			return nil, errors.Join(err, d.Close())
		}
		if err := r.runner.Tick(d.now); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	return d, nil
}

func (d *Driver) partitions(topic string) int32 { return d.o.partitions(d.t, topic) }

// log is a topic's; topics come into being when they are first asked for.
func (d *Driver) log(name string) *topic {
	t := d.topic[name]
	if t == nil {
		n := d.partitions(name)
		for _, sub := range d.t.Subtopologies {
			for _, out := range sub.Outputs {
				if out.Topic == name && out.Kind == topology.Changelog {
					n = 1
					for _, in := range sub.Inputs {
						n = max(n, d.partitions(in.Topic))
					}
				}
			}
		}
		t = &topic{parts: make([][]*kgo.Record, n)}
		d.topic[name] = t
	}
	return t
}

func (t *topic) append(r *kgo.Record) {
	r.Offset = int64(len(t.parts[r.Partition]))
	t.parts[r.Partition] = append(t.parts[r.Partition], r)
	t.all = append(t.all, Record{r.Topic, r.Partition, r.Offset, r.Key, r.Value, r.Timestamp, r.Headers})
}

// fail remembers the first error.
func (d *Driver) fail(err error) error {
	if d.err == nil {
		d.err = err
	}
	return d.err
}

// Send writes a record to a source's topic. A negative partition follows from the key as Kafka's clients do it. Key and value may
// be nil, null then, and must not be changed afterwards. Unless a schedule is random the record is processed at once, and an error
// is that of on_error: fail.
func (d *Driver) Send(source string, partition int32, key, value []byte, ts time.Time, headers ...Header) error {
	if d.err != nil {
		return d.err
	}
	name := ""
	for _, sub := range d.t.Subtopologies {
		for _, in := range sub.Inputs {
			if in.Name == source && !in.Repartition {
				name = in.Topic
			}
		}
	}
	if name == "" {
		return fmt.Errorf("testdriver: no source %s", source)
	}
	if d.ended {
		return fmt.Errorf("testdriver: source %s has ended", source)
	}
	t := d.log(name)
	n := int32(len(t.parts))
	if partition < 0 {
		partition = emit.Partition(key, n)
	}
	if partition >= n {
		return fmt.Errorf("testdriver: topic %s has no partition %d", name, partition)
	}
	t.append(&kgo.Record{Topic: name, Partition: partition, Key: key, Value: value, Timestamp: ts, Headers: headers})
	if d.rand != nil {
		return nil
	}
	return d.fail(d.pump())
}

// Advance moves the wall clock on, when all that there is has been processed and committed: source partitions without a record for
// longer than their IdleAfter become idle, and timers in processing time fire.
func (d *Driver) Advance(by time.Duration) error {
	if err := d.Commit(); err != nil {
		return err
	}
	if err := d.tick(); err != nil {
		return d.fail(err)
	}
	d.now = d.now.Add(by)
	return d.fail(d.tick())
}

// Now is the wall clock's time.
func (d *Driver) Now() time.Time { return d.now }

// Commit processes what there is and commits all tasks, until nothing is left to do behind any repartition topic either.
func (d *Driver) Commit() error {
	if d.err != nil {
		return d.err
	}
	if err := d.work(); err != nil {
		return d.fail(err)
	}
	return d.fail(d.settle())
}

// End ends every source: all records are processed, all windows closed, everything is committed.
func (d *Driver) End() error {
	if d.err != nil {
		return d.err
	}
	d.ended = true
	if err := d.Commit(); err != nil {
		return err
	}
	for _, r := range d.tasks {
		if !r.runner.Ended() {
			return d.fail(fmt.Errorf("testdriver: task %s/%d did not come to its end", r.sub.Name, r.partition))
		}
	}
	return nil
}

// Crash loses everything that is not committed, and of the local state what was not written out, and starts again from what is
// left. Without a random schedule what was sent since the last commit is processed again at once.
func (d *Driver) Crash() error { return d.crash(d.tasks, false) }

// CrashAndWipe is Crash with all local state gone: it comes back from the changelogs.
func (d *Driver) CrashAndWipe() error { return d.crash(d.tasks, true) }

func (d *Driver) crash(tasks []*run, wipe bool) error {
	if d.err != nil {
		return d.err
	}
	for _, r := range tasks {
		if err := r.crash(wipe); err != nil {
			return d.fail(err)
		}
	}
	for _, r := range d.tasks {
		r.runner.Announce() // those that started over have forgotten what they were told
	}
	if d.rand != nil {
		return nil
	}
	return d.fail(d.pump())
}

// Output is what was committed to a topic so far, in the order of the commits. Any topic can be read, internal ones too.
func (d *Driver) Output(topic string) []Record {
	if t := d.topic[topic]; t != nil {
		return t.all
	}
	return nil
}

// Outputs are the records of all topics of sinks and dead letters that have any, by topic.
func (d *Driver) Outputs() map[string][]Record {
	out := map[string][]Record{}
	for _, sub := range d.t.Subtopologies {
		for _, o := range sub.Outputs {
			if o.Kind != topology.Sink && o.Kind != topology.DeadLetters {
				continue
			}
			if recs := d.Output(o.Topic); len(recs) > 0 {
				out[o.Topic] = recs
			}
		}
	}
	return out
}

// Stats are the counts of all tasks, of what was committed.
func (d *Driver) Stats() topology.Stats {
	sum := d.stats
	for _, r := range d.tasks {
		sum = add(sum, r.before)
		if r.runner != nil {
			sum = add(sum, r.runner.Gauges().Stats)
		}
	}
	return sum
}

func add(a, b topology.Stats) topology.Stats {
	return topology.Stats{
		Records: a.Records + b.Records, Bytes: a.Bytes + b.Bytes, Filtered: a.Filtered + b.Filtered, Late: a.Late + b.Late,
		Skipped: a.Skipped + b.Skipped, DeadLetters: a.DeadLetters + b.DeadLetters, Results: a.Results + b.Results,
		WindowsClosed: a.WindowsClosed + b.WindowsClosed, Combined: a.Combined + b.Combined, Partials: a.Partials + b.Partials, Timers: a.Timers + b.Timers, Expired: a.Expired + b.Expired,
	}
}

// Close frees what the driver uses. What was committed can still be read.
func (d *Driver) Close() error {
	d.stats = d.Stats()
	var errs []error
	for _, r := range d.tasks {
		errs = append(errs, r.close())
	}
	d.tasks = nil
	if d.cache != nil {
		d.cache.Unref()
		d.cache = nil
	}
	d.fail(errors.New("testdriver: closed"))
	return errors.Join(errs...)
}
