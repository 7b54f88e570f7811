package metrics

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
)

// filled are metrics of which every one has a value.
func filled() *Metrics {
	m := New("orders", "v1")
	s := m.Sub("totals")
	s.Records.Inc()
	m.Produced("out").Inc()
	m.Commit(time.Millisecond)
	m.SetSource(func() Sample {
		return Sample{
			Up:         true,
			Partitions: []Partition{{Topic: "orders", Partition: 3, LagRecords: 7, LagSeconds: 1.5}},
			Tasks: []Task{
				{Subtopology: "totals", Partition: 3, Running: true, Watermark: 1700000000.25, HasWatermark: true, MemoryBytes: 10, DiskBytes: 20},
				{Subtopology: "totals", Partition: 4, RestoreRemaining: 99},
			},
		}
	})
	return m
}

func TestGauges(t *testing.T) {
	fs, err := filled().Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range fs {
		if _, err := expfmt.MetricFamilyToText(&text, f); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []string{
		`weir_up{service="orders"} 1`,
		`weir_lag_records{partition="3",service="orders",topic="orders"} 7`,
		`weir_lag_seconds{partition="3",service="orders",topic="orders"} 1.5`,
		`weir_restore_remaining_records{partition="3",service="orders",subtopology="totals"} 0`,
		`weir_restore_remaining_records{partition="4",service="orders",subtopology="totals"} 99`,
		`weir_tasks{service="orders",state="restoring",subtopology="totals"} 1`,
		`weir_tasks{service="orders",state="running",subtopology="totals"} 1`,
		`weir_watermark_seconds{partition="3",service="orders",subtopology="totals"} 1.70000000025e+09`,
		`weir_store_disk_bytes{partition="3",service="orders",subtopology="totals"} 20`,
		`weir_commits_total{service="orders"} 1`,
		`weir_records_total{service="orders",subtopology="totals"} 1`,
	} {
		if !strings.Contains(text.String(), line+"\n") {
			t.Errorf("missing: %s", line)
		}
	}
	if strings.Contains(text.String(), `weir_watermark_seconds{partition="4"`) {
		t.Error("a task that has seen nothing has a watermark")
	}
}

// docs/metrics.md names every metric and no other.
func TestDocs(t *testing.T) {
	b, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(weir_[a-z_]+)` \\|").FindAllStringSubmatch(string(b), -1) {
		documented = append(documented, m[1])
	}
	fs, err := filled().Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	for _, f := range fs {
		if strings.HasPrefix(f.GetName(), "weir_") {
			there = append(there, f.GetName())
		}
	}
	slices.Sort(documented)
	slices.Sort(there)
	if !slices.Equal(documented, there) {
		t.Errorf("documented:\n%v\nthere:\n%v", documented, there)
	}
}
