package metrics

import (
	"log/slog"
	"slices"
	"strings"
)

// totals are the counters of a sub-topology that LogTotals reports, by the name of the attribute.
var totals = map[string]string{
	"weir_records_total": "records", "weir_filtered_total": "filtered", "weir_late_records_total": "late",
	"weir_results_total": "results", "weir_windows_closed_total": "windows_closed",
}

// LogTotals logs what each sub-topology counted since the start, one record "totals" each. `weir run` reads them.
func (m *Metrics) LogTotals(log *slog.Logger) {
	families, err := m.Registry.Gather()
	if err != nil {
		log.Warn("totals are not complete", "error", err)
	}
	counts := map[string]map[string]int64{}
	for _, f := range families {
		for _, metric := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range metric.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			name := totals[f.GetName()]
			if f.GetName() == "weir_bad_records_total" {
				name = map[string]string{"skip": "skipped", "dead_letter": "dead_letters"}[labels["policy"]]
			}
			if name == "" {
				continue
			}
			sub := labels["subtopology"]
			if counts[sub] == nil {
				counts[sub] = map[string]int64{}
			}
			counts[sub][name] += int64(metric.GetCounter().GetValue())
		}
	}
	for _, sub := range sortedKeys(counts) {
		attrs := []any{"subtopology", sub}
		for _, name := range sortedKeys(counts[sub]) {
			attrs = append(attrs, name, counts[sub][name])
		}
		log.Info("totals", attrs...)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, strings.Compare)
	return keys
}
