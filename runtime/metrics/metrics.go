// Package metrics are the Prometheus metrics of a service. docs/metrics.md describes each; a test keeps it complete.
//
// Counters are added to by workers once a commit or a tick, never once a record. Gauges of partitions, tasks and stores are
// collected from the engine when somebody asks.
package metrics

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Metrics are all metrics of one service. They are safe for concurrent use.
type Metrics struct {
	Registry *prometheus.Registry

	records, bytes, filtered, late, results, closed *prometheus.CounterVec
	bad                                             *prometheus.CounterVec
	combined, partials                              *prometheus.CounterVec
	timers, expired                                 *prometheus.CounterVec
	produced                                        *prometheus.CounterVec
	commits, aborts, rebalances                     prometheus.Counter
	fenced, moved                                   prometheus.Counter
	restored                                        *prometheus.CounterVec
	commitSeconds                                   prometheus.Histogram
	source                                          *source
}

// New makes the metrics of a service, all at zero.
func New(service, version string) *Metrics {
	m := &Metrics{Registry: prometheus.NewRegistry()}
	labels := prometheus.Labels{"service": service}
	vec := func(name, help string, by ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "weir", Name: name, Help: help, ConstLabels: labels}, by)
		m.Registry.MustRegister(c)
		return c
	}
	one := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: "weir", Name: name, Help: help, ConstLabels: labels})
		m.Registry.MustRegister(c)
		return c
	}
	m.records = vec("records_total", "Records read.", "subtopology")
	m.bytes = vec("bytes_total", "Bytes of keys and values read.", "subtopology")
	m.filtered = vec("filtered_total", "Times that a where turned a record away, or dedup dropped one.", "subtopology")
	m.late = vec("late_records_total", "Records that came after their window had closed.", "subtopology")
	m.bad = vec("bad_records_total", "Records that could not be processed, by what on_error did with them.", "subtopology", "policy")
	m.results = vec("results_total", "Results of windows, processors, dedup with keep: last and top handed on, and records that delay had held back.", "subtopology")
	m.closed = vec("windows_closed_total", "Windows closed.", "subtopology")
	m.combined = vec("combined_records_total", "Records that pre_aggregate combined in front of a repartition topic.", "subtopology")
	m.partials = vec("partial_aggregates_total", "Partial aggregates written to repartition topics, of the combined records.", "subtopology")
	m.timers = vec("timers_total", "Timers of steps that fired.", "subtopology")
	m.expired = vec("expired_entries_total", "Entries of steps' state, windows aside, deleted at the end of their time to live.", "subtopology")
	m.produced = vec("produced_records_total", "Records written, in commits that went through.", "topic")
	m.commits = one("commits_total", "Commits that went through.")
	m.aborts = one("aborts_total", "Commits given up; what they held was or will be processed again.")
	m.rebalances = one("rebalances_total", "Times that tasks came or went.")
	m.fenced = one("fenced_total", "Transactions of dead instances finished by this one.")
	m.moved = one("state_moved_aside_total", "Local state that did not fit what is committed, moved aside and rebuilt.")
	m.restored = vec("restored_records_total", "Changelog records replayed into local state.", "subtopology")
	m.commitSeconds = prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "weir", Name: "commit_seconds", ConstLabels: labels,
		Help:    "Time from the start of a commit to its end, flush included.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	})
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: "weir", Name: "build_info", Help: "Always 1; the labels say what is running.",
		ConstLabels: prometheus.Labels{"service": service, "version": version, "goversion": runtime.Version()},
	})
	info.Set(1)
	m.source = newSource(labels)
	m.Registry.MustRegister(m.commitSeconds, info, m.source, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Sub are the counters of one sub-topology.
type Sub struct {
	Records, Bytes, Filtered, Late, Skipped, DeadLetters, Results, Closed, Combined, Partials, Timers, Expired, Restored prometheus.Counter
}

// Sub returns the counters of a sub-topology.
func (m *Metrics) Sub(name string) *Sub {
	return &Sub{
		Records:     m.records.WithLabelValues(name),
		Bytes:       m.bytes.WithLabelValues(name),
		Filtered:    m.filtered.WithLabelValues(name),
		Late:        m.late.WithLabelValues(name),
		Skipped:     m.bad.WithLabelValues(name, "skip"),
		DeadLetters: m.bad.WithLabelValues(name, "dead_letter"),
		Results:     m.results.WithLabelValues(name),
		Closed:      m.closed.WithLabelValues(name),
		Combined:    m.combined.WithLabelValues(name),
		Partials:    m.partials.WithLabelValues(name),
		Timers:      m.timers.WithLabelValues(name),
		Expired:     m.expired.WithLabelValues(name),
		Restored:    m.restored.WithLabelValues(name),
	}
}

// Produced is the counter of records written to a topic.
func (m *Metrics) Produced(topic string) prometheus.Counter { return m.produced.WithLabelValues(topic) }

// Commit counts one commit and what it took.
func (m *Metrics) Commit(d time.Duration) {
	m.commits.Inc()
	m.commitSeconds.Observe(d.Seconds())
}

// Abort counts one commit that was given up.
func (m *Metrics) Abort() { m.aborts.Inc() }

// Rebalance counts one change of this instance's tasks.
func (m *Metrics) Rebalance() { m.rebalances.Inc() }

// Fenced counts transactions of dead instances that were finished.
func (m *Metrics) Fenced(n int) { m.fenced.Add(float64(n)) }

// MovedAside counts a state directory that was moved aside.
func (m *Metrics) MovedAside() { m.moved.Inc() }
