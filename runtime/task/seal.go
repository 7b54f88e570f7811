package task

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// Sealed is everything that one commit of a task consists of.
type Sealed struct {
	// Chunks are the records to write, in order. Each must be reported with Done, whatever becomes of the commit.
	Chunks []*emit.Chunk

	r     *Runner
	batch *store.Batch
	pos   Position // without changelogs
	clock *watermark.Clock
	stats topology.Stats
}

// Seal ends what belongs to one commit. After an error the task must be aborted or given up.
func (r *Runner) Seal() (*Sealed, error) {
	r.settle()
	// A record that failed has moved the watermark and closed nothing. Here at the latest what it closes is closed, so that what
	// is closed at a committed position is exactly what its watermark says.
	if err := r.advance(); err != nil {
		return nil, err
	}
	if err := r.task.Seal(); err != nil {
		return nil, err
	}
	// In front of the watermark that closes the windows of what was combined, and in the commit of the records.
	if err := r.Flush(); err != nil {
		return nil, err
	}
	r.writeMarks()
	s := &Sealed{
		Chunks: r.c.Out.Take(), r: r, batch: r.c.DB.Detach(), clock: r.c.Clock.Clone(), stats: r.c.Stats,
		pos: Position{Watermark: r.floor(), Inputs: map[string]position.Offset{}},
	}
	for _, in := range r.inputs {
		if in.known {
			s.pos.Inputs[in.Topic] = in.next
		}
	}
	r.touched = false
	for _, l := range r.c.Lines {
		l.Committed()
	}
	r.publish()
	r.mu.Lock()
	r.sealed = append(r.sealed, s)
	r.mu.Unlock()
	return s, nil
}

// floor is the watermark of the position.
func (r *Runner) floor() int64 {
	now := r.c.Clock.Now()
	if now != watermark.End {
		return now
	}
	now = r.c.Clock.Settled()
	for _, st := range r.c.Stores {
		if w, ok := st.(stored); ok {
			if c := w.Closed(); c != watermark.End {
				now = max(now, c)
			}
		}
	}
	return now
}

// now is what the task has to say about its time.
func (r *Runner) now() watermark.Mark {
	return watermark.Mark{Watermark: r.c.Clock.Now(), Idle: r.c.Clock.Idle()}
}

// saying is what the repartition topics are to be told.
func (r *Runner) saying() watermark.Mark {
	m := r.now()
	if r.paced && m.Watermark != watermark.End {
		return r.said
	}
	return m
}

func (r *Runner) writeMarks() {
	m := r.saying()
	if !r.reparts || !r.announce && m == r.announced {
		return
	}
	r.announced, r.announce = m, false
	now := time.Now()
	var b []byte
	for i, out := range r.sub.Outputs {
		if out.Kind != topology.Repartition {
			continue
		}
		b = watermark.AppendMark(b[:0], r.sub.Name, r.partition, watermark.Mark{Watermark: watermark.Sub(m.Watermark, out.Delay), Idle: m.Idle})
		for p := range r.targets[i].Partitions {
			r.c.Out.SendRecord(i, &kgo.Record{Partition: p, Value: b, Timestamp: now, Headers: []kgo.RecordHeader{{Key: watermark.Header}}})
		}
	}
}

// Position is the position that the commit leads to. Ends are the end offsets (the last record's plus one) of those changelogs
// that the commit writes to, by store name. The seals before this one must have been applied.
func (s *Sealed) Position(ends map[string]int64) Position {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	return s.position(ends)
}

func (s *Sealed) position(ends map[string]int64) Position {
	pos := Position{Watermark: s.pos.Watermark, Inputs: s.r.committed.Inputs, Changelogs: s.r.committed.Changelogs}.WithEnds(ends)
	if pos.Inputs == nil {
		pos.Inputs = map[string]position.Offset{}
	}
	maps.Copy(pos.Inputs, s.pos.Inputs)
	return pos
}

var errOrder = errors.New("a seal is applied out of order, or after it was dropped by an abort")

// Apply makes the commit part of the local state, after Kafka has committed it. Seals are applied in order. It may be called from
// any goroutine, one call at a time. After an error the task's DB must be opened again.
func (s *Sealed) Apply(ends map[string]int64) error {
	r := s.r
	r.mu.Lock()
	if len(r.sealed) == 0 || r.sealed[0] != s {
		r.mu.Unlock()
		return fmt.Errorf("task %s/%d: %w", r.sub.Name, r.partition, errOrder)
	}
	pos := s.position(ends)
	r.mu.Unlock()
	if err := r.c.DB.Apply(s.batch, r.own(pos)); err != nil {
		return fmt.Errorf("task %s/%d: %w", r.sub.Name, r.partition, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sealed = r.sealed[1:]
	r.committed, r.clock, r.stats = pos, s.clock, s.stats
	r.applied++
	return nil
}

// own is a position without the changelogs of stores that the sub-topology doesn't have (any more): the DB must not claim them.
func (r *Runner) own(pos Position) Position {
	ends := map[string]int64{}
	for _, st := range r.sub.Stores {
		if end, ok := pos.Changelogs[st.Name]; ok {
			ends[st.Name] = end
		}
	}
	pos.Changelogs = ends
	return pos
}

// Drop reports every record of the commit as done with, for a commit none of whose chunks were handed to a producer.
func (s *Sealed) Drop() {
	for _, c := range s.Chunks {
		for range c.Records() {
			c.Done()
		}
	}
	s.Chunks = nil
}
