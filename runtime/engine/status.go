package engine

import (
	"time"

	"github.com/weirstream/weir/runtime/metrics"
	"github.com/weirstream/weir/runtime/watermark"
)

// Status is how an instance is doing.
type Status struct {
	Joined  bool // a member of the group
	Tasks   int  // assigned
	Running int  // of them: open and restored
}

// Ready reports whether the instance is in the group and all its tasks run. One that has no tasks is ready to take some.
func (s Status) Ready() bool { return s.Joined && s.Tasks == s.Running }

// Status may be called from any goroutine.
func (e *Engine) Status() Status {
	s := Status{Joined: e.ctl.joined.Load()}
	for _, t := range *e.ctl.list.Load() {
		s.Tasks++
		if t.running.Load() {
			s.Running++
		}
	}
	return s
}

// Stalled is how long the slowest of the engine's loops has not gone round. It may be called from any goroutine.
func (e *Engine) Stalled() time.Duration {
	now := time.Now()
	slowest := now.Sub(time.Unix(0, e.ctl.beat.Load()))
	for _, w := range *e.known.Load() {
		slowest = max(slowest, w.stalled(now))
	}
	return max(0, slowest)
}

// sample is what metrics are made of.
func (e *Engine) sample() metrics.Sample {
	out := metrics.Sample{Up: e.Status().Ready()}
	now := time.Now().UnixMilli()
	for _, t := range *e.ctl.list.Load() {
		g := metrics.Task{
			Subtopology: t.sub.Name, Partition: t.id.partition, Running: t.running.Load(), RestoreRemaining: t.remaining.Load(),
			MemoryBytes: t.memoryBytes.Load(), DiskBytes: t.diskBytes.Load(),
		}
		if wm := t.watermark.Load(); wm != watermark.None && wm != watermark.End {
			g.Watermark, g.HasWatermark = seconds(wm), true
		}
		out.Tasks = append(out.Tasks, g)
		for _, in := range t.inputs {
			p := metrics.Partition{Topic: in.Topic, Partition: in.Partition, LagRecords: in.lag(), Waiting: in.drift > 0 && t.ahead.Load()}
			if at := in.time.Load(); p.LagRecords > 0 && at > 0 {
				p.LagSeconds = max(0, seconds(now-at))
			}
			out.Partitions = append(out.Partitions, p)
		}
	}
	return out
}
