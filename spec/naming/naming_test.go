package naming

import "testing"

func TestNames(t *testing.T) {
	for _, c := range []struct{ spec, exported, local string }{
		{"customer_id", "CustomerID", "customerID"},
		{"id", "ID", "id"},
		{"url_ids", "URLIDs", "urlIDs"},
		{"revenue_per_minute", "RevenuePerMinute", "revenuePerMinute"},
		{"tMs", "TMs", "tms"},
		{"a1_b2", "A1B2", "a1B2"},
		{"type", "Type", "type_"},
		{"len", "Len", "len_"},
		{"error", "Error", "error_"},
		{"two-sources", "TwoSources", "twoSources"},
	} {
		if got := Exported(c.spec); got != c.exported {
			t.Errorf("Exported(%q) = %q, want %q", c.spec, got, c.exported)
		}
		if got := Local(c.spec); got != c.local {
			t.Errorf("Local(%q) = %q, want %q", c.spec, got, c.local)
		}
	}
}

func TestPackage(t *testing.T) {
	for service, want := range map[string]string{"orders": "orders", "two-sources": "twosources", "late_records": "laterecords", "select": "selectsvc", "main": "mainsvc"} {
		if got := Package(service); got != want {
			t.Errorf("Package(%q) = %q, want %q", service, got, want)
		}
	}
}

func TestSetNumbersWhatIsTaken(t *testing.T) {
	s := Set{}
	for i, want := range []string{"x", "x2", "x3"} {
		if got := s.Take("x"); got != want {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
	if got := s.Take("x2"); got != "x22" {
		t.Errorf("got %q", got)
	}
}
