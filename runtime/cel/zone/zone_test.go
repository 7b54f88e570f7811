package zone

import (
	"testing"
	"time"
)

func TestLoad(t *testing.T) {
	at := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	for name, hour := range map[string]int{"Europe/Paris": 14, "UTC": 12, "": 12, "+02:00": 14, "-08:30": 3, "05:45": 17} {
		loc, err := Load(name)
		if err != nil {
			t.Errorf("%q: %v", name, err)
		} else if h := at.In(loc).Hour(); h != hour {
			t.Errorf("%q: hour %d, want %d", name, h, hour)
		}
	}
	for _, name := range []string{"Nowhere", "24:00", "1:60", ":", "a:b", "1:-1"} {
		if _, err := Load(name); err == nil {
			t.Errorf("%q is a zone", name)
		}
	}
}
