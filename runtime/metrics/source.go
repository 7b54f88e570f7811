package metrics

import (
	"strconv"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// Partition is the state of one input partition.
type Partition struct {
	Topic      string
	Partition  int32
	LagRecords int64   // records behind the partition's end, as of the last fetch
	LagSeconds float64 // age of the last record read, 0 when nothing is behind
	Waiting    bool    // not read on, because it is too far ahead of other sources
}

// Task is the state of one task.
type Task struct {
	Subtopology      string
	Partition        int32
	Running          bool // open and restored
	Watermark        float64
	HasWatermark     bool // neither none nor the end
	RestoreRemaining int64
	MemoryBytes      int64
	DiskBytes        int64
}

// Sample is the state of an engine at one moment.
type Sample struct {
	Up         bool
	Partitions []Partition
	Tasks      []Task
}

// SetSource says who is asked for a sample. f may be called from any goroutine.
func (m *Metrics) SetSource(f func() Sample) { m.source.f.Store(&f) }

type source struct {
	f                                                     atomic.Pointer[func() Sample]
	up, lag, lagSeconds, watermark, restore, memory, disk *prometheus.Desc
	tasks, waiting                                        *prometheus.Desc
}

func newSource(labels prometheus.Labels) *source {
	d := func(name, help string, by ...string) *prometheus.Desc {
		return prometheus.NewDesc("weir_"+name, help, by, labels)
	}
	return &source{
		up:         d("up", "1 while the instance is assigned and all its tasks are restored."),
		tasks:      d("tasks", "Tasks of this instance.", "subtopology", "state"),
		lag:        d("lag_records", "Records behind the partition's end, as of the last fetch.", "topic", "partition"),
		lagSeconds: d("lag_seconds", "Age of the last record read, 0 when nothing is behind.", "topic", "partition"),
		waiting:    d("waiting", "1 while the partition is not read on because it is further ahead of other sources than max_drift.", "topic", "partition"),
		watermark:  d("watermark_seconds", "Watermark of a task as Unix time. Missing before any event time was seen, and at the end of a bounded run.", "subtopology", "partition"),
		restore:    d("restore_remaining_records", "Changelog offsets still to be replayed before the task runs.", "subtopology", "partition"),
		memory:     d("store_memory_bytes", "State of a task in memory.", "subtopology", "partition"),
		disk:       d("store_disk_bytes", "State of a task on disk.", "subtopology", "partition"),
	}
}

func (s *source) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{s.up, s.tasks, s.lag, s.lagSeconds, s.waiting, s.watermark, s.restore, s.memory, s.disk} {
		ch <- d
	}
}

func (s *source) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	var now Sample
	if f := s.f.Load(); f != nil {
		now = (*f)()
	}
	gauge(s.up, number(now.Up))
	for _, p := range now.Partitions {
		at := strconv.Itoa(int(p.Partition))
		gauge(s.lag, float64(p.LagRecords), p.Topic, at)
		gauge(s.lagSeconds, p.LagSeconds, p.Topic, at)
		gauge(s.waiting, number(p.Waiting), p.Topic, at)
	}
	type state struct{ sub, state string }
	count := map[state]int{}
	for _, t := range now.Tasks {
		at := strconv.Itoa(int(t.Partition))
		count[state{t.Subtopology, "restoring"}] += 0
		if t.Running {
			count[state{t.Subtopology, "running"}]++
		} else {
			count[state{t.Subtopology, "restoring"}]++
		}
		if t.HasWatermark {
			gauge(s.watermark, t.Watermark, t.Subtopology, at)
		}
		gauge(s.restore, float64(t.RestoreRemaining), t.Subtopology, at)
		gauge(s.memory, float64(t.MemoryBytes), t.Subtopology, at)
		gauge(s.disk, float64(t.DiskBytes), t.Subtopology, at)
	}
	for k, n := range count {
		gauge(s.tasks, float64(n), k.sub, k.state)
	}
}

// number is 1 for true.
func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
