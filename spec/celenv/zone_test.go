package celenv

import (
	"slices"
	"testing"
)

// The names that are suggested are names of zones.
func TestZoneNames(t *testing.T) {
	names := ZoneNames()
	if len(names) < 500 || !slices.IsSorted(names) || !slices.Contains(names, "Europe/Paris") {
		t.Fatalf("%d names, sorted: %t", len(names), slices.IsSorted(names))
	}
	for _, n := range names {
		if _, err := Zone(n); err != nil {
			t.Errorf("%s: %v", n, err)
		}
	}
}
