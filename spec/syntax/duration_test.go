package syntax

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	for _, c := range []struct {
		text string
		want time.Duration
	}{
		{"90s", 90 * time.Second}, {"5m", 5 * time.Minute}, {"1h30m", 90 * time.Minute}, {"7d", 7 * 24 * time.Hour}, {"250ms", 250 * time.Millisecond},
		{"0s", 0}, {"1d2h3m4s5ms", 24*time.Hour + 2*time.Hour + 3*time.Minute + 4*time.Second + 5*time.Millisecond}, {"106751d", 106751 * 24 * time.Hour},
	} {
		got, err := ParseDuration(c.text)
		if err != nil || got != c.want {
			t.Errorf("%s: %v, %v", c.text, got, err)
		}
		if back, err := ParseDuration(FormatDuration(got)); err != nil || back != got {
			t.Errorf("%s is written %s, which is %v, %v", c.text, FormatDuration(got), back, err)
		}
	}
	for _, text := range []string{"", "5", "5.5", "s", "-5s", "1.5h", "1 h", "1m1h", "1s1s", "5us", "106752d", "99999999999999999999s", "106751d24h", "1h ", "NaN"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}
