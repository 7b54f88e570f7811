package engine

import (
	"cmp"
	"math"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// lanesBytes bounds the fetched records that wait in all lanes of a worker together, besides a few batches on their way; each lane may
// hold laneLeast. A variable for tests.
var lanesBytes, laneLeast int64 = 64 << 20, 1 << 20

const (
	recordSize = 200 // what a record takes besides its data
	// markEvery is after how many offsets of all lanes together their watermarks are written into the repartition topics. It is more
	// where there are many lanes, and many partitions to write to.
	markEvery = 4096
	marksMost = 256
	// drainMost is how many records are taken before the worker looks at its messages and commits again.
	drainMost = 4096
)

// ordered reports whether the tasks of a sub-topology take their records in order of event time among all of them: in a bounded run
// those of sources that write to repartition topics. What comes behind such a topic comes in the order in which it was written, so
// this is where it is decided. They are all on one worker, because workers do not wait for each other.
func (e *Engine) ordered(sub int) bool {
	s := &e.o.Topology.Subtopologies[sub]
	if !e.cfg.Until.Bounded() || len(s.Inputs) != 1 || s.Inputs[0].Repartition {
		return false
	}
	for _, o := range s.Outputs {
		if o.Kind == topology.Repartition {
			return true
		}
	}
	return false
}

// markEvery is the engine's own number of offsets between watermarks.
func (e *Engine) markEvery() int64 {
	marks := int64(0)
	for i, s := range e.o.Topology.Subtopologies {
		if !e.ordered(i) {
			continue
		}
		for _, o := range s.Outputs {
			if o.Kind == topology.Repartition {
				marks += int64(e.layout.Tasks[i]) * int64(e.layout.Partitions[o.Topic])
			}
		}
	}
	return markEvery * (1 + marks/marksMost)
}

// lane is what was fetched for an ordered task and waits for its turn.
type lane struct {
	t       *assigned
	in      *input
	batches [][]*kgo.Record
	at      int   // the head's index in the first batch
	bytes   int64 // of all that waits
	ready   bool  // there is a head
	time    int64 // the head's event time, else that of the last one
	out     int   // records in the task's emitter that have had their turn noted
	paused  bool
	fed     int64 // the offset behind the last record that was fed
}

// turn says that the task of a lane emitted so many records, after those of the turns before.
type turn struct {
	l *lane
	n int
}

// mark writes the watermarks of the ordered tasks into the repartition topics, whenever their offsets have come a certain number further
// together. That depends on what is read alone, so the records behind such a topic find the same watermark in each run.
func (w *worker) mark() error {
	every := w.e.markEvery()
	w.markAt = (w.read/every + 1) * every
	for _, l := range w.lanes { // by stream time the watermark of one may close windows of what another one has combined before
		if err := l.t.runner.Flush(); err != nil {
			return taskError{l.t, err}
		}
		w.note(l)
	}
	for _, l := range w.lanes {
		if err := l.t.runner.Mark(); err != nil {
			return taskError{l.t, err}
		}
		w.note(l)
	}
	return nil
}

// lineUp gives an ordered task its lane.
func (w *worker) lineUp(t *assigned) {
	t.runner.Pace()
	t.lane = &lane{t: t, in: t.inputs[0], time: watermark.None, fed: t.inputs[0].next.Load()}
	w.lanes = append(w.lanes, t.lane)
	// In a certain order, and what is known before the first record is said before it.
	slices.SortFunc(w.lanes, func(a, b *lane) int {
		return cmp.Or(cmp.Compare(a.t.id.sub, b.t.id.sub), cmp.Compare(a.t.id.partition, b.t.id.partition))
	})
	w.read += t.lane.fed
	w.markAt, w.more = w.read, true
}

// before is the order of two lanes' heads: by event time, then by the task, so that it is certain.
func (l *lane) before(o *lane) bool {
	return cmp.Or(cmp.Compare(l.time, o.time), cmp.Compare(l.t.id.sub, o.t.id.sub), cmp.Compare(l.t.id.partition, o.t.id.partition)) < 0
}

// drop drops the head.
func (l *lane) drop() {
	r := l.batches[0][l.at]
	l.bytes -= sizeOf(r)
	r.Recycle()
	l.ready = false
	if l.at++; l.at == len(l.batches[0]) {
		l.batches[0] = nil
		l.batches, l.at = l.batches[1:], 0
	}
}

func sizeOf(r *kgo.Record) int64 { return int64(len(r.Key) + len(r.Value) + recordSize) }

// look finds the head, unless there is none yet, and its event time. What is no record of the run is passed over. A record without an
// event time, because it is bad or a tombstone, comes right behind the one before it.
func (l *lane) look() {
	for !l.ready && len(l.batches) > 0 {
		r := l.batches[0][l.at]
		switch {
		case r.Offset < l.in.next.Load():
		case r.Offset >= l.in.end:
			l.t.runner.Reach(l.in.index, l.in.end)
			l.in.next.Store(r.Offset + 1)
		case r.Attrs.IsControl():
			l.t.runner.Pass(l.in.index, r)
			l.in.next.Store(r.Offset + 1)
		default:
			if at, err := l.t.runner.EventTime(r); err == nil {
				l.time = at
			}
			l.ready = true
			return
		}
		l.drop()
	}
}

// clear forgets what waits.
func (l *lane) clear() {
	for i, b := range l.batches {
		if i == 0 {
			b = b[l.at:]
		}
		recycle(b)
	}
	l.batches, l.at, l.bytes, l.ready = nil, 0, 0, false
}

// queue puts fetched records into their task's lane.
func (w *worker) queue(m message) {
	l := m.task.lane
	if l.in.ended {
		recycle(m.records)
		return
	}
	l.batches = append(l.batches, m.records)
	for _, r := range m.records {
		l.bytes += sizeOf(r)
	}
	if !l.paused && l.bytes > w.laneBytes() {
		l.paused = true
		w.e.cons.PauseFetchPartitions(partitions([]*assigned{l.t}))
	}
	w.more = true
}

// refill has a lane fetched again when there is room in it.
func (w *worker) refill(l *lane) {
	if l.paused && l.bytes < w.laneBytes()/2 {
		l.paused = false
		w.e.cons.ResumeFetchPartitions(partitions([]*assigned{l.t}))
	}
}

func (w *worker) laneBytes() int64 { return max(laneLeast, lanesBytes/int64(max(1, len(w.lanes)))) }

// unqueue lets go of a task's lane.
func (w *worker) unqueue(t *assigned) {
	l := t.lane
	if l == nil {
		return
	}
	l.clear()
	w.read -= l.fed
	t.lane = nil
	rest := w.lanes[:0]
	for _, o := range w.lanes {
		if o != l {
			rest = append(rest, o)
		}
	}
	clear(w.lanes[len(rest):])
	w.lanes, w.more, w.markAt = rest, true, 0
}

// lined reports whether all ordered tasks of this instance are here: one that is still being opened may have the earliest record.
func (w *worker) lined() bool {
	for _, t := range *w.e.ctl.list.Load() {
		if t.w == w && t.lane == nil && w.e.ordered(t.id.sub) {
			return false
		}
	}
	return true
}

// drain begins to feed the records of the lanes, if all of them are here and in the midst of nothing.
func (w *worker) drain() {
	w.more = false
	if len(w.lanes) == 0 || !w.lined() || w.full() {
		return
	}
	var ts []*assigned
	for _, l := range w.lanes {
		if l.t.work != nil {
			return // the next tick comes back to it
		}
		ts = append(ts, l.t)
	}
	w.do(ts, w.feedLanes, nil)
}

// feedLanes feeds the records of the lanes in order of their event times, as long as each lane has one or has ended.
func (w *worker) feedLanes() error {
	for left := drainMost; left > 0; {
		first, limit, err := w.head()
		if err != nil {
			return err
		}
		if first == nil {
			break
		}
		if w.read >= w.markAt {
			if err := w.mark(); err != nil {
				return err
			}
			if w.aligning { // the commit comes before the next record
				w.more = true
				break
			}
		}
		for n := 0; left > 0 && first.ready && (n == 0 || limit == nil || first.before(limit)); n++ {
			if w.read >= w.markAt {
				break
			}
			left--
			r := first.batches[0][first.at]
			if err := first.t.runner.Feed(first.in.index, r); err != nil {
				return taskError{first.t, err}
			}
			w.read += r.Offset + 1 - first.fed
			first.fed = r.Offset + 1
			first.in.next.Store(r.Offset + 1)
			first.in.time.Store(r.Timestamp.UnixMilli())
			first.drop()
			w.note(first)
			first.look()
		}
		if !first.ready {
			if err := w.ends(first); err != nil {
				return err
			}
		}
		w.refill(first)
		w.more = left <= 0
	}
	emitted := int64(0)
	for _, l := range w.lanes {
		emitted += l.t.runner.Context().Out.Bytes()
		if l.t.runner.Size() > w.share() {
			w.urgent = true
		}
	}
	if emitted >= handOver {
		w.handTurns()
	}
	return nil
}

// ends ends a lane's task if there is no more to come.
func (w *worker) ends(l *lane) error {
	if l.in.next.Load() < l.in.end || l.in.ended {
		return nil
	}
	l.clear()
	if err := w.atEnd(l.t); err != nil {
		return taskError{l.t, err}
	}
	if err := l.t.runner.Mark(); err != nil {
		return taskError{l.t, err}
	}
	w.note(l)
	return nil
}

// head is the lane with the earliest head, and the one with the next. It is nil as long as one has none and has not ended.
func (w *worker) head() (first, second *lane, err error) {
	for _, l := range w.lanes {
		if l.in.ended {
			continue
		}
		if l.look(); !l.ready {
			if err := w.ends(l); err != nil {
				return nil, nil, err
			}
			if l.in.ended {
				continue
			}
			w.refill(l) // what it had may have been passed over
			return nil, nil, nil
		}
		switch {
		case first == nil || l.before(first):
			first, second = l, first
		case second == nil || l.before(second):
			second = l
		}
	}
	return first, second, nil
}

// note notes the turn of what a lane's task has emitted since its last one.
func (w *worker) note(l *lane) {
	n := l.t.runner.Context().Out.Len() - l.out
	if n == 0 {
		return
	}
	l.out += n
	if last := len(w.turns) - 1; last >= 0 && w.turns[last].l == l && w.turns[last].n < math.MaxInt32 {
		w.turns[last].n += n
		return
	}
	w.turns = append(w.turns, turn{l, n})
}

// handTurns hands what the ordered tasks have emitted to the producer, in the order in which they did, once the other producer's flush
// has returned.
func (w *worker) handTurns() {
	if w.flushed != nil {
		return
	}
	for _, l := range w.lanes {
		w.note(l) // what it emitted since, when time went on
	}
	w.tx.produceTurns(w.e.hard, w.turns)
	for _, l := range w.lanes {
		l.out = 0
	}
	clear(w.turns)
	w.turns = w.turns[:0]
}
