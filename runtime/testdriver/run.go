package testdriver

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/task"
	"github.com/weirstream/weir/runtime/topology"
)

// run is one task with what is left of it after a crash.
type run struct {
	d         *Driver
	sub       *topology.Subtopology
	partition int32

	fs     *vfs.MemFS // the local disk
	db     *store.DB
	runner *task.Runner
	next   []int64 // by input: the offset to go on at
	told   bool    // the runner knows that its sources have ended
	sealed *task.Sealed
	work   *topology.Work // that it is in the midst of
	then   func() error   // what comes when it is done
	fed    int            // records since the last seal
	buf    []byte
	before topology.Stats // of runners that crashed

	// What the consumer group knows: offsets, and the metadata beside them.
	offsets  map[string]position.Offset
	metadata string
}

func newRun(d *Driver, sub *topology.Subtopology, partition int32) *run {
	return &run{d: d, sub: sub, partition: partition, fs: vfs.NewCrashableMem()}
}

// open opens the DB, brings it to the committed position and starts the task there.
func (r *run) open() error {
	d := r.d
	var err error
	r.db, err = store.Open(store.Options{Dir: "state", Memory: d.o.Memory, FS: r.fs, Cache: d.cache, MemTable: 256 << 10, Log: d.o.Log})
	if err != nil {
		return err
	}
	targets := task.Targets(r.sub, r.partition, d.partitions)
	for i, out := range r.sub.Outputs {
		if out.Kind == topology.Sink || out.Kind == topology.DeadLetters {
			targets[i].Partitions = d.partitions(out.Topic)
		}
	}
	r.runner, err = task.New(r.sub, r.partition, task.Options{
		DB: r.db, Pool: d.pool, Targets: targets, Upstreams: task.Upstreams(d.t, r.sub, d.partitions),
		OverlayBytes: d.o.OverlayBytes, CombineBytes: d.o.OverlayBytes, Now: d.Now, Log: d.o.Log,
	})
	if err != nil {
		return err
	}
	pos := position.Start()
	if r.metadata != "" {
		m, err := position.Parse(r.metadata)
		if err != nil {
			return err
		}
		pos = position.Position{Watermark: m.Watermark, Inputs: maps.Clone(r.offsets), Changelogs: m.Changelogs}
	}
	if err := r.restore(pos); err != nil {
		return err
	}
	r.next = make([]int64, len(r.sub.Inputs))
	for i := range r.next {
		o, _ := r.runner.Next(i)
		r.next[i] = o.Offset
	}
	r.told, r.fed = false, 0
	return r.runner.Tick(d.now)
}

func (r *run) restore(pos position.Position) error {
	from, err := r.runner.Missing(pos)
	if err != nil {
		return err
	}
	for _, st := range r.sub.Stores {
		begin, ok := from[st.Name]
		if !ok {
			continue
		}
		for _, rec := range r.d.log(r.sub.Outputs[st.Output].Topic).parts[r.partition][begin:pos.Changelogs[st.Name]] {
			if err := r.runner.ApplyChangelog(st.Name, rec, pos); err != nil {
				return err
			}
		}
	}
	return r.runner.Restore(pos)
}

// source is what can be read of an input: the rest of its partition.
func (r *run) source(input int) []*kgo.Record {
	parts := r.d.log(r.sub.Inputs[input].Topic).parts
	if int(r.partition) >= len(parts) {
		return nil
	}
	return parts[r.partition][r.next[input]:]
}

func (r *run) available() bool {
	for i := range r.next {
		if len(r.source(i)) > 0 {
			return true
		}
	}
	return false
}

// feed processes up to n records, those of the first input first.
func (r *run) feed(n int) (fed int, err error) {
	for i := range r.next {
		for _, rec := range r.source(i) {
			if fed == n {
				return fed, nil
			}
			c := *rec
			r.buf = append(append(r.buf[:0], rec.Key...), rec.Value...)
			k := len(rec.Key)
			if rec.Key != nil {
				c.Key = r.buf[:k:k]
			}
			if rec.Value != nil {
				c.Value = r.buf[k:len(r.buf):len(r.buf)]
			}
			if err := r.runner.Feed(i, &c); err != nil {
				return fed, err
			}
			for j := range r.buf {
				r.buf[j] = 0xa5 // see the package comment
			}
			r.next[i]++
			fed++
			r.fed++
		}
	}
	return fed, nil
}

// end tells the task that its sources have ended, if they have and everything was fed.
func (r *run) end() error {
	if !r.d.ended || r.told || r.available() {
		return nil
	}
	r.told = true
	for i, in := range r.sub.Inputs {
		if in.Repartition {
			continue
		}
		if err := r.runner.End(i); err != nil {
			return err
		}
	}
	return nil
}

// seal begins a commit; one that is in flight is finished first.
func (r *run) seal() error {
	if err := r.finish(); err != nil {
		return err
	}
	s, err := r.runner.Seal()
	if err != nil {
		return err
	}
	r.sealed, r.fed = s, 0
	return nil
}

// finish brings a commit that is in flight to its end: its records are visible, the group knows its position.
func (r *run) finish() error {
	s := r.sealed
	if s == nil {
		return nil
	}
	r.sealed = nil
	ends := map[string]int64{}
	for _, c := range s.Chunks {
		for i := range c.Records() {
			rec := c.Records()[i]
			rec.Key, rec.Value = clone(rec.Key), clone(rec.Value)
			rec.Headers = slices.Clone(rec.Headers)
			for i := range rec.Headers {
				rec.Headers[i].Value = clone(rec.Headers[i].Value)
			}
			r.d.log(rec.Topic).append(&rec)
			for _, st := range r.sub.Stores {
				if r.sub.Outputs[st.Output].Topic == rec.Topic {
					ends[st.Name] = rec.Offset + 1
				}
			}
		}
	}
	s.Drop()
	pos := s.Position(ends)
	meta, err := pos.Metadata("testdriver").Encode()
	if err != nil {
		return err
	}
	r.offsets, r.metadata = pos.Inputs, meta
	if err := s.Apply(ends); err != nil {
		return err
	}
	if rnd := r.d.rand; rnd != nil && rnd.IntN(4) == 0 {
		return r.db.Flush()
	}
	return nil
}

// clone copies bytes that live in a chunk, which is used again.
func clone(b []byte) []byte {
	if b == nil {
		return nil
	}
	return append([]byte{}, b...)
}

func (r *run) commit() error {
	if err := r.seal(); err != nil {
		return err
	}
	return r.finish()
}

// crash ends the task without any care and starts it again.
func (r *run) crash(wipe bool) error {
	r.giveUp()
	if s := r.sealed; s != nil {
		s.Drop()
		r.sealed = nil
	}
	r.before = add(r.before, r.runner.Gauges().Stats)
	fs := vfs.NewCrashableMem()
	if !wipe && !r.d.o.Memory {
		fs = r.fs.CrashClone(vfs.CrashCloneCfg{})
	}
	r.runner.Abort()
	if err := r.db.Abandon(); err != nil {
		return fmt.Errorf("testdriver: crash: %w", err)
	}
	r.fs = fs
	return r.open()
}

func (r *run) close() error {
	if r.db == nil {
		return nil
	}
	r.giveUp()
	if r.runner != nil {
		if r.sealed != nil {
			r.sealed.Drop()
		}
		r.runner.Abort()
	}
	err := r.db.Abandon()
	r.db, r.runner = nil, nil
	return err
}
