package task

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/position"
)

// Missing says which changelogs are to be read so that the DB comes to the committed position: the offset to begin at, by store
// name; they end at committed.Changelogs. It is position.ErrAhead when the DB can't come to it at all: close the DB, move it
// aside, open a new one and make the runner again.
func (r *Runner) Missing(committed Position) (map[string]int64, error) {
	have, _ := r.c.DB.Position()
	from, err := r.own(have).Missing(r.own(committed))
	if err != nil {
		return nil, fmt.Errorf("task %s/%d: %w", r.sub.Name, r.partition, err)
	}
	return from, nil
}

// ApplyChangelog takes one record of a store's changelog. Entries that committed says are gone are passed over.
func (r *Runner) ApplyChangelog(store string, rec *kgo.Record, committed Position) error {
	if rec.Key == nil {
		return nil // not ours: every entry has a key
	}
	for _, st := range r.c.Stores {
		if w, ok := st.(stored); ok && st.Name() == store {
			live, err := w.Live(rec.Key, committed.Watermark)
			if err != nil {
				return fmt.Errorf("changelog %s, partition %d, offset %d: %w", rec.Topic, rec.Partition, rec.Offset, err)
			}
			if !live {
				return nil
			}
		}
	}
	return r.c.DB.ApplyChangelog(store, rec.Key, rec.Value, rec.Offset+1)
}

// Restore puts the task at the committed position, position.Start() for one that begins. What Missing names must have been
// applied.
func (r *Runner) Restore(committed Position) error {
	for _, st := range r.c.Stores {
		if w, ok := st.(stored); ok {
			if err := w.Trim(committed.Watermark); err != nil {
				return err
			}
		}
	}
	if err := r.c.DB.FinishRestore(r.own(committed)); err != nil {
		return fmt.Errorf("task %s/%d: %w", r.sub.Name, r.partition, err)
	}
	r.mu.Lock()
	r.committed = committed.Clone()
	r.clock.Reset(committed.Watermark)
	r.mu.Unlock()
	r.Abort()
	return nil
}

// Position is the last committed position: that of the last applied seal, or the restored one.
func (r *Runner) Position() Position {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.committed.Clone()
}

// Abort forgets everything since the last applied seal: records in hand, seals not applied, changes in memory. The watermarks
// of upstream tasks are remembered as they were then. The records of dropped seals remain to be reported as Done by whoever holds
// them. No Apply may be running.
func (r *Runner) Abort() {
	for _, c := range r.c.Out.Take() {
		for range c.Records() {
			c.Done()
		}
	}
	r.mu.Lock()
	for _, s := range r.sealed {
		_ = s.batch.Drop() // closing a batch that was never applied only gives its memory back
	}
	r.sealed = nil
	pos := r.committed
	*r.c.Clock = *r.clock.Clone()
	r.c.Stats = r.stats
	r.settled = r.applied
	r.mu.Unlock()
	r.c.DB.Discard()
	for _, st := range r.c.Stores {
		st.Reset()
	}
	for _, b := range r.c.Buffers {
		b.Reset()
	}
	for i := range r.inputs {
		in := &r.inputs[i]
		in.next, in.known = pos.Inputs[in.Topic]
		in.fed = true // the time until now was not silence but an abort
	}
	r.advanced = r.c.Clock.Now()
	r.touched, r.announce, r.said = false, true, r.now()
	r.publish()
}

// Next is the offset at which an input goes on; false if it was never read.
func (r *Runner) Next(input int) (next position.Offset, known bool) {
	return r.inputs[input].next, r.inputs[input].known
}
